//! The operations: what each checks, and which kernels it records.

use super::GpuOps;
use super::checks::{require, require_vector};
use super::kernels::{self, Kernel};
use super::record::{Rows, Source, activation_number, vector};
use super::recorder::fold;
use super::tensor::{GpuTensor, GpuWeight, Stored};
use crate::error::EngineError;
use crate::ops::{Activation, Convolution, Fired, Firing, Ops};
use crate::pack::{LogMelConfig, WeightData};

impl Ops for GpuOps {
    type Tensor = GpuTensor;
    type Weight = GpuWeight;

    fn load(&mut self, name: &str, weight: &WeightData) -> Result<GpuWeight, EngineError> {
        self.gpu.check()?;
        if self.recorder.is_empty() {
            // Room first: the new weights may replace ones just dropped.
            self.sweep();
        }
        self.uploader.weight(&self.arena, name, weight)
    }

    fn upload(
        &mut self,
        data: &[f32],
        rows: usize,
        columns: usize,
    ) -> Result<GpuTensor, EngineError> {
        require(
            rows.checked_mul(columns) == Some(data.len()),
            "upload",
            || format!("{} numbers for [{rows}, {columns}]", data.len()),
        )?;
        self.gpu.check()?;
        let tensor = self.tensor(rows, columns)?;
        // The write overtakes what is recorded, which may still need what the buffer held before.
        if !self.recorder.is_empty() {
            self.recorder.submit(|_| {});
        }
        if let Some(buffer) = tensor.block.buffer() {
            self.gpu
                .queue
                .write_buffer(buffer, 0, bytemuck::cast_slice(data));
        }
        Ok(tensor)
    }

    fn shape(&self, tensor: &GpuTensor) -> (usize, usize) {
        (tensor.rows, tensor.columns)
    }

    fn log_mel(
        &mut self,
        samples: &[f32],
        config: &LogMelConfig,
    ) -> Result<GpuTensor, EngineError> {
        self.record_log_mel(samples, config)
    }

    fn linear(
        &mut self,
        x: &GpuTensor,
        weight: &GpuWeight,
        bias: Option<&GpuWeight>,
        activation: Activation,
        residual: Option<&GpuTensor>,
    ) -> Result<GpuTensor, EngineError> {
        require(x.columns == weight.inputs, "linear", || {
            format!(
                "{} takes {} inputs, x has {}",
                weight.name, weight.inputs, x.columns
            )
        })?;
        if let Some(bias) = bias {
            require_vector(bias, weight.outputs, "linear")?;
        }
        if let Some(residual) = residual {
            let wanted = (x.rows, weight.outputs);
            require(
                (residual.rows, residual.columns) == wanted,
                "linear",
                || {
                    format!(
                        "the residual is [{}, {}], not {wanted:?}",
                        residual.rows, residual.columns
                    )
                },
            )?;
        }
        let rows = Rows {
            count: x.rows,
            pitch: x.columns,
            lead: 0,
        };
        self.product(x, &rows, weight, bias, activation, residual)
    }

    fn convolve(
        &mut self,
        x: &GpuTensor,
        weight: &GpuWeight,
        bias: Option<&GpuWeight>,
        shape: Convolution,
        activation: Activation,
    ) -> Result<GpuTensor, EngineError> {
        require(
            shape.kernel * x.columns == weight.inputs && shape.stride > 0,
            "convolve",
            || {
                let (inputs, kernel, stride) = (weight.inputs, shape.kernel, shape.stride);
                format!(
                    "{} takes {inputs} inputs, {kernel} taps of {}, stride {stride}",
                    weight.name, x.columns
                )
            },
        )?;
        if let Some(bias) = bias {
            require_vector(bias, weight.outputs, "convolve")?;
        }
        let rows = Rows {
            count: shape.output_frames(x.rows),
            pitch: shape.stride * x.columns,
            lead: shape.padding * x.columns,
        };
        self.product(x, &rows, weight, bias, activation, None)
    }

    fn depthwise_convolve(
        &mut self,
        x: &GpuTensor,
        weight: &GpuWeight,
        bias: &GpuWeight,
        activation: Activation,
    ) -> Result<GpuTensor, EngineError> {
        let kernel = weight.outputs;
        require(
            weight.inputs == x.columns && !kernel.is_multiple_of(2),
            "depthwise_convolve",
            || {
                format!(
                    "{} is [{kernel}, {}], x has {} columns; taps are odd",
                    weight.name, weight.inputs, x.columns
                )
            },
        )?;
        require_vector(bias, x.columns, "depthwise_convolve")?;
        let y = self.tensor(x.rows, x.columns)?;
        let parameters = [
            x.rows as u32,
            x.columns as u32,
            kernel as u32,
            activation_number(activation),
        ];
        let blocks = [&*x.block, vector(weight)?, vector(bias)?, &y.block];
        self.elementwise(Kernel::DepthwiseConvolve, &blocks, &parameters, y.count())?;
        Ok(y)
    }

    fn layer_norm(
        &mut self,
        x: &GpuTensor,
        affine: Option<(&GpuWeight, &GpuWeight)>,
    ) -> Result<GpuTensor, EngineError> {
        if let Some((weight, bias)) = affine {
            require_vector(weight, x.columns, "layer_norm")?;
            require_vector(bias, x.columns, "layer_norm")?;
        }
        let y = self.tensor(x.rows, x.columns)?;
        let parameters = [x.rows as u32, x.columns as u32, u32::from(affine.is_some())];
        let nothing = self.nothing.clone();
        let (weight, bias) = match affine {
            Some((weight, bias)) => (vector(weight)?, vector(bias)?),
            None => (&*nothing, &*nothing),
        };
        let blocks = [&*x.block, weight, bias, &y.block];
        self.dispatch(Kernel::LayerNorm, &blocks, &parameters, fold(x.rows as u32))?;
        Ok(y)
    }

    fn gated_linear_unit(&mut self, x: &GpuTensor) -> Result<GpuTensor, EngineError> {
        require(x.columns.is_multiple_of(2), "gated_linear_unit", || {
            format!("{} columns have no halves", x.columns)
        })?;
        let y = self.tensor(x.rows, x.columns / 2)?;
        let parameters = [y.rows as u32, y.columns as u32];
        self.elementwise(
            Kernel::GatedLinearUnit,
            &[&x.block, &y.block],
            &parameters,
            y.count(),
        )?;
        Ok(y)
    }

    fn attention(&mut self, qkv: &GpuTensor, heads: usize) -> Result<GpuTensor, EngineError> {
        let width = qkv.columns / 3;
        let fits = heads > 0 && qkv.columns.is_multiple_of(3) && width.is_multiple_of(heads);
        require(fits, "attention", || {
            format!("{} columns for {heads} heads", qkv.columns)
        })?;
        let size = width / heads;
        let blocks = kernels::attention_blocks(size).ok_or_else(|| {
            EngineError::shape(
                "attention",
                format!("heads of {size} columns; 1 to 128 are possible"),
            )
        })?;
        let y = self.tensor(qkv.rows, width)?;
        let scale = 1.0 / (size as f32).sqrt();
        let parameters = [qkv.rows as u32, width as u32, size as u32, scale.to_bits()];
        let grid = [(qkv.rows as u32).div_ceil(32), heads as u32, 1];
        self.dispatch(
            Kernel::Attention(blocks),
            &[&qkv.block, &y.block],
            &parameters,
            grid,
        )?;
        Ok(y)
    }

    fn scale_add(
        &mut self,
        sum: Option<&GpuTensor>,
        x: &GpuTensor,
        scale: f32,
    ) -> Result<GpuTensor, EngineError> {
        if let Some(sum) = sum {
            require(
                (sum.rows, sum.columns) == (x.rows, x.columns),
                "scale_add",
                || {
                    format!(
                        "[{}, {}] and [{}, {}]",
                        sum.rows, sum.columns, x.rows, x.columns
                    )
                },
            )?;
        }
        let y = self.tensor(x.rows, x.columns)?;
        let parameters = [x.count() as u32, u32::from(sum.is_some()), scale.to_bits()];
        let nothing = self.nothing.clone();
        let blocks = [sum.map_or(&*nothing, |sum| &sum.block), &x.block, &y.block];
        self.elementwise(Kernel::ScaleAdd, &blocks, &parameters, y.count())?;
        Ok(y)
    }

    fn stack_rows(
        &mut self,
        first: &GpuTensor,
        second: &GpuTensor,
    ) -> Result<GpuTensor, EngineError> {
        require(first.columns == second.columns, "stack_rows", || {
            format!("{} and {} columns", first.columns, second.columns)
        })?;
        let y = self.tensor(first.rows + second.rows, first.columns)?;
        self.copy(Source::F32(&first.block), 0, &y, 0, first.count())?;
        self.copy(
            Source::F32(&second.block),
            0,
            &y,
            first.count(),
            second.count(),
        )?;
        Ok(y)
    }

    fn rows(
        &mut self,
        x: &GpuTensor,
        start: usize,
        count: usize,
    ) -> Result<GpuTensor, EngineError> {
        let fits = start.checked_add(count).is_some_and(|end| end <= x.rows);
        require(fits, "rows", || {
            format!("{count} from {start} on, of {}", x.rows)
        })?;
        let y = self.tensor(count, x.columns)?;
        self.copy(Source::F32(&x.block), start * x.columns, &y, 0, y.count())?;
        Ok(y)
    }

    fn weight_rows(&mut self, weight: &GpuWeight) -> Result<GpuTensor, EngineError> {
        let y = self.tensor(weight.outputs, weight.inputs)?;
        let source = match &weight.data {
            Stored::F32(values) => Source::F32(values),
            Stored::Q8 { values, scales } => Source::Q8 { values, scales },
        };
        self.copy(source, 0, &y, 0, y.count())?;
        Ok(y)
    }

    fn integrate_and_fire(
        &mut self,
        frames: &GpuTensor,
        alpha: &GpuTensor,
        firing: Firing,
    ) -> Result<Fired<GpuTensor>, EngineError> {
        self.record_firing(frames, alpha, firing)
    }

    fn normalise_rows(&mut self, x: &GpuTensor) -> Result<GpuTensor, EngineError> {
        let y = self.tensor(x.rows, x.columns)?;
        let parameters = [x.rows as u32, x.columns as u32];
        self.dispatch(
            Kernel::NormaliseRows,
            &[&x.block, &y.block],
            &parameters,
            fold(x.rows as u32),
        )?;
        Ok(y)
    }

    fn top_k(
        &mut self,
        scores: &GpuTensor,
        k: usize,
        first_allowed: usize,
    ) -> Result<GpuTensor, EngineError> {
        let allowed = scores.columns.saturating_sub(first_allowed);
        require(k <= allowed, "top_k", || {
            format!("{k} of {allowed} columns")
        })?;
        let y = self.tensor(scores.rows, 2 * k)?;
        let parameters = [
            scores.rows as u32,
            scores.columns as u32,
            k as u32,
            first_allowed as u32,
        ];
        self.dispatch(
            Kernel::TopK,
            &[&scores.block, &y.block],
            &parameters,
            fold(scores.rows as u32),
        )?;
        Ok(y)
    }

    async fn read(&mut self, tensors: &[&GpuTensor]) -> Result<Vec<Vec<f32>>, EngineError> {
        self.gpu.check()?;
        let results = self
            .readback
            .read(&self.gpu, &self.arena, &mut self.recorder, tensors)
            .await;
        self.sweep();
        results
    }
}
