//! What a frozen encoder makes of a corpus, kept in memory: the heads can then be taught many times
//! faster than the whole model.

use burn::prelude::*;
use half::f16;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::speech::SpeechBatch;
use crate::model::mask::Mask;
use crate::model::towers::host;

/// Frames of many utterances, and what they say.
#[derive(Default)]
pub struct FrameData {
    width: usize,
    frames: Vec<Vec<f16>>,
    clips: Vec<Vec<usize>>,
    words: Vec<Vec<u16>>,
    phones: Vec<Vec<u8>>,
}

/// A batch of them.
pub struct FrameBatch {
    /// `[batch, frames, width]`.
    pub frames: Tensor<3>,
    /// Which frames are real.
    pub mask: Mask,
    /// Which clips of the corpus these are.
    pub clips: Vec<Vec<usize>>,
    /// Content tokens of each utterance.
    pub words: Vec<Vec<u16>>,
    /// Phones of each utterance.
    pub phones: Vec<Vec<u8>>,
}

impl FrameData {
    /// Adds frames `[batch, frames, width]` that a model made of a batch.
    pub fn add(&mut self, frames: Tensor<3>, mask: &Mask, batch: &SpeechBatch) {
        let [_, longest, width] = frames.dims();
        self.width = width;
        let values = host(frames);
        for (row, &length) in mask.lengths.iter().enumerate() {
            let start = row * longest * width;
            let own = &values[start..start + length * width];
            self.frames
                .push(own.iter().map(|&value| f16::from_f32(value)).collect());
        }
        self.clips.extend_from_slice(&batch.clips);
        self.words.extend_from_slice(&batch.words);
        self.phones.extend_from_slice(&batch.phones);
    }

    /// Utterances.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// The batch of a step: utterances at random.
    pub fn batch(&self, size: usize, seed: u64, step: usize, device: &Device) -> FrameBatch {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(step as u64);
        let chosen: Vec<usize> = (0..size).map(|_| rng.random_range(0..self.len())).collect();
        let lengths: Vec<usize> = chosen
            .iter()
            .map(|&index| self.frames[index].len() / self.width)
            .collect();
        let longest = lengths.iter().copied().max().unwrap_or(1);
        let mut values = vec![0.0f32; size * longest * self.width];
        for (row, &index) in chosen.iter().enumerate() {
            let own = &mut values[row * longest * self.width..];
            for (value, kept) in own.iter_mut().zip(&self.frames[index]) {
                *value = kept.to_f32();
            }
        }
        FrameBatch {
            frames: Tensor::from_data(TensorData::new(values, [size, longest, self.width]), device),
            mask: Mask::new(lengths, longest, device),
            clips: chosen
                .iter()
                .map(|&index| self.clips[index].clone())
                .collect(),
            words: chosen
                .iter()
                .map(|&index| self.words[index].clone())
                .collect(),
            phones: chosen
                .iter()
                .map(|&index| self.phones[index].clone())
                .collect(),
        }
    }
}
