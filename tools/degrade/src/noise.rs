//! Noise at a wanted distance from the speech.

use std::f32::consts::TAU;
use std::ops::RangeInclusive;

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::SNR_DB;
use crate::SAMPLE_RATE;

/// Frames this much weaker than the strongest one do not count as speech.
const SPEECH_FLOOR_DB: f32 = 30.0;
const FRAME: usize = SAMPLE_RATE as usize / 50;

/// What the noise is made of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoiseKind {
    /// White noise with its low frequencies raised.
    Tilted {
        /// Hz below which it is raised.
        corner: f32,
        /// By how much, as a factor of amplitude.
        raise: f32,
        /// Amplitude of the mains hum in it, relative to the noise.
        hum: f32,
    },
    /// Other speakers, all at once.
    Babble {
        /// How many.
        speakers: usize,
    },
}

/// Noise to add.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// Power of the speech while it lasts over power of the noise, in dB.
    pub snr_db: f32,
    /// What it is made of.
    pub kind: NoiseKind,
}

impl Noise {
    /// Draws a noise; the stronger, the closer to the speech it may come.
    pub(super) fn sample(rng: &mut impl Rng, strength: f32) -> Self {
        let [lowest, highest] = SNR_DB;
        Self::within(rng, highest - (highest - lowest) * strength..=highest)
    }

    /// Draws a noise at a distance in this range, in dB.
    pub(super) fn within(rng: &mut impl Rng, snr_db: RangeInclusive<f32>) -> Self {
        Self {
            snr_db: rng.random_range(snr_db),
            kind: if rng.random_bool(0.3) {
                NoiseKind::Babble {
                    speakers: rng.random_range(1..=4),
                }
            } else {
                NoiseKind::Tilted {
                    corner: 60.0 * 50_f32.powf(rng.random_range(0.0..1.0)),
                    raise: 30_f32.powf(rng.random_range(0.0..1.0)) - 1.0,
                    hum: if rng.random_bool(0.2) {
                        rng.random_range(0.0..1.0)
                    } else {
                        0.0
                    },
                }
            },
        }
    }

    pub(super) fn apply(&self, sound: &mut [f32], others: &[&[f32]], rng: &mut impl Rng) {
        let heard: Vec<&[f32]> = others
            .iter()
            .copied()
            .filter(|other| !other.is_empty())
            .collect();
        let noise = match self.kind {
            NoiseKind::Babble { speakers } if !heard.is_empty() => {
                babble(sound.len(), &heard, speakers, rng)
            }
            NoiseKind::Babble { .. } => tilted(sound.len(), 500.0, 4.0, 0.0, rng),
            NoiseKind::Tilted { corner, raise, hum } => {
                tilted(sound.len(), corner, raise, hum, rng)
            }
        };
        let noise_power = noise.iter().map(|x| x * x).sum::<f32>() / noise.len().max(1) as f32;
        let speech_power = speech_power(sound);
        if noise_power <= 0.0 || speech_power <= 0.0 {
            return;
        }
        let gain = (speech_power / noise_power).sqrt() * 10_f32.powf(-self.snr_db / 20.0);
        for (sample, noise) in sound.iter_mut().zip(noise) {
            *sample += gain * noise;
        }
    }
}

/// Mean power of the 20 ms frames that are speech: those within 30 dB of the strongest.
pub fn speech_power(sound: &[f32]) -> f32 {
    let powers: Vec<f32> = sound
        .chunks(FRAME)
        .map(|frame| frame.iter().map(|x| x * x).sum::<f32>() / frame.len() as f32)
        .collect();
    let floor = powers.iter().copied().fold(0.0, f32::max) * 10_f32.powf(-SPEECH_FLOOR_DB / 10.0);
    let (sum, count) = powers
        .iter()
        .filter(|&&p| p > floor)
        .fold((0.0, 0), |(sum, n), p| (sum + p, n + 1));
    if count == 0 { 0.0 } else { sum / count as f32 }
}

/// Nearly normal random numbers of variance 1: the sum of four uniform ones, from one draw.
pub(super) fn normal(rng: &mut impl Rng) -> f32 {
    let bits: u64 = rng.random();
    let sum: u32 = (0..4).map(|i| (bits >> (16 * i)) as u32 & 0xffff).sum();
    // Four uniform numbers on 0..65536 have mean 131070 and variance 4 * 65536^2 / 12.
    (sum as f32 - 131_070.0) / 37_837.2
}

fn tilted(length: usize, corner: f32, raise: f32, hum: f32, rng: &mut impl Rng) -> Vec<f32> {
    let keep = (-TAU * corner / SAMPLE_RATE as f32).exp();
    let mains = if rng.random_bool(0.5) { 50.0 } else { 60.0 };
    let step = TAU * mains / SAMPLE_RATE as f32;
    let (mut low, mut phase) = (0.0_f32, rng.random_range(0.0..TAU));
    (0..length)
        .map(|_| {
            let white = normal(rng);
            low = keep * low + (1.0 - keep) * white;
            let noise = white + raise * low;
            if hum == 0.0 {
                return noise;
            }
            phase = (phase + step) % TAU;
            noise
                + 1.4 * hum * (phase.sin() + 0.5 * (2.0 * phase).sin() + 0.3 * (3.0 * phase).sin())
        })
        .collect()
}

/// Every speaker says one of the clips over and over, from a random place.
fn babble(length: usize, others: &[&[f32]], speakers: usize, rng: &mut impl Rng) -> Vec<f32> {
    let mut sum = vec![0.0; length];
    for _ in 0..speakers.max(1) {
        let clip = others[rng.random_range(0..others.len())];
        let level = rng.random_range(0.4..1.0) / speech_power(clip).sqrt().max(1e-4);
        let start = rng.random_range(0..clip.len());
        for (sample, said) in sum.iter_mut().zip(clip.iter().cycle().skip(start)) {
            *sample += level * said;
        }
    }
    sum
}
