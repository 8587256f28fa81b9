//! The text tower, in CLIP's shape (spec: architecture, section 10.1): content words framed by a start and an end
//! token -> causal blocks -> the end's row -> one embedding. Its token table, rows L2-normalised, is the vocabulary
//! that spoken keywords are matched against, as CLIP's is in the papers.

use burn::module::{Initializer, Param};
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::prelude::*;
use burn::tensor::activation::sigmoid;

use super::block::{FeedForward, SelfAttention};
use super::head::normalise;
use crate::vocabulary::{END, START};

/// Most words of a caption that the tower reads.
pub const MAX_WORDS: usize = 22;
/// Blocks.
pub const LAYERS: usize = 2;
/// Attention heads.
pub const HEADS: usize = 4;

/// One block: causal attention, feed-forward with CLIP's quick GELU, each normalised before.
#[derive(Module, Debug)]
pub struct TextBlock {
    /// Pre-norm of the attention.
    pub attention_norm: LayerNorm,
    /// Self-attention.
    pub attention: SelfAttention,
    /// Feed-forward.
    pub feed_forward: FeedForward,
}

impl TextBlock {
    fn new(width: usize, device: &Device) -> Self {
        Self {
            attention_norm: LayerNormConfig::new(width).init(device),
            attention: SelfAttention::new(width, HEADS, device),
            feed_forward: FeedForward::new(width, 4 * width, device),
        }
    }

    fn forward(&self, x: Tensor<3>, bias: &Tensor<4>) -> Tensor<3> {
        let mixed = self
            .attention
            .forward_biased(self.attention_norm.forward(x.clone()), bias);
        let x = x + mixed;
        let feed_forward = &self.feed_forward;
        let inside = feed_forward
            .expand
            .forward(feed_forward.norm.forward(x.clone()));
        let inside = inside.clone() * sigmoid(inside * 1.702);
        x + feed_forward.project.forward(inside)
    }
}

/// The text tower.
#[derive(Module, Debug)]
pub struct TextTower {
    /// `[vocabulary, embedding]`; read with its rows L2-normalised.
    pub table: Param<Tensor<2>>,
    /// `[MAX_WORDS + 2, embedding]`.
    pub positions: Param<Tensor<2>>,
    /// Blocks.
    pub blocks: Vec<TextBlock>,
    /// Norm of the end's row.
    pub norm: LayerNorm,
    /// `embedding -> embedding`.
    pub projection: Linear,
}

impl TextTower {
    /// Fresh weights.
    pub fn new(vocabulary: usize, embedding: usize, device: &Device) -> Self {
        let normal = |std| Initializer::Normal { mean: 0.0, std };
        Self {
            table: normal(1.0).init([vocabulary, embedding], device),
            positions: normal(0.02).init([MAX_WORDS + 2, embedding], device),
            blocks: (0..LAYERS)
                .map(|_| TextBlock::new(embedding, device))
                .collect(),
            norm: LayerNormConfig::new(embedding).init(device),
            projection: LinearConfig::new(embedding, embedding)
                .with_bias(false)
                .init(device),
        }
    }

    /// The rows that words are read with, and keywords matched against: `[vocabulary, embedding]`, L2-normalised.
    pub fn rows(&self) -> Tensor<2> {
        normalise(self.table.val())
    }

    /// Token ids of each caption -> `[batch, embedding]`, L2-normalised. Words past [`MAX_WORDS`] are dropped.
    pub fn forward(&self, captions: &[Vec<u16>], device: &Device) -> Tensor<2> {
        let counts: Vec<usize> = captions
            .iter()
            .map(|caption| caption.len().min(MAX_WORDS))
            .collect();
        let length = counts.iter().max().copied().unwrap_or(0) + 2;
        let batch = captions.len();
        // What follows the end has no effect: attention is causal, and only the end's row is read.
        let mut ids = vec![i64::from(END); batch * length];
        let mut ends = vec![0.0f32; batch * length];
        for (row, caption) in captions.iter().enumerate() {
            let line = &mut ids[row * length..(row + 1) * length];
            line[0] = i64::from(START);
            for (place, &id) in line[1..].iter_mut().zip(&caption[..counts[row]]) {
                *place = i64::from(id);
            }
            ends[row * length + counts[row] + 1] = 1.0;
        }
        let ids = Tensor::<2, Int>::from_data(TensorData::new(ids, [batch, length]), device);
        let ends = Tensor::<3>::from_data(TensorData::new(ends, [batch, length, 1]), device);
        let words = normalise(burn::tensor::module::embedding(self.table.val(), ids));
        let positions = self.positions.val().narrow(0, 0, length).unsqueeze::<3>();
        let bias = causal(length, device);
        let blocks = self.blocks.iter();
        let x = blocks.fold(words + positions, |x, block| block.forward(x, &bias));
        let end = (x * ends).sum_dim(1).squeeze_dim::<2>(1);
        normalise(self.projection.forward(self.norm.forward(end)))
    }
}

/// `[1, 1, length, length]`: 0 where a row may look, a large negative number after it.
fn causal(length: usize, device: &Device) -> Tensor<4> {
    let bias = (0..length * length)
        .map(|cell| {
            if cell % length > cell / length {
                -1e9
            } else {
                0.0
            }
        })
        .collect::<Vec<f32>>();
    Tensor::from_data(TensorData::new(bias, [1, 1, length, length]), device)
}
