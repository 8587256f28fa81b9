//! The two tables of the log-mel front end: its window and its filters.

use std::f64::consts::PI;

use crate::pack::LogMelConfig;

/// Periodic Hann window of `length` samples: `(1 - cos(2 pi n / length)) / 2`.
pub fn hann_window(length: usize) -> Vec<f32> {
    (0..length)
        .map(|n| (0.5 - 0.5 * (2.0 * PI * n as f64 / length as f64).cos()) as f32)
        .collect()
}

/// Triangular mel filters, `[mels, fft / 2 + 1]` row-major.
///
/// The `mels + 2` corner frequencies are equally spaced on the mel scale `2595 log10(1 + f / 700)`
/// from `low_hz` to `high_hz`. Filter `m` rises from 0 at corner `m` to 1 at corner `m + 1` and
/// falls to 0 at corner `m + 2`, linearly in Hz, evaluated at the bin centres `k sample_rate / fft`.
pub fn mel_filters(config: &LogMelConfig) -> Vec<f32> {
    let bins = config.fft / 2 + 1;
    let low = to_mel(f64::from(config.low_hz));
    let high = to_mel(f64::from(config.high_hz));
    let step = (high - low) / (config.mels + 1) as f64;
    let corner = |index: usize| from_mel(low + step * index as f64);
    let bin_width = f64::from(config.sample_rate) / config.fft as f64;
    let mut filters = Vec::with_capacity(config.mels * bins);
    for mel in 0..config.mels {
        let (left, peak, right) = (corner(mel), corner(mel + 1), corner(mel + 2));
        filters.extend((0..bins).map(|bin| {
            let hz = bin as f64 * bin_width;
            let rising = (hz - left) / (peak - left);
            let falling = (right - hz) / (right - peak);
            rising.min(falling).max(0.0) as f32
        }));
    }
    filters
}

fn to_mel(hz: f64) -> f64 {
    2595.0 * (1.0 + hz / 700.0).log10()
}

fn from_mel(mel: f64) -> f64 {
    700.0 * (10.0_f64.powf(mel / 2595.0) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::log_mel::tests::config;

    #[test]
    fn the_window_is_periodic() {
        let window = hann_window(400);
        assert_eq!(window[0], 0.0);
        assert!((window[200] - 1.0).abs() < 1e-7);
        assert!((window[1] - window[399]).abs() < 1e-7);
    }

    #[test]
    fn every_filter_has_one_hump_and_covers_some_bin() {
        let config = config();
        let bins = config.fft / 2 + 1;
        let filters = mel_filters(&config);
        assert_eq!(filters.len(), config.mels * bins);
        let mut previous_peak = 0;
        for row in filters.chunks(bins) {
            let peak = (0..bins)
                .max_by(|a, b| row[*a].total_cmp(&row[*b]))
                .unwrap();
            assert!(row[peak] > 0.25 && row[peak] <= 1.0);
            assert!(peak >= previous_peak);
            assert!(row[..peak].windows(2).all(|pair| pair[0] <= pair[1]));
            assert!(row[peak..].windows(2).all(|pair| pair[0] >= pair[1]));
            previous_peak = peak;
        }
    }

    #[test]
    fn the_scale_is_its_own_inverse() {
        for hz in [40.0, 440.0, 7600.0] {
            assert!((from_mel(to_mel(hz)) - hz).abs() < 1e-9);
        }
        // 1000 Hz is 1000 mel on this scale, to its published precision.
        assert!((to_mel(1000.0) - 1000.0).abs() < 0.02);
    }
}
