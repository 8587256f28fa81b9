//! The weighted sum of an encoder's hidden states, added up as they come, so that none has to be kept.

use super::stages::Stages;
use super::weights::Weights;
use crate::error::EngineError;
use crate::ops::{Activation, Ops};

/// What an encoder leaves.
pub struct Encoded<T> {
    /// The weighted sum of the hidden states, `[t, width]`.
    pub mixed: T,
    /// The last hidden state, `[t, width]`.
    pub last: T,
}

/// The mixing weights (a softmax, made when the pack was) and whether states are normalised before.
pub(super) struct Mixture {
    shares: Vec<f32>,
    normalise: bool,
}

/// A sum in the making.
pub(super) struct Sum<T> {
    sum: Option<T>,
    states: usize,
}

impl Mixture {
    pub(super) fn load<O: Ops>(
        weights: &mut Weights<O>,
        normalise: bool,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            shares: weights.numbers("mix")?,
            normalise,
        })
    }

    /// Nothing yet.
    pub(super) fn begin<T>(&self) -> Sum<T> {
        Sum {
            sum: None,
            states: 0,
        }
    }

    /// Adds the next hidden state.
    pub(super) fn add<O: Ops>(
        &self,
        ops: &mut O,
        sum: &mut Sum<O::Tensor>,
        hidden: &O::Tensor,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<(), EngineError> {
        stages.note(format!("hidden_{}", sum.states), hidden);
        let share = self.shares.get(sum.states).copied().unwrap_or(0.0);
        let so_far = sum.sum.take();
        let next = if self.normalise {
            let normalised = ops.layer_norm(hidden, None, Activation::None)?;
            ops.scale_add(so_far.as_ref(), &normalised, share)?
        } else {
            ops.scale_add(so_far.as_ref(), hidden, share)?
        };
        sum.sum = Some(next);
        sum.states += 1;
        Ok(())
    }

    /// The sum of all states, with the last of them beside it.
    pub(super) fn finish<O: Ops>(
        &self,
        sum: Sum<O::Tensor>,
        last: O::Tensor,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<Encoded<O::Tensor>, EngineError> {
        let mixed = sum
            .sum
            .ok_or_else(|| EngineError::shape("weighted_sum", "no hidden state"))?;
        stages.note("weighted_sum", &mixed);
        Ok(Encoded { mixed, last })
    }
}
