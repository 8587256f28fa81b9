//! Norms, and scales and shifts.

use crate::matrix::Matrix;
use crate::pool::Pool;
use crate::shape::Activation;
use crate::{activation, attention, lanes};

/// Added to variances.
pub(crate) const NORM_EPSILON: f32 = 1e-5;
/// Least length a row is divided by.
const LENGTH_EPSILON: f32 = 1e-8;

/// Each row minus its mean over its deviation.
pub fn layer_norm(
    pool: &Pool,
    x: &Matrix,
    affine: Option<(&Matrix, &Matrix)>,
    activation: Activation,
) -> Matrix {
    let width = x.columns();
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
    Matrix::new(x.rows(), width, out)
}

/// Each column minus its mean over its deviation. There may be tens of thousands of rows: sums are `f64`.
pub fn channel_norm(x: &Matrix, weight: &Matrix, bias: &Matrix, activation: Activation) -> Matrix {
    let width = x.columns();
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
    Matrix::new(x.rows(), width, out)
}

/// Each row over its length.
pub fn normalise_rows(x: &Matrix) -> Matrix {
    let mut out = x.data().to_vec();
    for row in out.chunks_exact_mut(x.columns().max(1)) {
        let length = lanes::sum(row, |x| x * x).sqrt();
        let length = length.max(LENGTH_EPSILON);
        row.iter_mut().for_each(|x| *x /= length);
    }
    Matrix::new(x.rows(), x.columns(), out)
}

/// Each row as probabilities.
pub fn softmax_rows(x: &Matrix) -> Matrix {
    let mut out = x.data().to_vec();
    out.chunks_exact_mut(x.columns().max(1))
        .for_each(attention::softmax);
    Matrix::new(x.rows(), x.columns(), out)
}

/// `x * scale (+ shift)`, with a row each or one for all.
pub fn scale_shift(x: &Matrix, scale: &Matrix, shift: Option<&Matrix>) -> Matrix {
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
    Matrix::new(x.rows(), x.columns(), out)
}

/// The left half of each row times the sigmoid of the right one.
pub fn gated_linear_unit(pool: &Pool, x: &Matrix) -> Matrix {
    let width = x.columns() / 2;
    let mut out = vec![0.0; x.rows() * width];
    pool.rows(&mut out, width, |first, out| {
        for (row, out) in (first..).zip(out.chunks_exact_mut(width.max(1))) {
            let (values, gates) = x.row(row).split_at(width);
            out.copy_from_slice(values);
            lanes::each_with(out, gates, |value, gate| value * activation::sigmoid(gate));
        }
    });
    Matrix::new(x.rows(), width, out)
}

/// `sum + scale * x`, both of one shape, or `scale * x` alone.
pub fn scale_add(sum: Option<&Matrix>, x: &Matrix, scale: f32) -> Matrix {
    let mut out = x.data().to_vec();
    let factor = lanes::all(scale);
    match sum {
        Some(sum) => lanes::each_with(&mut out, sum.data(), |x, sum| sum + factor * x),
        None => lanes::each(&mut out, |x| factor * x),
    }
    Matrix::new(x.rows(), x.columns(), out)
}
