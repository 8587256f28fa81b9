//! The operations every network of the engine is made of, behind one interface with two
//! implementations: [`crate::cpu`] (the oracle, and the fallback) and [`crate::gpu`] (WGSL kernels).
//!
//! A network is written once, in [`crate::graph`], against [`Ops`]. Tensors are row-major `f32`
//! matrices `[rows, columns]`; rows are frames, slots or pictures, columns are channels. Calls only
//! *record* work on the GPU; [`Ops::read`] is the single place where results come back.

mod firing;
mod pictures;
mod segments;

pub use firing::{Cut, Slot, cut};
pub use pictures::{Pooling, Window};
pub use saysee_cpu::{Activation, Attention, Convolution};
pub use segments::{Boundaries, boundaries};

use crate::error::EngineError;
use crate::pack::{LogMelConfig, TextFrame, WeightData};

/// How continuous integrate-and-fire behaves (spec: architecture section 11; firing threshold 1.0).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Firing {
    /// Weight that a last, unfired slot needs to be kept (0.5 in the papers).
    pub tail_threshold: f32,
    /// Most slots an utterance can have.
    pub cap: usize,
}

/// Some columns of a matrix, from `start` on; how many, the operation says.
pub struct Columns<'a, T> {
    /// The matrix.
    pub tensor: &'a T,
    /// The first of the columns.
    pub start: usize,
}

/// What the boundary detector leaves behind.
#[derive(Clone, Debug)]
pub struct Segmented<T> {
    /// `[cap, width]`: the mean of each segment's frames; rows from `count` on are zero.
    pub means: T,
    /// `[1, 1]`: segments.
    pub count: T,
    /// `[t, 2]`: of each frame and the next the dissimilarity, and the height of its peak; the last row is zero.
    pub peaks: T,
}

/// What integrate-and-fire leaves behind.
#[derive(Clone, Debug)]
pub struct Fired<T> {
    /// `[cap, width]`: one row a slot; rows from `count` on are zero.
    pub slots: T,
    /// `[1, 1]`: how many slots hold something.
    pub count: T,
}

/// The operations of the engine. `Tensor`s are handles: cloning one never copies data.
pub trait Ops {
    /// A matrix that lives where the operations run.
    type Tensor: Clone;
    /// A weight prepared for where the operations run: a matrix `[outputs, inputs]` or a vector `[1, n]`.
    type Weight;

    /// Prepares a weight. Quantised data stay quantised where the implementation has kernels for it.
    ///
    /// # Errors
    /// When the shape is not one the operations take, or the device has no room for it.
    fn load(&mut self, name: &str, weight: &WeightData) -> Result<Self::Weight, EngineError>;

    /// The same for a weight that the caller has no more use for, so that it need not be there twice.
    ///
    /// # Errors
    /// As [`Ops::load`].
    fn load_owned(&mut self, name: &str, weight: WeightData) -> Result<Self::Weight, EngineError> {
        self.load(name, &weight)
    }

    /// Uploads a matrix made on the host (`data.len() == rows * columns`).
    fn upload(
        &mut self,
        data: &[f32],
        rows: usize,
        columns: usize,
    ) -> Result<Self::Tensor, EngineError>;

    /// `(rows, columns)` of a tensor, known without waiting for the device.
    fn shape(&self, tensor: &Self::Tensor) -> (usize, usize);

    /// 16 kHz samples -> normalised log-mel features `[frames, mels]` (docs: "The front end").
    fn log_mel(
        &mut self,
        samples: &[f32],
        config: &LogMelConfig,
    ) -> Result<Self::Tensor, EngineError>;

    /// `x [rows, inputs]` -> `activation(x W^T + bias) (+ residual)`, `[rows, outputs]`.
    /// The residual is added after the activation and has the output's shape.
    fn linear(
        &mut self,
        x: &Self::Tensor,
        weight: &Self::Weight,
        bias: Option<&Self::Weight>,
        activation: Activation,
        residual: Option<&Self::Tensor>,
    ) -> Result<Self::Tensor, EngineError>;

    /// The dot product of `query [1, n]` with each row of `gallery [pictures, n]`, `[1, pictures]`. A product like any
    /// other, but for implementations that know better what to do with one row and very many outputs.
    fn search(
        &mut self,
        query: &Self::Tensor,
        gallery: &Self::Weight,
    ) -> Result<Self::Tensor, EngineError> {
        self.linear(query, gallery, None, Activation::None, None)
    }

    /// `x [frames, inputs]`, weight `[outputs, kernel * inputs]` (tap-major: column `k * inputs + i`)
    /// -> `activation(conv + bias)`, `[output_frames, outputs]`.
    fn convolve(
        &mut self,
        x: &Self::Tensor,
        weight: &Self::Weight,
        bias: Option<&Self::Weight>,
        shape: Convolution,
        activation: Activation,
    ) -> Result<Self::Tensor, EngineError>;

    /// One filter a channel over time, stride 1, output as long as the input (odd kernel, padding
    /// `kernel / 2`). `x [frames, width]`, weight `[kernel, width]`, bias `[1, width]`.
    fn depthwise_convolve(
        &mut self,
        x: &Self::Tensor,
        weight: &Self::Weight,
        bias: &Self::Weight,
        activation: Activation,
    ) -> Result<Self::Tensor, EngineError>;

    /// Convolution over time in `groups` groups of channels, output as long as the input: `kernel / 2` zero
    /// frames before the first, and as many outputs as there are inputs. `x [frames, width]`, weight
    /// `[width, kernel * width / groups]` (tap-major), `activation(conv + bias) + x`.
    fn grouped_convolve(
        &mut self,
        x: &Self::Tensor,
        weight: &Self::Weight,
        bias: &Self::Weight,
        groups: usize,
        activation: Activation,
    ) -> Result<Self::Tensor, EngineError>;

    /// Layer norm over columns, population variance, eps 1e-5; `affine` is `(weight, bias)`.
    fn layer_norm(
        &mut self,
        x: &Self::Tensor,
        affine: Option<(&Self::Weight, &Self::Weight)>,
        activation: Activation,
    ) -> Result<Self::Tensor, EngineError>;

    /// Each column minus its mean over its standard deviation, over all rows (population variance, eps 1e-5),
    /// times `weight` plus `bias` `[1, columns]`.
    fn channel_norm(
        &mut self,
        x: &Self::Tensor,
        weight: &Self::Weight,
        bias: &Self::Weight,
        activation: Activation,
    ) -> Result<Self::Tensor, EngineError>;

    /// [`Ops::convolve`] without activation, then [`Ops::channel_norm`] with `norm` as `(weight, bias)`. For
    /// implementations that can make one pass of it.
    fn normalised_convolve(
        &mut self,
        x: &Self::Tensor,
        weight: &Self::Weight,
        bias: Option<&Self::Weight>,
        shape: Convolution,
        norm: (&Self::Weight, &Self::Weight),
        activation: Activation,
    ) -> Result<Self::Tensor, EngineError> {
        let convolved = self.convolve(x, weight, bias, shape, Activation::None)?;
        self.channel_norm(&convolved, norm.0, norm.1, activation)
    }

    /// [`Ops::normalised_convolve`] of a part: mean and spread are those that the outputs of `basis` have, not those of
    /// `x`. `None` where an implementation has no short way to them.
    ///
    /// # Errors
    /// As the other operations, when shapes do not fit.
    #[allow(clippy::too_many_arguments)]
    fn normalised_convolve_like(
        &mut self,
        _x: &Self::Tensor,
        _basis: &Self::Tensor,
        _weight: &Self::Weight,
        _bias: Option<&Self::Weight>,
        _shape: Convolution,
        _norm: (&Self::Weight, &Self::Weight),
        _activation: Activation,
    ) -> Result<Option<Self::Tensor>, EngineError> {
        Ok(None)
    }

    /// `[rows, 2 n]` -> `[rows, n]`: first half times the sigmoid of the second half.
    fn gated_linear_unit(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, EngineError>;

    /// Multi-head attention: head `h` uses columns `h * width / heads ..` of queries, keys and values. Softmax of
    /// `q k^T / sqrt(width / heads)`, times the values. -> `[query rows, width]`. Causal attention has as many
    /// queries as keys, the first of each belonging together.
    fn attention(
        &mut self,
        queries: Columns<'_, Self::Tensor>,
        keys: Columns<'_, Self::Tensor>,
        values: Columns<'_, Self::Tensor>,
        shape: Attention,
    ) -> Result<Self::Tensor, EngineError>;

    /// The softmax of [`Ops::attention`] itself, `[heads * query rows, keys]`, head after head.
    fn attention_weights(
        &mut self,
        queries: Columns<'_, Self::Tensor>,
        keys: Columns<'_, Self::Tensor>,
        shape: Attention,
    ) -> Result<Self::Tensor, EngineError>;

    /// `sum + scale * x`, or `scale * x` when there is no sum yet. For the weighted sum of hidden states.
    fn scale_add(
        &mut self,
        sum: Option<&Self::Tensor>,
        x: &Self::Tensor,
        scale: f32,
    ) -> Result<Self::Tensor, EngineError>;

    /// `x * scale (+ shift)`: scale and shift have a row for each row of `x`, or one for all.
    fn scale_shift(
        &mut self,
        x: &Self::Tensor,
        scale: &Self::Weight,
        shift: Option<&Self::Weight>,
    ) -> Result<Self::Tensor, EngineError>;

    /// The rows of `first`, then the rows of `second`.
    fn stack_rows(
        &mut self,
        first: &Self::Tensor,
        second: &Self::Tensor,
    ) -> Result<Self::Tensor, EngineError>;

    /// Rows `start .. start + count`.
    fn rows(
        &mut self,
        x: &Self::Tensor,
        start: usize,
        count: usize,
    ) -> Result<Self::Tensor, EngineError>;

    /// A vector or matrix of `f32` weights as a tensor (a learned CLS row, say).
    fn weight_rows(&mut self, weight: &Self::Weight) -> Result<Self::Tensor, EngineError>;

    /// Continuous integrate-and-fire, inference form (spec: architecture section 11), all on the
    /// device: `frames [t, width]`, `alpha [t, 1]` in `[0, 1]`.
    fn integrate_and_fire(
        &mut self,
        frames: &Self::Tensor,
        alpha: &Self::Tensor,
        firing: Firing,
    ) -> Result<Fired<Self::Tensor>, EngineError>;

    /// Segments between peaks of dissimilarity of neighbouring frames (spec: architecture section 12), all on
    /// the device: `frames [t, width]`; a peak counts above `threshold`.
    fn segment(
        &mut self,
        frames: &Self::Tensor,
        threshold: f32,
        cap: usize,
    ) -> Result<Segmented<Self::Tensor>, EngineError>;

    /// Rows of a table: row `i` is row `picks[i, 0]` of `table`.
    fn gather(
        &mut self,
        table: &Self::Weight,
        picks: &Self::Tensor,
    ) -> Result<Self::Tensor, EngineError>;

    /// A text as the text tower reads it: the table's start row, the first `count [1, 1]` rows of `tokens [cap,
    /// width]`, its end row, and padding. -> `[cap + 2, width]`.
    fn frame_text(
        &mut self,
        tokens: &Self::Tensor,
        count: &Self::Tensor,
        table: &Self::Weight,
        frame: TextFrame,
    ) -> Result<Self::Tensor, EngineError>;

    /// Row `count + offset` of `x`, where `count [1, 1]` is on the device. -> `[1, columns]`.
    fn row_after(
        &mut self,
        x: &Self::Tensor,
        count: &Self::Tensor,
        offset: usize,
    ) -> Result<Self::Tensor, EngineError>;

    /// The neighbours of the places of a square, side by side, zero outside: `x [side * side, columns]` ->
    /// `[outputs * outputs, kernel * kernel * columns]`, where [`Ops::linear`] makes a convolution of it.
    fn neighbours(&mut self, x: &Self::Tensor, window: Window)
    -> Result<Self::Tensor, EngineError>;

    /// One row of many, `[1, columns]`.
    fn pool_rows(
        &mut self,
        x: &Self::Tensor,
        pooling: Pooling,
    ) -> Result<Self::Tensor, EngineError>;

    /// Each row as probabilities: `exp(x)` over their sum.
    fn softmax_rows(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, EngineError>;

    /// Each row divided by `max(its length, 1e-8)`.
    fn normalise_rows(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, EngineError>;

    /// The `k` best columns of each row, best first, ties to the lower column; `excluded` columns (at most
    /// [`crate::pack::MAX_EXCLUDED`]) never win. -> `[rows, 2 k]`: `k` column numbers (as exact floats), then `k` scores.
    fn top_k(
        &mut self,
        scores: &Self::Tensor,
        k: usize,
        excluded: &[usize],
    ) -> Result<Self::Tensor, EngineError>;

    /// Brings tensors back, all in one transfer, in the order given. Ends the query: its temporaries may be reused.
    fn read(
        &mut self,
        tensors: &[&Self::Tensor],
    ) -> impl std::future::Future<Output = Result<Vec<Vec<f32>>, EngineError>>;
}
