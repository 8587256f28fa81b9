//! Keywords that were named by how they sound, read by the text tower: the embedding of an utterance that says them, and the
//! pictures it ranks.

use super::{Network, mixed};
use crate::error::EngineError;
use crate::ops::Ops;

impl<O: Ops> Network<O> {
    /// Mixes what an utterance sounds like, `sound` of length 1, with what the text tower makes of its keywords, `ids` with start
    /// and end, which gets `share`. -> an embedding of length 1, and the cosine of every picture with it, none without a gallery.
    /// Records all of it, then reads back once.
    ///
    /// # Errors
    /// When the pack cannot read, or there are too many keywords; when the device fails.
    pub async fn reread(
        &self,
        ops: &mut O,
        ids: &[u32],
        sound: &[f32],
        share: f32,
    ) -> Result<(Vec<f32>, Vec<f32>), EngineError> {
        let raw = self.read_text(ops, ids)?;
        let text = ops.normalise_rows(&raw)?;
        let sound = ops.upload(sound, 1, sound.len())?;
        let embedding = mixed(ops, &sound, &text, share)?;
        let scores = match &self.gallery {
            Some(gallery) => Some(ops.search(&embedding, gallery)?),
            None => None,
        };
        let mut wanted = vec![&embedding];
        wanted.extend(scores.as_ref());
        let mut read = ops.read(&wanted).await?.into_iter();
        let mut next = || read.next().unwrap_or_default();
        Ok((next(), next()))
    }
}
