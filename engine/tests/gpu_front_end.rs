//! The log-mel front end on the GPU against the CPU's.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod gpu_support;

use gpu_support::{noise, with_gpu};
use saysee_engine::ops::Ops;
use saysee_engine::pack::LogMelConfig;

fn config() -> LogMelConfig {
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

/// A gliding tone over faint noise, fading away: loud, quiet and floored parts.
fn glide(samples: usize) -> Vec<f32> {
    noise(samples, 3)
        .iter()
        .enumerate()
        .map(|(n, noise)| {
            let t = n as f32 / 16_000.0;
            let tone = (std::f32::consts::TAU * (150.0 + 700.0 * t) * t).sin();
            (0.6 * tone + 0.02 * noise) * (-2.0 * t).exp()
        })
        .collect()
}

fn compare(samples: &[f32], config: &LogMelConfig) {
    with_gpu(|gpu| {
        agree!(gpu, 1e-3, |ops| { Ok(vec![ops.log_mel(samples, config)?]) });
    });
}

#[test]
fn utterances_of_odd_lengths() {
    for samples in [400, 559, 560, 561, 7777, 48_000] {
        compare(&glide(samples), &config());
    }
}

#[test]
fn silence() {
    compare(&[0.0; 4000], &config());
}

#[test]
fn other_configurations() {
    let small = LogMelConfig {
        window: 200,
        hop: 100,
        fft: 256,
        mels: 23,
        ..config()
    };
    let large = LogMelConfig {
        window: 640,
        fft: 1024,
        mels: 128,
        ..config()
    };
    let samples = glide(9001);
    for config in [&small, &large, &config(), &small] {
        compare(&samples, config);
    }
}

#[test]
fn too_short_and_too_long_a_transform_are_refused() {
    with_gpu(|gpu| {
        let error = gpu.log_mel(&[0.0; 399], &config()).err().unwrap();
        assert!(error.to_string().contains("399"), "{error}");
        let huge = LogMelConfig {
            fft: 4096,
            ..config()
        };
        let error = gpu.log_mel(&[0.0; 5000], &huge).err().unwrap();
        assert!(error.to_string().contains("4096"), "{error}");
    });
}
