//! [`Ops`] in plain Rust: the oracle the kernels are tested against, and what runs where there is no
//! GPU, or only a software one. Quantised weights become floats once, when they are loaded. The loops are those of
//! `saysee_cpu`; here operands are checked.

mod checks;
mod pictures;
mod rank;
mod slots;
mod text;
mod weight;

pub use saysee_cpu::{Matrix, Pool};
pub use weight::Weight;

use saysee_cpu::{Finish, InstructionSet};

use crate::audio::{Heard, LogMel};
use crate::error::EngineError;
use crate::ops::{
    Activation, Attention, Columns, Convolution, Fired, Firing, Ops, Pooling, Segmented, Window,
};
use crate::pack::{LogMelConfig, MAX_EXCLUDED, TextFrame, WeightData};
use checks::{check_bias, check_count, check_keys, fit, part, shape_of};

/// How products with quantised weights are computed. Weights in `f32` and `f16` are multiplied in `f32` either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// As `f32`, the weight being its value times its scale: what everything else is measured by.
    #[default]
    Exact,
    /// In eight bits, activations being quantised as well (docs: "Eight bits"): several times as fast.
    EightBits,
}

/// The operations on the CPU: on one core, unless it is given a [`Pool`] of threads. How many there are changes no bit of a
/// result.
pub struct CpuOps {
    front_end: Option<(LogMelConfig, LogMel, Heard)>,
    precision: Precision,
    set: InstructionSet,
    pool: Pool,
}

impl Default for CpuOps {
    fn default() -> Self {
        Self::new()
    }
}

impl CpuOps {
    /// Ready at once, exact.
    pub fn new() -> Self {
        Self::with(Precision::Exact)
    }

    /// Ready at once.
    pub fn with(precision: Precision) -> Self {
        Self {
            front_end: None,
            precision,
            set: InstructionSet::best(),
            pool: Pool::alone(),
        }
    }

    /// The same on several threads.
    pub fn on(self, pool: Pool) -> Self {
        Self { pool, ..self }
    }

    /// How many threads share an operation.
    pub fn threads(&self) -> usize {
        self.pool.threads()
    }

    /// The instructions it uses, as people call them.
    pub fn instructions(&self) -> &'static str {
        self.set.name()
    }
}

impl Ops for CpuOps {
    type Tensor = Matrix;
    type Weight = Weight;

    fn load(&mut self, name: &str, weight: &WeightData) -> Result<Weight, EngineError> {
        check_count(name, weight)?;
        Ok(Weight::new(weight.clone()))
    }

    fn load_owned(&mut self, name: &str, weight: WeightData) -> Result<Weight, EngineError> {
        check_count(name, &weight)?;
        Ok(Weight::new(weight))
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
        let (front_end, heard) = match self.front_end.take() {
            Some((known, front_end, heard)) if known == *config => (front_end, heard),
            _ => (LogMel::new(config)?, Heard::default()),
        };
        let (_, front_end, heard) = self.front_end.insert((config.clone(), front_end, heard));
        // While somebody speaks, the same samples come again and again, with some more at their end.
        let features = front_end.growing_features(samples, heard)?;
        Ok(Matrix::new(
            features.len() / config.mels,
            config.mels,
            features,
        ))
    }

    fn linear(
        &mut self,
        x: &Matrix,
        weight: &Weight,
        bias: Option<&Weight>,
        activation: Activation,
        residual: Option<&Matrix>,
    ) -> Result<Matrix, EngineError> {
        fit(x.columns() == weight.columns(), "linear", || {
            format!("{} times the transpose of {}", shape_of(x), weight.shape())
        })?;
        let bias = bias.map(Weight::matrix);
        check_bias("linear", bias.as_ref(), weight.rows())?;
        let (rows, outputs) = (x.rows(), weight.rows());
        if let Some(residual) = residual {
            let fine = (residual.rows(), residual.columns()) == (rows, outputs);
            fit(fine, "linear", || {
                let residual = shape_of(residual);
                format!("residual {residual} for an output of [{rows}, {outputs}]")
            })?;
        }
        let finish = Finish {
            bias: bias.as_ref().map(Matrix::data),
            activation,
            residual: residual.map(Matrix::data),
            ..Finish::NOTHING
        };
        // A convolution of one tap.
        let shape = Convolution {
            kernel: 1,
            stride: 1,
            padding: 0,
        };
        let product = weight.product(self.set, self.precision, x.columns(), false);
        let out = saysee_cpu::convolve(&self.pool, x, &product, shape, finish, outputs);
        Ok(Matrix::new(rows, outputs, out))
    }

    fn search(&mut self, query: &Matrix, gallery: &Weight) -> Result<Matrix, EngineError> {
        let fine = query.rows() == 1 && query.columns() == gallery.columns();
        fit(fine, "search", || {
            format!("{} in a gallery of {}", shape_of(query), gallery.shape())
        })?;
        match gallery.bytes(|values, scales| saysee_cpu::scores(query.data(), values, scales)) {
            Some(scores) => Ok(Matrix::new(1, gallery.rows(), scores)),
            None => self.linear(query, gallery, None, Activation::None, None),
        }
    }

    fn convolve(
        &mut self,
        x: &Matrix,
        weight: &Weight,
        bias: Option<&Weight>,
        shape: Convolution,
        activation: Activation,
    ) -> Result<Matrix, EngineError> {
        let fine = shape.stride > 0 && weight.columns() == shape.kernel * x.columns();
        fit(fine, "convolve", || {
            format!("{} by {} with {shape:?}", shape_of(x), weight.shape())
        })?;
        let bias = bias.map(Weight::matrix);
        check_bias("convolve", bias.as_ref(), weight.rows())?;
        let finish = Finish {
            bias: bias.as_ref().map(Matrix::data),
            activation,
            ..Finish::NOTHING
        };
        let product = weight.product(self.set, self.precision, x.columns(), true);
        let outputs = weight.rows();
        let out = saysee_cpu::convolve(&self.pool, x, &product, shape, finish, outputs);
        Ok(Matrix::new(shape.output_frames(x.rows()), outputs, out))
    }

    fn depthwise_convolve(
        &mut self,
        x: &Matrix,
        weight: &Weight,
        bias: &Weight,
        activation: Activation,
    ) -> Result<Matrix, EngineError> {
        let fine = weight.columns() == x.columns() && weight.rows() % 2 == 1;
        fit(fine, "depthwise_convolve", || {
            format!("{} by {}", shape_of(x), weight.shape())
        })?;
        let bias = bias.matrix();
        check_bias("depthwise_convolve", Some(&bias), x.columns())?;
        let weight = weight.matrix();
        let out = saysee_cpu::depthwise(&self.pool, x, &weight, bias.data(), activation);
        Ok(Matrix::new(x.rows(), x.columns(), out))
    }

    fn grouped_convolve(
        &mut self,
        x: &Matrix,
        weight: &Weight,
        bias: &Weight,
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
            format!("{} by {} in {groups} groups", shape_of(x), weight.shape())
        })?;
        let bias = bias.matrix();
        check_bias("grouped_convolve", Some(&bias), width)?;
        let kernel = weight.columns() / channels;
        let finish = Finish {
            bias: Some(bias.data()),
            activation,
            residual: Some(x.data()),
            ..Finish::NOTHING
        };
        let packed = weight.groups(self.set, groups);
        let out = saysee_cpu::grouped(&self.pool, x, &packed, kernel, finish);
        Ok(Matrix::new(x.rows(), width, out))
    }

    fn layer_norm(
        &mut self,
        x: &Matrix,
        affine: Option<(&Weight, &Weight)>,
        activation: Activation,
    ) -> Result<Matrix, EngineError> {
        let affine = affine.map(|(weight, bias)| (weight.matrix(), bias.matrix()));
        let affine = affine.as_ref().map(|(weight, bias)| (weight, bias));
        if let Some((weight, bias)) = affine {
            check_bias("layer_norm", Some(weight), x.columns())?;
            check_bias("layer_norm", Some(bias), x.columns())?;
        }
        Ok(saysee_cpu::layer_norm(&self.pool, x, affine, activation))
    }

    fn channel_norm(
        &mut self,
        x: &Matrix,
        weight: &Weight,
        bias: &Weight,
        activation: Activation,
    ) -> Result<Matrix, EngineError> {
        let (weight, bias) = (weight.matrix(), bias.matrix());
        check_bias("channel_norm", Some(&weight), x.columns())?;
        check_bias("channel_norm", Some(&bias), x.columns())?;
        Ok(saysee_cpu::channel_norm(x, &weight, &bias, activation))
    }

    fn normalised_convolve(
        &mut self,
        x: &Matrix,
        weight: &Weight,
        bias: Option<&Weight>,
        shape: Convolution,
        norm: (&Weight, &Weight),
        activation: Activation,
    ) -> Result<Matrix, EngineError> {
        match self.normalised_convolve_like(x, x, weight, bias, shape, norm, activation)? {
            Some(out) => Ok(out),
            None => {
                let convolved = self.convolve(x, weight, bias, shape, Activation::None)?;
                self.channel_norm(&convolved, norm.0, norm.1, activation)
            }
        }
    }

    fn normalised_convolve_like(
        &mut self,
        x: &Matrix,
        basis: &Matrix,
        weight: &Weight,
        bias: Option<&Weight>,
        shape: Convolution,
        norm: (&Weight, &Weight),
        activation: Activation,
    ) -> Result<Option<Matrix>, EngineError> {
        let taps = weight.columns();
        let of_samples = x.columns() == 1 && basis.columns() == 1;
        let plain = shape.kernel == taps && shape.padding == 0 && shape.stride > 0;
        if !(of_samples && plain && taps <= saysee_cpu::MOST_TAPS) {
            return Ok(None);
        }
        let frames = shape.output_frames(x.rows());
        if frames == 0 || shape.output_frames(basis.rows()) == 0 {
            return Ok(None);
        }
        let outputs = weight.rows();
        let (scale, shift) = (norm.0.matrix(), norm.1.matrix());
        for operand in [
            bias.map(Weight::matrix).as_ref(),
            Some(&scale),
            Some(&shift),
        ] {
            check_bias("normalised_convolve", operand, outputs)?;
        }
        let weight = weight.matrix();
        let norm = (&scale, &shift);
        let out = saysee_cpu::normalised(
            (self.set, &self.pool),
            (x, basis),
            &weight,
            shape,
            norm,
            activation,
        );
        Ok(Some(Matrix::new(frames, outputs, out)))
    }

    fn gated_linear_unit(&mut self, x: &Matrix) -> Result<Matrix, EngineError> {
        fit(x.columns().is_multiple_of(2), "gated_linear_unit", || {
            format!("{} has no two halves", shape_of(x))
        })?;
        Ok(saysee_cpu::gated_linear_unit(&self.pool, x))
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
        let out = saysee_cpu::attend((self.set, &self.pool), q, k, v, shape);
        Ok(Matrix::new(queries.tensor.rows(), shape.width, out))
    }

    fn attention_weights(
        &mut self,
        queries: Columns<'_, Matrix>,
        keys: Columns<'_, Matrix>,
        shape: Attention,
    ) -> Result<Matrix, EngineError> {
        check_keys(queries.tensor, keys.tensor, shape)?;
        let out = saysee_cpu::weights(
            (self.set, &self.pool),
            part(&queries, shape)?,
            part(&keys, shape)?,
            shape,
        );
        let rows = shape.heads * queries.tensor.rows();
        Ok(Matrix::new(rows, shape.keys, out))
    }

    fn scale_add(
        &mut self,
        sum: Option<&Matrix>,
        x: &Matrix,
        scale: f32,
    ) -> Result<Matrix, EngineError> {
        if let Some(sum) = sum {
            fit(
                (sum.rows(), sum.columns()) == (x.rows(), x.columns()),
                "scale_add",
                || format!("{} plus {}", shape_of(sum), shape_of(x)),
            )?;
        }
        Ok(saysee_cpu::scale_add(sum, x, scale))
    }

    fn scale_shift(
        &mut self,
        x: &Matrix,
        scale: &Weight,
        shift: Option<&Weight>,
    ) -> Result<Matrix, EngineError> {
        let (scale, shift) = (scale.matrix(), shift.map(Weight::matrix));
        for operand in [Some(&scale), shift.as_ref()].into_iter().flatten() {
            let rows_fit = operand.rows() == 1 || operand.rows() == x.rows();
            let fine = rows_fit && operand.columns() == x.columns();
            fit(fine, "scale_shift", || {
                format!("{} by {}", shape_of(x), shape_of(operand))
            })?;
        }
        Ok(saysee_cpu::scale_shift(x, &scale, shift.as_ref()))
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

    fn weight_rows(&mut self, weight: &Weight) -> Result<Matrix, EngineError> {
        Ok(weight.matrix())
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

    fn gather(&mut self, table: &Weight, picks: &Matrix) -> Result<Matrix, EngineError> {
        text::gather(table, picks)
    }

    fn frame_text(
        &mut self,
        tokens: &Matrix,
        count: &Matrix,
        table: &Weight,
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

    fn neighbours(&mut self, x: &Matrix, window: Window) -> Result<Matrix, EngineError> {
        pictures::neighbours(x, window)
    }

    fn pool_rows(&mut self, x: &Matrix, pooling: Pooling) -> Result<Matrix, EngineError> {
        pictures::pool_rows(x, pooling)
    }

    fn softmax_rows(&mut self, x: &Matrix) -> Result<Matrix, EngineError> {
        Ok(saysee_cpu::softmax_rows(x))
    }

    fn normalise_rows(&mut self, x: &Matrix) -> Result<Matrix, EngineError> {
        Ok(saysee_cpu::normalise_rows(x))
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
