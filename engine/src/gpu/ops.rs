//! The operations: what each checks, and which kernels it records.

use super::GpuOps;
use super::checks::{require, require_vector};
use super::kernels::Kernel;
use super::record::{Rows, activation_number, vector};
use super::recorder::fold;
use super::tensor::{GpuTensor, GpuWeight};
use crate::error::EngineError;
use crate::ops::{
    Activation, Attention, Columns, Convolution, Fired, Firing, Ops, Pooling, Segmented, Window,
};
use crate::pack::{LogMelConfig, MAX_EXCLUDED, TextFrame, WeightData};

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
            span: weight.inputs,
            step: 0,
            groups: 1,
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
        let rows = Rows::of_convolution(shape, x, weight);
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

    fn grouped_convolve(
        &mut self,
        x: &GpuTensor,
        weight: &GpuWeight,
        bias: &GpuWeight,
        groups: usize,
        activation: Activation,
    ) -> Result<GpuTensor, EngineError> {
        let width = x.columns;
        let divides = groups > 0 && width > 0 && width.is_multiple_of(groups);
        let group = if divides { width / groups } else { 1 };
        let fits = divides && weight.outputs == width && weight.inputs.is_multiple_of(group);
        require(fits, "grouped_convolve", || {
            let (outputs, inputs) = (weight.outputs, weight.inputs);
            format!("{width} channels in {groups} groups by [{outputs}, {inputs}]")
        })?;
        require_vector(bias, width, "grouped_convolve")?;
        let rows = Rows {
            count: x.rows,
            pitch: width,
            lead: weight.inputs / group / 2 * width,
            span: group,
            step: width,
            groups,
        };
        self.product(x, &rows, weight, Some(bias), activation, Some(x))
    }

    fn layer_norm(
        &mut self,
        x: &GpuTensor,
        affine: Option<(&GpuWeight, &GpuWeight)>,
        activation: Activation,
    ) -> Result<GpuTensor, EngineError> {
        self.record_layer_norm(x, affine, activation)
    }

    fn channel_norm(
        &mut self,
        x: &GpuTensor,
        weight: &GpuWeight,
        bias: &GpuWeight,
        activation: Activation,
    ) -> Result<GpuTensor, EngineError> {
        self.record_channel_norm(x, weight, bias, activation)
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

    fn attention(
        &mut self,
        queries: Columns<'_, GpuTensor>,
        keys: Columns<'_, GpuTensor>,
        values: Columns<'_, GpuTensor>,
        shape: Attention,
    ) -> Result<GpuTensor, EngineError> {
        self.record_attention(&queries, &keys, &values, shape)
    }

    fn attention_weights(
        &mut self,
        queries: Columns<'_, GpuTensor>,
        keys: Columns<'_, GpuTensor>,
        shape: Attention,
    ) -> Result<GpuTensor, EngineError> {
        self.record_attention_weights(&queries, &keys, shape)
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

    fn scale_shift(
        &mut self,
        x: &GpuTensor,
        scale: &GpuWeight,
        shift: Option<&GpuWeight>,
    ) -> Result<GpuTensor, EngineError> {
        self.record_scale_shift(x, scale, shift)
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
        self.copy(&first.block, 0, &y, 0, first.count())?;
        self.copy(&second.block, 0, &y, first.count(), second.count())?;
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
        self.copy(&x.block, start * x.columns, &y, 0, y.count())?;
        Ok(y)
    }

    fn weight_rows(&mut self, weight: &GpuWeight) -> Result<GpuTensor, EngineError> {
        let y = self.tensor(weight.outputs, weight.inputs)?;
        self.copy(vector(weight)?, 0, &y, 0, y.count())?;
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

    fn segment(
        &mut self,
        frames: &GpuTensor,
        threshold: f32,
        cap: usize,
    ) -> Result<Segmented<GpuTensor>, EngineError> {
        self.record_segments(frames, threshold, cap)
    }

    fn gather(&mut self, table: &GpuWeight, picks: &GpuTensor) -> Result<GpuTensor, EngineError> {
        self.record_gather(table, picks)
    }

    fn frame_text(
        &mut self,
        tokens: &GpuTensor,
        count: &GpuTensor,
        table: &GpuWeight,
        frame: TextFrame,
    ) -> Result<GpuTensor, EngineError> {
        self.record_frame_text(tokens, count, table, frame)
    }

    fn row_after(
        &mut self,
        x: &GpuTensor,
        count: &GpuTensor,
        offset: usize,
    ) -> Result<GpuTensor, EngineError> {
        self.record_row_after(x, count, offset)
    }

    fn neighbours(&mut self, x: &GpuTensor, window: Window) -> Result<GpuTensor, EngineError> {
        self.record_neighbours(x, window)
    }

    fn pool_rows(&mut self, x: &GpuTensor, pooling: Pooling) -> Result<GpuTensor, EngineError> {
        self.record_pool_rows(x, pooling)
    }

    fn softmax_rows(&mut self, x: &GpuTensor) -> Result<GpuTensor, EngineError> {
        self.record_by_rows(Kernel::SoftmaxRows, x)
    }

    fn normalise_rows(&mut self, x: &GpuTensor) -> Result<GpuTensor, EngineError> {
        self.record_by_rows(Kernel::NormaliseRows, x)
    }

    fn top_k(
        &mut self,
        scores: &GpuTensor,
        k: usize,
        excluded: &[usize],
    ) -> Result<GpuTensor, EngineError> {
        let fits = excluded.len() <= MAX_EXCLUDED && k + excluded.len() <= scores.columns;
        require(fits, "top_k", || {
            format!("{k} of {} columns without {excluded:?}", scores.columns)
        })?;
        let y = self.tensor(scores.rows, 2 * k)?;
        let mut parameters = vec![scores.rows as u32, scores.columns as u32, k as u32];
        parameters.extend(excluded.iter().map(|column| *column as u32));
        parameters.resize(3 + MAX_EXCLUDED, u32::MAX);
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
