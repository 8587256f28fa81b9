//! The hybrid+ head: one shared attention block, a parallel embedding from its CLS row, and
//! keywords cut from its frames by continuous integrate-and-fire (spec: architecture sections 7 and 11).

use burn::module::{Initializer, Param};
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::prelude::*;
use burn::tensor::activation::{relu, sigmoid, softmax};

use super::block::SelfAttention;
use super::encoder::taps;
use super::mask::Mask;

/// The hybrid+ head.
#[derive(Module, Debug)]
pub struct HybridPlus {
    /// Mixing logits of the hidden states.
    pub mix: Param<Tensor<1>>,
    /// `[1, width]`.
    pub cls: Param<Tensor<2>>,
    /// The shared block's attention.
    pub attention: SelfAttention,
    /// The shared block's post-norm.
    pub norm: LayerNorm,
    /// `width -> hidden`, with ReLU, where the projection has two layers.
    pub parallel_expansion: Option<Linear>,
    /// `width or hidden -> embedding`.
    pub parallel_projection: Linear,
    /// `3 width -> width`: what the firing weights look at.
    pub firing_convolution: Linear,
    /// `width -> 1`.
    pub firing: Linear,
    /// `width -> embedding`.
    pub keyword_projection: Linear,
}

/// What the head makes of a batch.
pub struct HeadOutput {
    /// `[batch, embedding]`, L2-normalised.
    pub parallel: Tensor<2>,
    /// `[batch, frames, width]`: the shared block's frames.
    pub frames: Tensor<3>,
    /// `[batch, frames]` in `[0, 1]`, 0 on padding.
    pub alpha: Tensor<2>,
}

impl HybridPlus {
    /// Fresh weights; a `hidden` of 0 is none.
    pub fn new(
        width: usize,
        states: usize,
        heads: usize,
        hidden: usize,
        embedding: usize,
        device: &Device,
    ) -> Self {
        let expands = hidden > 0;
        Self {
            mix: Initializer::Zeros.init([states], device),
            cls: Initializer::Normal {
                mean: 0.0,
                std: 0.02,
            }
            .init([1, width], device),
            attention: SelfAttention::new(width, heads, device),
            norm: LayerNormConfig::new(width).init(device),
            parallel_expansion: expands.then(|| LinearConfig::new(width, hidden).init(device)),
            parallel_projection: LinearConfig::new(if expands { hidden } else { width }, embedding)
                .init(device),
            firing_convolution: LinearConfig::new(3 * width, width).init(device),
            firing: LinearConfig::new(width, 1).init(device),
            keyword_projection: LinearConfig::new(width, embedding).init(device),
        }
    }

    /// The weighted sum of the layer-normed hidden states.
    pub fn weighted_sum(&self, states: &[Tensor<3>]) -> Tensor<3> {
        let weights = softmax(self.mix.val(), 0);
        let term = |index: usize| {
            let weight = weights.clone().narrow(0, index, 1).reshape([1, 1, 1]);
            plain_norm(states[index].clone()) * weight
        };
        (1..states.len()).fold(term(0), |sum, index| sum + term(index))
    }

    /// Hidden states -> parallel embedding, frames and firing weights.
    pub fn forward(&self, states: &[Tensor<3>], mask: &Mask) -> HeadOutput {
        self.forward_sum(self.weighted_sum(states), mask)
    }

    /// The same from the weighted sum `[batch, frames, width]`.
    pub fn forward_sum(&self, x: Tensor<3>, mask: &Mask) -> HeadOutput {
        let [batch, frames, width] = x.dims();
        let device = x.device();
        let cls = self
            .cls
            .val()
            .reshape([1, 1, width])
            .expand([batch, 1, width]);
        let source = Tensor::cat(vec![cls, x], 1);
        let y = self
            .norm
            .forward(source.clone() + self.attention.forward(source, &mask.with_cls(&device)));
        let embedding = self.parallel_projection.weight.dims()[1];
        let parallel = y.clone().narrow(1, 0, 1);
        let parallel = match &self.parallel_expansion {
            Some(expansion) => relu(expansion.forward(parallel)),
            None => parallel,
        };
        let parallel = self
            .parallel_projection
            .forward(parallel)
            .reshape([batch, embedding]);
        let frames_out = mask.apply(y.narrow(1, 1, frames));
        let alpha = sigmoid(self.firing.forward(relu(
            self.firing_convolution.forward(taps(frames_out.clone())),
        )));
        HeadOutput {
            parallel: normalise(parallel),
            alpha: mask.apply(alpha).reshape([batch, frames]),
            frames: frames_out,
        }
    }

    /// Slots cut as if the firing weights of each utterance summed to `counts`: the training form.
    /// -> `[batch, slots, embedding]`, L2-normalised; rows from an utterance's count on are meaningless.
    pub fn keywords(&self, output: &HeadOutput, counts: &Tensor<2>, slots: usize) -> Tensor<3> {
        let sums = output.alpha.clone().sum_dim(1).clamp_min(1e-3);
        let alpha = output.alpha.clone() * (counts.clone() / sums);
        let weights = slot_weights(alpha, slots);
        normalise(
            self.keyword_projection
                .forward(weights.matmul(output.frames.clone())),
        )
    }
}

/// How much of each frame lands in each slot: the overlap of the frame's stretch of the running
/// sum with `[slot, slot + 1]`. `alpha [batch, frames]` -> `[batch, slots, frames]`.
pub fn slot_weights(alpha: Tensor<2>, slots: usize) -> Tensor<3> {
    let device = alpha.device();
    let ends = alpha.clone().cumsum(1);
    let starts = ends.clone() - alpha;
    let edges = Tensor::<1, Int>::arange(0..slots as i64, &device)
        .float()
        .reshape([1, slots, 1]);
    let reach = |sum: Tensor<2>| (sum.unsqueeze_dim::<3>(1) - edges.clone()).clamp(0.0, 1.0);
    reach(ends) - reach(starts)
}

/// Layer norm over the last axis without weights.
pub fn plain_norm(x: Tensor<3>) -> Tensor<3> {
    let mean = x.clone().mean_dim(2);
    let centred = x - mean;
    let variance = (centred.clone() * centred.clone()).mean_dim(2);
    centred / (variance + 1e-5).sqrt()
}

/// Every row of the last axis divided by its length.
pub fn normalise<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    // The small constant keeps the gradient of the square root finite for an all-zero row.
    let length = ((x.clone() * x.clone()).sum_dim(D - 1) + 1e-12).sqrt();
    x / length
}
