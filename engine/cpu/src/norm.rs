//! Norms, and scales and shifts.

use super::matrix::Matrix;
use super::pool::Pool;
use super::{activation, check_bias, fit, lanes, shape_of};
use crate::error::EngineError;
use crate::ops::Activation;

/// Added to variances.
pub(super) const NORM_EPSILON: f32 = 1e-5;
/// Least length a row is divided by.
const LENGTH_EPSILON: f32 = 1e-8;

/// Each row minus its mean over its deviation.
pub(super) fn layer_norm(
    pool: &Pool,
    x: &Matrix,
    affine: Option<(&Matrix, &Matrix)>,
    activation: Activation,
) -> Result<Matrix, EngineError> {
    let width = x.columns();
    if let Some((weight, bias)) = affine {
        check_bias("layer_norm", Some(weight), width)?;
        check_bias("layer_norm", Some(bias), width)?;
    }
    let mut out = vec![0.0; x.data().len()];
    pool.rows(&mut out, width, |first, out| {
        for (row, out) in (first..).zip(out.chunks_exact_mut(width.max(1))) {
            let x = x.row(row);
            let mean = lanes::sum(x, |x| x) / width as f32;
            let means = lanes::all(mean);
            let variance = lanes::sum(x, |x| (x - means) * (x - means)) / width as f32;
            let scale = lanes::all(1.0 / (variance + NORM_EPSILON).sqrt());
            out.copy_from_slice(x);
            match affine {
                Some((weight, bias)) => {
                    let (weight, bias) = (weight.data(), bias.data());
                    lanes::each_with_two(out, weight, bias, |x, w, b| (x - means) * scale * w + b);
                }
                None => lanes::each(out, |x| (x - means) * scale),
            }
            activation::apply(activation, out);
        }
    });
    Ok(Matrix::new(x.rows(), width, out))
}

/// Each column minus its mean over its deviation. There may be tens of thousands of rows: sums are `f64`.
pub(super) fn channel_norm(
    x: &Matrix,
    weight: &Matrix,
    bias: &Matrix,
    activation: Activation,
) -> Result<Matrix, EngineError> {
    let width = x.columns();
    check_bias("channel_norm", Some(weight), width)?;
    check_bias("channel_norm", Some(bias), width)?;
    let count = x.rows().max(1) as f64;
    let mut means = vec![0.0_f64; width];
    for row in x.iter_rows() {
        means
            .iter_mut()
            .zip(row)
            .for_each(|(sum, x)| *sum += f64::from(*x));
    }
    means.iter_mut().for_each(|sum| *sum /= count);
    let mut variances = vec![0.0_f64; width];
    for row in x.iter_rows() {
        for ((sum, x), mean) in variances.iter_mut().zip(row).zip(&means) {
            let difference = f64::from(*x) - mean;
            *sum += difference * difference;
        }
    }
    let scales: Vec<f32> = variances
        .iter()
        .zip(weight.data())
        .map(|(sum, w)| w / ((sum / count) as f32 + NORM_EPSILON).sqrt())
        .collect();
    let mut out = x.data().to_vec();
    for row in out.chunks_exact_mut(width.max(1)) {
        let columns = means.iter().zip(&scales).zip(bias.data());
        for (y, ((mean, scale), b)) in row.iter_mut().zip(columns) {
            *y = (*y - *mean as f32) * scale + b;
        }
    }
    activation::apply(activation, &mut out);
    Ok(Matrix::new(x.rows(), width, out))
}

/// Each row over its length.
pub(super) fn normalise_rows(x: &Matrix) -> Matrix {
    let mut out = x.data().to_vec();
    for row in out.chunks_exact_mut(x.columns().max(1)) {
        let length = lanes::sum(row, |x| x * x).sqrt();
        let length = length.max(LENGTH_EPSILON);
        row.iter_mut().for_each(|x| *x /= length);
    }
    Matrix::new(x.rows(), x.columns(), out)
}

/// `x * scale (+ shift)`, with a row each or one for all.
pub(super) fn scale_shift(
    x: &Matrix,
    scale: &Matrix,
    shift: Option<&Matrix>,
) -> Result<Matrix, EngineError> {
    for operand in [Some(scale), shift].into_iter().flatten() {
        let rows_fit = operand.rows() == 1 || operand.rows() == x.rows();
        let fine = rows_fit && operand.columns() == x.columns();
        fit(fine, "scale_shift", || {
            format!("{} by {}", shape_of(x), shape_of(operand))
        })?;
    }
    let width = x.columns().max(1);
    let row_of = |operand: &Matrix, row: usize| {
        let start = if operand.rows() == 1 { 0 } else { row * width };
        start..start + width
    };
    let mut out = x.data().to_vec();
    for (row, y) in out.chunks_exact_mut(width).enumerate() {
        let factors = &scale.data()[row_of(scale, row)];
        y.iter_mut().zip(factors).for_each(|(y, w)| *y *= w);
        if let Some(shift) = shift {
            let terms = &shift.data()[row_of(shift, row)];
            y.iter_mut().zip(terms).for_each(|(y, b)| *y += b);
        }
    }
    Ok(Matrix::new(x.rows(), x.columns(), out))
}
