//! The image tower: a picture's pixels -> one embedding in the space of the text tower. Everything in it is a matrix
//! product over gathered neighbours and a norm of each place, so the engine's operations can run it.

use burn::module::Initializer;
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::prelude::*;
use burn::tensor::activation::{relu, sigmoid, softmax};

use super::head::normalise;

/// Pictures are looked at as squares of this many pixels.
pub const PICTURE_SIZE: u32 = 96;
/// Places on a side of what the last stage leaves.
pub const PLACES: usize = 6;
/// Pixels on a side of the patches that pictures are cut into first.
pub const PATCH: usize = 4;
/// Channels of a patch.
const PATCH_FEATURES: usize = 48;
/// Output channels and stride of each stage.
const STAGES: [(usize, usize); 5] = [(64, 1), (96, 2), (96, 1), (256, 2), (256, 1)];
/// What a concept's logit begins with: few concepts are in a picture.
const RARE: f64 = -6.0;

/// A 3x3 convolution, the norm of each place, ReLU; what came in is added where it has the same shape.
#[derive(Module, Debug)]
pub struct Stage {
    /// `9 inputs -> outputs`, neighbours row by row.
    pub convolution: Linear,
    /// Over the channels of a place.
    pub norm: LayerNorm,
    stride: usize,
}

impl Stage {
    fn new(inputs: usize, outputs: usize, stride: usize, device: &Device) -> Self {
        Self {
            convolution: LinearConfig::new(9 * inputs, outputs).init(device),
            norm: LayerNormConfig::new(outputs).init(device),
            stride,
        }
    }

    /// Channels that come out.
    pub fn outputs(&self) -> usize {
        self.convolution.weight.dims()[1]
    }

    /// Places that go in for one that comes out, on a side.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// `[batch, side * side, inputs]` -> `[batch, side' * side', outputs]`.
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let seen = neighbours(x.clone(), 3, self.stride, 1);
        let y = relu(self.norm.forward(self.convolution.forward(seen)));
        if y.dims() == x.dims() { x + y } else { y }
    }
}

/// The image tower.
#[derive(Module, Debug)]
pub struct ImageTower {
    /// `3 PATCH^2 -> PATCH_FEATURES`: 96 pixels -> 24 patches.
    pub patches: Linear,
    /// Stages: 24 places on a side -> 6.
    pub stages: Vec<Stage>,
    /// Features of a place -> which drawing stands there; the last one is none.
    pub objects: Linear,
    /// How surely each drawing is anywhere, and how much of the picture is of it -> its part of the embedding.
    pub standing: Linear,
    /// Features of a place -> which other concepts it shows: where, when, how many, in which colour.
    pub concepts: Linear,
    /// Those of the picture as a whole -> their part of the embedding.
    pub named: Linear,
    /// Pooled features, their mean and their maximum -> the rest of the embedding: number, colour, light.
    pub projection: Linear,
}

/// What the image tower makes of pictures.
pub struct Seen {
    /// `[batch, embedding]`, L2-normalised.
    pub embedding: Tensor<2>,
    /// Logits of the concepts that are no objects, for the picture as a whole: `[batch, concepts]`.
    pub concepts: Tensor<2>,
    /// Logits of what stands at each place: `[batch, PLACES * PLACES, objects + 1]`, nothing last.
    pub places: Tensor<3>,
}

impl ImageTower {
    /// Fresh weights.
    pub fn new(objects: usize, concepts: usize, embedding: usize, device: &Device) -> Self {
        let mut stages = Vec::new();
        let mut inputs = PATCH_FEATURES;
        for (outputs, stride) in STAGES {
            stages.push(Stage::new(inputs, outputs, stride, device));
            inputs = outputs;
        }
        let mut rare = LinearConfig::new(inputs, concepts).init(device);
        rare.bias = Some(Initializer::Constant { value: RARE }.init([concepts], device));
        let kinds = objects + 1;
        Self {
            patches: LinearConfig::new(3 * PATCH * PATCH, PATCH_FEATURES).init(device),
            stages,
            objects: LinearConfig::new(inputs, kinds).init(device),
            standing: LinearConfig::new(2 * kinds, embedding)
                .with_bias(false)
                .init(device),
            concepts: rare,
            named: LinearConfig::new(concepts, embedding)
                .with_bias(false)
                .init(device),
            projection: LinearConfig::new(2 * inputs, embedding).init(device),
        }
    }

    /// The direction in which each drawing and then each other concept moves the embedding: `[objects + concepts, embedding]`,
    /// L2-normalised.
    pub fn directions(&self) -> Tensor<2> {
        let standing = self.standing.weight.val();
        let kinds = standing.dims()[0] / 2;
        // By how surely it is anywhere; the last one is nothing.
        let drawings = standing.narrow(0, kinds, kinds - 1);
        normalise(Tensor::cat(vec![drawings, self.named.weight.val()], 0))
    }

    /// Looks at pictures `[batch, 3, 96, 96]` in `[-1, 1]`.
    ///
    /// Objects and concepts are looked for at every place, and the places are pooled afterwards: what is small is not
    /// averaged away.
    pub fn forward(&self, pictures: Tensor<4>) -> Seen {
        let [batch, planes, height, width] = pictures.dims();
        let pixels = pictures
            .reshape([batch, planes, height * width])
            .swap_dims(1, 2);
        let x = relu(self.patches.forward(neighbours(pixels, PATCH, PATCH, 0)));
        let x = self.stages.iter().fold(x, |x, stage| stage.forward(x));
        let places = self.objects.forward(x.clone());
        let concepts = most_at_one_place(self.concepts.forward(x.clone()));
        let embedding = self.projection.forward(mean_and_maximum(x))
            + self
                .standing
                .forward(mean_and_maximum(softmax(places.clone(), 2)))
            + self.named.forward(sigmoid(concepts.clone()));
        Seen {
            embedding: normalise(embedding),
            concepts,
            places,
        }
    }
}

/// The `kernel * kernel` neighbours of every `stride`th place of a square, side by side, zero outside:
/// `[batch, side * side, channels]` -> `[batch, side' * side', kernel * kernel * channels]`.
fn neighbours(x: Tensor<3>, kernel: usize, stride: usize, padding: usize) -> Tensor<3> {
    let [batch, places, channels] = x.dims();
    let device = x.device();
    let side = places.isqrt();
    let out = (side + 2 * padding - kernel) / stride + 1;
    let mut rows = Vec::with_capacity(out * out * kernel * kernel);
    for place in 0..out * out {
        for tap in 0..kernel * kernel {
            let at = |place: usize, tap: usize| (place * stride + tap).checked_sub(padding);
            let row = at(place / out, tap / kernel).filter(|&row| row < side);
            let column = at(place % out, tap % kernel).filter(|&column| column < side);
            // The row after the last one is zero.
            let inside = row.zip(column).map(|(row, column)| row * side + column);
            rows.push(inside.unwrap_or(places) as i64);
        }
    }
    let x = match padding {
        0 => x,
        _ => Tensor::cat(vec![x, Tensor::zeros([batch, 1, channels], &device)], 1),
    };
    let count = rows.len();
    let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [count]), &device);
    x.select(1, rows)
        .reshape([batch, out * out, kernel * kernel * channels])
}

/// Over the places: `[batch, places, columns]` -> `[batch, 2 columns]`.
fn mean_and_maximum(x: Tensor<3>) -> Tensor<2> {
    let mean = x.clone().mean_dim(1).squeeze_dim::<2>(1);
    let maximum = x.max_dim(1).squeeze_dim::<2>(1);
    Tensor::cat(vec![mean, maximum], 1)
}

/// `[batch, places, concepts]` -> `[batch, concepts]`: a maximum that every place gets a part of.
fn most_at_one_place(logits: Tensor<3>) -> Tensor<2> {
    let places = logits.dims()[1] as f32;
    let most = logits.clone().detach().max_dim(1);
    let sum = (logits - most.clone()).exp().sum_dim(1);
    (sum.log() + most - places.ln()).squeeze_dim::<2>(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::towers::host;

    #[test]
    fn neighbours_are_those_of_a_convolution() {
        let device = Device::flex();
        let numbers: Vec<f32> = (0..16).map(|number| number as f32 + 1.0).collect();
        let x = Tensor::<3>::from_data(TensorData::new(numbers, [1, 16, 1]), &device);
        let all = host(neighbours(x.clone(), 3, 1, 1));
        assert_eq!(all.len(), 16 * 9);
        assert_eq!(all[..9], [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 5.0, 6.0]);
        assert_eq!(
            all[5 * 9..6 * 9],
            [1.0, 2.0, 3.0, 5.0, 6.0, 7.0, 9.0, 10.0, 11.0]
        );
        let strided = host(neighbours(x.clone(), 3, 2, 1));
        assert_eq!(
            strided[9..18],
            [0.0, 0.0, 0.0, 2.0, 3.0, 4.0, 6.0, 7.0, 8.0]
        );
        let patches = host(neighbours(x, 2, 2, 0));
        assert_eq!(patches[4..8], [3.0, 4.0, 7.0, 8.0]);
    }
}
