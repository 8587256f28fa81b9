//! Pre-norm blocks of a gated depthwise convolution, attention and feed-forward, and the weighted
//! sum of what each block leaves.

use super::stages::Stages;
use super::weights::{Attention, Linear, Norm, Weights};
use crate::error::EngineError;
use crate::ops::{Activation, Ops};
use crate::pack;

/// The blocks and their mixing weights.
pub struct ConvolutionalTransformer<O: Ops> {
    blocks: Vec<Block<O>>,
    mix: Vec<f32>,
    normalise_hidden_states: bool,
}

struct Block<O: Ops> {
    convolution: GatedConvolution<O>,
    attention_norm: Norm<O>,
    attention: Attention<O>,
    feed_forward: FeedForward<O>,
}

struct GatedConvolution<O: Ops> {
    norm: Norm<O>,
    expand: Linear<O>,
    depthwise: Linear<O>,
    project: Linear<O>,
}

struct FeedForward<O: Ops> {
    norm: Norm<O>,
    expand: Linear<O>,
    project: Linear<O>,
}

impl<O: Ops> ConvolutionalTransformer<O> {
    /// Takes `blocks.*` and `mix`.
    ///
    /// # Errors
    /// What [`Ops::load`] refuses.
    pub fn load(
        weights: &mut Weights<O>,
        sizes: &pack::ConvolutionalTransformer,
        normalise_hidden_states: bool,
    ) -> Result<Self, EngineError> {
        let load = |index| Block::load(weights, &format!("blocks.{index}"), sizes.heads);
        Ok(Self {
            blocks: (0..sizes.layers).map(load).collect::<Result<_, _>>()?,
            mix: weights.numbers("mix")?,
            normalise_hidden_states,
        })
    }

    /// Frames `[t, width]` -> the weighted sum of the hidden states, `[t, width]`.
    ///
    /// # Errors
    /// When the device fails.
    pub fn run(
        &self,
        ops: &mut O,
        frames: O::Tensor,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<O::Tensor, EngineError> {
        let mut hidden = frames;
        stages.note("hidden_0", &hidden);
        let mut sum = self.add(ops, None, &hidden, 0)?;
        for (index, block) in self.blocks.iter().enumerate() {
            hidden = block.run(ops, hidden, &format!("block_{index}"), stages)?;
            stages.note(format!("hidden_{}", index + 1), &hidden);
            sum = self.add(ops, Some(&sum), &hidden, index + 1)?;
        }
        stages.note("weighted_sum", &sum);
        Ok(sum)
    }

    /// Adds hidden state `index` to the sum, which saves keeping them all.
    fn add(
        &self,
        ops: &mut O,
        sum: Option<&O::Tensor>,
        hidden: &O::Tensor,
        index: usize,
    ) -> Result<O::Tensor, EngineError> {
        let share = self.mix.get(index).copied().unwrap_or(0.0);
        if self.normalise_hidden_states {
            let normalised = ops.layer_norm(hidden, None)?;
            ops.scale_add(sum, &normalised, share)
        } else {
            ops.scale_add(sum, hidden, share)
        }
    }
}

impl<O: Ops> Block<O> {
    fn load(weights: &mut Weights<O>, name: &str, heads: usize) -> Result<Self, EngineError> {
        Ok(Self {
            convolution: GatedConvolution {
                norm: weights.norm(&format!("{name}.convolution.norm"))?,
                expand: weights.linear(&format!("{name}.convolution.expand"))?,
                depthwise: weights.linear(&format!("{name}.convolution.depthwise"))?,
                project: weights.linear(&format!("{name}.convolution.project"))?,
            },
            attention_norm: weights.norm(&format!("{name}.attention.norm"))?,
            attention: weights.attention(&format!("{name}.attention"), heads)?,
            feed_forward: FeedForward {
                norm: weights.norm(&format!("{name}.feed_forward.norm"))?,
                expand: weights.linear(&format!("{name}.feed_forward.expand"))?,
                project: weights.linear(&format!("{name}.feed_forward.project"))?,
            },
        })
    }

    fn run(
        &self,
        ops: &mut O,
        x: O::Tensor,
        name: &str,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<O::Tensor, EngineError> {
        let x = self.convolution.run(ops, &x)?;
        stages.note(format!("{name}_convolution"), &x);
        let normalised = self.attention_norm.run(ops, &x)?;
        let x = self.attention.run(ops, &normalised, &x)?;
        stages.note(format!("{name}_attention"), &x);
        self.feed_forward.run(ops, &x)
    }
}

impl<O: Ops> GatedConvolution<O> {
    /// `x + project(SiLU(depthwise(GLU(expand(LN(x))))))`.
    fn run(&self, ops: &mut O, x: &O::Tensor) -> Result<O::Tensor, EngineError> {
        let normalised = self.norm.run(ops, x)?;
        let expanded = self.expand.run(ops, &normalised, Activation::None, None)?;
        let gated = ops.gated_linear_unit(&expanded)?;
        let Linear { weight, bias } = &self.depthwise;
        let filtered = ops.depthwise_convolve(&gated, weight, bias, Activation::Silu)?;
        self.project.run(ops, &filtered, Activation::None, Some(x))
    }
}

impl<O: Ops> FeedForward<O> {
    /// `x + project(GELU(expand(LN(x))))`.
    fn run(&self, ops: &mut O, x: &O::Tensor) -> Result<O::Tensor, EngineError> {
        let normalised = self.norm.run(ops, x)?;
        let expanded = self.expand.run(ops, &normalised, Activation::Gelu, None)?;
        self.project.run(ops, &expanded, Activation::None, Some(x))
    }
}
