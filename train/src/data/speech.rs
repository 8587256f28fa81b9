//! Batches of utterances: chosen, degraded, turned into features by the engine's own front end.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use burn::prelude::*;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use saysee_degrade::{Degradation, Preset, SAMPLE_RATE};
use saysee_engine::audio::LogMel;
use saysee_voices::corpus::{Clip, CorpusReader};

use crate::error::TrainError;
use crate::model::mask::Mask;
use crate::teacher::{TEACHER_HOP, TEACHER_WIDTH, TeacherCache};
use crate::vocabulary::{UNKNOWN, Vocabulary};

/// How many batches are cut from one draw of clips sorted by length: more means less padding.
const BATCHES_A_DRAW: usize = 8;
/// Clips are joined as long as the whole stays this short.
const LONGEST_JOINED: usize = 4 * 16_000;
/// How often a side of an utterance is cut close to the voice, as a share of how often utterances are degraded: whoever
/// holds a button lets go of it with the last word.
const CUT_SHARE: f64 = 0.4;
/// The most that a cut leaves beside the voice, in samples.
const LEFT_BY_A_CUT: usize = 1000;
/// What is softer than this share of the loudest sample does not count as voice.
const VOICE: f32 = 0.02;
/// Silence between joined clips, in samples.
const PAUSE: usize = 1600;
/// Words that name nothing.
const DETERMINERS: [&str; 3] = ["a", "an", "the"];

/// The usual share of degraded utterances that are heard from across a bare room.
pub const FAR_SHARE: f64 = 0.35;

/// How batches are drawn.
#[derive(Clone, Copy, Debug)]
pub struct BatchPlan {
    /// Utterances a batch.
    pub size: usize,
    /// Everything random follows from this and the step.
    pub seed: u64,
    /// Steps without any degradation.
    pub clean_steps: usize,
    /// Steps over which degradation then grows: its share and its strength.
    pub ramp_steps: usize,
    /// The share of degraded utterances in the end; the strength goes to 1.
    pub degraded_share: f64,
    /// The share of them that are heard from across a bare room.
    pub far_share: f64,
    /// The share of batches whose utterances are two clips one after the other, once degradation has begun:
    /// people pause, and words must be told apart that no sentence puts together.
    pub joined_share: f64,
}

impl BatchPlan {
    /// How strong degradation is at this step, from 0 to 1.
    fn strength(&self, step: usize) -> f64 {
        let ramp = step.saturating_sub(self.clean_steps) as f64 / self.ramp_steps.max(1) as f64;
        ramp.min(1.0)
    }

    /// The probability that an utterance of this step is degraded.
    pub fn degradation(&self, step: usize) -> f64 {
        self.degraded_share * self.strength(step)
    }

    /// What happens to an utterance of this step.
    fn degraded(&self, rng: &mut ChaCha8Rng, step: usize) -> Degradation {
        let strength = self.strength(step);
        if !rng.random_bool(self.degradation(step)) {
            return Degradation::default();
        }
        if rng.random_bool(self.far_share * strength) {
            return Degradation::sample_far(rng, strength as f32);
        }
        Degradation::sample(rng, strength as f32)
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
    /// Which clips of the corpus each utterance is made of.
    pub clips: Vec<Vec<usize>>,
    /// Frames of each utterance.
    pub lengths: Vec<usize>,
    /// `[batch, longest, mels]`, zero on padding.
    pub features: Vec<f32>,
    /// Phones of each utterance.
    pub phones: Vec<Vec<u8>>,
    /// Content tokens of each utterance; those that are in no vocabulary count as [`UNKNOWN`].
    pub words: Vec<Vec<u16>>,
    /// Features before degradation, as `features`; empty unless they were asked for.
    pub clean: Vec<f32>,
    /// Frames of each utterance in `clean`.
    pub clean_lengths: Vec<usize>,
    /// What the teacher says of each clean utterance at the times of every second frame of the encoder
    /// (`[frames / 8, TEACHER_WIDTH]`); empty without a teacher.
    pub teacher: Vec<Vec<f32>>,
}

impl SpeechBatch {
    /// The features on a device and their mask.
    pub fn tensors(&self, mels: usize, device: &Device) -> (Tensor<3>, Mask) {
        padded(&self.features, &self.lengths, mels, device)
    }

    /// The features before degradation.
    pub fn clean_tensors(&self, mels: usize, device: &Device) -> (Tensor<3>, Mask) {
        padded(&self.clean, &self.clean_lengths, mels, device)
    }
}

fn padded(features: &[f32], lengths: &[usize], mels: usize, device: &Device) -> (Tensor<3>, Mask) {
    let longest = lengths.iter().copied().max().unwrap_or(1);
    let shape = [lengths.len(), longest, mels];
    let features = Tensor::from_data(TensorData::new(features.to_vec(), shape), device);
    (features, Mask::new(lengths.to_vec(), longest, device))
}

/// One utterance of a batch in the making.
struct Utterance {
    clips: Vec<usize>,
    samples: Vec<f32>,
    /// The samples before degradation.
    clean: Vec<f32>,
    /// First sample of each clip.
    starts: Vec<usize>,
    /// Seconds of the degraded samples that were cut off before the first.
    cut: f32,
}

impl Utterance {
    /// Cuts off what is before and after the voice, but for the given number of samples.
    fn cut_close(&mut self, left: [Option<usize>; 2], degradation: &Degradation) {
        let [first, last] = voice(&self.clean).map(|sample| {
            let seconds = sample as f32 / SAMPLE_RATE as f32;
            (degradation.time(seconds) * SAMPLE_RATE as f32) as usize
        });
        if let Some(left) = left[1] {
            self.samples.truncate(last + left);
        }
        if let Some(left) = left[0] {
            let cut = first.saturating_sub(left).min(self.samples.len());
            self.samples.drain(..cut);
            self.cut = cut as f32 / SAMPLE_RATE as f32;
        }
    }
}

/// The first and the last sample of the voice.
fn voice(samples: &[f32]) -> [usize; 2] {
    let loudest = samples.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    let loud = |x: &f32| x.abs() > VOICE * loudest;
    let first = samples.iter().position(loud).unwrap_or(0);
    [first, samples.iter().rposition(loud).unwrap_or(first)]
}

/// A corpus as the training reads it.
pub struct SpeechData {
    corpus: CorpusReader,
    front_end: LogMel,
    vocabulary: Vocabulary,
    lengths: Vec<usize>,
    mels: usize,
    teacher: Option<TeacherCache>,
    keep_clean: bool,
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
            teacher: None,
            keep_clean: false,
        }
    }

    /// Batches with a teacher's vectors.
    #[must_use]
    pub fn with_teacher(mut self, teacher: Option<TeacherCache>) -> Self {
        self.teacher = teacher;
        self
    }

    /// Batches that also hold what was there before degradation.
    #[must_use]
    pub fn with_clean(mut self, keep: bool) -> Self {
        self.keep_clean = keep;
        self
    }

    /// The words it is read with.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
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
        let mut clips = plan.clips(&self.lengths, step);
        let mut rng = ChaCha8Rng::seed_from_u64(plan.seed ^ 0x5eed);
        rng.set_stream(step as u64);
        let share = plan.degradation(step);
        let joined = share > 0.0 && rng.random_bool(plan.joined_share);
        // Clips of like length stand together; partners are to be any.
        for last in (1..clips.len()).rev() {
            clips.swap(last, rng.random_range(0..=last));
        }
        let mut parts = Vec::with_capacity(clips.len());
        for (row, &clip) in clips.iter().enumerate() {
            let mut own = vec![clip];
            let partner = clips[(row + 1) % clips.len()];
            if joined && self.lengths[clip] + PAUSE + self.lengths[partner] <= LONGEST_JOINED {
                own.push(partner);
            }
            parts.push((self.utterance(own)?, Degradation::default()));
        }
        for (utterance, degradation) in &mut parts {
            *degradation = plan.degraded(&mut rng, step);
            let other = self
                .corpus
                .samples(rng.random_range(0..self.lengths.len()))?;
            let clean = std::mem::take(&mut utterance.samples);
            utterance.samples = if *degradation == Degradation::default() {
                clean.clone()
            } else {
                degradation.apply(&clean, &[&other])?
            };
            utterance.clean = clean;
            let cut = [(); 2].map(|()| {
                let left = rng.random_range(0..LEFT_BY_A_CUT);
                rng.random_bool(CUT_SHARE * share).then_some(left)
            });
            utterance.cut_close(cut, degradation);
        }
        self.assemble(&parts)
    }

    /// Clips in order, as they are or under a preset: for evaluation.
    ///
    /// # Errors
    /// When the corpus cannot be read.
    pub fn plain_batch(
        &self,
        clips: std::ops::Range<usize>,
        preset: Option<Preset>,
    ) -> Result<SpeechBatch, TrainError> {
        let mut parts = Vec::with_capacity(clips.len());
        for clip in clips {
            let mut utterance = self.utterance(vec![clip])?;
            utterance.clean = utterance.samples.clone();
            let degradation = preset.map_or_else(Degradation::default, |preset| {
                preset.degradation(&self.corpus.clips()[clip].id)
            });
            if preset.is_some() {
                utterance.samples = degradation.apply(&utterance.samples, &[])?;
            }
            parts.push((utterance, degradation));
        }
        self.assemble(&parts)
    }

    fn utterance(&self, clips: Vec<usize>) -> Result<Utterance, TrainError> {
        let (mut samples, mut starts) = (Vec::new(), Vec::new());
        for &clip in &clips {
            if !samples.is_empty() {
                samples.resize(samples.len() + PAUSE, 0.0);
            }
            starts.push(samples.len());
            samples.extend(self.corpus.samples(clip)?);
        }
        Ok(Utterance {
            clips,
            samples,
            clean: Vec::new(),
            starts,
            cut: 0.0,
        })
    }

    fn assemble(&self, parts: &[(Utterance, Degradation)]) -> Result<SpeechBatch, TrainError> {
        let heard = |samples: &[f32]| self.front_end.features(samples);
        let mut features = Vec::with_capacity(parts.len());
        let mut clean = Vec::new();
        for (utterance, _) in parts {
            features.push(heard(&utterance.samples)?);
            if self.keep_clean {
                clean.push(heard(&utterance.clean)?);
            }
        }
        let (features, lengths) = self.rows(&features);
        let (clean, clean_lengths) = self.rows(&clean);
        let mut teacher = Vec::new();
        if let Some(cache) = &self.teacher {
            for ((utterance, degradation), &frames) in parts.iter().zip(&lengths) {
                teacher.push(taught(cache, utterance, degradation, frames)?);
            }
        }
        let described = |clip: &usize| &self.corpus.clips()[*clip];
        let over = |utterance: &Utterance, of: &dyn Fn(&Clip) -> Vec<u16>| -> Vec<u16> {
            let clips = utterance.clips.iter().map(described);
            clips.flat_map(of).collect()
        };
        let utterances = || parts.iter().map(|(utterance, _)| utterance);
        Ok(SpeechBatch {
            phones: utterances()
                .map(|own| {
                    let clips = own.clips.iter().map(described);
                    clips.flat_map(|clip| clip.phones.clone()).collect()
                })
                .collect(),
            words: utterances()
                .map(|own| over(own, &|clip| words(&self.vocabulary, clip)))
                .collect(),
            clips: utterances().map(|own| own.clips.clone()).collect(),
            lengths,
            features,
            clean,
            clean_lengths,
            teacher,
        })
    }

    /// Utterances padded to the longest, and their frames.
    fn rows(&self, utterances: &[Vec<f32>]) -> (Vec<f32>, Vec<usize>) {
        let lengths: Vec<usize> = utterances
            .iter()
            .map(|features| features.len() / self.mels)
            .collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let mut features = vec![0.0; lengths.len() * longest * self.mels];
        for (row, utterance) in utterances.iter().enumerate() {
            let start = row * longest * self.mels;
            features[start..start + utterance.len()].copy_from_slice(utterance);
        }
        (features, lengths)
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

/// Content tokens of a clip. Words of a list have no content, but they are words.
fn words(vocabulary: &Vocabulary, clip: &Clip) -> Vec<u16> {
    if !clip.content.is_empty() {
        return vocabulary.encode(&clip.content);
    }
    let said = clip.text.split_whitespace();
    let named = said.filter(|word| !DETERMINERS.contains(word));
    named.map(|_| UNKNOWN).collect()
}

/// The teacher's vectors of a clean utterance at the moments that every second of the encoder's frames has in
/// the degraded one. Between two vectors, and between two clips, the nearer one is taken.
fn taught(
    cache: &TeacherCache,
    utterance: &Utterance,
    degradation: &Degradation,
    frames: usize,
) -> Result<Vec<f32>, TrainError> {
    let mut vectors = Vec::new();
    for (index, &start) in utterance.starts.iter().enumerate() {
        let end = utterance
            .starts
            .get(index + 1)
            .map_or(utterance.clean.len(), |next| next - PAUSE);
        let own = cache.vectors(utterance.clips[index], &utterance.clean[start..end])?;
        for (step, vector) in own.as_chunks::<TEACHER_WIDTH>().0.iter().enumerate() {
            vectors.push((start + step * TEACHER_HOP, vector.to_vec()));
        }
    }
    let speed = degradation.speed.unwrap_or(1.0);
    let steps = frames.div_ceil(8);
    let mut values = Vec::with_capacity(steps * TEACHER_WIDTH);
    let mut nearest = 0;
    for step in 0..steps {
        let degraded = (step * TEACHER_HOP) as f32 / 16_000.0;
        let clean = (degraded + utterance.cut - degradation.padding[0]) * speed;
        let sample = (clean * 16_000.0).max(0.0) as usize;
        let distance = |index: usize| vectors[index].0.abs_diff(sample);
        while nearest + 1 < vectors.len() && distance(nearest + 1) <= distance(nearest) {
            nearest += 1;
        }
        values.extend_from_slice(&vectors[nearest].1);
    }
    Ok(values)
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
        far_share: 0.5,
        joined_share: 0.4,
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
    fn a_cut_leaves_the_voice() {
        let quiet = vec![0.001f32; 1000];
        let clean = [quiet.clone(), vec![0.5; 2000], quiet].concat();
        let utterance = |speed: Option<f32>| {
            let degradation = Degradation {
                speed,
                padding: [0.1, 0.2],
                ..Degradation::default()
            };
            let mut utterance = Utterance {
                clips: vec![0],
                samples: degradation.apply(&clean, &[]).unwrap(),
                clean: clean.clone(),
                starts: vec![0],
                cut: 0.0,
            };
            utterance.cut_close([Some(100), Some(200)], &degradation);
            utterance
        };
        let plain = utterance(None);
        assert_eq!(plain.samples.len(), 100 + 2000 + 200 - 1);
        assert!((plain.cut - (0.1 + 900.0 / 16_000.0)).abs() < 1e-3);
        let fast = utterance(Some(1.25));
        assert!(fast.samples.len().abs_diff(100 + 1600 + 200) < 8);
    }

    #[test]
    fn degradation_starts_late_and_grows() {
        assert_eq!(PLAN.degradation(10), 0.0);
        assert!((PLAN.degradation(15) - 0.4).abs() < 1e-9);
        assert!((PLAN.degradation(100) - 0.8).abs() < 1e-9);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let drawn: Vec<Degradation> = (0..200).map(|_| PLAN.degraded(&mut rng, 100)).collect();
        let spoilt = drawn.iter().filter(|one| **one != Degradation::default());
        assert!((140..180).contains(&spoilt.count()));
        let loud = |one: &Degradation| one.noise.is_some_and(|noise| noise.snr_db < 10.0);
        assert!(drawn.iter().filter(|one| loud(one)).count() > 20);
    }
}
