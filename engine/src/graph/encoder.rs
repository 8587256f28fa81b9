//! The encoder of the bundled model: pre-norm blocks of a gated depthwise convolution, attention and feed-forward.

use super::mixture::{Encoded, Mixture};
use super::stages::Stages;
use super::transformer::{FeedForward, SelfAttention};
use super::weights::{Linear, Norm, Weights};
use crate::error::EngineError;
use crate::ops::{Activation, Ops};
use crate::pack;

/// The blocks and their mixing weights.
pub struct ConvolutionalTransformer<O: Ops> {
    blocks: Vec<Block<O>>,
    mixture: Mixture,
}

struct Block<O: Ops> {
    convolution: GatedConvolution<O>,
    attention_norm: Norm<O>,
    attention: SelfAttention<O>,
    feed_forward_norm: Norm<O>,
    feed_forward: FeedForward<O>,
}

struct GatedConvolution<O: Ops> {
    norm: Norm<O>,
    expand: Linear<O>,
    /// Weight and bias, which have the shape of a norm's.
    depthwise: Norm<O>,
    project: Linear<O>,
}

impl<O: Ops> ConvolutionalTransformer<O> {
    /// Takes `blocks.*` and `mix`.
    ///
    /// # Errors
    /// A weight that is not there.
    pub fn load(
        weights: &mut Weights<O>,
        sizes: &pack::ConvolutionalTransformer,
        normalise_hidden_states: bool,
    ) -> Result<Self, EngineError> {
        let mut load = |index| Block::load(weights, &format!("blocks.{index}"), sizes.heads);
        Ok(Self {
            blocks: (0..sizes.layers).map(&mut load).collect::<Result<_, _>>()?,
            mixture: Mixture::load(weights, normalise_hidden_states)?,
        })
    }

    /// Frames `[t, width]` -> the weighted sum of the hidden states and the last of them.
    ///
    /// # Errors
    /// When the device fails.
    pub fn run(
        &self,
        ops: &mut O,
        frames: O::Tensor,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<Encoded<O::Tensor>, EngineError> {
        let mut hidden = frames;
        let mut sum = self.mixture.begin();
        self.mixture.add(ops, &mut sum, &hidden, stages)?;
        for (index, block) in self.blocks.iter().enumerate() {
            hidden = block.run(ops, hidden, &format!("block_{index}"), stages)?;
            self.mixture.add(ops, &mut sum, &hidden, stages)?;
        }
        self.mixture.finish::<O>(sum, hidden, stages)
    }
}

impl<O: Ops> Block<O> {
    fn load(weights: &mut Weights<O>, name: &str, heads: usize) -> Result<Self, EngineError> {
        let feed_forward = format!("{name}.feed_forward");
        Ok(Self {
            convolution: GatedConvolution {
                norm: weights.norm(&format!("{name}.convolution.norm"))?,
                expand: weights.linear(&format!("{name}.convolution.expand"))?,
                depthwise: weights.norm(&format!("{name}.convolution.depthwise"))?,
                project: weights.linear(&format!("{name}.convolution.project"))?,
            },
            attention_norm: weights.norm(&format!("{name}.attention.norm"))?,
            attention: SelfAttention::load(weights, &format!("{name}.attention"), heads)?,
            feed_forward_norm: weights.norm(&format!("{feed_forward}.norm"))?,
            feed_forward: FeedForward::load(weights, &feed_forward, Activation::Gelu)?,
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
        let keys = ops.shape(&x).0;
        let x = self.attention.run(ops, &normalised, &x, keys, false)?;
        stages.note(format!("{name}_attention"), &x);
        let normalised = self.feed_forward_norm.run(ops, &x)?;
        self.feed_forward.run(ops, &normalised, &x)
    }
}

impl<O: Ops> GatedConvolution<O> {
    /// `x + project(SiLU(depthwise(GLU(expand(LN(x))))))`.
    fn run(&self, ops: &mut O, x: &O::Tensor) -> Result<O::Tensor, EngineError> {
        let normalised = self.norm.run(ops, x)?;
        let expanded = self.expand.run(ops, &normalised, Activation::None, None)?;
        let gated = ops.gated_linear_unit(&expanded)?;
        let Norm { weight, bias } = &self.depthwise;
        let filtered = ops.depthwise_convolve(&gated, weight, bias, Activation::Silu)?;
        self.project.run(ops, &filtered, Activation::None, Some(x))
    }
}
