//! The speech encoder: log-mel features -> two strided convolutions -> blocks -> every hidden state.

use burn::nn::{Linear, LinearConfig};
use burn::prelude::*;
use burn::tensor::activation::gelu;

use super::block::Block;
use super::mask::Mask;

/// Sizes of the speech encoder.
#[derive(Config, Debug)]
pub struct EncoderConfig {
    /// Mel bands.
    #[config(default = 80)]
    pub mels: usize,
    /// Channels of every hidden state.
    #[config(default = 192)]
    pub width: usize,
    /// Blocks.
    #[config(default = 4)]
    pub layers: usize,
    /// Attention heads.
    #[config(default = 4)]
    pub heads: usize,
    /// Inner width of the feed-forward.
    #[config(default = 384)]
    pub feed_forward: usize,
    /// Taps of the depthwise convolution.
    #[config(default = 11)]
    pub kernel: usize,
}

/// The speech encoder.
#[derive(Module, Debug)]
pub struct Encoder {
    /// `3 mels -> width`, taps side by side.
    pub subsample_first: Linear,
    /// `3 width -> width`.
    pub subsample_second: Linear,
    /// Encoder blocks.
    pub blocks: Vec<Block>,
}

impl EncoderConfig {
    /// Fresh weights.
    pub fn init(&self, device: &Device) -> Encoder {
        Encoder {
            subsample_first: LinearConfig::new(3 * self.mels, self.width).init(device),
            subsample_second: LinearConfig::new(3 * self.width, self.width).init(device),
            blocks: (0..self.layers)
                .map(|_| {
                    Block::new(
                        self.width,
                        self.heads,
                        self.feed_forward,
                        self.kernel,
                        device,
                    )
                })
                .collect(),
        }
    }
}

impl Encoder {
    /// `[batch, frames, mels]` -> hidden states `h_0 ..= h_layers`, each `[batch, frames / 4, width]`, and their mask.
    pub fn forward(&self, features: Tensor<3>, mask: &Mask) -> (Vec<Tensor<3>>, Mask) {
        let device = features.device();
        let half = mask.halved(&device);
        let x = half.apply(gelu(self.subsample_first.forward(strided_taps(features))));
        let quarter = half.halved(&device);
        let mut x = quarter.apply(gelu(self.subsample_second.forward(strided_taps(x))));
        let mut states = vec![x.clone()];
        for block in &self.blocks {
            x = block.forward(x, &quarter);
            states.push(x.clone());
        }
        (states, quarter)
    }
}

/// The inputs of a convolution of kernel 3, stride 2, padding 1, side by side: output `t` sees
/// frames `2t - 1`, `2t`, `2t + 1`. `[batch, frames, n]` -> `[batch, ceil(frames / 2), 3 n]`.
pub fn strided_taps(x: Tensor<3>) -> Tensor<3> {
    let [batch, frames, width] = x.dims();
    let device = x.device();
    let x = if frames % 2 == 1 {
        Tensor::cat(vec![x, Tensor::zeros([batch, 1, width], &device)], 1)
    } else {
        x
    };
    let pairs = x.reshape([batch, frames.div_ceil(2), 2 * width]);
    let count = frames.div_ceil(2);
    let odd = pairs.clone().narrow(2, width, width);
    let first = Tensor::zeros([batch, 1, width], &device);
    let before = if count > 1 {
        Tensor::cat(vec![first, odd.narrow(1, 0, count - 1)], 1)
    } else {
        first
    };
    Tensor::cat(vec![before, pairs], 2)
}

/// The inputs of a convolution of kernel 3, stride 1, padding 1, side by side.
pub fn taps(x: Tensor<3>) -> Tensor<3> {
    let [batch, frames, width] = x.dims();
    let zeros = Tensor::<3>::zeros([batch, 1, width], &x.device());
    let padded = Tensor::cat(vec![zeros.clone(), x, zeros], 1);
    Tensor::cat(
        (0..3)
            .map(|tap| padded.clone().narrow(1, tap, frames))
            .collect(),
        2,
    )
}
