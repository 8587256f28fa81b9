//! Batches of utterances: chosen, degraded, turned into features by the engine's own front end.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use burn::prelude::*;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use saysee_degrade::Degradation;
use saysee_engine::audio::LogMel;
use saysee_voices::corpus::CorpusReader;

use crate::error::TrainError;
use crate::model::mask::Mask;
use crate::vocabulary::Vocabulary;

/// How many batches are cut from one draw of clips sorted by length: more means less padding.
const BATCHES_A_DRAW: usize = 8;

/// How batches are drawn.
#[derive(Clone, Copy, Debug)]
pub struct BatchPlan {
    /// Utterances a batch.
    pub size: usize,
    /// Everything random follows from this and the step.
    pub seed: u64,
    /// Steps without any degradation.
    pub clean_steps: usize,
    /// Steps over which the share of degraded utterances then grows.
    pub ramp_steps: usize,
    /// The share of degraded utterances in the end.
    pub degraded_share: f64,
}

impl BatchPlan {
    /// The probability that an utterance of this step is degraded.
    pub fn degradation(&self, step: usize) -> f64 {
        let ramp = step.saturating_sub(self.clean_steps) as f64 / self.ramp_steps.max(1) as f64;
        self.degraded_share * ramp.min(1.0)
    }

    /// Which clips the batch of a step is made of.
    pub fn clips(&self, lengths: &[usize], step: usize) -> Vec<usize> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream((step / BATCHES_A_DRAW) as u64);
        let mut drawn: Vec<usize> = (0..self.size * BATCHES_A_DRAW)
            .map(|_| rng.random_range(0..lengths.len()))
            .collect();
        drawn.sort_by_key(|&clip| lengths[clip]);
        // Batches of a draw in a shuffled order, so that lengths do not rise step by step.
        let mut order: Vec<usize> = (0..BATCHES_A_DRAW).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, rng.random_range(0..=last));
        }
        let start = order[step % BATCHES_A_DRAW] * self.size;
        drawn[start..start + self.size].to_vec()
    }
}

/// Features and targets of a batch, still on the host.
pub struct SpeechBatch {
    /// Which clips of the corpus these are.
    pub clips: Vec<usize>,
    /// Frames of each utterance.
    pub lengths: Vec<usize>,
    /// `[batch, longest, mels]`, zero on padding.
    pub features: Vec<f32>,
    /// Phones of each utterance.
    pub phones: Vec<Vec<u8>>,
    /// Content tokens of each utterance.
    pub words: Vec<Vec<u16>>,
}

impl SpeechBatch {
    /// The features on a device and their mask.
    pub fn tensors(&self, mels: usize, device: &Device) -> (Tensor<3>, Mask) {
        let longest = self.lengths.iter().copied().max().unwrap_or(1);
        let shape = [self.lengths.len(), longest, mels];
        let features = Tensor::from_data(TensorData::new(self.features.clone(), shape), device);
        (features, Mask::new(self.lengths.clone(), longest, device))
    }
}

/// A corpus as the training reads it.
pub struct SpeechData {
    corpus: CorpusReader,
    front_end: LogMel,
    vocabulary: Vocabulary,
    lengths: Vec<usize>,
    mels: usize,
}

impl SpeechData {
    /// The first `most` clips of a corpus.
    pub fn new(
        corpus: CorpusReader,
        front_end: LogMel,
        mels: usize,
        vocabulary: Vocabulary,
        most: usize,
    ) -> Self {
        let lengths = corpus
            .clips()
            .iter()
            .take(most)
            .map(|clip| clip.samples)
            .collect();
        Self {
            corpus,
            front_end,
            vocabulary,
            lengths,
            mels,
        }
    }

    /// The corpus behind it.
    pub fn corpus(&self) -> &CorpusReader {
        &self.corpus
    }

    /// Clips in use.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether there is nothing to learn from.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// The batch of a step.
    ///
    /// # Errors
    /// When the corpus cannot be read.
    pub fn batch(&self, plan: &BatchPlan, step: usize) -> Result<SpeechBatch, TrainError> {
        let clips = plan.clips(&self.lengths, step);
        let mut rng = ChaCha8Rng::seed_from_u64(plan.seed ^ 0x5eed);
        rng.set_stream(step as u64);
        let share = plan.degradation(step);
        let mut utterances = Vec::with_capacity(clips.len());
        for &clip in &clips {
            let mut samples = self.corpus.samples(clip)?;
            if rng.random_bool(share) {
                let other = self
                    .corpus
                    .samples(rng.random_range(0..self.lengths.len()))?;
                samples = Degradation::sample(&mut rng, share as f32).apply(&samples, &[&other])?;
            }
            utterances.push(self.front_end.features(&samples)?);
        }
        Ok(self.assemble(clips, &utterances))
    }

    /// Clips as they are, in order: for evaluation.
    ///
    /// # Errors
    /// When the corpus cannot be read.
    pub fn plain_batch(&self, clips: std::ops::Range<usize>) -> Result<SpeechBatch, TrainError> {
        let mut utterances = Vec::with_capacity(clips.len());
        for clip in clips.clone() {
            utterances.push(self.front_end.features(&self.corpus.samples(clip)?)?);
        }
        Ok(self.assemble(clips.collect(), &utterances))
    }

    fn assemble(&self, clips: Vec<usize>, utterances: &[Vec<f32>]) -> SpeechBatch {
        let lengths: Vec<usize> = utterances
            .iter()
            .map(|features| features.len() / self.mels)
            .collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let mut features = vec![0.0; clips.len() * longest * self.mels];
        for (row, utterance) in utterances.iter().enumerate() {
            let start = row * longest * self.mels;
            features[start..start + utterance.len()].copy_from_slice(utterance);
        }
        let described = |clip: &usize| &self.corpus.clips()[*clip];
        SpeechBatch {
            phones: clips
                .iter()
                .map(|clip| described(clip).phones.clone())
                .collect(),
            words: clips
                .iter()
                .map(|clip| self.vocabulary.encode(&described(clip).content))
                .collect(),
            clips,
            lengths,
            features,
        }
    }

    /// Batches from `step` on, made ahead on threads of their own.
    pub fn stream(
        self: &Arc<Self>,
        plan: BatchPlan,
        steps: std::ops::Range<usize>,
    ) -> Receiver<Result<SpeechBatch, TrainError>> {
        let (sender, receiver) = sync_channel(4);
        let data = Arc::clone(self);
        thread::spawn(move || {
            for step in steps {
                if sender.send(data.batch(&plan, step)).is_err() {
                    return;
                }
            }
        });
        receiver
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: BatchPlan = BatchPlan {
        size: 4,
        seed: 1,
        clean_steps: 10,
        ramp_steps: 10,
        degraded_share: 0.8,
    };

    #[test]
    fn batches_hold_clips_of_like_length_and_follow_from_the_step() {
        let lengths: Vec<usize> = (0..1000).map(|clip| clip * 7919 % 1000).collect();
        for step in 0..16 {
            let clips = PLAN.clips(&lengths, step);
            assert_eq!(clips, PLAN.clips(&lengths, step));
            let (low, high) = clips.iter().fold((usize::MAX, 0), |(low, high), &clip| {
                (low.min(lengths[clip]), high.max(lengths[clip]))
            });
            assert!(high - low < 500, "step {step}: {low} to {high}");
        }
        assert_ne!(PLAN.clips(&lengths, 0), PLAN.clips(&lengths, 8));
    }

    #[test]
    fn degradation_starts_late_and_grows() {
        assert_eq!(PLAN.degradation(10), 0.0);
        assert!((PLAN.degradation(15) - 0.4).abs() < 1e-9);
        assert!((PLAN.degradation(100) - 0.8).abs() < 1e-9);
    }
}
