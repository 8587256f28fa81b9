//! Every operation, handed on and written down.

use web_time::Instant;

use super::{Profiled, ProfiledWeight, stored_bytes};
use crate::error::EngineError;
use crate::ops::{
    Activation, Attention, Columns, Convolution, Fired, Firing, Ops, Pooling, Segmented, Window,
};
use crate::pack::{LogMelConfig, TextFrame, WeightData};

impl<O: Ops> Profiled<O> {
    /// Bytes of a tensor.
    fn bytes(&self, tensor: &O::Tensor) -> u64 {
        let (rows, columns) = self.ops.shape(tensor);
        matrix_bytes(rows, columns)
    }

    /// An operation on the numbers of `x`, one by one: it reads and writes as many.
    fn each(
        &mut self,
        name: &str,
        x: &O::Tensor,
        operation: impl FnOnce(&mut O) -> Result<O::Tensor, EngineError>,
    ) -> Result<O::Tensor, EngineError> {
        let (rows, columns) = self.ops.shape(x);
        let bytes = 2 * matrix_bytes(rows, columns);
        self.timed(format!("{name} {rows} x {columns}"), 0, bytes, operation)
    }
}

fn matrix_bytes(rows: usize, columns: usize) -> u64 {
    4 * rows as u64 * columns as u64
}

impl<O: Ops> Ops for Profiled<O> {
    type Tensor = O::Tensor;
    type Weight = ProfiledWeight<O::Weight>;

    fn load(&mut self, name: &str, weight: &WeightData) -> Result<Self::Weight, EngineError> {
        Ok(ProfiledWeight {
            weight: self.ops.load(name, weight)?,
            shape: weight.shape(),
            bytes: stored_bytes(weight),
        })
    }

    fn load_owned(&mut self, name: &str, weight: WeightData) -> Result<Self::Weight, EngineError> {
        let (shape, bytes) = (weight.shape(), stored_bytes(&weight));
        let weight = self.ops.load_owned(name, weight)?;
        Ok(ProfiledWeight {
            weight,
            shape,
            bytes,
        })
    }

    fn search(
        &mut self,
        query: &Self::Tensor,
        gallery: &Self::Weight,
    ) -> Result<Self::Tensor, EngineError> {
        let [pictures, dimension] = gallery.shape;
        let name = format!("search {pictures} x {dimension}");
        let bytes = gallery.bytes + matrix_bytes(1, pictures + dimension);
        self.timed(name, 2 * pictures * dimension, bytes, |ops| {
            ops.search(query, &gallery.weight)
        })
    }

    fn upload(
        &mut self,
        data: &[f32],
        rows: usize,
        columns: usize,
    ) -> Result<Self::Tensor, EngineError> {
        let bytes = matrix_bytes(rows, columns);
        let name = format!("upload {rows} x {columns}");
        self.timed(name, 0, bytes, |ops| ops.upload(data, rows, columns))
    }

    fn shape(&self, tensor: &Self::Tensor) -> (usize, usize) {
        self.ops.shape(tensor)
    }

    fn log_mel(
        &mut self,
        samples: &[f32],
        config: &LogMelConfig,
    ) -> Result<Self::Tensor, EngineError> {
        let name = format!("log_mel {} samples", samples.len());
        let bytes = 4 * samples.len() as u64;
        self.timed(name, 0, bytes, |ops| ops.log_mel(samples, config))
    }

    fn linear(
        &mut self,
        x: &Self::Tensor,
        weight: &Self::Weight,
        bias: Option<&Self::Weight>,
        activation: Activation,
        residual: Option<&Self::Tensor>,
    ) -> Result<Self::Tensor, EngineError> {
        let (rows, inputs) = self.ops.shape(x);
        let [outputs, _] = weight.shape;
        let name = format!("linear {rows} x {inputs} -> {outputs}");
        let residual_bytes = residual.map_or(0, |residual| self.bytes(residual));
        let bytes = self.bytes(x) + weight.bytes + residual_bytes + matrix_bytes(rows, outputs);
        self.timed(name, 2 * rows * inputs * outputs, bytes, |ops| {
            let bias = bias.map(|bias| &bias.weight);
            ops.linear(x, &weight.weight, bias, activation, residual)
        })
    }

    fn convolve(
        &mut self,
        x: &Self::Tensor,
        weight: &Self::Weight,
        bias: Option<&Self::Weight>,
        shape: Convolution,
        activation: Activation,
    ) -> Result<Self::Tensor, EngineError> {
        let (rows, channels) = self.ops.shape(x);
        let [outputs, inputs] = weight.shape;
        let frames = shape.output_frames(rows);
        let name = format!(
            "convolve {frames} x {} x {channels} -> {outputs}",
            shape.kernel
        );
        let bytes = self.bytes(x) + weight.bytes + matrix_bytes(frames, outputs);
        self.timed(name, 2 * frames * inputs * outputs, bytes, |ops| {
            let bias = bias.map(|bias| &bias.weight);
            ops.convolve(x, &weight.weight, bias, shape, activation)
        })
    }

    fn depthwise_convolve(
        &mut self,
        x: &Self::Tensor,
        weight: &Self::Weight,
        bias: &Self::Weight,
        activation: Activation,
    ) -> Result<Self::Tensor, EngineError> {
        let (rows, columns) = self.ops.shape(x);
        let [kernel, _] = weight.shape;
        let name = format!("depthwise_convolve {rows} x {columns}");
        let bytes = 2 * self.bytes(x) + weight.bytes;
        self.timed(name, 2 * rows * columns * kernel, bytes, |ops| {
            ops.depthwise_convolve(x, &weight.weight, &bias.weight, activation)
        })
    }

    fn grouped_convolve(
        &mut self,
        x: &Self::Tensor,
        weight: &Self::Weight,
        bias: &Self::Weight,
        groups: usize,
        activation: Activation,
    ) -> Result<Self::Tensor, EngineError> {
        let (rows, columns) = self.ops.shape(x);
        let [outputs, inputs] = weight.shape;
        let name = format!("grouped_convolve {rows} x {columns}");
        let bytes = 2 * self.bytes(x) + weight.bytes;
        self.timed(name, 2 * rows * inputs * outputs, bytes, |ops| {
            ops.grouped_convolve(x, &weight.weight, &bias.weight, groups, activation)
        })
    }

    fn layer_norm(
        &mut self,
        x: &Self::Tensor,
        affine: Option<(&Self::Weight, &Self::Weight)>,
        activation: Activation,
    ) -> Result<Self::Tensor, EngineError> {
        self.each("layer_norm", x, |ops| {
            let affine = affine.map(|(weight, bias)| (&weight.weight, &bias.weight));
            ops.layer_norm(x, affine, activation)
        })
    }

    fn channel_norm(
        &mut self,
        x: &Self::Tensor,
        weight: &Self::Weight,
        bias: &Self::Weight,
        activation: Activation,
    ) -> Result<Self::Tensor, EngineError> {
        self.each("channel_norm", x, |ops| {
            ops.channel_norm(x, &weight.weight, &bias.weight, activation)
        })
    }

    fn normalised_convolve(
        &mut self,
        x: &Self::Tensor,
        weight: &Self::Weight,
        bias: Option<&Self::Weight>,
        shape: Convolution,
        norm: (&Self::Weight, &Self::Weight),
        activation: Activation,
    ) -> Result<Self::Tensor, EngineError> {
        let (rows, _) = self.ops.shape(x);
        let [outputs, inputs] = weight.shape;
        let frames = shape.output_frames(rows);
        let name = format!("normalised_convolve {frames} x {inputs} -> {outputs}");
        let bytes = self.bytes(x) + weight.bytes + matrix_bytes(frames, outputs);
        self.timed(name, 2 * frames * inputs * outputs, bytes, |ops| {
            let bias = bias.map(|bias| &bias.weight);
            let norm = (&norm.0.weight, &norm.1.weight);
            ops.normalised_convolve(x, &weight.weight, bias, shape, norm, activation)
        })
    }

    fn normalised_convolve_like(
        &mut self,
        x: &Self::Tensor,
        basis: &Self::Tensor,
        weight: &Self::Weight,
        bias: Option<&Self::Weight>,
        shape: Convolution,
        norm: (&Self::Weight, &Self::Weight),
        activation: Activation,
    ) -> Result<Option<Self::Tensor>, EngineError> {
        let bias = bias.map(|bias| &bias.weight);
        let norm = (&norm.0.weight, &norm.1.weight);
        let weight = &weight.weight;
        self.ops
            .normalised_convolve_like(x, basis, weight, bias, shape, norm, activation)
    }

    fn gated_linear_unit(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, EngineError> {
        self.each("gated_linear_unit", x, |ops| ops.gated_linear_unit(x))
    }

    fn attention(
        &mut self,
        queries: Columns<'_, Self::Tensor>,
        keys: Columns<'_, Self::Tensor>,
        values: Columns<'_, Self::Tensor>,
        shape: Attention,
    ) -> Result<Self::Tensor, EngineError> {
        let (rows, _) = self.ops.shape(queries.tensor);
        let name = format!("attention {rows} x {} x {}", shape.keys, shape.width);
        let arithmetic = 4 * rows * shape.keys * shape.width;
        let bytes = 2 * matrix_bytes(rows + shape.keys, shape.width);
        self.timed(name, arithmetic, bytes, |ops| {
            ops.attention(queries, keys, values, shape)
        })
    }

    fn attention_weights(
        &mut self,
        queries: Columns<'_, Self::Tensor>,
        keys: Columns<'_, Self::Tensor>,
        shape: Attention,
    ) -> Result<Self::Tensor, EngineError> {
        let (rows, _) = self.ops.shape(queries.tensor);
        let name = format!(
            "attention_weights {rows} x {} x {}",
            shape.keys, shape.width
        );
        let arithmetic = 2 * rows * shape.keys * shape.width;
        let bytes = matrix_bytes(rows + shape.keys, shape.width)
            + matrix_bytes(shape.heads * rows, shape.keys);
        self.timed(name, arithmetic, bytes, |ops| {
            ops.attention_weights(queries, keys, shape)
        })
    }

    fn scale_add(
        &mut self,
        sum: Option<&Self::Tensor>,
        x: &Self::Tensor,
        scale: f32,
    ) -> Result<Self::Tensor, EngineError> {
        self.each("scale_add", x, |ops| ops.scale_add(sum, x, scale))
    }

    fn scale_shift(
        &mut self,
        x: &Self::Tensor,
        scale: &Self::Weight,
        shift: Option<&Self::Weight>,
    ) -> Result<Self::Tensor, EngineError> {
        self.each("scale_shift", x, |ops| {
            ops.scale_shift(x, &scale.weight, shift.map(|shift| &shift.weight))
        })
    }

    fn stack_rows(
        &mut self,
        first: &Self::Tensor,
        second: &Self::Tensor,
    ) -> Result<Self::Tensor, EngineError> {
        self.each("stack_rows", second, |ops| ops.stack_rows(first, second))
    }

    fn rows(
        &mut self,
        x: &Self::Tensor,
        start: usize,
        count: usize,
    ) -> Result<Self::Tensor, EngineError> {
        let (_, columns) = self.ops.shape(x);
        let bytes = 2 * matrix_bytes(count, columns);
        let name = format!("rows {count} x {columns}");
        self.timed(name, 0, bytes, |ops| ops.rows(x, start, count))
    }

    fn weight_rows(&mut self, weight: &Self::Weight) -> Result<Self::Tensor, EngineError> {
        let [rows, columns] = weight.shape;
        let name = format!("weight_rows {rows} x {columns}");
        self.timed(name, 0, weight.bytes, |ops| ops.weight_rows(&weight.weight))
    }

    fn integrate_and_fire(
        &mut self,
        frames: &Self::Tensor,
        alpha: &Self::Tensor,
        firing: Firing,
    ) -> Result<Fired<Self::Tensor>, EngineError> {
        let bytes = self.bytes(frames);
        self.timed("integrate_and_fire".to_owned(), 0, bytes, |ops| {
            ops.integrate_and_fire(frames, alpha, firing)
        })
    }

    fn segment(
        &mut self,
        frames: &Self::Tensor,
        threshold: f32,
        cap: usize,
    ) -> Result<Segmented<Self::Tensor>, EngineError> {
        let bytes = self.bytes(frames);
        self.timed("segment".to_owned(), 0, bytes, |ops| {
            ops.segment(frames, threshold, cap)
        })
    }

    fn gather(
        &mut self,
        table: &Self::Weight,
        picks: &Self::Tensor,
    ) -> Result<Self::Tensor, EngineError> {
        let (rows, _) = self.ops.shape(picks);
        let [_, columns] = table.shape;
        let bytes = 2 * matrix_bytes(rows, columns);
        let name = format!("gather {rows} x {columns}");
        self.timed(name, 0, bytes, |ops| ops.gather(&table.weight, picks))
    }

    fn frame_text(
        &mut self,
        tokens: &Self::Tensor,
        count: &Self::Tensor,
        table: &Self::Weight,
        frame: TextFrame,
    ) -> Result<Self::Tensor, EngineError> {
        self.each("frame_text", tokens, |ops| {
            ops.frame_text(tokens, count, &table.weight, frame)
        })
    }

    fn row_after(
        &mut self,
        x: &Self::Tensor,
        count: &Self::Tensor,
        offset: usize,
    ) -> Result<Self::Tensor, EngineError> {
        let (_, columns) = self.ops.shape(x);
        let bytes = 2 * matrix_bytes(1, columns);
        self.timed("row_after".to_owned(), 0, bytes, |ops| {
            ops.row_after(x, count, offset)
        })
    }

    fn neighbours(
        &mut self,
        x: &Self::Tensor,
        window: Window,
    ) -> Result<Self::Tensor, EngineError> {
        let (_, columns) = self.ops.shape(x);
        let (rows, taps) = (
            window.outputs() * window.outputs(),
            window.kernel * window.kernel,
        );
        let bytes = self.bytes(x) + matrix_bytes(rows, taps * columns);
        let name = format!("neighbours {rows} x {}", taps * columns);
        self.timed(name, 0, bytes, |ops| ops.neighbours(x, window))
    }

    fn pool_rows(
        &mut self,
        x: &Self::Tensor,
        pooling: Pooling,
    ) -> Result<Self::Tensor, EngineError> {
        let bytes = self.bytes(x);
        self.timed("pool_rows".to_owned(), 0, bytes, |ops| {
            ops.pool_rows(x, pooling)
        })
    }

    fn softmax_rows(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, EngineError> {
        self.each("softmax_rows", x, |ops| ops.softmax_rows(x))
    }

    fn normalise_rows(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, EngineError> {
        self.each("normalise_rows", x, |ops| ops.normalise_rows(x))
    }

    fn top_k(
        &mut self,
        scores: &Self::Tensor,
        k: usize,
        excluded: &[usize],
    ) -> Result<Self::Tensor, EngineError> {
        let (rows, columns) = self.ops.shape(scores);
        let bytes = matrix_bytes(rows, columns + 2 * k);
        let name = format!("top_k {rows} x {columns}");
        self.timed(name, 0, bytes, |ops| ops.top_k(scores, k, excluded))
    }

    async fn read(&mut self, tensors: &[&Self::Tensor]) -> Result<Vec<Vec<f32>>, EngineError> {
        let bytes = tensors.iter().map(|tensor| self.bytes(tensor)).sum();
        let start = Instant::now();
        let result = self.ops.read(tensors).await;
        self.add("read".to_owned(), 0, bytes, start);
        result
    }
}
