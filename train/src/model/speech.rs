//! The speech model: encoder, phone classifier (a teacher's aid that is not shipped) and hybrid+ head.

use burn::nn::{Linear, LinearConfig};
use burn::prelude::*;
use burn::tensor::activation::log_softmax;

use super::encoder::{Encoder, EncoderConfig};
use super::head::{HeadOutput, HybridPlus};
use super::mask::Mask;

/// Sizes of the speech model.
#[derive(Config, Debug)]
pub struct SpeechConfig {
    /// The encoder's sizes.
    pub encoder: EncoderConfig,
    /// Phone symbols, blank included.
    pub phones: usize,
    /// Attention heads of the head's shared block.
    #[config(default = 4)]
    pub head_heads: usize,
    /// Width of the joint embedding space.
    #[config(default = 128)]
    pub embedding: usize,
}

/// The speech model.
#[derive(Module, Debug)]
pub struct SpeechModel {
    /// Log-mel features -> hidden states.
    pub encoder: Encoder,
    /// `width -> phones`, on the last hidden state.
    pub phones: Linear,
    /// Hidden states -> embedding and keywords.
    pub head: HybridPlus,
}

impl SpeechConfig {
    /// The sizes of the bundled pack.
    pub fn standard() -> Self {
        Self::new(EncoderConfig::new(), saysee_voices::phones::PHONES.len())
    }

    /// Fresh weights.
    pub fn init(&self, device: &Device) -> SpeechModel {
        let width = self.encoder.width;
        SpeechModel {
            encoder: self.encoder.init(device),
            phones: LinearConfig::new(width, self.phones).init(device),
            head: HybridPlus::new(
                width,
                self.encoder.layers + 1,
                self.head_heads,
                self.embedding,
                device,
            ),
        }
    }
}

impl SpeechModel {
    /// `[batch, frames, mels]` -> hidden states and their mask.
    pub fn encode(&self, features: Tensor<3>, mask: &Mask) -> (Vec<Tensor<3>>, Mask) {
        self.encoder.forward(features, mask)
    }

    /// Log-probabilities of phones `[batch, frames, phones]` from the last hidden state.
    pub fn phone_log_probabilities(&self, states: &[Tensor<3>]) -> Tensor<3> {
        log_softmax(
            self.phones
                .forward(super::head::plain_norm(states[states.len() - 1].clone())),
            2,
        )
    }

    /// The hybrid+ head.
    pub fn head(&self, states: &[Tensor<3>], mask: &Mask) -> HeadOutput {
        self.head.forward(states, mask)
    }
}
