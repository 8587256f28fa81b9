//! The parts every transformer here is made of: self-attention, feed-forward, and blocks of both that
//! normalise before (large HuBERT, CLIP) or after (base HuBERT).

use super::weights::{Linear, Norm, Weights};
use crate::error::EngineError;
use crate::ops::{Activation, Attention, Columns, Ops};

/// Self-attention: one projection to queries, keys and values, one back.
pub(super) struct SelfAttention<O: Ops> {
    qkv: Linear<O>,
    out: Linear<O>,
    heads: usize,
}

/// Two linear layers around an activation.
pub(super) struct FeedForward<O: Ops> {
    pub(super) expand: Linear<O>,
    pub(super) project: Linear<O>,
    pub(super) activation: Activation,
}

/// Attention and feed-forward, each with its norm.
pub(super) struct TransformerBlock<O: Ops> {
    attention_norm: Norm<O>,
    attention: SelfAttention<O>,
    feed_forward_norm: Norm<O>,
    feed_forward: FeedForward<O>,
    style: BlockStyle,
}

/// How the blocks of a transformer work.
#[derive(Clone, Copy)]
pub(super) struct BlockStyle {
    pub(super) heads: usize,
    /// Whether parts normalise what they take, or what they leave.
    pub(super) norm_first: bool,
    pub(super) activation: Activation,
    pub(super) causal: bool,
}

impl<O: Ops> SelfAttention<O> {
    pub(super) fn load(
        weights: &mut Weights<O>,
        name: &str,
        heads: usize,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            qkv: weights.linear(&format!("{name}.qkv"))?,
            out: weights.linear(&format!("{name}.out"))?,
            heads,
        })
    }

    /// `residual + out(attention(qkv(x)))` over the first `keys` rows.
    pub(super) fn run(
        &self,
        ops: &mut O,
        x: &O::Tensor,
        residual: &O::Tensor,
        keys: usize,
        causal: bool,
    ) -> Result<O::Tensor, EngineError> {
        let width = ops.shape(x).1;
        let qkv = self.qkv.run(ops, x, Activation::None, None)?;
        let part = |which: usize| Columns {
            tensor: &qkv,
            start: which * width,
        };
        let shape = Attention {
            width,
            heads: self.heads,
            keys,
            causal,
        };
        let mixed = ops.attention(part(0), part(1), part(2), shape)?;
        self.out.run(ops, &mixed, Activation::None, Some(residual))
    }
}

impl<O: Ops> FeedForward<O> {
    pub(super) fn load(
        weights: &mut Weights<O>,
        name: &str,
        activation: Activation,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            expand: weights.linear(&format!("{name}.expand"))?,
            project: weights.linear(&format!("{name}.project"))?,
            activation,
        })
    }

    /// `residual + project(activation(expand(x)))`.
    pub(super) fn run(
        &self,
        ops: &mut O,
        x: &O::Tensor,
        residual: &O::Tensor,
    ) -> Result<O::Tensor, EngineError> {
        let inside = self.expand.run(ops, x, self.activation, None)?;
        self.project
            .run(ops, &inside, Activation::None, Some(residual))
    }
}

impl<O: Ops> TransformerBlock<O> {
    pub(super) fn load(
        weights: &mut Weights<O>,
        name: &str,
        style: BlockStyle,
    ) -> Result<Self, EngineError> {
        let feed_forward = format!("{name}.feed_forward");
        Ok(Self {
            attention_norm: weights.norm(&format!("{name}.attention.norm"))?,
            attention: SelfAttention::load(weights, &format!("{name}.attention"), style.heads)?,
            feed_forward_norm: weights.norm(&format!("{feed_forward}.norm"))?,
            feed_forward: FeedForward::load(weights, &feed_forward, style.activation)?,
            style,
        })
    }

    /// Blocks `NAME.0` to `NAME.(layers - 1)`.
    pub(super) fn load_all(
        weights: &mut Weights<O>,
        name: &str,
        layers: usize,
        style: BlockStyle,
    ) -> Result<Vec<Self>, EngineError> {
        (0..layers)
            .map(|index| Self::load(weights, &format!("{name}.{index}"), style))
            .collect()
    }

    /// One block over `x`, of whose rows the first `keys` are attended to.
    pub(super) fn run(
        &self,
        ops: &mut O,
        x: &O::Tensor,
        keys: usize,
    ) -> Result<O::Tensor, EngineError> {
        let causal = self.style.causal;
        if self.style.norm_first {
            let normalised = self.attention_norm.run(ops, x)?;
            let x = self.attention.run(ops, &normalised, x, keys, causal)?;
            let normalised = self.feed_forward_norm.run(ops, &x)?;
            self.feed_forward.run(ops, &normalised, &x)
        } else {
            let attended = self.attention.run(ops, x, x, keys, causal)?;
            let x = self.attention_norm.run(ops, &attended)?;
            let fed = self.feed_forward.run(ops, &x, &x)?;
            self.feed_forward_norm.run(ops, &fed)
        }
    }
}
