//! Degradation: the same from the same seed, and as strong as it says.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail tests"
)]

use std::f32::consts::TAU;

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use saysee_degrade::{Degradation, FAR_SNR_DB, Noise, NoiseKind, Preset, speech_power};

const RATE: usize = 16_000;

/// Something like a voice: harmonics that swell and stop, with silence at both ends.
fn voice(seconds: f32, pitch: f32) -> Vec<f32> {
    let length = (seconds * RATE as f32) as usize;
    let quiet = RATE / 5;
    (0..length)
        .map(|i| {
            if i < quiet || i + quiet > length {
                return 0.0;
            }
            let t = i as f32 / RATE as f32;
            let harmonics: f32 = (1..20)
                .map(|k| (TAU * pitch * k as f32 * t).sin() / k as f32)
                .sum();
            0.3 * harmonics * (0.6 + 0.4 * (TAU * 4.0 * t).sin())
        })
        .collect()
}

fn draw(seed: u64, strength: f32) -> Degradation {
    Degradation::sample(&mut Pcg64Mcg::seed_from_u64(seed), strength)
}

#[test]
fn the_same_seed_gives_the_same_sound() {
    let (speech, other) = (voice(2.0, 120.0), voice(1.5, 190.0));
    for seed in 0..20 {
        let (one, same) = (draw(seed, 1.0), draw(seed, 1.0));
        assert_eq!(one, same);
        assert_eq!(
            one.apply(&speech, &[&other]).unwrap(),
            same.apply(&speech, &[&other]).unwrap()
        );
    }
    let sounds = [1, 2].map(|seed| draw(seed, 1.0).apply(&speech, &[]).unwrap());
    assert_ne!(sounds[0], sounds[1]);
}

#[test]
fn every_degradation_gives_finite_sound_of_the_level_it_says() {
    let (speech, other) = (voice(1.0, 120.0), voice(1.5, 190.0));
    for seed in 0..150 {
        let degradation = draw(seed, seed as f32 / 150.0);
        let sound = degradation.apply(&speech, &[&other, &[]]).unwrap();
        let peak = sound.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        assert!(sound.iter().all(|x| x.is_finite()), "{degradation:?}");
        assert!(
            (peak - degradation.level.unwrap()).abs() < 1e-4,
            "{peak} for {degradation:?}"
        );
        assert!(peak <= 0.9 + 1e-4);
        let expected = degradation.time(1.0) + degradation.padding[1];
        assert!(
            (sound.len() as f32 / RATE as f32 - expected).abs() < 0.01,
            "{} for {expected}",
            sound.len()
        );
    }
}

#[test]
fn across_a_bare_room_there_are_reflections_and_noise() {
    let rng = &mut Pcg64Mcg::seed_from_u64(3);
    let drawn: Vec<Degradation> = (0..200)
        .map(|_| Degradation::sample_far(rng, 0.7))
        .collect();
    let [lowest, highest] = FAR_SNR_DB;
    for far in &drawn {
        let noise = far.noise.unwrap();
        assert!((lowest..=highest).contains(&noise.snr_db), "{noise:?}");
        assert!(far.room.unwrap().direct_db < 6.0);
    }
    let harsh = |far: &&Degradation| {
        far.noise.is_some_and(|noise| noise.snr_db < 10.0)
            && far
                .room
                .is_some_and(|room| room.direct_db < 4.0 && room.decay > 0.07)
    };
    assert!(drawn.iter().filter(harsh).count() > 10);
}

#[test]
fn noise_is_as_far_from_the_speech_as_it_says() {
    let (speech, other) = (voice(3.0, 120.0), voice(2.5, 190.0));
    let kinds = [
        NoiseKind::Tilted {
            corner: 200.0,
            raise: 0.0,
            hum: 0.0,
        },
        NoiseKind::Tilted {
            corner: 80.0,
            raise: 25.0,
            hum: 0.8,
        },
        NoiseKind::Babble { speakers: 3 },
    ];
    for kind in kinds {
        for snr_db in [3.0, 10.0, 20.0, 35.0] {
            let degradation = Degradation {
                seed: 7,
                noise: Some(Noise { snr_db, kind }),
                ..Default::default()
            };
            let sound = degradation.apply(&speech, &[&other]).unwrap();
            let noise_power = sound
                .iter()
                .zip(&speech)
                .map(|(a, b)| (a - b).powi(2))
                .sum::<f32>()
                / speech.len() as f32;
            let reached = 10.0 * (speech_power(&speech) / noise_power).log10();
            assert!(
                (reached - snr_db).abs() < 0.1,
                "{kind:?}: {reached} for {snr_db} dB"
            );
        }
    }
}

#[test]
fn presets_keep_the_length_and_put_noise_where_they_say() {
    // Noise of a preset, found by taking its room alone away.
    let speech = voice(3.0, 120.0);
    for (preset, snr_db) in [(Preset::Mild, 20.0), (Preset::Harsh, 10.0)] {
        for id in ["one", "two", "three"] {
            let with = Degradation {
                level: None,
                ..preset.degradation(id)
            };
            let without = Degradation {
                noise: None,
                ..with.clone()
            };
            let [noisy, dry] = [&with, &without].map(|each| each.apply(&speech, &[]).unwrap());
            assert_eq!(noisy.len(), speech.len());
            let difference = noisy.iter().zip(&dry).map(|(a, b)| (a - b).powi(2));
            let power = difference.sum::<f32>() / speech.len() as f32;
            let reached = 10.0 * (speech_power(&dry) / power).log10();
            assert!((reached - snr_db).abs() < 0.1, "{preset}, {id}: {reached}");
        }
    }
}

#[test]
fn nothing_asked_for_changes_nothing() {
    let speech = voice(0.7, 120.0);
    assert_eq!(Degradation::default().apply(&speech, &[]).unwrap(), speech);
}

#[test]
fn speed_moves_the_pitch_and_the_times() {
    let degradation = Degradation {
        speed: Some(1.15),
        padding: [0.25, 0.0],
        ..Default::default()
    };
    let tone: Vec<f32> = (0..RATE)
        .map(|i| (TAU * 1000.0 * i as f32 / RATE as f32).sin())
        .collect();
    let sound = degradation.apply(&tone, &[]).unwrap();
    let crossings = sound
        .windows(2)
        .filter(|pair| pair[0] <= 0.0 && pair[1] > 0.0)
        .count();
    // A second of 1000 Hz still has a thousand periods, in less time.
    assert!((998..=1001).contains(&crossings), "{crossings}");
    assert!((degradation.time(1.0) - (0.25 + 1.0 / 1.15)).abs() < 1e-6);
    assert!((sound.len() as f32 / RATE as f32 - degradation.time(1.0)).abs() < 1e-3);
}

#[test]
fn silence_and_emptiness_stay() {
    for seed in 0..30 {
        let mut degradation = draw(seed, 1.0);
        degradation.padding = [0.0; 2];
        assert!(degradation.apply(&[], &[]).unwrap().is_empty());
        assert!(
            degradation
                .apply(&[0.0; 800], &[])
                .unwrap()
                .iter()
                .all(|&x| x == 0.0)
        );
    }
}
