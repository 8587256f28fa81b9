//! The speech model: encoder, phone classifier, hybrid+ head, and a head that only its teacher listens to.

use std::path::Path;

use burn::nn::{Linear, LinearConfig};
use burn::prelude::*;
use burn::tensor::activation::log_softmax;

use super::encoder::{Encoder, EncoderConfig, strided_taps};
use super::head::{HeadOutput, HybridPlus};
use super::mask::Mask;
use crate::checkpoint::Checkpoint;
use crate::error::TrainError;
use crate::teacher::TEACHER_WIDTH;

/// The file with a run's sizes.
const SIZES: &str = "sizes.json";

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
    /// Width between the two layers of the parallel projection; 0: it has one.
    #[config(default = 0)]
    pub parallel_hidden: usize,
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
    /// `3 width -> TEACHER_WIDTH`, on the last hidden state: what the teacher would say. Not shipped.
    pub teacher: Linear,
    /// Hidden states -> embedding and keywords.
    pub head: HybridPlus,
}

impl SpeechConfig {
    /// The sizes of the bundled pack.
    pub fn standard() -> Self {
        Self::new(EncoderConfig::new(), saysee_voices::phones::PHONES.len())
            .with_parallel_hidden(256)
    }

    /// Keeps the sizes beside a run's checkpoint.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), TrainError> {
        std::fs::create_dir_all(folder).map_err(TrainError::file(folder))?;
        let path = folder.join(SIZES);
        self.save(&path).map_err(TrainError::file(&path))
    }

    /// The sizes of a run; the standard ones where it did not keep any.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn of(folder: &Path) -> Result<Self, TrainError> {
        let path = folder.join(SIZES);
        if !path.exists() {
            return Ok(Self::standard());
        }
        Self::load(&path).map_err(|error| TrainError::Checkpoint {
            path,
            reason: error.to_string(),
        })
    }

    /// The model of another run; with `fresh` projections, of these sizes, where that one's are of others.
    ///
    /// # Errors
    /// When its checkpoint is missing or cannot be read.
    pub fn started_from(
        &self,
        folder: &Path,
        fresh: SpeechModel,
        device: &Device,
    ) -> Result<SpeechModel, TrainError> {
        let checkpoint = Checkpoint::new(folder.join("checkpoint"));
        let other = Self::of(folder)?;
        if other.parallel_hidden == self.parallel_hidden && other.embedding == self.embedding {
            return checkpoint.model(fresh);
        }
        let model = checkpoint.model(other.init(device))?;
        Ok(SpeechModel {
            head: HybridPlus {
                parallel_expansion: fresh.head.parallel_expansion,
                parallel_projection: fresh.head.parallel_projection,
                keyword_projection: fresh.head.keyword_projection,
                ..model.head
            },
            ..model
        })
    }

    /// Fresh weights.
    pub fn init(&self, device: &Device) -> SpeechModel {
        let width = self.encoder.width;
        SpeechModel {
            encoder: self.encoder.init(device),
            phones: LinearConfig::new(width, self.phones).init(device),
            teacher: LinearConfig::new(3 * width, TEACHER_WIDTH).init(device),
            head: HybridPlus::new(
                width,
                self.encoder.layers + 1,
                self.head_heads,
                self.parallel_hidden,
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
        self.phone_log_probabilities_of(super::head::plain_norm(states[states.len() - 1].clone()))
    }

    /// The same from the last hidden state, layer-normalised.
    pub fn phone_log_probabilities_of(&self, last: Tensor<3>) -> Tensor<3> {
        log_softmax(self.phones.forward(last), 2)
    }

    /// What the teacher would say at every second frame, `[batch, frames / 2, TEACHER_WIDTH]`.
    pub fn taught(&self, states: &[Tensor<3>]) -> Tensor<3> {
        let last = super::head::plain_norm(states[states.len() - 1].clone());
        self.teacher.forward(strided_taps(last))
    }

    /// The hybrid+ head.
    pub fn head(&self, states: &[Tensor<3>], mask: &Mask) -> HeadOutput {
        self.head.forward(states, mask)
    }
}
