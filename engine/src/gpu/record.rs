//! Recordings that several operations share: the matrix product, copies, one number out for one in.

use std::sync::Arc;

use super::GpuOps;
use super::arena::Block;
use super::kernels::{Format, Kernel};
use super::recorder::fold;
use super::tensor::{GpuTensor, GpuWeight, Stored};
use crate::error::EngineError;
use crate::ops::Activation;

/// Up to this many rows `linear_row.wgsl` is used, whose cost grows with the rows; above it a whole tile of
/// `linear.wgsl` is cheaper.
const FEW_ROWS: usize = 4;
/// Flags of the linear kernels.
const HAS_BIAS: u32 = 1;
const HAS_RESIDUAL: u32 = 2;

/// How rows of a matrix product lie in its input (see `linear.wgsl`).
pub(super) struct Rows {
    pub(super) count: usize,
    pub(super) pitch: usize,
    pub(super) lead: usize,
}

impl GpuOps {
    /// A matrix, contents undefined.
    pub(super) fn tensor(&self, rows: usize, columns: usize) -> Result<GpuTensor, EngineError> {
        let bytes = rows.saturating_mul(columns).saturating_mul(4) as u64;
        Ok(GpuTensor {
            block: Arc::new(self.arena.activations(bytes)?),
            rows,
            columns,
        })
    }

    /// `activation(X W^T + bias) + residual` for any arrangement of the rows of X in `x`.
    pub(super) fn product(
        &mut self,
        x: &GpuTensor,
        rows: &Rows,
        weight: &GpuWeight,
        bias: Option<&GpuWeight>,
        activation: Activation,
        residual: Option<&GpuTensor>,
    ) -> Result<GpuTensor, EngineError> {
        let y = self.tensor(rows.count, weight.outputs)?;
        let bias = bias.map(vector).transpose()?;
        let nothing = self.nothing.clone();
        let flags = bias.map_or(0, |_| HAS_BIAS) | residual.map_or(0, |_| HAS_RESIDUAL);
        let parameters = [
            rows.count as u32,
            weight.inputs as u32,
            weight.outputs as u32,
            rows.pitch as u32,
            rows.lead as u32,
            x.count() as u32,
            activation_number(activation),
            flags,
        ];
        let mut blocks: Vec<&Block> = vec![
            &x.block,
            &nothing,
            bias.unwrap_or(&nothing),
            residual.map_or(&*nothing, |residual| &residual.block),
            &y.block,
        ];
        let format = match &weight.data {
            Stored::F32(values) => {
                blocks[1] = values;
                Format::F32
            }
            Stored::Q8 { values, scales } => {
                blocks[1] = values;
                blocks.push(scales);
                Format::Q8
            }
        };
        if rows.count <= FEW_ROWS {
            let [x, y, _] = fold((weight.outputs as u32).div_ceil(8));
            let grid = [x, y, rows.count as u32];
            self.dispatch(Kernel::LinearRow(format), &blocks, &parameters, grid)?;
        } else {
            let grid = [
                (weight.outputs as u32).div_ceil(32),
                (rows.count as u32).div_ceil(32),
                1,
            ];
            self.dispatch(Kernel::Linear(format), &blocks, &parameters, grid)?;
        }
        Ok(y)
    }

    /// Copies `count` numbers into `y` from its number `target` on.
    pub(super) fn copy(
        &mut self,
        source: Source<'_>,
        start: usize,
        y: &GpuTensor,
        target: usize,
        count: usize,
    ) -> Result<(), EngineError> {
        let parameters = [count as u32, start as u32, target as u32];
        let grid = fold((count as u32).div_ceil(256));
        match source {
            Source::F32(x) => {
                self.dispatch(Kernel::Copy(Format::F32), &[x, &y.block], &parameters, grid)
            }
            Source::Q8 { values, scales } => {
                let blocks = [values, &y.block, scales];
                self.dispatch(Kernel::Copy(Format::Q8), &blocks, &parameters, grid)
            }
        }
    }

    /// One number out for each number of `y`, 256 a workgroup.
    pub(super) fn elementwise(
        &mut self,
        kernel: Kernel,
        blocks: &[&Block],
        parameters: &[u32],
        count: usize,
    ) -> Result<(), EngineError> {
        self.dispatch(
            kernel,
            blocks,
            parameters,
            fold((count as u32).div_ceil(256)),
        )
    }
}

/// What [`GpuOps::copy`] reads.
pub(super) enum Source<'a> {
    F32(&'a Block),
    Q8 {
        values: &'a Block,
        scales: &'a Block,
    },
}

/// The activation as `shaders/parts/activation.wgsl` numbers it.
pub(super) fn activation_number(activation: Activation) -> u32 {
    match activation {
        Activation::None => 0,
        Activation::Gelu => 1,
        Activation::Relu => 2,
        Activation::Silu => 3,
        Activation::Sigmoid => 4,
    }
}

/// A weight that must be plain floats: biases, norms, depthwise filters.
pub(super) fn vector(weight: &GpuWeight) -> Result<&Block, EngineError> {
    match &weight.data {
        Stored::F32(block) => Ok(block),
        Stored::Q8 { .. } => Err(EngineError::shape(
            weight.name.clone(),
            "is quantised, where only floats are taken",
        )),
    }
}
