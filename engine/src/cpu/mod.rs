//! [`Ops`] in plain Rust: the oracle the kernels are tested against, and what runs where there is no
//! GPU, or only a software one. Quantised weights become floats once, when they are loaded.

mod activation;
mod attention;
mod convolution;
mod matmul;
mod matrix;
mod rank;

pub use matrix::Matrix;

use crate::audio::LogMel;
use crate::error::EngineError;
use crate::ops::{Activation, Convolution, Fired, Firing, Ops, cut};
use crate::pack::{LogMelConfig, WeightData};
use matmul::{View, multiply};

/// Added to variances in layer norms.
const NORM_EPSILON: f32 = 1e-5;
/// Least length a row is divided by.
const LENGTH_EPSILON: f32 = 1e-8;

/// The operations on one CPU core.
#[derive(Default)]
pub struct CpuOps {
    front_end: Option<(LogMelConfig, LogMel)>,
}

impl CpuOps {
    /// Ready at once.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Refuses an operation unless its operands fit.
fn fit(fine: bool, operation: &str, problem: impl FnOnce() -> String) -> Result<(), EngineError> {
    if fine {
        Ok(())
    } else {
        Err(EngineError::shape(operation, problem()))
    }
}

fn shape_of(x: &Matrix) -> String {
    format!("[{}, {}]", x.rows(), x.columns())
}

/// A bias of `columns` numbers, or none.
fn check_bias(operation: &str, bias: Option<&Matrix>, columns: usize) -> Result<(), EngineError> {
    match bias {
        Some(bias) => fit(
            bias.rows() == 1 && bias.columns() == columns,
            operation,
            || format!("bias {} for {columns} outputs", shape_of(bias)),
        ),
        None => Ok(()),
    }
}

/// `activation(x W^T + bias)`, shapes checked by the caller.
fn affine(x: &Matrix, weight: &Matrix, bias: Option<&Matrix>, activation: Activation) -> Vec<f32> {
    let (rows, columns) = (x.rows(), weight.rows());
    let mut out = vec![0.0; rows * columns];
    let weights = View::whole(weight.data(), columns, weight.columns()).transposed();
    multiply(
        View::whole(x.data(), rows, x.columns()),
        weights,
        1.0,
        &mut out,
        columns,
    );
    if let Some(bias) = bias {
        for row in out.chunks_exact_mut(columns) {
            row.iter_mut().zip(bias.data()).for_each(|(y, b)| *y += b);
        }
    }
    activation::apply(activation, &mut out);
    out
}

impl Ops for CpuOps {
    type Tensor = Matrix;
    type Weight = Matrix;

    fn load(&mut self, name: &str, weight: &WeightData) -> Result<Matrix, EngineError> {
        let [rows, columns] = weight.shape();
        let data = weight.to_f32();
        fit(rows.checked_mul(columns) == Some(data.len()), name, || {
            format!("{} numbers of shape [{rows}, {columns}]", data.len())
        })?;
        Ok(Matrix::new(rows, columns, data))
    }

    fn upload(&mut self, data: &[f32], rows: usize, columns: usize) -> Result<Matrix, EngineError> {
        fit(
            rows.checked_mul(columns) == Some(data.len()),
            "upload",
            || format!("{} numbers of shape [{rows}, {columns}]", data.len()),
        )?;
        Ok(Matrix::new(rows, columns, data.to_vec()))
    }

    fn shape(&self, tensor: &Matrix) -> (usize, usize) {
        (tensor.rows(), tensor.columns())
    }

    fn log_mel(&mut self, samples: &[f32], config: &LogMelConfig) -> Result<Matrix, EngineError> {
        let front_end = match self.front_end.take() {
            Some((known, front_end)) if known == *config => front_end,
            _ => LogMel::new(config)?,
        };
        let (_, front_end) = self.front_end.insert((config.clone(), front_end));
        let features = front_end.features(samples)?;
        Ok(Matrix::new(
            features.len() / config.mels,
            config.mels,
            features,
        ))
    }

    fn linear(
        &mut self,
        x: &Matrix,
        weight: &Matrix,
        bias: Option<&Matrix>,
        activation: Activation,
        residual: Option<&Matrix>,
    ) -> Result<Matrix, EngineError> {
        fit(x.columns() == weight.columns(), "linear", || {
            format!(
                "{} times the transpose of {}",
                shape_of(x),
                shape_of(weight)
            )
        })?;
        check_bias("linear", bias, weight.rows())?;
        let mut out = affine(x, weight, bias, activation);
        if let Some(residual) = residual {
            fit(
                (residual.rows(), residual.columns()) == (x.rows(), weight.rows()),
                "linear",
                || {
                    format!(
                        "residual {} for an output of [{}, {}]",
                        shape_of(residual),
                        x.rows(),
                        weight.rows()
                    )
                },
            )?;
            out.iter_mut()
                .zip(residual.data())
                .for_each(|(y, r)| *y += r);
        }
        Ok(Matrix::new(x.rows(), weight.rows(), out))
    }

    fn convolve(
        &mut self,
        x: &Matrix,
        weight: &Matrix,
        bias: Option<&Matrix>,
        shape: Convolution,
        activation: Activation,
    ) -> Result<Matrix, EngineError> {
        let fine = shape.stride > 0 && weight.columns() == shape.kernel * x.columns();
        fit(fine, "convolve", || {
            format!("{} by {} with {shape:?}", shape_of(x), shape_of(weight))
        })?;
        check_bias("convolve", bias, weight.rows())?;
        let unfolded = convolution::unfold(x, shape);
        let out = affine(&unfolded, weight, bias, activation);
        Ok(Matrix::new(unfolded.rows(), weight.rows(), out))
    }

    fn depthwise_convolve(
        &mut self,
        x: &Matrix,
        weight: &Matrix,
        bias: &Matrix,
        activation: Activation,
    ) -> Result<Matrix, EngineError> {
        let fine = weight.columns() == x.columns() && weight.rows() % 2 == 1;
        fit(fine, "depthwise_convolve", || {
            format!("{} by {}", shape_of(x), shape_of(weight))
        })?;
        check_bias("depthwise_convolve", Some(bias), x.columns())?;
        let mut out = convolution::depthwise(x, weight, bias.data());
        activation::apply(activation, &mut out);
        Ok(Matrix::new(x.rows(), x.columns(), out))
    }

    fn layer_norm(
        &mut self,
        x: &Matrix,
        affine: Option<(&Matrix, &Matrix)>,
    ) -> Result<Matrix, EngineError> {
        let width = x.columns();
        if let Some((weight, bias)) = affine {
            check_bias("layer_norm", Some(weight), width)?;
            check_bias("layer_norm", Some(bias), width)?;
        }
        let mut out = x.data().to_vec();
        for row in out.chunks_exact_mut(width.max(1)) {
            let mean = row.iter().sum::<f32>() / width as f32;
            let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / width as f32;
            let scale = 1.0 / (variance + NORM_EPSILON).sqrt();
            row.iter_mut().for_each(|x| *x = (*x - mean) * scale);
            if let Some((weight, bias)) = affine {
                for ((y, w), b) in row.iter_mut().zip(weight.data()).zip(bias.data()) {
                    *y = *y * w + b;
                }
            }
        }
        Ok(Matrix::new(x.rows(), width, out))
    }

    fn gated_linear_unit(&mut self, x: &Matrix) -> Result<Matrix, EngineError> {
        fit(x.columns().is_multiple_of(2), "gated_linear_unit", || {
            format!("{} has no two halves", shape_of(x))
        })?;
        let width = x.columns() / 2;
        let mut out = Vec::with_capacity(x.rows() * width);
        for row in x.iter_rows() {
            let (values, gates) = row.split_at(width);
            out.extend(
                values
                    .iter()
                    .zip(gates)
                    .map(|(value, gate)| value * activation::sigmoid(*gate)),
            );
        }
        Ok(Matrix::new(x.rows(), width, out))
    }

    fn attention(&mut self, qkv: &Matrix, heads: usize) -> Result<Matrix, EngineError> {
        let width = qkv.columns() / 3;
        let fine = qkv.columns().is_multiple_of(3) && heads > 0 && width.is_multiple_of(heads);
        fit(fine, "attention", || {
            format!("{heads} heads over {}", shape_of(qkv))
        })?;
        let out = attention::attend(qkv.data(), qkv.rows(), width, heads);
        Ok(Matrix::new(qkv.rows(), width, out))
    }

    fn scale_add(
        &mut self,
        sum: Option<&Matrix>,
        x: &Matrix,
        scale: f32,
    ) -> Result<Matrix, EngineError> {
        let mut out: Vec<f32> = x.data().iter().map(|x| scale * x).collect();
        if let Some(sum) = sum {
            fit(
                (sum.rows(), sum.columns()) == (x.rows(), x.columns()),
                "scale_add",
                || format!("{} plus {}", shape_of(sum), shape_of(x)),
            )?;
            out.iter_mut().zip(sum.data()).for_each(|(y, s)| *y += s);
        }
        Ok(Matrix::new(x.rows(), x.columns(), out))
    }

    fn stack_rows(&mut self, first: &Matrix, second: &Matrix) -> Result<Matrix, EngineError> {
        fit(first.columns() == second.columns(), "stack_rows", || {
            format!("{} over {}", shape_of(first), shape_of(second))
        })?;
        let data = [first.data(), second.data()].concat();
        Ok(Matrix::new(
            first.rows() + second.rows(),
            first.columns(),
            data,
        ))
    }

    fn rows(&mut self, x: &Matrix, start: usize, count: usize) -> Result<Matrix, EngineError> {
        let end = start.checked_add(count).filter(|end| *end <= x.rows());
        let Some(end) = end else {
            return Err(EngineError::shape(
                "rows",
                format!("{count} rows from {start} of {}", shape_of(x)),
            ));
        };
        let data = x.data()[start * x.columns()..end * x.columns()].to_vec();
        Ok(Matrix::new(count, x.columns(), data))
    }

    fn weight_rows(&mut self, weight: &Matrix) -> Result<Matrix, EngineError> {
        Ok(weight.clone())
    }

    fn integrate_and_fire(
        &mut self,
        frames: &Matrix,
        alpha: &Matrix,
        firing: Firing,
    ) -> Result<Fired<Matrix>, EngineError> {
        fit(
            alpha.columns() == 1 && alpha.rows() == frames.rows(),
            "integrate_and_fire",
            || {
                format!(
                    "frames {} with weights {}",
                    shape_of(frames),
                    shape_of(alpha)
                )
            },
        )?;
        let width = frames.columns();
        let cut = cut(alpha.data(), firing);
        let mut slots = vec![0.0; firing.cap * width];
        for (out, slot) in slots.chunks_exact_mut(width.max(1)).zip(&cut.slots) {
            for (frame, weight) in frames.iter_rows().skip(slot.first).zip(&slot.weights) {
                out.iter_mut()
                    .zip(frame)
                    .for_each(|(y, x)| *y += weight * x);
            }
        }
        Ok(Fired {
            slots: Matrix::new(firing.cap, width, slots),
            count: Matrix::new(1, 1, vec![cut.slots.len() as f32]),
        })
    }

    fn normalise_rows(&mut self, x: &Matrix) -> Result<Matrix, EngineError> {
        let mut out = x.data().to_vec();
        for row in out.chunks_exact_mut(x.columns().max(1)) {
            let length = row
                .iter()
                .map(|x| x * x)
                .sum::<f32>()
                .sqrt()
                .max(LENGTH_EPSILON);
            row.iter_mut().for_each(|x| *x /= length);
        }
        Ok(Matrix::new(x.rows(), x.columns(), out))
    }

    fn top_k(
        &mut self,
        scores: &Matrix,
        k: usize,
        first_allowed: usize,
    ) -> Result<Matrix, EngineError> {
        let allowed = scores.columns().saturating_sub(first_allowed);
        fit(k <= allowed, "top_k", || {
            format!(
                "{k} best of {allowed} allowed columns of {}",
                shape_of(scores)
            )
        })?;
        let mut out = Vec::with_capacity(scores.rows() * 2 * k);
        for row in scores.iter_rows() {
            let best = rank::best(row, k, first_allowed);
            out.extend(best.iter().map(|(column, _)| *column as f32));
            out.extend(best.iter().map(|(_, score)| *score));
        }
        Ok(Matrix::new(scores.rows(), 2 * k, out))
    }

    async fn read(&mut self, tensors: &[&Matrix]) -> Result<Vec<Vec<f32>>, EngineError> {
        Ok(tensors
            .iter()
            .map(|tensor| tensor.data().to_vec())
            .collect())
    }
}

#[cfg(test)]
mod tests;
