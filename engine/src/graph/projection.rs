//! The way into the embedding space: one linear layer, or two around a ReLU.

use super::weights::{Linear, Weights};
use crate::error::EngineError;
use crate::ops::{Activation, Ops};
use crate::pack;

/// A projection.
pub(super) struct Projection<O: Ops> {
    expand: Option<Linear<O>>,
    project: Linear<O>,
}

impl<O: Ops> Projection<O> {
    pub(super) fn load(
        weights: &mut Weights<O>,
        name: &str,
        kind: pack::Projection,
    ) -> Result<Self, EngineError> {
        let expand = match kind {
            pack::Projection::Linear => None,
            pack::Projection::Mlp { .. } => Some(weights.linear(&format!("{name}.expand"))?),
        };
        Ok(Self {
            expand,
            project: weights.linear(&format!("{name}.project"))?,
        })
    }

    pub(super) fn run(&self, ops: &mut O, x: &O::Tensor) -> Result<O::Tensor, EngineError> {
        match &self.expand {
            Some(expand) => {
                let inside = expand.run(ops, x, Activation::Relu, None)?;
                self.project.run(ops, &inside, Activation::None, None)
            }
            None => self.project.run(ops, x, Activation::None, None),
        }
    }
}
