//! Recordings that several operations share: the matrix product, copies, one number out for one in.

use std::sync::Arc;

use super::GpuOps;
use super::arena::Block;
use super::checks::require;
use super::kernels::{Format, Kernel, Product, Reads, Tiles};
use super::recorder::fold;
use super::tensor::{GpuTensor, GpuWeight};
use super::variant::{DIRECT_THREADS, DIRECT_TILE};
use crate::error::EngineError;
use crate::ops::{Activation, Convolution};

/// Up to this many rows `linear_row.wgsl` is used, whose cost grows with the rows; above it a whole tile of
/// `linear.wgsl` is cheaper, and one of `linear_direct.wgsl` always is.
const FEW_ROWS: u32 = 4;
/// Flags of the linear kernels.
const HAS_BIAS: u32 = 1;
const HAS_RESIDUAL: u32 = 2;

/// How rows of a matrix product lie in its input (see `linear.wgsl`).
pub(super) struct Rows {
    pub(super) count: usize,
    pub(super) pitch: usize,
    pub(super) lead: usize,
    /// Inputs beside each other, and how far the next such are: all of them where nothing is grouped.
    pub(super) span: usize,
    pub(super) step: usize,
    /// Products of their own over as many parts of the outputs.
    pub(super) groups: usize,
}

impl Rows {
    /// Of a convolution of all of `x` over time.
    pub(super) fn of_convolution(shape: Convolution, x: &GpuTensor, weight: &GpuWeight) -> Self {
        // Padding ends between taps; without any, a row is one stretch.
        let span = match shape.padding {
            0 => weight.inputs,
            _ => x.columns,
        };
        Self {
            count: shape.output_frames(x.rows),
            pitch: shape.stride * x.columns,
            lead: shape.padding * x.columns,
            span,
            step: span,
            groups: 1,
        }
    }

    /// Whether rows are just rows, and the product is a linear layer's.
    fn is_linear_layer(&self, inputs: usize) -> bool {
        self.groups == 1 && self.lead == 0 && self.span == inputs && self.pitch == inputs
    }

    /// Whether all of it can be read four numbers at a time.
    fn in_fours(&self, x: &GpuTensor) -> bool {
        [self.pitch, self.lead, self.span, self.step, x.count()]
            .iter()
            .all(|count| count.is_multiple_of(4))
    }
}

impl GpuOps {
    /// A matrix, contents undefined. Its buffer has room for some rows more, so that an utterance of nearly the same length
    /// gets the same buffers in the same order, and with them the same bind groups.
    pub(super) fn tensor(&self, rows: usize, columns: usize) -> Result<GpuTensor, EngineError> {
        let bytes = |rows: usize| rows.saturating_mul(columns).saturating_mul(4) as u64;
        let block = self.arena.activations(bytes(rows), bytes(bucket(rows)))?;
        Ok(GpuTensor {
            block: Arc::new(block),
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
        let format = weight.data.format;
        let reads = if rows.in_fours(x) {
            Reads::Fours
        } else {
            Reads::Ones
        };
        require(
            reads == Reads::Fours || !format.is_packed(),
            "product",
            || {
                let name = &weight.name;
                format!("{name} is quantised, and its inputs do not begin at multiples of four")
            },
        )?;
        let y = self.tensor(rows.count, weight.outputs)?;
        let bias = bias.map(vector).transpose()?;
        let nothing = self.nothing.clone();
        let flags = bias.map_or(0, |_| HAS_BIAS) | residual.map_or(0, |_| HAS_RESIDUAL);
        let group = (weight.outputs / rows.groups) as u32;
        let parameters = [
            rows.count as u32,
            weight.inputs as u32,
            weight.outputs as u32,
            rows.pitch as u32,
            rows.lead as u32,
            x.count() as u32,
            activation_number(activation),
            flags,
            group,
            rows.span as u32,
            rows.step as u32,
        ];
        let integers = self.choice.product == Product::Integer
            && format == Format::Q8
            && rows.is_linear_layer(weight.inputs)
            && rows.count > FEW_ROWS as usize;
        let quantised = match integers {
            true => Some(self.quantise(x)?),
            false => None,
        };
        let x_block = quantised
            .as_ref()
            .map_or(&x.block, |(values, _)| &values.block);
        let mut blocks: Vec<&Block> = vec![
            x_block,
            &weight.data.values,
            bias.unwrap_or(&nothing),
            residual.map_or(&*nothing, |residual| &residual.block),
            &y.block,
        ];
        blocks.extend(&weight.data.scales);
        let count = rows.count as u32;
        let tiles = Tiles::from(self.choice.product);
        let (kernel, grid) = if let Some((_, scales)) = &quantised {
            blocks.push(&scales.block);
            let grid = product_grid(Tiles::Shared, count, group, 1);
            (Kernel::LinearInteger, grid)
        } else if count <= FEW_ROWS && rows.groups == 1 && tiles != Tiles::Direct {
            let [across, down, _] = fold(group.div_ceil(8));
            (Kernel::LinearRow(format), [across, down, count])
        } else {
            let kernel = Kernel::Linear(tiles, format, reads);
            (kernel, product_grid(tiles, count, group, rows.groups))
        };
        self.dispatch(kernel, &blocks, &parameters, grid)?;
        Ok(y)
    }

    /// The rows of `x` as signed bytes, and a scale for 32 columns.
    fn quantise(&mut self, x: &GpuTensor) -> Result<(GpuTensor, GpuTensor), EngineError> {
        let groups = x.columns / 32;
        let values = self.tensor(x.rows, x.columns / 4)?;
        let scales = self.tensor(x.rows, groups)?;
        let count = (x.rows * groups) as u32;
        let blocks = [&*x.block, &values.block, &scales.block];
        let grid = fold(count.div_ceil(64));
        self.dispatch(Kernel::QuantiseRows, &blocks, &[count], grid)?;
        Ok((values, scales))
    }

    /// Copies `count` numbers of `x` from `start` on into `y` from its number `target` on.
    pub(super) fn copy(
        &mut self,
        x: &Block,
        start: usize,
        y: &GpuTensor,
        target: usize,
        count: usize,
    ) -> Result<(), EngineError> {
        let parameters = [count as u32, start as u32, target as u32];
        let grid = fold((count as u32).div_ceil(256));
        self.dispatch(Kernel::Copy, &[x, &y.block], &parameters, grid)
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

/// Rows that a matrix of so many has room for: four steps between two powers of two.
fn bucket(rows: usize) -> usize {
    rows.next_multiple_of((rows.next_power_of_two() / 8).max(1))
}

/// Workgroups of a matrix product.
fn product_grid(tiles: Tiles, rows: u32, group: u32, groups: usize) -> [u32; 3] {
    match tiles {
        Tiles::Shared | Tiles::Half => [group.div_ceil(32), rows.div_ceil(32), groups as u32],
        Tiles::Direct => {
            let [tile_rows, tile_outputs] = DIRECT_TILE;
            let tiles = rows.div_ceil(tile_rows) * group.div_ceil(tile_outputs);
            let [x, y, _] = fold(tiles.div_ceil(DIRECT_THREADS));
            [x, y, groups as u32]
        }
    }
}

/// The activation as `shaders/parts/activation.wgsl` numbers it.
pub(super) fn activation_number(activation: Activation) -> u32 {
    match activation {
        Activation::None => 0,
        Activation::Gelu => 1,
        Activation::Relu => 2,
        Activation::Silu => 3,
        Activation::Sigmoid => 4,
        Activation::QuickGelu => 5,
        Activation::LeakyRelu => 6,
    }
}

/// A weight that must be plain floats: biases, norms, depthwise filters.
pub(super) fn vector(weight: &GpuWeight) -> Result<&Block, EngineError> {
    match weight.data.format {
        Format::F32 => Ok(&weight.data.values),
        Format::F16 | Format::Q8 | Format::Q4 => Err(EngineError::shape(
            weight.name.clone(),
            "is not plain floats, where nothing else is taken",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::bucket;

    #[test]
    fn buckets_hold_their_rows_and_waste_at_most_a_quarter() {
        for rows in 1..5000 {
            assert!((rows..=rows + rows / 4).contains(&bucket(rows)), "{rows}");
        }
        assert_eq!(bucket(1), 1);
        assert_eq!(bucket(257), bucket(320));
    }
}
