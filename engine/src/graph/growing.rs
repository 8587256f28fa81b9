//! An utterance that is heard again and again while it grows: convolutions over samples that were there before are
//! not computed anew.
//!
//! HuBERT's extractor brings something to mean 0 and variance 1 over the whole utterance: the samples, or the channels of
//! the first convolution. So every new sample changes every frame a little, and frames can only be kept if that is passed
//! over. A look at an unfinished utterance does so: mean and spread stay those of its beginning until it has grown by
//! half, then everything is computed anew. What is heard at its end is exact, always.

use super::front_end::Frames;
use super::stages::Stages;
use super::waveform::Waveform;
use crate::audio::standardise_like;
use crate::error::EngineError;
use crate::ops::Ops;

/// An utterance may have grown by half of what mean and spread are of.
const MOST_GROWTH: usize = 2;

/// What is kept of an utterance between two looks at it.
pub struct Grown<T> {
    /// All samples of the last look.
    samples: Vec<f32>,
    /// Of the first so many are mean and spread.
    basis: usize,
    /// Of the convolutions, `[t, channels]`.
    frames: T,
}

impl<T> Grown<T> {
    /// Whether `samples` are the same utterance, not too much longer.
    fn goes_on(&self, samples: &[f32]) -> bool {
        let most = self.basis + self.basis / MOST_GROWTH;
        samples.len() <= most && samples.starts_with(&self.samples)
    }
}

impl<O: Ops> Waveform<O> {
    /// As [`Waveform::run`], but approximate where `memory` holds the beginning of the same utterance: frames that were
    /// there are kept, and new ones are normalised like them. What is here goes into `memory`.
    ///
    /// # Errors
    /// As [`Waveform::run`].
    pub fn grow(
        &self,
        ops: &mut O,
        samples: &[f32],
        memory: &mut Option<Grown<O::Tensor>>,
    ) -> Result<Frames<O::Tensor>, EngineError> {
        let earlier = memory.take().filter(|earlier| earlier.goes_on(samples));
        let more = match &earlier {
            Some(earlier) => self.add_to(ops, samples, earlier)?,
            None => None,
        };
        let (frames, basis) = match (earlier, more) {
            (Some(earlier), Some(frames)) => (frames, earlier.basis),
            _ => {
                let whole = self.run(ops, samples, 0, &mut Stages::off())?;
                (whole.frames, samples.len())
            }
        };
        *memory = Some(Grown {
            samples: samples.to_vec(),
            basis,
            frames: frames.clone(),
        });
        Ok(self.measured(ops, frames, samples.len(), samples.len()))
    }

    /// Earlier frames and those of the samples that are new; `None` where the backend cannot.
    fn add_to(
        &self,
        ops: &mut O,
        samples: &[f32],
        earlier: &Grown<O::Tensor>,
    ) -> Result<Option<O::Tensor>, EngineError> {
        let known = ops.shape(&earlier.frames).0;
        let (reach, step) = self.reach();
        let new = &samples[known * step..];
        if new.len() < reach {
            return Ok(Some(earlier.frames.clone()));
        }
        let basis = &samples[..earlier.basis];
        let prepared = |part: &[f32]| {
            let mut part = part.to_vec();
            // Once standardised, twice is the same.
            if self.standardises() {
                standardise_like(&mut part, basis);
            }
            part
        };
        let (basis, new) = (prepared(basis), prepared(new));
        let basis = ops.upload(&basis, basis.len(), 1)?;
        let mut x = ops.upload(&new, new.len(), 1)?;
        for layer in self.layers() {
            let Some(y) = layer.run_like(ops, &x, &basis, self.norm())? else {
                return Ok(None);
            };
            x = y;
        }
        ops.stack_rows(&earlier.frames, &x).map(Some)
    }
}
