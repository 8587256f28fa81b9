//! The features that Google's speech embedding listens to: log energies in 32 mel bands.

use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};
use saysee_voices::audio::SAMPLE_RATE;

/// Bands.
pub const BANDS: usize = 32;
/// Samples from one frame to the next.
pub const HOP: usize = 160;
/// Length of the transform, and of a frame.
pub const TRANSFORM: usize = 512;
const WINDOW: usize = 400;
const BAND_HZ: [f64; 2] = [60.0, 3800.0];
/// The network was taught on 16-bit samples.
const FULL_SCALE: f32 = 32_767.0;
const FLOOR: f32 = 1e-10;
const RANGE_DB: f32 = 80.0;

/// Samples -> frames of [`BANDS`] numbers.
pub struct TeacherMel {
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// Of each band: its first line of the spectrum, and the weights from there on.
    filters: Vec<(usize, Vec<f32>)>,
}

impl Default for TeacherMel {
    fn default() -> Self {
        let mut window = vec![0.0; TRANSFORM];
        let side = (TRANSFORM - WINDOW) / 2;
        for (index, value) in window[side..side + WINDOW].iter_mut().enumerate() {
            let turn = std::f64::consts::TAU * index as f64 / WINDOW as f64;
            *value = (0.5 - 0.5 * turn.cos()) as f32;
        }
        Self {
            transform: RealFftPlanner::new().plan_fft_forward(TRANSFORM),
            window,
            filters: filters(),
        }
    }
}

impl TeacherMel {
    /// Frames of 16 kHz samples, one after another; none for less than [`TRANSFORM`] samples.
    pub fn frames(&self, samples: &[f32]) -> Vec<f32> {
        let count = samples
            .len()
            .checked_sub(TRANSFORM)
            .map_or(0, |rest| rest / HOP + 1);
        let mut values = Vec::with_capacity(count * BANDS);
        let mut spectrum = self.transform.make_output_vec();
        for frame in 0..count {
            let mut windowed: Vec<f32> = samples[frame * HOP..frame * HOP + TRANSFORM]
                .iter()
                .zip(&self.window)
                .map(|(sample, weight)| sample * FULL_SCALE * weight)
                .collect();
            if self
                .transform
                .process(&mut windowed, &mut spectrum)
                .is_err()
            {
                unreachable!("both vectors have the lengths of the transform");
            }
            for (first, weights) in &self.filters {
                let power: f32 = spectrum[*first..]
                    .iter()
                    .zip(weights)
                    .map(|(line, weight)| line.norm_sqr() * weight)
                    .sum();
                values.push(10.0 * power.max(FLOOR).log10());
            }
        }
        let floor = values.iter().copied().fold(f32::MIN, f32::max) - RANGE_DB;
        for value in &mut values {
            *value = value.max(floor) / 10.0 + 2.0;
        }
        values
    }
}

/// Triangles on Slaney's mel scale, each of unit area.
fn filters() -> Vec<(usize, Vec<f32>)> {
    let [low, high] = BAND_HZ.map(mel);
    let edges: Vec<f64> = (0..BANDS + 2)
        .map(|edge| hertz(low + (high - low) * edge as f64 / (BANDS + 1) as f64))
        .collect();
    let line = |index: usize| index as f64 * f64::from(SAMPLE_RATE) / TRANSFORM as f64;
    edges
        .windows(3)
        .map(|edges| {
            let weight = |index: usize| {
                let rising = (line(index) - edges[0]) / (edges[1] - edges[0]);
                let falling = (edges[2] - line(index)) / (edges[2] - edges[1]);
                rising.min(falling).max(0.0) * 2.0 / (edges[2] - edges[0])
            };
            let weights: Vec<f64> = (0..=TRANSFORM / 2).map(weight).collect();
            let first = weights.iter().position(|&weight| weight > 0.0).unwrap_or(0);
            let last = weights.iter().rposition(|&weight| weight > 0.0);
            let own = &weights[first..last.map_or(first, |last| last + 1)];
            (first, own.iter().map(|&weight| weight as f32).collect())
        })
        .collect()
}

/// Slaney's scale: linear below 1000 Hz, logarithmic above.
fn mel(hertz: f64) -> f64 {
    if hertz < 1000.0 {
        hertz * 3.0 / 200.0
    } else {
        15.0 + (hertz / 1000.0).ln() * 27.0 / 6.4f64.ln()
    }
}

fn hertz(mel: f64) -> f64 {
    if mel < 15.0 {
        mel * 200.0 / 3.0
    } else {
        1000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_goes_there_and_back() {
        for frequency in [60.0, 440.0, 1000.0, 3800.0] {
            assert!((hertz(mel(frequency)) - frequency).abs() < 1e-9);
        }
    }

    #[test]
    fn a_tone_is_loudest_in_its_band_and_nothing_is_further_down_than_the_range() {
        let samples: Vec<f32> = (0..8000)
            .map(|index| 0.5 * (std::f32::consts::TAU * 1000.0 * index as f32 / 16_000.0).sin())
            .collect();
        let frames = TeacherMel::default().frames(&samples);
        assert_eq!(frames.len() % BANDS, 0);
        assert_eq!(frames.len() / BANDS, (8000 - 512) / 160 + 1);
        let frame = &frames[10 * BANDS..11 * BANDS];
        let loudest = (0..BANDS).max_by(|&a, &b| frame[a].total_cmp(&frame[b]));
        let [low, high] = BAND_HZ.map(mel);
        let place = (mel(1000.0) - low) / (high - low) * (BANDS + 1) as f64 - 1.0;
        assert!((loudest.unwrap_or(0) as f64 - place).abs() <= 1.0);
        let highest = frames.iter().copied().fold(f32::MIN, f32::max);
        let lowest = frames.iter().copied().fold(f32::MAX, f32::min);
        assert!(highest - lowest <= 8.0 + 1e-5);
        assert!(TeacherMel::default().frames(&samples[..500]).is_empty());
    }
}
