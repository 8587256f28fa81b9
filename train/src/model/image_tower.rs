//! The image tower: a picture's pixels -> one embedding in the space of the text tower.

use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{GroupNorm, GroupNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::prelude::*;
use burn::tensor::activation::relu;
use burn::tensor::module::{adaptive_avg_pool2d, max_pool2d};
use burn::tensor::ops::MaxPoolOptions;

use super::head::normalise;

/// Pictures are looked at as squares of this many pixels.
pub const PICTURE_SIZE: u32 = 80;

/// A 3x3 convolution, group norm, ReLU.
#[derive(Module, Debug)]
struct Stage {
    convolution: Conv2d,
    norm: GroupNorm,
}

impl Stage {
    fn new(inputs: usize, outputs: usize, stride: usize, device: &Device) -> Self {
        Self {
            convolution: Conv2dConfig::new([inputs, outputs], [3, 3])
                .with_stride([stride, stride])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            norm: GroupNormConfig::new(8, outputs).init(device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        relu(self.norm.forward(self.convolution.forward(x)))
    }
}

/// The image tower.
#[derive(Module, Debug)]
pub struct ImageTower {
    /// 4x4 patches: 80 pixels -> 20.
    patches: Conv2d,
    stages: Vec<Stage>,
    /// Pooled features -> which concepts are in the picture; a training aid.
    concepts: Linear,
    /// Pooled features -> embedding.
    projection: Linear,
}

impl ImageTower {
    /// Fresh weights.
    pub fn new(concepts: usize, embedding: usize, device: &Device) -> Self {
        let pooled = 2 * 192;
        Self {
            patches: Conv2dConfig::new([3, 48], [4, 4])
                .with_stride([4, 4])
                .init(device),
            stages: vec![
                Stage::new(48, 64, 1, device),
                Stage::new(64, 96, 2, device),
                Stage::new(96, 96, 1, device),
                Stage::new(96, 192, 2, device),
                Stage::new(192, 192, 1, device),
            ],
            concepts: LinearConfig::new(pooled, concepts).init(device),
            projection: LinearConfig::new(pooled, embedding).init(device),
        }
    }

    /// Pictures `[batch, 3, 80, 80]` in `[-1, 1]` -> (embedding `[batch, embedding]`, L2-normalised;
    /// concept logits `[batch, concepts]`).
    pub fn forward(&self, pictures: Tensor<4>) -> (Tensor<2>, Tensor<2>) {
        let x = relu(self.patches.forward(pictures));
        let x = self.stages.iter().fold(x, |x, stage| stage.forward(x));
        let pooled = Tensor::cat(vec![mean_over_places(x.clone()), most_over_places(x)], 1);
        (
            normalise(self.projection.forward(pooled.clone())),
            self.concepts.forward(pooled),
        )
    }
}

/// `[batch, channels, height, width]` -> `[batch, channels]`.
fn mean_over_places(x: Tensor<4>) -> Tensor<2> {
    let [batch, channels, ..] = x.dims();
    adaptive_avg_pool2d(x, [1, 1]).reshape([batch, channels])
}

/// `[batch, channels, height, width]` -> `[batch, channels]`.
fn most_over_places(x: Tensor<4>) -> Tensor<2> {
    let [batch, channels, height, width] = x.dims();
    max_pool2d(x, MaxPoolOptions::new([height, width])).reshape([batch, channels])
}
