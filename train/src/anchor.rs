//! Going on from a pack: its own embeddings of clean speech are what its successor must say of degraded
//! speech. The galleries made for it stay true, and neither towers nor pictures are needed.

use burn::prelude::*;
use saysee_engine::pack::Pack;

use crate::data::speech::SpeechBatch;
use crate::error::TrainError;
use crate::from_pack;
use crate::model::head::{HeadOutput, HybridPlus, normalise};
use crate::model::speech::SpeechModel;
use crate::model::towers::host;
use crate::targets::{WEIGHTS, keyword_losses};

/// How much the embedding counts.
const EMBEDDING_WEIGHT: f32 = 4.0;

/// The pack that is gone on from.
pub struct Anchor {
    model: SpeechModel,
    plain: Device,
    table: Tensor<2>,
}

impl Anchor {
    /// Keeps what a pack says; `device` is where the losses are computed.
    ///
    /// # Errors
    /// When a tensor is missing.
    pub fn new(pack: &Pack, plain: Device, device: &Device) -> Result<Self, TrainError> {
        Ok(Self {
            model: from_pack::speech(pack, &plain)?,
            plain,
            table: normalise(from_pack::table(pack, device)?),
        })
    }

    /// The loss of the heads, and what it is made of: naming, quantity, distance of the embeddings.
    pub fn losses(
        &self,
        head: &HybridPlus,
        output: &HeadOutput,
        batch: &SpeechBatch,
        mels: usize,
        device: &Device,
    ) -> (Tensor<1>, [f32; 3]) {
        let (naming, quantity) =
            keyword_losses(head, output, self.table.clone(), &batch.words, device);
        let (features, mask) = batch.clean_tensors(mels, &self.plain);
        let (states, mask) = self.model.encode(features, &mask);
        let wanted = self.model.head(&states, &mask).parallel.into_data();
        let wanted = Tensor::<2>::from_data(wanted, device);
        let apart = -(output.parallel.clone() * wanted).sum_dim(1).mean() + 1.0;
        let shown = [&naming, &quantity, &apart].map(|loss| host(loss.clone())[0]);
        let loss = naming * WEIGHTS.naming + quantity * WEIGHTS.quantity + apart * EMBEDDING_WEIGHT;
        (loss, shown)
    }
}
