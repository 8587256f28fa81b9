//! Microphone and file rates to 16 kHz, as a stream.

use std::fmt;

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{
    Async, FixedAsync, Resampler as _, SincInterpolationParameters, SincInterpolationType,
    WindowFunction, calculate_cutoff,
};

use super::{AudioError, SAMPLE_RATE};

/// Taps of the low-pass at the lower of the two rates. With the window below, the pass band ends at
/// 0.95 of half that rate and everything above half of it is gone.
const TAPS: usize = 192;
/// Steps between two taps at which the filter is tabulated.
const STEPS: usize = 256;
const WINDOW: WindowFunction = WindowFunction::Blackman2;
/// Loudest sample taken at its word. Full scale is 1; beyond this a file is broken.
const LOUDEST: f32 = 16.0;

/// Mono samples of any rate between 8 and 192 kHz, in chunks of any size -> 16 kHz.
///
/// The filter's delay is taken out: output sample `n` belongs to the time `n / 16000`. What comes
/// out does not depend on how the input was cut into chunks. Samples that are not numbers count as silence.
pub struct Resampler {
    rate: u32,
    filter: Option<Filter>,
}

struct Filter {
    inner: Async<f32>,
    waiting: Vec<f32>,
    output: Vec<f32>,
    /// Output samples still to be dropped, for they belong to times before the first input.
    lead: usize,
    taken: u64,
    given: u64,
}

impl fmt::Debug for Resampler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Resampler")
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}

impl Resampler {
    /// For input at `rate` samples a second.
    ///
    /// # Errors
    /// [`AudioError::Rate`] outside 8000..=192000.
    pub fn new(rate: u32) -> Result<Self, AudioError> {
        if !(8_000..=192_000).contains(&rate) {
            return Err(AudioError::Rate { rate });
        }
        let filter = if rate == SAMPLE_RATE {
            None
        } else {
            Some(Filter::new(rate)?)
        };
        Ok(Self { rate, filter })
    }

    /// Samples a second of the input.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Takes a chunk; returns the 16 kHz samples that are ready, which lag a few milliseconds behind.
    ///
    /// # Errors
    /// [`AudioError::Resampling`] if the library refuses.
    pub fn push(&mut self, chunk: &[f32]) -> Result<Vec<f32>, AudioError> {
        let clean = chunk.iter().map(|sample| {
            if sample.is_nan() {
                0.0
            } else {
                sample.clamp(-LOUDEST, LOUDEST)
            }
        });
        match &mut self.filter {
            None => Ok(clean.collect()),
            Some(filter) => {
                filter.waiting.extend(clean);
                filter.taken += chunk.len() as u64;
                filter.drain()
            }
        }
    }

    /// Ends the stream: returns the rest, so that all of it together is
    /// `round(input samples * 16000 / rate)` long, and makes ready for another stream.
    ///
    /// # Errors
    /// [`AudioError::Resampling`] if the library refuses.
    pub fn finish(&mut self) -> Result<Vec<f32>, AudioError> {
        let Some(filter) = &mut self.filter else {
            return Ok(Vec::new());
        };
        let rate = u64::from(self.rate);
        let total = (filter.taken * u64::from(SAMPLE_RATE) + rate / 2) / rate;
        let mut rest = Vec::new();
        while filter.given < total {
            let missing = filter
                .inner
                .input_frames_next()
                .saturating_sub(filter.waiting.len());
            filter.waiting.extend(std::iter::repeat_n(0.0, missing));
            rest.append(&mut filter.drain()?);
        }
        rest.truncate(rest.len() - (filter.given - total) as usize);
        *filter = Filter::new(self.rate)?;
        Ok(rest)
    }

    /// A whole recording at once.
    ///
    /// # Errors
    /// As [`Resampler::new`] and [`Resampler::push`].
    pub fn whole(rate: u32, samples: &[f32]) -> Result<Vec<f32>, AudioError> {
        let mut resampler = Self::new(rate)?;
        let mut result = resampler.push(samples)?;
        result.append(&mut resampler.finish()?);
        Ok(result)
    }
}

impl Filter {
    fn new(rate: u32) -> Result<Self, AudioError> {
        let ratio = f64::from(SAMPLE_RATE) / f64::from(rate);
        let taps = ((TAPS as f64 * (1.0 / ratio).max(1.0)).ceil() as usize).next_multiple_of(8);
        let parameters = SincInterpolationParameters::new(taps, WINDOW)
            .f_cutoff(calculate_cutoff(TAPS, WINDOW))
            .oversampling_factor(STEPS)
            .interpolation(SincInterpolationType::Linear);
        let block = (rate / 50) as usize;
        let inner = Async::new_sinc(ratio, 1.0, &parameters, block, 1, FixedAsync::Input)
            .map_err(|error| failed(&error))?;
        let (silence, lead) = alignment(taps, rate);
        Ok(Self {
            output: vec![0.0; inner.output_frames_max()],
            inner,
            waiting: vec![0.0; silence],
            lead,
            taken: 0,
            given: 0,
        })
    }

    /// Runs every whole block that waits.
    fn drain(&mut self) -> Result<Vec<f32>, AudioError> {
        let mut ready = Vec::new();
        let mut used = 0;
        loop {
            let block = self.inner.input_frames_next();
            if self.waiting.len() - used < block {
                break;
            }
            let input = SequentialSlice::new(&self.waiting[used..used + block], 1, block)
                .map_err(|error| failed(&error))?;
            let room = self.output.len();
            let mut output = SequentialSlice::new_mut(&mut self.output, 1, room)
                .map_err(|error| failed(&error))?;
            let (read, written) = self
                .inner
                .process_into_buffer(&input, &mut output, None)
                .map_err(|error| failed(&error))?;
            used += read;
            let dropped = self.lead.min(written);
            self.lead -= dropped;
            ready.extend_from_slice(&self.output[dropped..written]);
        }
        self.waiting.drain(..used);
        self.given += ready.len() as u64;
        Ok(ready)
    }
}

fn failed(error: &dyn fmt::Display) -> AudioError {
    AudioError::Resampling {
        problem: error.to_string(),
    }
}

/// Zeros to put before the input, and output samples to drop, so that the filter's delay becomes a
/// whole number of output samples, to within a microsecond.
///
/// The library's first output lies one output step after the start of a filter whose middle is at
/// `taps / 2`, less one step of its table: that gives the delay below, in output samples.
fn alignment(taps: usize, rate: u32) -> (usize, usize) {
    let middle = taps as f64 / 2.0 - 1.0 / STEPS as f64;
    let delay =
        |silence: usize| (middle + silence as f64) * f64::from(SAMPLE_RATE) / f64::from(rate) - 1.0;
    let miss = |silence: usize| (delay(silence) - delay(silence).round()).abs();
    let silence = (0..512)
        .min_by(|a, b| miss(*a).total_cmp(&miss(*b)))
        .unwrap_or(0);
    (silence, delay(silence).round() as usize)
}

/// Interleaved channels -> their mean.
///
/// # Errors
/// [`AudioError::Channels`] when there are none or more than 64.
pub fn mix_to_mono(interleaved: &[f32], channels: usize) -> Result<Vec<f32>, AudioError> {
    if !(1..=64).contains(&channels) {
        return Err(AudioError::Channels { channels });
    }
    Ok(interleaved
        .chunks_exact(channels)
        .map(|frame| frame.iter().sum::<f32>() / channels as f32)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: [u32; 9] = [
        8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 44_101, 48_000, 192_000,
    ];

    fn sine(hz: f64, rate: u32, seconds: f64) -> Vec<f32> {
        (0..(seconds * f64::from(rate)) as usize)
            .map(|n| (2.0 * std::f64::consts::PI * hz * n as f64 / f64::from(rate)).sin() as f32)
            .collect()
    }

    #[test]
    fn a_sine_stays_the_same_sine_at_the_same_time() {
        for rate in RATES {
            for hz in [97.0, 1_003.0, 3_500.0] {
                // A microsecond of delay, and the ripple of the filter.
                let allowed = (2e-6 * std::f64::consts::PI * hz) as f32 + 1e-3;
                let result = Resampler::whole(rate, &sine(hz, rate, 0.5)).unwrap();
                let expected = sine(hz, SAMPLE_RATE, 0.5);
                assert!(result.len().abs_diff(expected.len()) <= 1, "{rate}");
                for n in 400..expected.len() - 400 {
                    let miss = (result[n] - expected[n]).abs();
                    assert!(
                        miss < allowed,
                        "{rate} Hz: {hz} Hz: sample {n} is off by {miss}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_represented_is_gone() {
        for (rate, hz) in [
            (48_000, 8_200.0),
            (44_100, 9_000.0),
            (48_000, 15_000.0),
            (192_000, 50_000.0),
        ] {
            let result = Resampler::whole(rate, &sine(hz, rate, 0.5)).unwrap();
            let loudest = result[400..result.len() - 400]
                .iter()
                .fold(0.0_f32, |m, s| m.max(s.abs()));
            assert!(loudest < 1e-3, "{hz} Hz at {rate} leaves {loudest}");
        }
    }

    #[test]
    fn nothing_above_the_old_limit_is_invented() {
        let result = Resampler::whole(8_000, &sine(3_000.0, 8_000, 0.5)).unwrap();
        let expected = sine(3_000.0, SAMPLE_RATE, 0.5);
        let error: f32 = (400..7_600)
            .map(|n| (result[n] - expected[n]).powi(2))
            .sum();
        let energy: f32 = (400..7_600).map(|n| expected[n].powi(2)).sum();
        assert!(error / energy < 2e-4, "{}", error / energy);
    }

    #[test]
    fn cutting_into_chunks_changes_nothing() {
        for rate in RATES {
            let input = sine(440.0, rate, 0.4);
            let whole = Resampler::whole(rate, &input).unwrap();
            for size in [1, 128, 1_000, 4_099] {
                let mut resampler = Resampler::new(rate).unwrap();
                let mut pieces = Vec::new();
                for chunk in input.chunks(size) {
                    pieces.extend(resampler.push(chunk).unwrap());
                }
                pieces.extend(resampler.finish().unwrap());
                assert_eq!(pieces, whole, "{rate} Hz in chunks of {size}");
            }
        }
    }

    #[test]
    fn length_follows_the_rate_even_for_a_few_samples() {
        for rate in RATES {
            for samples in [0_u64, 1, 7, 1_000, 5_001] {
                let result = Resampler::whole(rate, &vec![0.1; samples as usize]).unwrap();
                let expected = (samples * 16_000 + u64::from(rate) / 2) / u64::from(rate);
                assert_eq!(result.len() as u64, expected, "{samples} samples at {rate}");
            }
        }
    }

    #[test]
    fn a_stream_can_follow_another() {
        let mut resampler = Resampler::new(44_100).unwrap();
        let input = sine(300.0, 44_100, 0.2);
        let mut first = resampler.push(&input).unwrap();
        first.extend(resampler.finish().unwrap());
        let mut second = resampler.push(&input).unwrap();
        second.extend(resampler.finish().unwrap());
        assert_eq!(first, second);
    }

    #[test]
    fn broken_samples_become_silence() {
        let mut input = vec![0.0; 4_800];
        input[100] = f32::NAN;
        input[200] = f32::INFINITY;
        let result = Resampler::whole(48_000, &input).unwrap();
        assert!(result.iter().all(|sample| sample.is_finite()));
    }

    #[test]
    fn impossible_rates_and_channels_are_refused() {
        assert_eq!(Resampler::new(0).err(), Some(AudioError::Rate { rate: 0 }));
        assert_eq!(
            Resampler::new(200_000).err(),
            Some(AudioError::Rate { rate: 200_000 })
        );
        assert_eq!(
            mix_to_mono(&[0.0; 4], 0),
            Err(AudioError::Channels { channels: 0 })
        );
        assert_eq!(
            mix_to_mono(&[1.0, 0.0, 0.5, 0.5, 9.0], 2).unwrap(),
            [0.5, 0.5]
        );
    }
}
