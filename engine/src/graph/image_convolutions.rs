//! The image tower of `saysee-train`: convolutions over patches, then objects and concepts that are looked for at every place,
//! so that small things are not averaged away, and what else the places hold (docs/training.md, "The towers").

use super::image_tower::check_planes;
use super::weights::{Linear, Norm, Weights};
use crate::error::EngineError;
use crate::ops::{Activation, Ops, Pooling, Window};
use crate::pack;

/// Taps on a side of a convolution.
const KERNEL: usize = 3;

/// The image tower.
pub struct Convolutional<O: Ops> {
    patches: Linear<O>,
    stages: Vec<Stage<O>>,
    objects: Linear<O>,
    objects_mean: O::Weight,
    objects_maximum: O::Weight,
    concepts: Linear<O>,
    named: O::Weight,
    mean: Linear<O>,
    maximum: O::Weight,
    pixels: pack::Pixels,
}

struct Stage<O: Ops> {
    convolution: Linear<O>,
    norm: Norm<O>,
    stride: usize,
    /// Whether what comes in is added to what comes out.
    adds: bool,
}

impl<O: Ops> Convolutional<O> {
    pub(super) fn load(
        weights: &mut Weights<O>,
        sizes: &pack::ImageConvolutions,
    ) -> Result<Self, EngineError> {
        let mut stages = Vec::with_capacity(sizes.stages.len());
        let mut inputs = sizes.patch_features;
        for (index, stage) in sizes.stages.iter().enumerate() {
            let name = format!("image.stages.{index}");
            stages.push(Stage {
                convolution: weights.linear(&format!("{name}.convolution"))?,
                norm: weights.norm(&format!("{name}.norm"))?,
                stride: stage.stride,
                adds: stage.stride == 1 && stage.outputs == inputs,
            });
            inputs = stage.outputs;
        }
        Ok(Self {
            patches: weights.linear("image.patches")?,
            stages,
            objects: weights.linear("image.objects")?,
            objects_mean: weights.weight("image.objects.mean.weight")?,
            objects_maximum: weights.weight("image.objects.maximum.weight")?,
            concepts: weights.linear("image.concepts")?,
            named: weights.weight("image.named.weight")?,
            mean: weights.linear("image.mean")?,
            maximum: weights.weight("image.maximum.weight")?,
            pixels: sizes.pixels.clone(),
        })
    }

    /// Normalised planes `[3, size, size]` -> `[1, embedding]`, not normalised.
    pub(super) fn run(&self, ops: &mut O, planes: &[f32]) -> Result<O::Tensor, EngineError> {
        let pack::Pixels { size, patch, .. } = self.pixels;
        check_planes(planes, size)?;
        let mut side = self.pixels.side();
        let rows = ops.upload(
            &patches(planes, size, patch),
            side * side,
            3 * patch * patch,
        )?;
        let mut x = self.patches.run(ops, &rows, Activation::Relu, None)?;
        for stage in &self.stages {
            let window = Window {
                side,
                kernel: KERNEL,
                stride: stage.stride,
                padding: KERNEL / 2,
            };
            let seen = ops.neighbours(&x, window)?;
            let y = stage.convolution.run(ops, &seen, Activation::None, None)?;
            let y = stage.norm.run_with(ops, &y, Activation::Relu)?;
            x = match stage.adds {
                true => ops.scale_add(Some(&x), &y, 1.0)?,
                false => y,
            };
            side = window.outputs();
        }
        let objects = self.objects.run(ops, &x, Activation::None, None)?;
        let objects = ops.softmax_rows(&objects)?;
        let concepts = self.concepts.run(ops, &x, Activation::None, None)?;
        let mean = ops.pool_rows(&x, Pooling::Mean)?;
        let mut sum = self.mean.run(ops, &mean, Activation::None, None)?;
        for (rows, pooling, weight) in [
            (&x, Pooling::Maximum, &self.maximum),
            (&objects, Pooling::Mean, &self.objects_mean),
            (&objects, Pooling::Maximum, &self.objects_maximum),
            (&concepts, Pooling::Presence, &self.named),
        ] {
            let pooled = ops.pool_rows(rows, pooling)?;
            sum = ops.linear(&pooled, weight, None, Activation::None, Some(&sum))?;
        }
        Ok(sum)
    }
}

/// Planes cut into patches, one a row: pixel after pixel, row after row, red, green and blue of each.
fn patches(planes: &[f32], size: usize, patch: usize) -> Vec<f32> {
    let side = size / patch;
    let mut rows = Vec::with_capacity(planes.len());
    for place in 0..side * side {
        let (top, left) = (place / side * patch, place % side * patch);
        for y in top..top + patch {
            for x in left..left + patch {
                let colours = planes.chunks_exact(size * size);
                rows.extend(colours.map(|plane| plane[y * size + x]));
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::patches;

    #[test]
    fn patches_go_pixel_by_pixel() {
        let planes: Vec<f32> = (0..3 * 16).map(|n| n as f32).collect();
        let rows = patches(&planes, 4, 2);
        assert_eq!(&rows[..6], [0.0, 16.0, 32.0, 1.0, 17.0, 33.0]);
        assert_eq!(&rows[6..9], [4.0, 20.0, 36.0]);
        assert_eq!(&rows[12..15], [2.0, 18.0, 34.0]);
        assert_eq!(rows.len(), 48);
    }
}
