//! The network, written once over [`Ops`]: samples -> features -> frames -> embedding, keywords, scores.
//!
//! - [`front_end`]: log-mel features and strided convolutions;
//! - [`encoder`]: the blocks, and the weighted sum of what each leaves;
//! - [`hybrid_plus`]: the head with a parallel embedding and integrate-and-fire keywords.
//!
//! Every intermediate has a name, and [`Stages`] keeps them all for whoever wants to look.

pub mod encoder;
pub mod front_end;
pub mod hybrid_plus;
mod stages;
mod weights;

pub use hybrid_plus::HeadOutput;
pub use stages::Stages;
pub use weights::Weights;

use crate::error::EngineError;
use crate::ops::{Activation, Ops};
use crate::pack::{Encoder, Head, Pack, WeightData};
use encoder::ConvolutionalTransformer;
use front_end::FrontEnd;
use hybrid_plus::HybridPlus;

/// A pack's network with its weights where `O` runs.
pub struct Network<O: Ops> {
    front_end: FrontEnd<O>,
    encoder: ConvolutionalTransformer<O>,
    head: HybridPlus<O>,
    gallery: Option<O::Weight>,
}

/// What comes back from one utterance, in host memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// The utterance's embedding, of length 1.
    pub embedding: Vec<f32>,
    /// One weight a frame, for the host to cut into times.
    pub alpha: Vec<f32>,
    /// Slots that hold a keyword.
    pub slots: usize,
    /// `[cap, 2 k]`: for each slot the best `k` vocabulary rows and their cosines.
    pub tokens: Vec<f32>,
    /// One cosine a picture; empty without a gallery.
    pub scores: Vec<f32>,
}

/// What one utterance leaves where the operations run.
struct Recorded<T> {
    output: HeadOutput<T>,
    scores: Option<T>,
}

impl<O: Ops> Network<O> {
    /// Hands every weight of the pack to `ops`.
    ///
    /// # Errors
    /// What [`Ops::load`] refuses.
    pub fn new(ops: &mut O, pack: &Pack) -> Result<Self, EngineError> {
        let manifest = pack.manifest();
        let find = |name: &str| pack.tensor(name);
        let mut weights = Weights::new(ops, &find);
        let Encoder::ConvolutionalTransformer(encoder) = &manifest.model.encoder;
        let Head::HybridPlus(head) = &manifest.model.head;
        Ok(Self {
            front_end: FrontEnd::load(&mut weights, &manifest.model)?,
            encoder: ConvolutionalTransformer::load(
                &mut weights,
                encoder,
                manifest.model.normalise_hidden_states,
            )?,
            head: HybridPlus::load(&mut weights, head, &manifest.vocabulary)?,
            gallery: None,
        })
    }

    /// Ranks against `embeddings [pictures, dimension]` from now on.
    ///
    /// # Errors
    /// What [`Ops::load`] refuses.
    pub fn set_gallery(
        &mut self,
        ops: &mut O,
        embeddings: Vec<f32>,
        dimension: usize,
    ) -> Result<(), EngineError> {
        let shape = [embeddings.len() / dimension.max(1), dimension];
        let data = WeightData::F32 {
            shape,
            data: embeddings,
        };
        self.gallery = Some(ops.load("gallery", &data)?);
        Ok(())
    }

    /// When the frames that the head sees happen.
    pub fn timing(&self) -> front_end::Timing {
        self.front_end.timing()
    }

    /// Best tokens that are kept for each slot.
    pub fn tokens_per_slot(&self) -> usize {
        self.head.tokens_per_slot()
    }

    /// Hears one utterance: records all of it, then reads back once.
    ///
    /// # Errors
    /// When the samples are too short, or the device fails.
    pub async fn hear(&self, ops: &mut O, samples: &[f32]) -> Result<Heard, EngineError> {
        let Recorded { output, scores } = self.record(ops, samples, &mut Stages::off())?;
        let mut wanted = vec![
            &output.embedding,
            &output.alpha,
            &output.slots,
            &output.tokens,
        ];
        wanted.extend(&scores);
        let mut results = ops.read(&wanted).await?.into_iter();
        let mut next = || results.next().unwrap_or_default();
        Ok(Heard {
            embedding: next(),
            alpha: next(),
            slots: next().first().map_or(0, |count| *count as usize),
            tokens: next(),
            scores: next(),
        })
    }

    /// Hears one utterance and returns every named intermediate as `(name, rows, columns, numbers)`.
    ///
    /// # Errors
    /// As [`Network::hear`].
    pub async fn stages(
        &self,
        ops: &mut O,
        samples: &[f32],
    ) -> Result<Vec<(String, usize, usize, Vec<f32>)>, EngineError> {
        let mut stages = Stages::on();
        self.record(ops, samples, &mut stages)?;
        let tensors: Vec<&O::Tensor> = stages.list().iter().map(|(_, tensor)| tensor).collect();
        let numbers = ops.read(&tensors).await?;
        let named = stages.list().iter().zip(numbers);
        Ok(named
            .map(|((name, tensor), numbers)| {
                let (rows, columns) = ops.shape(tensor);
                (name.clone(), rows, columns, numbers)
            })
            .collect())
    }

    fn record(
        &self,
        ops: &mut O,
        samples: &[f32],
        stages: &mut Stages<O::Tensor>,
    ) -> Result<Recorded<O::Tensor>, EngineError> {
        let frames = self.front_end.run(ops, samples, stages)?;
        let frames = self.encoder.run(ops, frames, stages)?;
        let output = self.head.run(ops, &frames, stages)?;
        let scores = match &self.gallery {
            Some(gallery) => {
                let scores =
                    ops.linear(&output.embedding, gallery, None, Activation::None, None)?;
                stages.note("scores", &scores);
                Some(scores)
            }
            None => None,
        };
        Ok(Recorded { output, scores })
    }
}

#[cfg(test)]
mod tests;
