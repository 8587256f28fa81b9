//! The log-mel front end on the CPU. Training and both backends' tests measure against it.

use std::sync::Arc;

use super::mel::{hann_window, mel_filters};
use super::spectrum::Spectrum;
use super::{AudioError, SAMPLE_RATE};
use crate::pack::LogMelConfig;

/// Normalised log-mel energies of a whole utterance (docs/architecture.md, "The front end").
#[derive(Clone)]
pub struct LogMel {
    config: LogMelConfig,
    window: Vec<f32>,
    filters: Vec<Filter>,
    spectrum: Arc<Spectrum>,
}

/// What [`LogMel::growing_features`] keeps between two looks at an utterance.
#[derive(Clone, Default)]
pub struct Heard {
    /// Samples under the frames.
    samples: Vec<f32>,
    /// `[frames, mels]`, before floor and mean.
    energies: Vec<f32>,
}

/// The bins under one triangle.
#[derive(Clone)]
struct Filter {
    first_bin: usize,
    weights: Vec<f32>,
}

impl LogMel {
    /// Prepares tables and transform.
    ///
    /// # Errors
    /// [`AudioError::FrontEnd`] when a size is zero or out of range, the transform is no power of two
    /// or shorter than the window, the rate is not 16 kHz, or the band is empty or above half the rate.
    pub fn new(config: &LogMelConfig) -> Result<Self, AudioError> {
        config.check()?;
        let bins = config.fft / 2 + 1;
        let filters = mel_filters(config)
            .chunks(bins)
            .map(|row| {
                let first_bin = row.iter().position(|w| *w > 0.0).unwrap_or(0);
                let end = row
                    .iter()
                    .rposition(|w| *w > 0.0)
                    .map_or(first_bin, |last| last + 1);
                Filter {
                    first_bin,
                    weights: row[first_bin..end].to_vec(),
                }
            })
            .collect();
        Ok(Self {
            config: config.clone(),
            window: hann_window(config.window),
            filters,
            spectrum: Arc::new(Spectrum::new(config.fft)),
        })
    }

    /// Frames that `samples` samples give: `floor((samples - window) / hop) + 1`, 0 when none fits.
    pub fn frames(&self, samples: usize) -> usize {
        samples
            .checked_sub(self.config.window)
            .map_or(0, |room| room / self.config.hop + 1)
    }

    /// 16 kHz samples in `[-1, 1]` -> features `[frames, mels]`, row-major.
    ///
    /// # Errors
    /// [`AudioError::TooShort`] when not one window fits.
    pub fn features(&self, samples: &[f32]) -> Result<Vec<f32>, AudioError> {
        let frames = self.frames(samples.len());
        if frames == 0 {
            return Err(AudioError::TooShort {
                samples: samples.len(),
                needed: self.config.window,
            });
        }
        let mut features = self.log_energies(samples, frames);
        self.normalise(&mut features);
        Ok(features)
    }

    /// [`LogMel::features`] of an utterance that grows: what `heard` keeps of samples that are still the same is not
    /// transformed again. Floor and mean are those of all that is here, so the features are the same to the bit.
    ///
    /// # Errors
    /// As [`LogMel::features`].
    pub fn growing_features(
        &self,
        samples: &[f32],
        heard: &mut Heard,
    ) -> Result<Vec<f32>, AudioError> {
        let frames = self.frames(samples.len());
        let known = heard.energies.len() / self.config.mels;
        let reach = |frames: usize| match frames {
            0 => 0,
            frames => (frames - 1) * self.config.hop + self.config.window,
        };
        let same = known <= frames
            && heard.samples.len() == reach(known)
            && samples.starts_with(&heard.samples);
        if !same {
            *heard = Heard::default();
        }
        let known = heard.energies.len() / self.config.mels;
        let new = self.log_energies(&samples[known * self.config.hop..], frames - known);
        heard.energies.extend(new);
        heard.samples.clear();
        heard.samples.extend_from_slice(&samples[..reach(frames)]);
        if frames == 0 {
            return self.features(samples);
        }
        let mut features = heard.energies.clone();
        self.normalise(&mut features);
        Ok(features)
    }

    fn log_energies(&self, samples: &[f32], frames: usize) -> Vec<f32> {
        let mut scratch = self.spectrum.scratch();
        let mut power = vec![0.0_f32; self.spectrum.bins()];
        let mut features = Vec::with_capacity(frames * self.config.mels);
        for frame in 0..frames {
            let start = frame * self.config.hop;
            let windowed = samples[start..start + self.config.window]
                .iter()
                .zip(&self.window)
                .map(|(sample, weight)| sample * weight);
            self.spectrum.power(windowed, &mut scratch, &mut power);
            features.extend(self.filters.iter().map(|filter| {
                let band = &power[filter.first_bin..filter.first_bin + filter.weights.len()];
                let energy: f32 = band.iter().zip(&filter.weights).map(|(p, w)| p * w).sum();
                (energy + self.config.log_offset).ln()
            }));
        }
        features
    }

    /// Floor under the loudest value, mean of each mel bin taken away, scaled.
    fn normalise(&self, features: &mut [f32]) {
        let mels = self.config.mels;
        let loudest = features
            .iter()
            .fold(f32::NEG_INFINITY, |max, y| max.max(*y));
        let floor = loudest - floor_nepers(&self.config);
        let mut means = vec![0.0_f64; mels];
        for row in features.chunks_exact_mut(mels) {
            for (y, mean) in row.iter_mut().zip(&mut means) {
                *y = y.max(floor);
                *mean += f64::from(*y);
            }
        }
        let frames = (features.len() / mels) as f64;
        for row in features.chunks_exact_mut(mels) {
            for (y, mean) in row.iter_mut().zip(&means) {
                *y = (*y - (*mean / frames) as f32) / self.config.scale;
            }
        }
    }
}

/// `floor_db` as a difference of natural logarithms of power.
fn floor_nepers(config: &LogMelConfig) -> f32 {
    config.floor_db * std::f32::consts::LN_10 / 10.0
}

impl LogMelConfig {
    /// Refuses what cannot be built, naming the field.
    pub(crate) fn check(&self) -> Result<(), AudioError> {
        check(self)
    }
}

fn check(config: &LogMelConfig) -> Result<(), AudioError> {
    let refuse = |field, problem: String| Err(AudioError::FrontEnd { field, problem });
    if config.sample_rate != SAMPLE_RATE {
        return refuse(
            "sample_rate",
            format!("{} is not {SAMPLE_RATE}", config.sample_rate),
        );
    }
    if !config.fft.is_power_of_two() || !(64..=8192).contains(&config.fft) {
        return refuse(
            "fft",
            format!("{} is not a power of two in 64..=8192", config.fft),
        );
    }
    if config.window == 0 || config.window > config.fft {
        return refuse(
            "window",
            format!("{} is not in 1..={}", config.window, config.fft),
        );
    }
    if config.hop == 0 || config.hop > config.window {
        return refuse(
            "hop",
            format!("{} is not in 1..={}", config.hop, config.window),
        );
    }
    if config.mels == 0 || config.mels > config.fft / 2 {
        return refuse(
            "mels",
            format!("{} is not in 1..={}", config.mels, config.fft / 2),
        );
    }
    let nyquist = config.sample_rate as f32 / 2.0;
    if !(config.low_hz >= 0.0 && config.low_hz < config.high_hz && config.high_hz <= nyquist) {
        let band = format!(
            "{} to {} Hz is no band below {nyquist}",
            config.low_hz, config.high_hz
        );
        return refuse("high_hz", band);
    }
    for (field, value) in [
        ("log_offset", config.log_offset),
        ("floor_db", config.floor_db),
        ("scale", config.scale),
    ] {
        if !(value.is_finite() && value > 0.0) {
            return refuse(field, format!("{value} is not a positive number"));
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn config() -> LogMelConfig {
        LogMelConfig {
            sample_rate: 16_000,
            window: 400,
            hop: 160,
            fft: 512,
            mels: 80,
            low_hz: 40.0,
            high_hz: 7600.0,
            log_offset: 1e-6,
            floor_db: 52.0,
            scale: 2.5,
        }
    }

    /// A chirp over noise-like texture that dies away: no two frames alike, some under the floor.
    fn chirp(samples: usize) -> Vec<f32> {
        (0..samples)
            .map(|n| {
                let t = n as f32 / 16_000.0;
                let texture = ((n * 7919 % 1000) as f32 / 1000.0 - 0.5) * 0.02;
                (0.5 * (2.0 * std::f32::consts::PI * (200.0 + 900.0 * t) * t).sin() + texture)
                    * (-3.0 * t).exp()
            })
            .collect()
    }

    /// The definition written out with a plain Fourier sum in f64.
    fn reference(config: &LogMelConfig, samples: &[f32]) -> Vec<f64> {
        use std::f64::consts::PI;
        let bins = config.fft / 2 + 1;
        let filters = mel_filters(config);
        let mut rows = Vec::new();
        let mut start = 0;
        while start + config.window <= samples.len() {
            let windowed: Vec<f64> = (0..config.window)
                .map(|n| {
                    let hann = 0.5 - 0.5 * (2.0 * PI * n as f64 / config.window as f64).cos();
                    f64::from(samples[start + n]) * hann
                })
                .collect();
            let power: Vec<f64> = (0..bins)
                .map(|k| {
                    let (mut re, mut im) = (0.0, 0.0);
                    for (n, x) in windowed.iter().enumerate() {
                        let angle = 2.0 * PI * ((k * n) % config.fft) as f64 / config.fft as f64;
                        re += x * angle.cos();
                        im -= x * angle.sin();
                    }
                    re * re + im * im
                })
                .collect();
            for mel in 0..config.mels {
                let energy: f64 = (0..bins)
                    .map(|k| f64::from(filters[mel * bins + k]) * power[k])
                    .sum();
                rows.push((energy + f64::from(config.log_offset)).ln());
            }
            start += config.hop;
        }
        let loudest = rows.iter().cloned().fold(f64::MIN, f64::max);
        let floor = loudest - f64::from(config.floor_db) * 10.0_f64.ln() / 10.0;
        rows.iter_mut().for_each(|y| *y = y.max(floor));
        let frames = rows.len() / config.mels;
        for mel in 0..config.mels {
            let mean: f64 = (0..frames)
                .map(|t| rows[t * config.mels + mel])
                .sum::<f64>()
                / frames as f64;
            for t in 0..frames {
                let y = &mut rows[t * config.mels + mel];
                *y = (*y - mean) / f64::from(config.scale);
            }
        }
        rows
    }

    #[test]
    fn it_is_the_definition() {
        let config = config();
        let samples = chirp(6_007);
        let features = LogMel::new(&config).unwrap().features(&samples).unwrap();
        let expected = reference(&config, &samples);
        assert_eq!(features.len(), expected.len());
        for (have, want) in features.iter().zip(&expected) {
            assert!((f64::from(*have) - want).abs() < 2e-3, "{have} {want}");
        }
    }

    #[test]
    fn what_was_heard_already_changes_nothing() {
        let mel = LogMel::new(&config()).unwrap();
        let samples = chirp(9_000);
        let mut heard = Heard::default();
        // Growing, growing by less than a frame, the same again, shorter, and another sound of the same length.
        let other: Vec<f32> = samples.iter().map(|x| -0.5 * x).collect();
        for sound in [
            &samples[..2_000],
            &samples[..2_100],
            &samples[..2_100],
            &samples[..9_000],
            &samples[..4_000],
            &other[..4_500],
        ] {
            let features = mel.growing_features(sound, &mut heard).unwrap();
            assert!(
                features == mel.features(sound).unwrap(),
                "{} samples",
                sound.len()
            );
        }
        let before = heard.energies.clone();
        assert!(mel.growing_features(&other[..399], &mut heard).is_err());
        let features = mel.growing_features(&other[..4_500], &mut heard).unwrap();
        assert_eq!(heard.energies, before);
        assert_eq!(features.len(), before.len());
    }

    #[test]
    fn a_tone_lights_its_own_filter() {
        let config = config();
        // Silence first: features are relative to each bin's mean over the utterance.
        let mut samples = vec![0.0; 8_000];
        samples.extend(
            (0..8_000).map(|n| (2.0 * std::f32::consts::PI * 1000.0 * n as f32 / 16_000.0).sin()),
        );
        let features = LogMel::new(&config).unwrap().features(&samples).unwrap();
        let last = &features[features.len() - config.mels..];
        let brightest = (0..config.mels)
            .max_by(|a, b| last[*a].total_cmp(&last[*b]))
            .unwrap();
        let filters = mel_filters(&config);
        let bin = 1000 * config.fft / 16_000;
        assert!(filters[brightest * (config.fft / 2 + 1) + bin] > 0.0);
    }

    #[test]
    fn frames_are_counted_without_padding() {
        let mel = LogMel::new(&config()).unwrap();
        assert_eq!(
            [0, 399, 400, 559, 560, 16_000].map(|n| mel.frames(n)),
            [0, 0, 1, 1, 2, 98]
        );
        assert_eq!(
            mel.features(&[0.0; 399]),
            Err(AudioError::TooShort {
                samples: 399,
                needed: 400
            })
        );
    }

    #[test]
    fn silence_is_all_zeros() {
        let features = LogMel::new(&config())
            .unwrap()
            .features(&[0.0; 1_000])
            .unwrap();
        assert!(features.iter().all(|y| *y == 0.0));
    }

    #[test]
    fn impossible_configurations_name_their_field() {
        type Spoil = fn(&mut LogMelConfig);
        let cases: [(&str, Spoil); 8] = [
            ("sample_rate", |c| c.sample_rate = 8_000),
            ("fft", |c| c.fft = 500),
            ("window", |c| c.window = 600),
            ("hop", |c| c.hop = 0),
            ("mels", |c| c.mels = 100_000),
            ("high_hz", |c| c.high_hz = f32::NAN),
            ("scale", |c| c.scale = 0.0),
            ("log_offset", |c| c.log_offset = -1.0),
        ];
        for (name, spoil) in cases {
            let mut config = config();
            spoil(&mut config);
            match LogMel::new(&config) {
                Err(AudioError::FrontEnd { field, .. }) => assert_eq!(field, name),
                other => panic!("{name}: {:?}", other.err()),
            }
        }
    }
}
