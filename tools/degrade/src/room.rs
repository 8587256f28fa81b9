//! Reverberation: the direct sound, a few early reflections and an exponentially decaying tail.

use std::cell::RefCell;

use rand::{Rng, RngExt};
use realfft::RealFftPlanner;
use serde::{Deserialize, Serialize};

use super::noise::normal;
use crate::SAMPLE_RATE;

/// A room, as heard by a microphone in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Room {
    /// Seconds in which the tail's amplitude falls to 1/e (a seventh of the usual reverberation time).
    pub decay: f32,
    /// Energy of the direct sound over that of the reflections, in dB.
    pub direct_db: f32,
}

impl Room {
    /// Draws a room: mostly 22 to 94 ms of decay, at times up to 200.
    pub(super) fn sample(rng: &mut impl Rng, strength: f32) -> Self {
        Self {
            decay: if rng.random_bool(f64::from(0.2 * strength)) {
                rng.random_range(0.094..0.2)
            } else {
                rng.random_range(0.022..0.094)
            },
            direct_db: rng.random_range(15.0 - 16.0 * strength..=15.0),
        }
    }

    /// Draws a bare room, heard from across it: the reflections are about as loud as the voice.
    pub(super) fn sample_bare(rng: &mut impl Rng) -> Self {
        Self {
            decay: rng.random_range(0.05..0.13),
            direct_db: rng.random_range(-1.0..6.0),
        }
    }

    /// The sound keeps its length and, about, its energy.
    pub(super) fn apply(&self, sound: &mut [f32], rng: &mut impl Rng) {
        let response = self.response(rng);
        convolve(sound, &response);
    }

    /// The impulse response, of unit energy.
    fn response(&self, rng: &mut impl Rng) -> Vec<f32> {
        let rate = SAMPLE_RATE as f32;
        let first = (rng.random_range(0.001..0.008) * rate) as usize;
        // After 4.6 times the decay the tail is 40 dB down.
        let length = first + (4.6 * self.decay.max(0.001) * rate) as usize + 1;
        let mut response = vec![0.0; length];
        // Walls take high frequencies first.
        let keep = rng.random_range(0.1..0.7);
        let mut low = 0.0;
        for (i, sample) in response.iter_mut().enumerate().skip(first) {
            low = keep * low + (1.0 - keep) * normal(rng);
            *sample = low * (-((i - first) as f32) / (self.decay * rate)).exp();
        }
        for _ in 0..rng.random_range(2..6) {
            let i = first + (rng.random_range(0.0..0.03) * rate) as usize;
            if let Some(sample) = response.get_mut(i) {
                *sample += rng.random_range(-1.0..1.0);
            }
        }
        let reflected = response.iter().map(|x| x * x).sum::<f32>().max(1e-12);
        let ratio = 10_f32.powf(self.direct_db / 10.0);
        let scale = 1.0 / (reflected * (1.0 + ratio)).sqrt();
        response.iter_mut().for_each(|sample| *sample *= scale);
        response[0] += (ratio / (1.0 + ratio)).sqrt();
        response
    }
}

/// Convolves in place; what would come after the end is dropped.
fn convolve(sound: &mut [f32], response: &[f32]) {
    thread_local! {
        static PLANNER: RefCell<RealFftPlanner<f32>> = RefCell::new(RealFftPlanner::new());
    }
    let length = (sound.len() + response.len()).next_power_of_two();
    let (forward, inverse) = PLANNER.with_borrow_mut(|planner| {
        (
            planner.plan_fft_forward(length),
            planner.plan_fft_inverse(length),
        )
    });
    let spectrum = |signal: &[f32]| {
        let mut padded = forward.make_input_vec();
        padded[..signal.len()].copy_from_slice(signal);
        let mut spectrum = forward.make_output_vec();
        forward
            .process(&mut padded, &mut spectrum)
            .map(|()| spectrum)
    };
    let (Ok(mut product), Ok(other)) = (spectrum(sound), spectrum(response)) else {
        unreachable!("the vectors are made by the transform they go into");
    };
    for (a, b) in product.iter_mut().zip(other) {
        *a *= b;
    }
    // The values at 0 and at half the rate are real; the products of rounding errors may not be.
    product[0].im = 0.0;
    if let Some(last) = product.last_mut() {
        last.im = 0.0;
    }
    let mut output = inverse.make_output_vec();
    if inverse.process(&mut product, &mut output).is_err() {
        unreachable!("the vectors are made by the transform they go into");
    }
    let scale = 1.0 / length as f32;
    for (sample, convolved) in sound.iter_mut().zip(output) {
        *sample = convolved * scale;
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg64Mcg;

    use super::*;

    #[test]
    fn convolution_is_the_sum_of_shifted_copies() {
        let sound = [1.0, -2.0, 0.5, 0.0, 3.0, 1.0, -1.0];
        let response = [0.5, 0.0, -1.0];
        let mut fast = sound;
        convolve(&mut fast, &response);
        for i in 0..sound.len() {
            let slow: f32 = (0..=i.min(2)).map(|k| response[k] * sound[i - k]).sum();
            assert!((fast[i] - slow).abs() < 1e-5, "{i}: {} for {slow}", fast[i]);
        }
    }

    #[test]
    fn response_has_unit_energy_and_the_wanted_share_of_direct_sound() {
        let room = Room {
            decay: 0.06,
            direct_db: 6.0,
        };
        let response = room.response(&mut Pcg64Mcg::seed_from_u64(5));
        let energy: f32 = response.iter().map(|x| x * x).sum();
        let direct = response[0] * response[0];
        assert!((energy - 1.0).abs() < 0.01, "{energy}");
        assert!((10.0 * (direct / (energy - direct)).log10() - 6.0).abs() < 0.1);
    }
}
