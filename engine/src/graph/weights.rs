//! Weights by name, and the groups that layers are made of.

use std::collections::BTreeMap;

use crate::error::EngineError;
use crate::ops::{Activation, Ops};
use crate::pack::{MANIFEST_FILE, PackError, WeightData};

/// Vectors that the host computes with as well.
const ON_HOST: [&str; 1] = ["mix"];

/// A pack's weights where `O` runs, on their way into a network. They come one at a time, so that no more than
/// one has to be in host memory.
pub struct Weights<O: Ops> {
    weights: BTreeMap<String, O::Weight>,
    numbers: BTreeMap<String, Vec<f32>>,
}

impl<O: Ops> Default for Weights<O> {
    fn default() -> Self {
        Self {
            weights: BTreeMap::new(),
            numbers: BTreeMap::new(),
        }
    }
}

/// Weight and bias of a linear layer or a convolution.
pub(super) struct Linear<O: Ops> {
    pub(super) weight: O::Weight,
    pub(super) bias: Option<O::Weight>,
}

/// Weight and bias of a layer norm.
pub(super) struct Norm<O: Ops> {
    pub(super) weight: O::Weight,
    pub(super) bias: O::Weight,
}

impl<O: Ops> Weights<O> {
    /// Hands a tensor to the operations.
    ///
    /// # Errors
    /// What [`Ops::load`] refuses.
    pub fn add(&mut self, ops: &mut O, name: &str, data: &WeightData) -> Result<(), EngineError> {
        if ON_HOST.contains(&name) {
            self.numbers.insert(name.to_owned(), data.to_f32());
            return Ok(());
        }
        if name == "vocabulary.table" {
            let lengths = WeightData::vector(inverse_lengths(data));
            let derived = "vocabulary.inverse_lengths";
            let weight = ops.load(derived, &lengths)?;
            self.weights.insert(derived.to_owned(), weight);
        }
        let weight = ops.load(name, data)?;
        self.weights.insert(name.to_owned(), weight);
        Ok(())
    }

    pub(super) fn weight(&mut self, name: &str) -> Result<O::Weight, EngineError> {
        let found = self.weights.remove(name);
        found.ok_or_else(|| PackError::tensor(MANIFEST_FILE, name, "was not loaded").into())
    }

    /// A vector the host computes with.
    pub(super) fn numbers(&mut self, name: &str) -> Result<Vec<f32>, EngineError> {
        let found = self.numbers.remove(name);
        found.ok_or_else(|| PackError::tensor(MANIFEST_FILE, name, "was not loaded").into())
    }

    pub(super) fn linear(&mut self, name: &str) -> Result<Linear<O>, EngineError> {
        Ok(Linear {
            weight: self.weight(&format!("{name}.weight"))?,
            bias: Some(self.weight(&format!("{name}.bias"))?),
        })
    }

    /// A linear layer or convolution that may have no bias.
    pub(super) fn biased(&mut self, name: &str, bias: bool) -> Result<Linear<O>, EngineError> {
        if bias {
            return self.linear(name);
        }
        Ok(Linear {
            weight: self.weight(&format!("{name}.weight"))?,
            bias: None,
        })
    }

    pub(super) fn norm(&mut self, name: &str) -> Result<Norm<O>, EngineError> {
        Ok(Norm {
            weight: self.weight(&format!("{name}.weight"))?,
            bias: self.weight(&format!("{name}.bias"))?,
        })
    }
}

/// One over the length of each row; cosines with rows of any length are dot products times these.
fn inverse_lengths(table: &WeightData) -> Vec<f32> {
    let width = table.shape()[1].max(1);
    let rows = table.to_f32();
    let length = |row: &[f32]| row.iter().map(|x| x * x).sum::<f32>().sqrt();
    rows.chunks(width)
        .map(|row| 1.0 / length(row).max(1e-8))
        .collect()
}

impl<O: Ops> Linear<O> {
    /// `activation(x W^T + b) (+ residual)`.
    pub(super) fn run(
        &self,
        ops: &mut O,
        x: &O::Tensor,
        activation: Activation,
        residual: Option<&O::Tensor>,
    ) -> Result<O::Tensor, EngineError> {
        ops.linear(x, &self.weight, self.bias.as_ref(), activation, residual)
    }
}

impl<O: Ops> Norm<O> {
    pub(super) fn run(&self, ops: &mut O, x: &O::Tensor) -> Result<O::Tensor, EngineError> {
        self.run_with(ops, x, Activation::None)
    }

    pub(super) fn run_with(
        &self,
        ops: &mut O,
        x: &O::Tensor,
        activation: Activation,
    ) -> Result<O::Tensor, EngineError> {
        ops.layer_norm(x, Some((&self.weight, &self.bias)), activation)
    }
}
