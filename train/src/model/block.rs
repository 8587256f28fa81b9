//! One encoder block: gated depthwise convolution, self-attention, feed-forward; each pre-norm and residual.

use burn::module::{Initializer, Param};
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::prelude::*;
use burn::tensor::activation::{gelu, sigmoid, silu, softmax};

use super::mask::Mask;

/// Multi-head self-attention with packed queries, keys and values.
#[derive(Module, Debug)]
pub struct SelfAttention {
    /// `width -> 3 width`.
    pub qkv: Linear,
    /// `width -> width`.
    pub out: Linear,
    heads: usize,
}

impl SelfAttention {
    /// Fresh weights.
    pub fn new(width: usize, heads: usize, device: &Device) -> Self {
        Self {
            qkv: LinearConfig::new(width, 3 * width).init(device),
            out: LinearConfig::new(width, width).init(device),
            heads,
        }
    }

    /// `[batch, frames, width]` -> the same; padded keys are not attended to.
    pub fn forward(&self, x: Tensor<3>, mask: &Mask) -> Tensor<3> {
        self.forward_biased(x, &mask.attention_bias)
    }

    /// The same with `bias`, which broadcasts to `[batch, heads, frames, frames]`, added to the logits.
    pub fn forward_biased(&self, x: Tensor<3>, bias: &Tensor<4>) -> Tensor<3> {
        let [batch, frames, width] = x.dims();
        let size = width / self.heads;
        let qkv = self
            .qkv
            .forward(x)
            .reshape([batch, frames, 3 * self.heads, size])
            .swap_dims(1, 2);
        let queries = qkv.clone().narrow(1, 0, self.heads);
        let keys = qkv.clone().narrow(1, self.heads, self.heads);
        let values = qkv.narrow(1, 2 * self.heads, self.heads);
        let logits =
            (queries * (size as f32).powf(-0.5)).matmul(keys.swap_dims(2, 3)) + bias.clone();
        let mixed = softmax(logits, 3).matmul(values);
        self.out
            .forward(mixed.swap_dims(1, 2).reshape([batch, frames, width]))
    }
}

/// Pointwise expansion with a gate, one filter a channel over time, SiLU, pointwise projection.
#[derive(Module, Debug)]
pub struct GatedConvolution {
    /// Pre-norm.
    pub norm: LayerNorm,
    /// `width -> 2 width`; the second half gates the first.
    pub expand: Linear,
    /// `[kernel, width]`.
    pub depthwise: Param<Tensor<2>>,
    /// `[width]`.
    pub depthwise_bias: Param<Tensor<1>>,
    /// `width -> width`.
    pub project: Linear,
    kernel: usize,
}

impl GatedConvolution {
    /// Fresh weights.
    pub fn new(width: usize, kernel: usize, device: &Device) -> Self {
        let initial = Initializer::KaimingUniform {
            gain: 1.0 / 3f64.sqrt(),
            fan_out_only: false,
        };
        Self {
            norm: LayerNormConfig::new(width).init(device),
            expand: LinearConfig::new(width, 2 * width).init(device),
            depthwise: initial.init_with([kernel, width], Some(kernel), Some(kernel), device),
            depthwise_bias: Initializer::Zeros.init([width], device),
            project: LinearConfig::new(width, width).init(device),
            kernel,
        }
    }

    /// `[batch, frames, width]` -> the branch's output, residual not added.
    pub fn forward(&self, x: Tensor<3>, mask: &Mask) -> Tensor<3> {
        let width = x.dims()[2];
        let gated = self.expand.forward(self.norm.forward(x));
        let value = gated.clone().narrow(2, 0, width);
        let gate = gated.narrow(2, width, width);
        let x = mask.apply(value * sigmoid(gate));
        self.project.forward(silu(self.filter(x)))
    }

    /// The depthwise convolution as one banded matrix a channel. Beside a sum of shifted products, which moves every
    /// frame once for each tap, and again for its gradient, a batched matrix product costs next to nothing.
    fn filter(&self, x: Tensor<3>) -> Tensor<3> {
        let [batch, frames, width] = x.dims();
        let device = x.device();
        let (side, kernel) = (self.kernel / 2, self.kernel);
        // Which tap leads from frame `from` to frame `to`; where none does, the zero after the last tap.
        let taps_between = (0..frames * frames).map(|cell| {
            let (from, to) = (cell / frames, cell % frames);
            let tap = (from + side).checked_sub(to).filter(|&tap| tap < kernel);
            tap.unwrap_or(kernel) as i64
        });
        let taps_between = Tensor::<1, Int>::from_data(
            TensorData::new(taps_between.collect(), [frames * frames]),
            &device,
        );
        let taps = self.depthwise.val().transpose();
        let taps = Tensor::cat(vec![taps, Tensor::zeros([width, 1], &device)], 1);
        let bands = taps
            .select(1, taps_between)
            .reshape([width, frames, frames]);
        let channels = x
            .reshape([batch * frames, width])
            .transpose()
            .reshape([width, batch, frames]);
        let filtered = channels
            .matmul(bands)
            .reshape([width, batch * frames])
            .transpose()
            .reshape([batch, frames, width]);
        filtered + self.depthwise_bias.val().reshape([1, 1, width])
    }
}

/// Two linears with a GELU between.
#[derive(Module, Debug)]
pub struct FeedForward {
    /// Pre-norm.
    pub norm: LayerNorm,
    /// `width -> feed_forward`.
    pub expand: Linear,
    /// `feed_forward -> width`.
    pub project: Linear,
}

impl FeedForward {
    /// Fresh weights.
    pub fn new(width: usize, feed_forward: usize, device: &Device) -> Self {
        Self {
            norm: LayerNormConfig::new(width).init(device),
            expand: LinearConfig::new(width, feed_forward).init(device),
            project: LinearConfig::new(feed_forward, width).init(device),
        }
    }

    /// The branch's output, residual not added.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.project
            .forward(gelu(self.expand.forward(self.norm.forward(x))))
    }
}

/// One encoder block.
#[derive(Module, Debug)]
pub struct Block {
    /// Gated convolution over time; it also tells the block where in time a frame is.
    pub convolution: GatedConvolution,
    /// Pre-norm of the attention.
    pub attention_norm: LayerNorm,
    /// Self-attention.
    pub attention: SelfAttention,
    /// Feed-forward.
    pub feed_forward: FeedForward,
}

impl Block {
    /// Fresh weights.
    pub fn new(
        width: usize,
        heads: usize,
        feed_forward: usize,
        kernel: usize,
        device: &Device,
    ) -> Self {
        Self {
            convolution: GatedConvolution::new(width, kernel, device),
            attention_norm: LayerNormConfig::new(width).init(device),
            attention: SelfAttention::new(width, heads, device),
            feed_forward: FeedForward::new(width, feed_forward, device),
        }
    }

    /// `[batch, frames, width]` -> the same.
    pub fn forward(&self, x: Tensor<3>, mask: &Mask) -> Tensor<3> {
        let x = x.clone() + self.convolution.forward(x, mask);
        let x = x.clone() + self.attention.forward(self.attention_norm.forward(x), mask);
        x.clone() + self.feed_forward.forward(x)
    }
}
