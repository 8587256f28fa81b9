//! Image towers: pixels to one embedding; here CLIP's (spec: architecture section 10.3).

use super::image_convolutions::Convolutional;
use super::transformer::{BlockStyle, TransformerBlock};
use super::weights::{Norm, Weights};
use crate::error::EngineError;
use crate::ops::{Activation, Ops};
use crate::pack;

/// The image tower.
pub enum ImageTower<O: Ops> {
    /// CLIP's.
    Transformer(Transformer<O>),
    /// That of `saysee-train`.
    Convolutional(Convolutional<O>),
}

impl<O: Ops> ImageTower<O> {
    /// Takes `image.*`.
    ///
    /// # Errors
    /// A weight that is not there.
    pub fn load(weights: &mut Weights<O>, sizes: &pack::ImageTower) -> Result<Self, EngineError> {
        Ok(match sizes {
            pack::ImageTower::Transformer(sizes) => {
                Self::Transformer(Transformer::load(weights, sizes)?)
            }
            pack::ImageTower::Convolutional(sizes) => {
                Self::Convolutional(Convolutional::load(weights, sizes)?)
            }
        })
    }

    /// Normalised planes `[3, size, size]` -> `[1, embedding]`, not normalised.
    ///
    /// # Errors
    /// [`EngineError::Shape`] for planes of another size.
    pub fn run(&self, ops: &mut O, planes: &[f32]) -> Result<O::Tensor, EngineError> {
        match self {
            Self::Transformer(tower) => tower.run(ops, planes),
            Self::Convolutional(tower) => tower.run(ops, planes),
        }
    }
}

/// Refuses planes that are not `[3, size, size]`.
pub(super) fn check_planes(planes: &[f32], size: usize) -> Result<(), EngineError> {
    if planes.len() == 3 * size * size {
        return Ok(());
    }
    let count = planes.len();
    let problem = format!("{count} numbers, where 3 planes of {size} x {size} are seen");
    Err(EngineError::shape("image", problem))
}

/// CLIP's image tower.
pub struct Transformer<O: Ops> {
    patches: O::Weight,
    class: O::Weight,
    positions: O::Weight,
    norm_before: Norm<O>,
    blocks: Vec<TransformerBlock<O>>,
    norm_after: Norm<O>,
    projection: O::Weight,
    size: usize,
    patch: usize,
}

impl<O: Ops> Transformer<O> {
    fn load(weights: &mut Weights<O>, sizes: &pack::ImageTransformer) -> Result<Self, EngineError> {
        let style = BlockStyle {
            heads: sizes.heads,
            norm_first: true,
            activation: Activation::QuickGelu,
            causal: false,
        };
        Ok(Self {
            patches: weights.weight("image.patches")?,
            class: weights.weight("image.class")?,
            positions: weights.weight("image.positions")?,
            norm_before: weights.norm("image.norm_before")?,
            blocks: TransformerBlock::load_all(weights, "image.blocks", sizes.layers, style)?,
            norm_after: weights.norm("image.norm_after")?,
            projection: weights.weight("image.projection")?,
            size: sizes.pixels.size,
            patch: sizes.pixels.patch,
        })
    }

    fn run(&self, ops: &mut O, planes: &[f32]) -> Result<O::Tensor, EngineError> {
        let side = self.size / self.patch;
        check_planes(planes, self.size)?;
        let rows = ops.upload(
            &patches(planes, self.size, self.patch),
            side * side,
            3 * self.patch * self.patch,
        )?;
        let embedded = ops.linear(&rows, &self.patches, None, Activation::None, None)?;
        let class = ops.weight_rows(&self.class)?;
        let x = ops.stack_rows(&class, &embedded)?;
        let positions = ops.weight_rows(&self.positions)?;
        let x = ops.scale_add(Some(&positions), &x, 1.0)?;
        let mut x = self.norm_before.run(ops, &x)?;
        let count = side * side + 1;
        for block in &self.blocks {
            x = block.run(ops, &x, count)?;
        }
        let class = ops.rows(&x, 0, 1)?;
        let class = self.norm_after.run(ops, &class)?;
        ops.linear(&class, &self.projection, None, Activation::None, None)
    }
}

/// Planes cut into patches, one a row, each plane after plane and row after row.
fn patches(planes: &[f32], size: usize, patch: usize) -> Vec<f32> {
    let side = size / patch;
    let mut rows = Vec::with_capacity(planes.len());
    for place in 0..side * side {
        let (top, left) = (place / side * patch, place % side * patch);
        for plane in planes.chunks_exact(size * size) {
            for y in top..top + patch {
                rows.extend_from_slice(&plane[y * size + left..y * size + left + patch]);
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::patches;

    #[test]
    fn patches_go_row_by_row() {
        let planes: Vec<f32> = (0..3 * 16).map(|n| n as f32).collect();
        let rows = patches(&planes, 4, 2);
        assert_eq!(&rows[..4], [0.0, 1.0, 4.0, 5.0]);
        assert_eq!(&rows[4..8], [16.0, 17.0, 20.0, 21.0]);
        assert_eq!(&rows[12..16], [2.0, 3.0, 6.0, 7.0]);
        assert_eq!(rows.len(), 48);
    }
}
