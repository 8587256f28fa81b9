//! Whether the visitor is speaking, heard at the microphone's own rate.
//!
//! The engine's live utterance knows this too, but in the worker, which may be busy or still loading;
//! the microphone must not stay open until it is free.

use saysee_engine::live::{Activity, VoiceActivity};

/// Rate the engine's detector takes, hertz.
const RATE: f64 = 16_000.0;

/// Follows one recording.
#[derive(Clone, Debug)]
pub struct Voice {
    detector: VoiceActivity,
    /// Input samples from one that is taken to the next.
    stride: f64,
    /// Input samples still to be passed over.
    wait: f64,
}

impl Voice {
    /// For samples at `sample_rate` hertz.
    pub fn new(sample_rate: f64) -> Self {
        Self {
            detector: VoiceActivity::default(),
            stride: (sample_rate / RATE).max(f64::EPSILON),
            wait: 0.0,
        }
    }

    /// Takes the next samples; what is known after them. Takes the nearest input sample for each
    /// one at 16 kHz: that garbles the sound and leaves its loudness, which is all that counts here.
    pub fn push(&mut self, samples: &[f32]) -> Activity {
        let mut taken = Vec::with_capacity((samples.len() as f64 / self.stride) as usize + 1);
        for sample in samples {
            while self.wait < 1.0 {
                taken.push(*sample);
                self.wait += self.stride;
            }
            self.wait -= 1.0;
        }
        self.detector.push(&taken);
        self.detector.activity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `seconds` of noise, in chunks as the worklet posts them; what is known at the end.
    fn feed(voice: &mut Voice, rate: f64, seconds: f64, amplitude: f32) -> Activity {
        let mut state = 1_u32;
        let samples: Vec<f32> = (0..(rate * seconds) as usize)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state as f32 / u32::MAX as f32 * 2.0 - 1.0) * amplitude
            })
            .collect();
        samples
            .chunks(1024)
            .fold(Activity::Waiting, |_, chunk| voice.push(chunk))
    }

    #[test]
    fn a_sentence_ends_at_any_rate() {
        for rate in [8_000.0, 16_000.0, 44_100.0, 48_000.0, 96_000.0] {
            let mut voice = Voice::new(rate);
            assert_eq!(
                feed(&mut voice, rate, 0.5, 0.001),
                Activity::Waiting,
                "{rate}"
            );
            assert_eq!(
                feed(&mut voice, rate, 1.2, 0.2),
                Activity::Speaking,
                "{rate}"
            );
            assert_eq!(
                feed(&mut voice, rate, 0.4, 0.001),
                Activity::Speaking,
                "{rate}"
            );
            assert_eq!(
                feed(&mut voice, rate, 0.8, 0.001),
                Activity::Ended,
                "{rate}"
            );
        }
    }
}
