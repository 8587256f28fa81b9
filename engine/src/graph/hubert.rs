//! HuBERT after its convolutions: projection, positional convolution, transformer, and the weighted sum of hidden
//! states (spec: architecture sections 3.2 to 3.5).

use super::mixture::{Encoded, Mixture};
use super::stages::Stages;
use super::transformer::{BlockStyle, TransformerBlock};
use super::weights::{Linear, Norm, Weights};
use crate::error::EngineError;
use crate::ops::{Activation, Ops};
use crate::pack;

/// HuBERT's transformer, base or large.
pub struct Hubert<O: Ops> {
    features_norm: Norm<O>,
    project: Linear<O>,
    /// Weight and bias, which have the shape of a norm's.
    position: Norm<O>,
    position_groups: usize,
    /// Base only: large encoders have such a norm too, after the last block, which no output uses.
    norm: Option<Norm<O>>,
    blocks: Vec<TransformerBlock<O>>,
    mixture: Mixture,
}

impl<O: Ops> Hubert<O> {
    /// Takes `features.*`, `position.*`, `blocks.*` and `mix`.
    ///
    /// # Errors
    /// A weight that is not there.
    pub fn load(
        weights: &mut Weights<O>,
        sizes: &pack::Hubert,
        normalise_hidden_states: bool,
    ) -> Result<Self, EngineError> {
        let style = BlockStyle {
            heads: sizes.heads,
            norm_first: sizes.norm_first,
            activation: Activation::Gelu,
            causal: false,
        };
        let norm = (!sizes.norm_first).then(|| weights.norm("blocks.norm"));
        Ok(Self {
            features_norm: weights.norm("features.norm")?,
            project: weights.linear("features.project")?,
            position: weights.norm("position")?,
            position_groups: sizes.position_groups,
            norm: norm.transpose()?,
            blocks: TransformerBlock::load_all(weights, "blocks", sizes.layers, style)?,
            mixture: Mixture::load(weights, normalise_hidden_states)?,
        })
    }

    /// Frames `[t, channels]`, of which the first `valid` are sound and the rest padding -> the weighted sum of
    /// the hidden states and the last of them.
    ///
    /// # Errors
    /// When the device fails.
    pub fn run(
        &self,
        ops: &mut O,
        frames: &O::Tensor,
        valid: usize,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<Encoded<O::Tensor>, EngineError> {
        let normalised = self.features_norm.run(ops, frames)?;
        let mut x = self.project.run(ops, &normalised, Activation::None, None)?;
        stages.note("post_extract_proj", &x);
        let (rows, width) = ops.shape(&x);
        if valid < rows {
            let sound = ops.rows(&x, 0, valid)?;
            let silence = ops.upload(&vec![0.0; (rows - valid) * width], rows - valid, width)?;
            x = ops.stack_rows(&sound, &silence)?;
        }
        let Norm { weight, bias } = &self.position;
        let groups = self.position_groups;
        let mut hidden = ops.grouped_convolve(&x, weight, bias, groups, Activation::Gelu)?;
        if let Some(norm) = &self.norm {
            hidden = norm.run(ops, &hidden)?;
        }
        let mut sum = self.mixture.begin();
        self.mixture.add(ops, &mut sum, &hidden, stages)?;
        for block in &self.blocks {
            hidden = block.run(ops, &hidden, valid)?;
            self.mixture.add(ops, &mut sum, &hidden, stages)?;
        }
        self.mixture.finish::<O>(sum, hidden, stages)
    }
}
