//! Places of pictures: their neighbours, and what is made of all of them.

use saysee_cpu::Matrix;

use super::{fit, shape_of};
use crate::error::EngineError;
use crate::ops::{Pooling, Window};

/// See [`crate::ops::Ops::neighbours`].
pub(super) fn neighbours(x: &Matrix, window: Window) -> Result<Matrix, EngineError> {
    let Window {
        side,
        kernel,
        stride,
        padding,
    } = window;
    let outputs = window.outputs();
    let fine = side.checked_mul(side) == Some(x.rows()) && outputs > 0;
    fit(fine, "neighbours", || {
        format!("{window:?} over {}", shape_of(x))
    })?;
    let width = kernel * kernel * x.columns();
    let mut out = Vec::with_capacity(outputs * outputs * width);
    let inside = |place: usize, tap: usize| {
        let at = (place * stride + tap).checked_sub(padding)?;
        (at < side).then_some(at)
    };
    for place in 0..outputs * outputs {
        for tap in 0..kernel * kernel {
            let row = inside(place / outputs, tap / kernel);
            let column = inside(place % outputs, tap % kernel);
            match row.zip(column) {
                Some((row, column)) => out.extend_from_slice(x.row(row * side + column)),
                None => out.resize(out.len() + x.columns(), 0.0),
            }
        }
    }
    Ok(Matrix::new(outputs * outputs, width, out))
}

/// See [`crate::ops::Ops::pool_rows`].
pub(super) fn pool_rows(x: &Matrix, pooling: Pooling) -> Result<Matrix, EngineError> {
    fit(x.rows() > 0, "pool_rows", || {
        "a matrix without rows".to_owned()
    })?;
    let rows = x.rows() as f32;
    let column = |column: usize| x.iter_rows().map(move |row| row[column]);
    let highest = |at: usize| column(at).fold(f32::NEG_INFINITY, f32::max);
    let pool = |at: usize| match pooling {
        Pooling::Mean => column(at).sum::<f32>() / rows,
        Pooling::Maximum => highest(at),
        Pooling::Presence => {
            let highest = highest(at);
            let sum: f32 = column(at).map(|x| (x - highest).exp()).sum();
            let logit = highest + (sum / rows).ln();
            1.0 / (1.0 + (-logit).exp())
        }
    };
    let out = (0..x.columns()).map(pool).collect();
    Ok(Matrix::new(1, x.columns(), out))
}
