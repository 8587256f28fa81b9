//! Integrate-and-fire on the GPU against the CPU's, bit for bit in what it decides.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod gpu_support;

use gpu_support::{noise, with_gpu};
use proptest::prelude::*;
use saysee_engine::ops::{Firing, Ops};

const PAPERS: Firing = Firing {
    tail_threshold: 0.5,
    cap: 24,
};

/// Fires on both, asserts agreement, gives the number of slots.
fn fire(alpha: &[f32], width: usize, firing: Firing, seed: u64) -> usize {
    let mut count = 0;
    with_gpu(|gpu| {
        let results = agree!(gpu, 1e-5, |ops| {
            let frames = ops.upload(&noise(alpha.len() * width, seed), alpha.len(), width)?;
            let alpha = ops.upload(alpha, alpha.len(), 1)?;
            let fired = ops.integrate_and_fire(&frames, &alpha, firing)?;
            Ok(vec![fired.slots, fired.count])
        });
        count = results[1][0] as usize;
        let unused = &results[0][count * width..];
        assert!(
            unused.iter().all(|x| *x == 0.0),
            "slots beyond the count are zero"
        );
    });
    count
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_weights(
        frames in 1usize..200,
        width in 1usize..40,
        cap in 1usize..30,
        strength in 0.0f32..1.0,
        tail_threshold in 0.1f32..0.9,
        seed: u64,
    ) {
        let alpha: Vec<f32> = noise(frames, seed).iter().map(|x| (x.abs() * 2.0 * strength).min(1.0)).collect();
        fire(&alpha, width, Firing { tail_threshold, cap }, seed + 1);
    }
}

#[test]
fn corner_cases() {
    // The test device may be missing where that is allowed: then every count is 0.
    if gpu_support::open().is_none() {
        return;
    }
    assert_eq!(
        fire(&[0.3], 3, PAPERS, 1),
        1,
        "one weak frame still makes a slot"
    );
    assert_eq!(
        fire(&[0.0; 9], 3, PAPERS, 2),
        1,
        "silence makes one empty slot"
    );
    assert_eq!(fire(&[1.0; 5], 3, PAPERS, 3), 5, "a slot a frame");
    assert_eq!(fire(&[1.0; 40], 3, PAPERS, 4), 24, "the cap holds");
    assert_eq!(fire(&[0.5; 4], 3, PAPERS, 5), 2, "no tail");
    assert_eq!(
        fire(&[0.5; 5], 3, PAPERS, 6),
        3,
        "a tail as heavy as the threshold is kept"
    );
    assert_eq!(
        fire(&[0.7, 0.7], 3, PAPERS, 7),
        1,
        "a light tail is dropped"
    );
    assert_eq!(
        fire(&[0.1; 10], 3, PAPERS, 8),
        1,
        "a sum of one within rounding"
    );
    assert_eq!(
        fire(&[0.9; 100], 7, Firing { cap: 1, ..PAPERS }, 9),
        1,
        "a cap of one"
    );
    // 1 - 2^-24 and 1: the running sum rounds up to 2 and skips a slot.
    fire(&[0.999_999_94, 1.0, 0.6], 3, PAPERS, 10);
    fire(&[1.0 / 3.0; 300], 5, Firing { cap: 75, ..PAPERS }, 11);
}

#[test]
fn the_stored_corner_cases() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/cif_unit");
    let mut cases = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let floats = |name: &str| -> Vec<f32> {
            let (numbers, _) = file.tensor(name).unwrap().data().as_chunks::<4>();
            numbers
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .collect()
        };
        let (frames, alpha, want) = (floats("input"), floats("alpha"), floats("features"));
        let width = frames.len() / alpha.len();
        let firing = Firing { cap: 75, ..PAPERS };
        cases += 1;
        with_gpu(|gpu| {
            let results = gpu_support::run(gpu, |ops| {
                let frames = ops.upload(&frames, alpha.len(), width)?;
                let alpha = ops.upload(&alpha, alpha.len(), 1)?;
                let fired = ops.integrate_and_fire(&frames, &alpha, firing)?;
                Ok(vec![fired.slots, fired.count])
            });
            let name = path.display().to_string();
            assert_eq!(results[1], [(want.len() / width) as f32], "{name}");
            gpu_support::assert_close(&name, &results[0][..want.len()], &want, 1e-5);
        });
    }
    assert_eq!(cases, 9);
}
