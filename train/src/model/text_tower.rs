//! The text tower: content words -> one embedding. Its token table is the vocabulary that spoken
//! keywords are matched against, as in the papers, where it is CLIP's.

use burn::module::{Initializer, Param};
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::prelude::*;

use super::block::{FeedForward, SelfAttention};
use super::head::normalise;
use super::mask::Mask;

/// Most words of a caption that the tower reads.
pub const MAX_WORDS: usize = 16;

/// The text tower.
#[derive(Module, Debug)]
pub struct TextTower {
    /// `[vocabulary, embedding]`.
    pub table: Param<Tensor<2>>,
    /// `[MAX_WORDS, embedding]`.
    pub positions: Param<Tensor<2>>,
    /// Pre-norm of the attention.
    pub attention_norm: LayerNorm,
    /// Lets a number find its noun.
    pub attention: SelfAttention,
    /// Feed-forward.
    pub feed_forward: FeedForward,
    /// Final norm.
    pub norm: LayerNorm,
    /// `embedding -> embedding`.
    pub projection: Linear,
}

impl TextTower {
    /// Fresh weights.
    pub fn new(vocabulary: usize, embedding: usize, device: &Device) -> Self {
        let small = |std| Initializer::Normal { mean: 0.0, std };
        Self {
            table: small(1.0).init([vocabulary, embedding], device),
            positions: small(0.1).init([MAX_WORDS, embedding], device),
            attention_norm: LayerNormConfig::new(embedding).init(device),
            attention: SelfAttention::new(embedding, 4, device),
            feed_forward: FeedForward::new(embedding, 2 * embedding, device),
            norm: LayerNormConfig::new(embedding).init(device),
            projection: LinearConfig::new(embedding, embedding).init(device),
        }
    }

    /// Token ids of each caption -> `[batch, embedding]`, L2-normalised. Words past [`MAX_WORDS`] are dropped.
    pub fn forward(&self, captions: &[Vec<u16>], device: &Device) -> Tensor<2> {
        let words = captions
            .iter()
            .map(Vec::len)
            .max()
            .unwrap_or(1)
            .clamp(1, MAX_WORDS);
        let mut ids = vec![0i64; captions.len() * words];
        for (row, caption) in captions.iter().enumerate() {
            for (column, &id) in caption.iter().take(words).enumerate() {
                ids[row * words + column] = i64::from(id);
            }
        }
        let lengths = captions
            .iter()
            .map(|caption| caption.len().min(words))
            .collect();
        let ids =
            Tensor::<2, Int>::from_data(TensorData::new(ids, [captions.len(), words]), device);
        let embedded = burn::tensor::module::embedding(self.table.val(), ids);
        self.pool(embedded, &Mask::new(lengths, words, device))
    }

    /// Word embeddings `[batch, words, embedding]` -> `[batch, embedding]`, L2-normalised.
    fn pool(&self, words: Tensor<3>, mask: &Mask) -> Tensor<2> {
        let [batch, count, embedding] = words.dims();
        let positions = self.positions.val().narrow(0, 0, count).unsqueeze::<3>();
        let x = words + positions;
        let x = x.clone() + self.attention.forward(self.attention_norm.forward(x), mask);
        let x = x.clone() + self.feed_forward.forward(x);
        let sum = mask
            .apply(self.norm.forward(x))
            .sum_dim(1)
            .reshape([batch, embedding]);
        let lengths = mask
            .keep
            .clone()
            .sum_dim(1)
            .reshape([batch, 1])
            .clamp_min(1.0);
        normalise(self.projection.forward(sum / lengths))
    }
}
