//! Operands that do not fit are refused by name before anything is computed.

use saysee_cpu::{Matrix, Part};

use crate::error::EngineError;
use crate::ops::{Attention, Columns};
use crate::pack::WeightData;

/// Refuses an operation unless its operands fit.
pub(super) fn fit(
    fine: bool,
    operation: &str,
    problem: impl FnOnce() -> String,
) -> Result<(), EngineError> {
    if fine {
        Ok(())
    } else {
        Err(EngineError::shape(operation, problem()))
    }
}

pub(super) fn shape_of(x: &Matrix) -> String {
    format!("[{}, {}]", x.rows(), x.columns())
}

/// A weight of as many numbers as its shape says.
pub(super) fn check_count(name: &str, weight: &WeightData) -> Result<(), EngineError> {
    let ([rows, columns], count) = (weight.shape(), weight.count());
    fit(rows.checked_mul(columns) == Some(count), name, || {
        format!("{count} numbers of shape [{rows}, {columns}]")
    })
}

/// A bias of `columns` numbers, or none.
pub(super) fn check_bias(
    operation: &str,
    bias: Option<&Matrix>,
    columns: usize,
) -> Result<(), EngineError> {
    match bias {
        Some(bias) => fit(
            bias.rows() == 1 && bias.columns() == columns,
            operation,
            || format!("bias {} for {columns} outputs", shape_of(bias)),
        ),
        None => Ok(()),
    }
}

/// An operand of an attention, if it lies inside its matrix.
pub(super) fn part<'a>(
    columns: &Columns<'a, Matrix>,
    shape: Attention,
) -> Result<Part<'a>, EngineError> {
    let matrix = columns.tensor;
    let inside = columns.start + shape.width <= matrix.columns();
    let divides = shape.heads > 0 && shape.width.is_multiple_of(shape.heads);
    fit(inside && divides, "attention", || {
        format!(
            "{shape:?} from column {} of {}",
            columns.start,
            shape_of(matrix)
        )
    })?;
    Ok(Part {
        matrix,
        start: columns.start,
    })
}

/// Keys that are there, and as many queries where each sees only the past.
pub(super) fn check_keys(
    queries: &Matrix,
    keys: &Matrix,
    shape: Attention,
) -> Result<(), EngineError> {
    let enough = (1..=keys.rows()).contains(&shape.keys);
    let square = !shape.causal || queries.rows() == shape.keys;
    fit(enough && square, "attention", || {
        format!("{shape:?} of {} by {}", shape_of(queries), shape_of(keys))
    })
}
