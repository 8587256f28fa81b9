//! Weights by name, in the groups that layers are made of.

use crate::error::EngineError;
use crate::ops::{Activation, Ops};
use crate::pack::{PackError, WeightData};

/// Looks weights up by name and hands them to the operations.
pub struct Weights<'a, O: Ops> {
    ops: &'a mut O,
    find: &'a dyn Fn(&str) -> Result<&'a WeightData, PackError>,
}

/// Weight and bias of a linear layer or a convolution.
pub(super) struct Linear<O: Ops> {
    pub(super) weight: O::Weight,
    pub(super) bias: O::Weight,
}

/// Weight and bias of a layer norm.
pub(super) struct Norm<O: Ops> {
    weight: O::Weight,
    bias: O::Weight,
}

/// Self-attention: one projection to queries, keys and values, one back.
pub(super) struct Attention<O: Ops> {
    qkv: Linear<O>,
    out: Linear<O>,
    heads: usize,
}

impl<'a, O: Ops> Weights<'a, O> {
    /// Reads weights through `find`.
    pub fn new(
        ops: &'a mut O,
        find: &'a dyn Fn(&str) -> Result<&'a WeightData, PackError>,
    ) -> Self {
        Self { ops, find }
    }

    pub(super) fn weight(&mut self, name: &str) -> Result<O::Weight, EngineError> {
        self.ops.load(name, (self.find)(name)?)
    }

    /// A vector the host computes with.
    pub(super) fn numbers(&self, name: &str) -> Result<Vec<f32>, EngineError> {
        Ok((self.find)(name)?.to_f32())
    }

    pub(super) fn linear(&mut self, name: &str) -> Result<Linear<O>, EngineError> {
        Ok(Linear {
            weight: self.weight(&format!("{name}.weight"))?,
            bias: self.weight(&format!("{name}.bias"))?,
        })
    }

    pub(super) fn norm(&mut self, name: &str) -> Result<Norm<O>, EngineError> {
        Ok(Norm {
            weight: self.weight(&format!("{name}.weight"))?,
            bias: self.weight(&format!("{name}.bias"))?,
        })
    }

    pub(super) fn attention(
        &mut self,
        name: &str,
        heads: usize,
    ) -> Result<Attention<O>, EngineError> {
        Ok(Attention {
            qkv: self.linear(&format!("{name}.qkv"))?,
            out: self.linear(&format!("{name}.out"))?,
            heads,
        })
    }
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
        ops.linear(x, &self.weight, Some(&self.bias), activation, residual)
    }
}

impl<O: Ops> Norm<O> {
    pub(super) fn run(&self, ops: &mut O, x: &O::Tensor) -> Result<O::Tensor, EngineError> {
        ops.layer_norm(x, Some((&self.weight, &self.bias)))
    }
}

impl<O: Ops> Attention<O> {
    /// `residual + out(attention(qkv(x)))`.
    pub(super) fn run(
        &self,
        ops: &mut O,
        x: &O::Tensor,
        residual: &O::Tensor,
    ) -> Result<O::Tensor, EngineError> {
        let qkv = self.qkv.run(ops, x, Activation::None, None)?;
        let mixed = ops.attention(&qkv, self.heads)?;
        self.out.run(ops, &mixed, Activation::None, Some(residual))
    }
}
