//! What a microphone in a room makes of clean speech: speed, reverberation, noise, filtering, clipping, level.
//!
//! A [`Degradation`] is drawn once and can be applied again with the same result: every random number in it follows
//! from its seed. Training draws its own; everything is measured under a [`Preset`].

mod filter;
mod noise;
mod preset;
mod resample;
mod room;

use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};

pub use filter::{Band, Peak};
pub use noise::{Noise, NoiseKind, speech_power};
pub use preset::{Preset, UnknownPreset};
pub use resample::{ResampleError, resample};
pub use room::Room;

/// Samples a second of what is degraded.
pub const SAMPLE_RATE: u32 = 16_000;

/// The lowest ratio of speech to noise at full strength, and the highest, in dB.
pub const SNR_DB: [f32; 2] = [3.0, 35.0];
/// The same across a bare room.
pub const FAR_SNR_DB: [f32; 2] = [5.0, 20.0];
/// The slowest and the fastest playing speed at full strength.
pub const SPEED: [f32; 2] = [0.85, 1.18];

/// One way of spoiling a clip. Parts that are absent leave the sound as it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Degradation {
    /// Decides the noise and the reflections.
    pub seed: u64,
    /// Playing speed: tempo, pitch and vocal tract together.
    pub speed: Option<f32>,
    /// Seconds of silence before and after, filled by the noise.
    pub padding: [f32; 2],
    /// Reverberation.
    pub room: Option<Room>,
    /// Added noise.
    pub noise: Option<Noise>,
    /// The band the microphone and its connection pass.
    pub band: Option<Band>,
    /// Bumps in the frequency response.
    pub equaliser: Vec<Peak>,
    /// Share of the loudest sample at which the waveform is cut off.
    pub clipping: Option<f32>,
    /// The loudest sample of the result; `None` leaves the level.
    pub level: Option<f32>,
}

impl Degradation {
    /// Draws a degradation. `strength` goes from 0 (almost nothing) to 1 (everything there is): both how likely each
    /// part is and how far it goes.
    pub fn sample(rng: &mut impl Rng, strength: f32) -> Self {
        let strength = strength.clamp(0.0, 1.0);
        let mut happens = |probability: f32| rng.random_bool(f64::from(probability * strength));
        let [speed, padding, room, noise, band, equaliser, clipping] =
            [0.7, 0.5, 0.6, 0.75, 0.4, 0.6, 0.1].map(&mut happens);
        Self {
            seed: rng.random(),
            speed: speed.then(|| {
                let [slow, fast] = SPEED.map(|end| 1.0 + (end - 1.0) * strength);
                rng.random_range(slow..=fast)
            }),
            padding: if padding {
                [(); 2].map(|()| rng.random_range(0.0..0.5))
            } else {
                [0.0; 2]
            },
            room: room.then(|| Room::sample(rng, strength)),
            noise: noise.then(|| Noise::sample(rng, strength)),
            band: band.then(|| Band::sample(rng, strength)),
            equaliser: if equaliser {
                (0..rng.random_range(1..=3))
                    .map(|_| Peak::sample(rng, strength))
                    .collect()
            } else {
                Vec::new()
            },
            clipping: clipping.then(|| rng.random_range(1.0 - 0.75 * strength..=1.0)),
            level: Some(0.9 * 10_f32.powf(-rng.random_range(0.0..=1.3 * strength.max(0.1)))),
        }
    }

    /// Draws what a microphone across a bare room hears: reflections and noise for certain, the rest as
    /// [`Self::sample`] draws it. Of its draws few are as hard in both at once as [`Preset::Harsh`].
    pub fn sample_far(rng: &mut impl Rng, strength: f32) -> Self {
        let [lowest, highest] = FAR_SNR_DB;
        Self {
            room: Some(Room::sample_bare(rng)),
            noise: Some(Noise::within(rng, lowest..=highest)),
            ..Self::sample(rng, strength)
        }
    }

    /// Spoils 16 kHz samples. `others` are clips of other speakers, for babble; without any, babble becomes noise.
    ///
    /// # Errors
    /// When the speed is not a positive number.
    pub fn apply(&self, samples: &[f32], others: &[&[f32]]) -> Result<Vec<f32>, ResampleError> {
        let rng = &mut Pcg64Mcg::seed_from_u64(self.seed);
        let mut sound = match self.speed {
            Some(speed) => resample(samples, 1.0 / f64::from(speed))?,
            None => samples.to_vec(),
        };
        if self.padding != [0.0; 2] {
            let [before, after] = self
                .padding
                .map(|seconds| (seconds.max(0.0) * SAMPLE_RATE as f32) as usize);
            sound.splice(0..0, std::iter::repeat_n(0.0, before));
            sound.extend(std::iter::repeat_n(0.0, after));
        }
        if let Some(room) = &self.room {
            room.apply(&mut sound, rng);
        }
        if let Some(noise) = &self.noise {
            noise.apply(&mut sound, others, rng);
        }
        if let Some(band) = &self.band {
            band.apply(&mut sound);
        }
        for peak in &self.equaliser {
            peak.apply(&mut sound);
        }
        self.limit(&mut sound);
        Ok(sound)
    }

    /// Where a moment of the clean clip is in the spoilt one, in seconds.
    pub fn time(&self, seconds: f32) -> f32 {
        seconds / self.speed.unwrap_or(1.0) + self.padding[0]
    }

    /// Clipping and level.
    fn limit(&self, sound: &mut [f32]) {
        let peak = sound
            .iter()
            .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        if peak <= 0.0 {
            return;
        }
        let bound = peak * self.clipping.unwrap_or(1.0);
        let gain = self.level.map_or(1.0, |level| level / bound);
        for sample in sound {
            *sample = sample.clamp(-bound, bound) * gain;
        }
    }
}
