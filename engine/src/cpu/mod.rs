//! [`Ops`] in plain Rust: the oracle the kernels are tested against, and what runs where there is no
//! GPU, or only a software one. Quantised weights become floats once, when they are loaded.

mod activation;
mod attention;
mod checks;
mod convolution;
mod matmul;
mod matrix;
mod norm;
mod rank;
mod slots;
mod text;

pub use matrix::Matrix;

use crate::audio::LogMel;
use crate::error::EngineError;
use crate::ops::{Activation, Attention, Columns, Convolution, Fired, Firing, Ops, Segmented};
use crate::pack::{LogMelConfig, MAX_EXCLUDED, TextFrame, WeightData};
use checks::{check_bias, check_keys, fit, part, shape_of};
use convolution::Channels;
use matmul::{View, multiply};

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
    finish(&mut out, columns, bias, activation);
    out
}

/// Adds the bias to every row, then applies the activation.
fn finish(out: &mut [f32], columns: usize, bias: Option<&Matrix>, activation: Activation) {
    if let Some(bias) = bias {
        for row in out.chunks_exact_mut(columns.max(1)) {
            row.iter_mut().zip(bias.data()).for_each(|(y, b)| *y += b);
        }
    }
    activation::apply(activation, out);
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
        let (frames, outputs) = (shape.output_frames(x.rows()), weight.rows());
        let mut out = vec![0.0; frames * outputs];
        let channels = Channels {
            first: 0,
            count: x.columns(),
        };
        let weights = View::whole(weight.data(), outputs, weight.columns());
        convolution::convolve(x, channels, weights, shape, frames, &mut out, outputs);
        finish(&mut out, outputs, bias, activation);
        Ok(Matrix::new(frames, outputs, out))
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

    fn grouped_convolve(
        &mut self,
        x: &Matrix,
        weight: &Matrix,
        bias: &Matrix,
        groups: usize,
        activation: Activation,
    ) -> Result<Matrix, EngineError> {
        let width = x.columns();
        let divides = groups > 0 && width.is_multiple_of(groups);
        let channels = if divides { width / groups } else { 0 };
        let fine = channels > 0
            && weight.rows() == width
            && weight.columns() > 0
            && weight.columns().is_multiple_of(channels);
        fit(fine, "grouped_convolve", || {
            format!("{} by {} in {groups} groups", shape_of(x), shape_of(weight))
        })?;
        check_bias("grouped_convolve", Some(bias), width)?;
        let kernel = weight.columns() / channels;
        let shape = Convolution {
            kernel,
            stride: 1,
            padding: kernel / 2,
        };
        let mut out = vec![0.0; x.rows() * width];
        for first in (0..width).step_by(channels) {
            let rows = &weight.data()[first * weight.columns()..];
            let weights = View::whole(rows, channels, weight.columns());
            let group = Channels {
                first,
                count: channels,
            };
            if !out.is_empty() {
                let target = &mut out[first..];
                convolution::convolve(x, group, weights, shape, x.rows(), target, width);
            }
        }
        finish(&mut out, width, Some(bias), activation);
        out.iter_mut().zip(x.data()).for_each(|(y, x)| *y += x);
        Ok(Matrix::new(x.rows(), width, out))
    }

    fn layer_norm(
        &mut self,
        x: &Matrix,
        affine: Option<(&Matrix, &Matrix)>,
        activation: Activation,
    ) -> Result<Matrix, EngineError> {
        norm::layer_norm(x, affine, activation)
    }

    fn channel_norm(
        &mut self,
        x: &Matrix,
        weight: &Matrix,
        bias: &Matrix,
        activation: Activation,
    ) -> Result<Matrix, EngineError> {
        norm::channel_norm(x, weight, bias, activation)
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

    fn attention(
        &mut self,
        queries: Columns<'_, Matrix>,
        keys: Columns<'_, Matrix>,
        values: Columns<'_, Matrix>,
        shape: Attention,
    ) -> Result<Matrix, EngineError> {
        check_keys(queries.tensor, keys.tensor, shape)?;
        check_keys(queries.tensor, values.tensor, shape)?;
        let (q, k, v) = (
            part(&queries, shape)?,
            part(&keys, shape)?,
            part(&values, shape)?,
        );
        let out = attention::attend(q, k, v, shape);
        Ok(Matrix::new(queries.tensor.rows(), shape.width, out))
    }

    fn attention_weights(
        &mut self,
        queries: Columns<'_, Matrix>,
        keys: Columns<'_, Matrix>,
        shape: Attention,
    ) -> Result<Matrix, EngineError> {
        check_keys(queries.tensor, keys.tensor, shape)?;
        let out = attention::weights(part(&queries, shape)?, part(&keys, shape)?, shape);
        let rows = shape.heads * queries.tensor.rows();
        Ok(Matrix::new(rows, shape.keys, out))
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

    fn scale_shift(
        &mut self,
        x: &Matrix,
        scale: &Matrix,
        shift: Option<&Matrix>,
    ) -> Result<Matrix, EngineError> {
        norm::scale_shift(x, scale, shift)
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
        slots::integrate_and_fire(frames, alpha, firing)
    }

    fn segment(
        &mut self,
        frames: &Matrix,
        threshold: f32,
        cap: usize,
    ) -> Result<Segmented<Matrix>, EngineError> {
        Ok(slots::segment(frames, threshold, cap))
    }

    fn gather(&mut self, table: &Matrix, picks: &Matrix) -> Result<Matrix, EngineError> {
        text::gather(table, picks)
    }

    fn frame_text(
        &mut self,
        tokens: &Matrix,
        count: &Matrix,
        table: &Matrix,
        frame: TextFrame,
    ) -> Result<Matrix, EngineError> {
        text::frame_text(tokens, count, table, frame)
    }

    fn row_after(
        &mut self,
        x: &Matrix,
        count: &Matrix,
        offset: usize,
    ) -> Result<Matrix, EngineError> {
        text::row_after(x, count, offset)
    }

    fn normalise_rows(&mut self, x: &Matrix) -> Result<Matrix, EngineError> {
        Ok(norm::normalise_rows(x))
    }

    fn top_k(
        &mut self,
        scores: &Matrix,
        k: usize,
        excluded: &[usize],
    ) -> Result<Matrix, EngineError> {
        let fine = excluded.len() <= MAX_EXCLUDED && k + excluded.len() <= scores.columns();
        fit(fine, "top_k", || {
            format!("{k} best of {} without {excluded:?}", shape_of(scores))
        })?;
        let mut out = Vec::with_capacity(scores.rows() * 2 * k);
        for row in scores.iter_rows() {
            let best = rank::best(row, k, excluded);
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
