//! Peaks of a sound, small enough to keep and quick to draw.

/// Peaks kept for each second of sound: one every 12.5 ms, finer than any bar on the screen.
pub const PEAKS_PER_SECOND: f64 = 80.0;

/// The running peak envelope of one utterance.
#[derive(Clone, Debug, PartialEq)]
pub struct Waveform {
    sample_rate: f64,
    samples: u64,
    peaks: Vec<f32>,
}

impl Waveform {
    /// An empty envelope for samples at `sample_rate` hertz.
    pub fn new(sample_rate: f64) -> Self {
        Self {
            sample_rate: sample_rate.max(1.0),
            samples: 0,
            peaks: Vec::new(),
        }
    }

    /// Adds samples in `[-1, 1]`.
    pub fn push(&mut self, samples: &[f32]) {
        for sample in samples {
            let index = (self.samples as f64 / self.sample_rate * PEAKS_PER_SECOND) as usize;
            if index >= self.peaks.len() {
                self.peaks.resize(index + 1, 0.0);
            }
            // `max` drops a NaN, which hostile audio can hold.
            self.peaks[index] = sample.abs().max(self.peaks[index]);
            self.samples += 1;
        }
    }

    /// Length so far.
    pub fn seconds(&self) -> f32 {
        (self.samples as f64 / self.sample_rate) as f32
    }

    /// Heights in `[0, 1]` for `count` bars across `axis_seconds`: the loudest peak under each bar.
    /// Quiet speakers get tall bars too, but a quiet room stays low; past the end there is nothing.
    pub fn bars(&self, count: usize, axis_seconds: f32) -> Vec<f32> {
        let loudest = self.peaks.iter().copied().fold(0.0_f32, f32::max);
        let scale = 1.0 / loudest.max(QUIETEST_FULL_SCALE);
        let per_bar = f64::from(axis_seconds) * PEAKS_PER_SECOND / count.max(1) as f64;
        (0..count)
            .map(|bar| {
                let first = (bar as f64 * per_bar) as usize;
                let end = (((bar + 1) as f64 * per_bar).ceil() as usize).max(first + 1);
                let under = self
                    .peaks
                    .get(first..end.min(self.peaks.len()))
                    .unwrap_or_default();
                let peak = under.iter().copied().fold(0.0_f32, f32::max);
                // Square root: closer to how loudness is heard than amplitude is.
                (peak * scale).clamp(0.0, 1.0).sqrt()
            })
            .collect()
    }
}

/// Below this amplitude even the loudest peak does not reach the top of the picture.
const QUIETEST_FULL_SCALE: f32 = 0.08;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunking_does_not_matter() {
        let samples: Vec<f32> = (0..44_100).map(|i| (i as f32 * 0.01).sin() * 0.5).collect();
        let mut whole = Waveform::new(44_100.0);
        whole.push(&samples);
        let mut pieces = Waveform::new(44_100.0);
        samples.chunks(1024).for_each(|chunk| pieces.push(chunk));
        assert_eq!(whole, pieces);
        assert_eq!(whole.seconds(), 1.0);
        assert_eq!(whole.peaks.len(), 80);
    }

    #[test]
    fn the_loud_half_stands_out() {
        let mut waveform = Waveform::new(16_000.0);
        waveform.push(&vec![0.01; 16_000]);
        waveform.push(&vec![-0.8; 16_000]);
        let bars = waveform.bars(10, 2.0);
        assert_eq!(bars.len(), 10);
        assert!(bars[..5].iter().all(|bar| *bar < 0.2), "{bars:?}");
        assert!(bars[5..].iter().all(|bar| *bar > 0.99), "{bars:?}");
    }

    #[test]
    fn silence_and_the_future_are_flat() {
        let mut waveform = Waveform::new(16_000.0);
        assert!(waveform.bars(8, 4.0).iter().all(|bar| *bar == 0.0));
        waveform.push(&vec![0.5; 16_000]);
        let bars = waveform.bars(8, 4.0);
        assert!(bars[..2].iter().all(|bar| *bar == 1.0));
        assert!(bars[2..].iter().all(|bar| *bar == 0.0));
        assert!(waveform.bars(0, 4.0).is_empty());
    }

    #[test]
    fn room_noise_is_not_blown_up() {
        let mut waveform = Waveform::new(16_000.0);
        waveform.push(&vec![0.002; 16_000]);
        assert!(waveform.bars(4, 1.0).iter().all(|bar| *bar < 0.2));
    }

    #[test]
    fn sounds_that_are_not_numbers_draw_nothing() {
        let mut waveform = Waveform::new(16_000.0);
        waveform.push(&[f32::NAN; 400]);
        assert!(waveform.bars(4, 0.1).iter().all(|bar| *bar == 0.0));
    }
}
