//! The classifier of phones: one linear layer over the encoder's frames.

use super::mixture::Encoded;
use super::stages::Stages;
use super::weights::{Linear, Weights};
use crate::error::EngineError;
use crate::ops::{Activation, Ops};
use crate::pack::{self, PhoneStates};

/// The classifier and what it reads.
pub(super) struct PhoneClassifier<O: Ops> {
    layer: Linear<O>,
    states: PhoneStates,
}

impl<O: Ops> PhoneClassifier<O> {
    /// Takes `phones.*`.
    pub(super) fn load(
        weights: &mut Weights<O>,
        phones: &pack::Phones,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            layer: weights.linear("phones")?,
            states: phones.states,
        })
    }

    /// `[t, symbols]`, before any softmax: the host makes log-probabilities of it.
    pub(super) fn run(
        &self,
        ops: &mut O,
        encoded: &Encoded<O::Tensor>,
        length: usize,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<O::Tensor, EngineError> {
        let states = match self.states {
            PhoneStates::Last => &encoded.last,
            PhoneStates::Mixed => &encoded.mixed,
        };
        let normalised = ops.layer_norm(states, None, Activation::None)?;
        let mut logits = self.layer.run(ops, &normalised, Activation::None, None)?;
        if length < ops.shape(&logits).0 {
            logits = ops.rows(&logits, 0, length)?;
        }
        stages.note("phone_logits", &logits);
        Ok(logits)
    }
}
