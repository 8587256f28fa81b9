//! The image tower: a picture's pixels -> one embedding in the space of the text tower.

use burn::module::Initializer;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{GroupNorm, GroupNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::prelude::*;
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::module::{adaptive_avg_pool2d, max_pool2d};
use burn::tensor::ops::MaxPoolOptions;

use super::head::normalise;

/// Pictures are looked at as squares of this many pixels.
pub const PICTURE_SIZE: u32 = 96;
/// Channels of the last stages.
const FEATURES: usize = 256;
/// What a concept's logit begins with: few concepts are in a picture.
const RARE: f64 = -6.0;

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
    /// 4x4 patches: 96 pixels -> 24.
    patches: Conv2d,
    stages: Vec<Stage>,
    /// Features of a place -> which concepts are there.
    concepts: Linear,
    /// Concepts in the picture -> their part of the embedding.
    named: Linear,
    /// Pooled features -> the rest of the embedding: number, colour, light.
    projection: Linear,
}

impl ImageTower {
    /// Fresh weights.
    pub fn new(concepts: usize, embedding: usize, device: &Device) -> Self {
        let mut places = LinearConfig::new(FEATURES, concepts).init(device);
        places.bias = Some(Initializer::Constant { value: RARE }.init([concepts], device));
        Self {
            patches: Conv2dConfig::new([3, 48], [4, 4])
                .with_stride([4, 4])
                .init(device),
            stages: vec![
                Stage::new(48, 64, 1, device),
                Stage::new(64, 96, 2, device),
                Stage::new(96, 96, 1, device),
                Stage::new(96, FEATURES, 2, device),
                Stage::new(FEATURES, FEATURES, 1, device),
            ],
            concepts: places,
            named: LinearConfig::new(concepts, embedding)
                .with_bias(false)
                .init(device),
            projection: LinearConfig::new(2 * FEATURES, embedding).init(device),
        }
    }

    /// Pictures `[batch, 3, 96, 96]` in `[-1, 1]` -> (embedding `[batch, embedding]`, L2-normalised;
    /// concept logits `[batch, concepts]`).
    ///
    /// A concept is looked for at every place, and the places are pooled afterwards: what is small is not averaged away.
    pub fn forward(&self, pictures: Tensor<4>) -> (Tensor<2>, Tensor<2>) {
        let x = relu(self.patches.forward(pictures));
        let x = self.stages.iter().fold(x, |x, stage| stage.forward(x));
        let [batch, channels, height, width] = x.dims();
        let places = x
            .clone()
            .reshape([batch, channels, height * width])
            .swap_dims(1, 2);
        let concepts = most_at_one_place(self.concepts.forward(places));
        let pooled = Tensor::cat(vec![mean_over_places(x.clone()), most_over_places(x)], 1);
        let embedding =
            self.projection.forward(pooled) + self.named.forward(sigmoid(concepts.clone()));
        (normalise(embedding), concepts)
    }
}

/// `[batch, places, concepts]` -> `[batch, concepts]`: a maximum that every place gets a part of.
fn most_at_one_place(logits: Tensor<3>) -> Tensor<2> {
    let places = logits.dims()[1] as f32;
    let most = logits.clone().detach().max_dim(1);
    let sum = (logits - most.clone()).exp().sum_dim(1);
    (sum.log() + most - places.ln()).squeeze_dim::<2>(1)
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
