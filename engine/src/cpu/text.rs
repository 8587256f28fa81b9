//! Rows picked from tables and texts.

use saysee_cpu::Matrix;

use super::weight::Weight;
use super::{fit, shape_of};
use crate::error::EngineError;
use crate::pack::TextFrame;

/// Rows of `table` by the numbers in the first column of `picks`.
pub(super) fn gather(table: &Weight, picks: &Matrix) -> Result<Matrix, EngineError> {
    let mut out = Vec::with_capacity(picks.rows() * table.columns());
    for pick in picks.iter_rows() {
        let index = pick.first().map_or(0, |index| *index as usize);
        fit(index < table.rows(), "gather", || {
            format!("row {index} of {}", table.shape())
        })?;
        out.extend(table.row(index));
    }
    Ok(Matrix::new(picks.rows(), table.columns(), out))
}

/// Start, the first `count` tokens, end, padding.
pub(super) fn frame_text(
    tokens: &Matrix,
    count: &Matrix,
    table: &Weight,
    frame: TextFrame,
) -> Result<Matrix, EngineError> {
    let last = frame.start.max(frame.end).max(frame.padding);
    let fine = tokens.columns() == table.columns() && last < table.rows();
    fit(fine, "frame_text", || {
        format!("{} with {}", shape_of(tokens), table.shape())
    })?;
    let count = number(count).min(tokens.rows());
    let rows = tokens.rows() + 2;
    let mut out = Vec::with_capacity(rows * tokens.columns());
    out.extend(table.row(frame.start));
    out.extend_from_slice(&tokens.data()[..count * tokens.columns()]);
    out.extend(table.row(frame.end));
    if count + 2 < rows {
        let padding = table.row(frame.padding).repeat(rows - count - 2);
        out.extend(padding);
    }
    Ok(Matrix::new(rows, tokens.columns(), out))
}

/// Row `count + offset`, the last one at most.
pub(super) fn row_after(x: &Matrix, count: &Matrix, offset: usize) -> Result<Matrix, EngineError> {
    fit(x.rows() > 0, "row_after", || {
        "a matrix without rows".to_owned()
    })?;
    let index = (number(count) + offset).min(x.rows() - 1);
    Ok(Matrix::new(1, x.columns(), x.row(index).to_vec()))
}

fn number(count: &Matrix) -> usize {
    count.data().first().map_or(0, |count| *count as usize)
}
