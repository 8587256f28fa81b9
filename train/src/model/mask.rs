//! Padding: utterances of one batch differ in length, and none may hear the others' silence.

use burn::prelude::*;

/// Which frames of a padded batch are real, in the forms the layers need.
#[derive(Clone)]
pub struct Mask {
    /// Real frames of each utterance.
    pub lengths: Vec<usize>,
    /// `[batch, frames, 1]`: 1 on real frames, 0 on padding.
    pub keep: Tensor<3>,
    /// `[batch, 1, 1, frames]`: 0 on real frames, a large negative number on padding.
    pub attention_bias: Tensor<4>,
}

impl Mask {
    /// A mask for utterances of `lengths` frames, padded to `frames`.
    pub fn new(lengths: Vec<usize>, frames: usize, device: &Device) -> Self {
        let batch = lengths.len();
        let mut keep = vec![0.0f32; batch * frames];
        let mut bias = vec![-1e9f32; batch * frames];
        for (row, &length) in lengths.iter().enumerate() {
            let start = row * frames;
            keep[start..start + length.min(frames)].fill(1.0);
            bias[start..start + length.min(frames)].fill(0.0);
        }
        Self {
            lengths,
            keep: Tensor::from_data(TensorData::new(keep, [batch, frames, 1]), device),
            attention_bias: Tensor::from_data(TensorData::new(bias, [batch, 1, 1, frames]), device),
        }
    }

    /// The mask after a convolution of kernel 3, stride 2, padding 1: `ceil(length / 2)` frames each.
    pub fn halved(&self, device: &Device) -> Self {
        let frames = self.keep.dims()[1].div_ceil(2);
        Self::new(
            self.lengths
                .iter()
                .map(|length| length.div_ceil(2))
                .collect(),
            frames,
            device,
        )
    }

    /// The mask with one more always-valid row in front (the CLS row).
    pub fn with_cls(&self, device: &Device) -> Self {
        let frames = self.keep.dims()[1] + 1;
        Self::new(
            self.lengths.iter().map(|length| length + 1).collect(),
            frames,
            device,
        )
    }

    /// Zero on padding.
    pub fn apply(&self, x: Tensor<3>) -> Tensor<3> {
        x * self.keep.clone()
    }
}
