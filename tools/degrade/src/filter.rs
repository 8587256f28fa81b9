//! Second-order filters, from Robert Bristow-Johnson's audio EQ cookbook.

use std::f32::consts::{FRAC_1_SQRT_2, TAU};

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::SAMPLE_RATE;

/// A pass band, 12 dB an octave below and 24 dB an octave above.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Hz.
    pub low: f32,
    /// Hz.
    pub high: f32,
}

impl Band {
    /// Draws a band; at full strength as narrow as a telephone's.
    pub(super) fn sample(rng: &mut impl Rng, strength: f32) -> Self {
        Self {
            low: rng.random_range(40.0..=40.0 + 310.0 * strength),
            high: rng.random_range(7600.0 - 4500.0 * strength..=7600.0),
        }
    }

    pub(super) fn apply(&self, sound: &mut [f32]) {
        Biquad::high_pass(self.low).apply(sound);
        Biquad::low_pass(self.high).apply(sound);
        Biquad::low_pass(self.high).apply(sound);
    }
}

/// A bump or a dip in the frequency response.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Peak {
    /// Hz.
    pub centre: f32,
    /// dB, negative for a dip.
    pub gain: f32,
    /// Centre divided by width.
    pub quality: f32,
}

impl Peak {
    /// Draws a bump of at most 9 dB.
    pub(super) fn sample(rng: &mut impl Rng, strength: f32) -> Self {
        Self {
            centre: 150.0 * 40_f32.powf(rng.random_range(0.0..1.0)),
            gain: rng.random_range(-9.0..9.0) * strength,
            quality: rng.random_range(0.4..2.0),
        }
    }

    pub(super) fn apply(&self, sound: &mut [f32]) {
        Biquad::peak(self).apply(sound);
    }
}

/// y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''
struct Biquad {
    b: [f32; 3],
    a: [f32; 2],
}

impl Biquad {
    fn new(b: [f32; 3], a: [f32; 3]) -> Self {
        Self {
            b: b.map(|x| x / a[0]),
            a: [a[1] / a[0], a[2] / a[0]],
        }
    }

    fn high_pass(frequency: f32) -> Self {
        let (cos, alpha) = angle(frequency, FRAC_1_SQRT_2);
        let edge = (1.0 + cos) / 2.0;
        Self::new(
            [edge, -2.0 * edge, edge],
            [1.0 + alpha, -2.0 * cos, 1.0 - alpha],
        )
    }

    fn low_pass(frequency: f32) -> Self {
        let (cos, alpha) = angle(frequency, FRAC_1_SQRT_2);
        let edge = (1.0 - cos) / 2.0;
        Self::new(
            [edge, 2.0 * edge, edge],
            [1.0 + alpha, -2.0 * cos, 1.0 - alpha],
        )
    }

    fn peak(peak: &Peak) -> Self {
        let (cos, alpha) = angle(peak.centre, peak.quality);
        let gain = 10_f32.powf(peak.gain / 40.0);
        Self::new(
            [1.0 + alpha * gain, -2.0 * cos, 1.0 - alpha * gain],
            [1.0 + alpha / gain, -2.0 * cos, 1.0 - alpha / gain],
        )
    }

    fn apply(&self, sound: &mut [f32]) {
        let ([b0, b1, b2], [a1, a2]) = (self.b, self.a);
        let (mut s1, mut s2) = (0.0_f32, 0.0_f32);
        for sample in sound {
            let x = *sample;
            let y = b0 * x + s1;
            s1 = b1 * x - a1 * y + s2;
            s2 = b2 * x - a2 * y;
            *sample = y;
        }
    }
}

/// Cosine of the angular frequency, and the cookbook's alpha.
fn angle(frequency: f32, quality: f32) -> (f32, f32) {
    let omega = TAU * frequency / SAMPLE_RATE as f32;
    (omega.cos(), omega.sin() / (2.0 * quality))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gain in dB of a filter at a frequency, from its answer to a sine.
    fn gain(filter: impl Fn(&mut [f32]), frequency: f32) -> f32 {
        let sine = |i: usize| (TAU * frequency * i as f32 / SAMPLE_RATE as f32).sin();
        let mut sound: Vec<f32> = (0..16_000).map(sine).collect();
        filter(&mut sound);
        let power = sound[8000..].iter().map(|x| x * x).sum::<f32>() / 8000.0;
        10.0 * (2.0 * power).log10()
    }

    #[test]
    fn band_passes_its_middle_and_stops_its_outside() {
        let band = Band {
            low: 300.0,
            high: 3400.0,
        };
        assert!(gain(|sound| band.apply(sound), 1000.0).abs() < 1.0);
        assert!(gain(|sound| band.apply(sound), 75.0) < -20.0);
        assert!(gain(|sound| band.apply(sound), 7000.0) < -30.0);
    }

    #[test]
    fn peak_has_its_gain_at_its_centre() {
        let peak = Peak {
            centre: 1000.0,
            gain: 6.0,
            quality: 1.0,
        };
        assert!((gain(|sound| peak.apply(sound), 1000.0) - 6.0).abs() < 0.2);
        assert!(gain(|sound| peak.apply(sound), 50.0).abs() < 0.2);
    }
}
