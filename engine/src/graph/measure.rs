//! Parts of the network run for their own sake: beside somebody else's encoder, on an embedding that is there already,
//! or to be timed.

use super::stages::{StageTime, Stages};
use super::{NamedStage, Network};
use crate::error::EngineError;
use crate::ops::Ops;

impl<O: Ops> Network<O> {
    /// The encoder alone: 16 kHz samples -> the weighted sum of its hidden states, `[frames, width]`, read back.
    ///
    /// # Errors
    /// As [`Network::hear`].
    pub async fn encode(&self, ops: &mut O, samples: &[f32]) -> Result<NamedStage, EngineError> {
        let (_, encoded) = self.encoder_frames(ops, samples, 0, &mut Stages::off())?;
        let (rows, columns) = ops.shape(&encoded.mixed);
        let read = ops.read(&[&encoded.mixed]).await?;
        Ok(NamedStage {
            name: "weighted_sum".to_owned(),
            rows,
            columns,
            numbers: read.into_iter().next().unwrap_or_default(),
        })
    }

    /// The cosine of every picture of the gallery with an embedding of length 1; empty without a gallery.
    ///
    /// # Errors
    /// An embedding of another length than the pictures'; when the device fails.
    pub async fn search(&self, ops: &mut O, embedding: &[f32]) -> Result<Vec<f32>, EngineError> {
        let Some(gallery) = &self.gallery else {
            return Ok(Vec::new());
        };
        let embedding = ops.upload(embedding, 1, embedding.len())?;
        let scores = ops.search(&embedding, gallery)?;
        let read = ops.read(&[&scores]).await?;
        Ok(read.into_iter().next().unwrap_or_default())
    }

    /// Hears one utterance and tells how long each stage took to compute. Only where operations run as they are
    /// called: elsewhere it is how long they took to record.
    ///
    /// # Errors
    /// As [`Network::hear`].
    pub async fn stage_times(
        &self,
        ops: &mut O,
        samples: &[f32],
    ) -> Result<Vec<StageTime>, EngineError> {
        let mut stages = Stages::timed();
        let recorded = self.record(ops, samples, 0, &mut stages)?;
        let times = stages.times();
        ops.read(&[&recorded.embedding]).await?;
        Ok(times)
    }
}
