//! The families of matrix products that are less exact, how one is chosen, and what a profile says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod gpu_support;

use gpu_support::{assert_close, noise, run, weight, with_each_family, with_gpu};
use proptest::prelude::*;
use saysee_engine::EngineError;
use saysee_engine::cpu::CpuOps;
use saysee_engine::gpu::{GpuOps, GpuOptions, Precision, Product};
use saysee_engine::ops::{Activation, Ops};
use saysee_engine::pack::{WeightData, WeightFormat};
use saysee_engine::testing;

/// A linear layer with everything that can be fused.
fn linear<O: Ops>(
    ops: &mut O,
    x: &[f32],
    [rows, inputs, outputs]: [usize; 3],
    format: WeightFormat,
) -> Result<Vec<O::Tensor>, EngineError> {
    let x = ops.upload(x, rows, inputs)?;
    let w = ops.load("w", &weight(outputs, inputs, 1, format))?;
    let bias = ops.load("b", &WeightData::vector(noise(outputs, 2)))?;
    let residual = ops.upload(&noise(rows * outputs, 3), rows, outputs)?;
    Ok(vec![ops.linear(
        &x,
        &w,
        Some(&bias),
        Activation::Gelu,
        Some(&residual),
    )?])
}

/// What `quantise_rows.wgsl` leaves of groups of 32 numbers, as floats.
fn as_bytes(x: &[f32]) -> Vec<f32> {
    let group = |group: &[f32]| {
        let largest = group.iter().fold(0f32, |largest, x| largest.max(x.abs()));
        let scale = largest / 127.0;
        let byte = move |x: &f32| (x * (127.0 / largest)).round_ties_even() * scale;
        let zero = largest <= 1e-30;
        group
            .iter()
            .map(move |x| if zero { 0.0 } else { byte(x) })
            .collect::<Vec<_>>()
    };
    x.chunks(32).flat_map(group).collect()
}

fn with_family(product: Product, test: impl FnOnce(&mut GpuOps)) {
    with_gpu(|gpu| {
        let usual = gpu.choice().product;
        if gpu.force(product).is_ok() {
            test(gpu);
            gpu.force(usual).unwrap();
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_by_bytes(rows in 5usize..70, groups in 1usize..6, outputs in 1usize..80, silent in 0usize..3, seed: u64) {
        let inputs = 32 * groups;
        let mut x = noise(rows * inputs, seed);
        x[..silent * 32].fill(0.0);
        let sizes = [rows, inputs, outputs];
        with_family(Product::Integer, |gpu| {
            let integer = run(gpu, |ops| linear(ops, &x, sizes, WeightFormat::Q8));
            // The CPU with floats that are what the bytes stand for; a number between two bytes may go either way.
            let cpu = run(&mut CpuOps::default(), |ops| linear(ops, &as_bytes(&x), sizes, WeightFormat::Q8));
            assert_close("bytes", &integer[0], &cpu[0], 2e-2);
            let off: f32 = integer[0].iter().zip(&cpu[0]).map(|(a, b)| (a - b).abs()).sum();
            assert!(off / integer[0].len() as f32 <= 1e-4, "{off}");
            let exact = run(&mut CpuOps::default(), |ops| linear(ops, &x, sizes, WeightFormat::Q8));
            assert_close("floats", &integer[0], &exact[0], 5e-2);
        });
    }

    #[test]
    fn half_floats(rows in 5usize..70, inputs in 1usize..140, outputs in 1usize..80, seed: u64) {
        let x = noise(rows * inputs, seed);
        let sizes = [rows, inputs, outputs];
        with_family(Product::Half, |gpu| {
            let half = run(gpu, |ops| linear(ops, &x, sizes, WeightFormat::F16));
            let exact = run(&mut CpuOps::default(), |ops| linear(ops, &x, sizes, WeightFormat::F16));
            assert_close("half floats", &half[0], &exact[0], 4e-3);
        });
    }
}

#[test]
fn half_floats_beyond_the_largest_stay_finite() {
    with_family(Product::Half, |gpu| {
        let x = vec![1e6; 8 * 32];
        let y = run(gpu, |ops| linear(ops, &x, [8, 32, 32], WeightFormat::F16));
        assert!(y[0].iter().all(|y| y.is_finite()));
    });
}

#[test]
fn norms_over_long_sounds_stay_exact() {
    with_each_family(|gpu| {
        let (rows, columns) = (20_000, 8);
        let x: Vec<f32> = noise(rows * columns, 1).iter().map(|x| x + 3.0).collect();
        let on = |ops: &mut GpuOps| {
            run(ops, |ops| {
                let x = ops.upload(&x, rows, columns)?;
                let one = ops.load("w", &WeightData::vector(vec![1.0; columns]))?;
                let zero = ops.load("b", &WeightData::vector(vec![0.0; columns]))?;
                Ok(vec![ops.channel_norm(&x, &one, &zero, Activation::None)?])
            })
        };
        let y = on(gpu);
        for column in 0..columns {
            let exact: Vec<f64> = x
                .iter()
                .skip(column)
                .step_by(columns)
                .map(|x| f64::from(*x))
                .collect();
            let mean = exact.iter().sum::<f64>() / rows as f64;
            let spread = exact.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / rows as f64;
            for (row, x) in exact.iter().enumerate() {
                let wanted = (x - mean) / (spread + 1e-5).sqrt();
                let got = f64::from(y[0][row * columns + column]);
                assert!((got - wanted).abs() < 5e-6, "{got} for {wanted}");
            }
        }
    });
}

fn open(options: GpuOptions) -> Option<GpuOps> {
    pollster::block_on(GpuOps::open(options)).ok()
}

#[test]
fn a_choice_that_fits_is_taken_and_another_is_not() {
    let network = Some(testing::manifest(WeightFormat::Q8));
    let Some(gpu) = open(GpuOptions {
        network: network.clone(),
        ..GpuOptions::default()
    }) else {
        return;
    };
    let mut choice = gpu.choice().clone();
    choice.product = Product::Integer;
    let with = |choice, precision| {
        let network = network.clone();
        open(GpuOptions {
            network,
            choice: Some(choice),
            precision,
            ..GpuOptions::default()
        })
        .unwrap()
    };
    let again = with(choice.clone(), Precision::AsWeights);
    assert_eq!(again.choice(), &choice);
    let exact = with(choice.clone(), Precision::Full);
    assert_ne!(exact.choice().product, Product::Integer);
    choice.adapter = "another".to_owned();
    let other = with(choice, Precision::AsWeights);
    assert_ne!(other.choice().product, Product::Integer);
}

#[test]
fn a_profile_counts_what_was_done() {
    let Some(mut gpu) = open(GpuOptions::default()) else {
        return;
    };
    gpu.set_profile(true);
    let x = noise(64 * 128, 1);
    run(&mut gpu, |ops| {
        linear(ops, &x, [64, 128, 96], WeightFormat::F32)
    });
    let profile = pollster::block_on(gpu.profile()).unwrap();
    let product = profile
        .iter()
        .find(|kernel| kernel.kernel.starts_with("linear"))
        .unwrap();
    assert_eq!((product.calls, product.flop), (1, 2 * 64 * 128 * 96));
    assert!(product.bytes >= 4 * (64 * 128 + 128 * 96 + 64 * 96));
    assert!(product.nanoseconds.is_none_or(|time| time > 0));
    assert!(
        pollster::block_on(gpu.profile()).unwrap().is_empty(),
        "counted from anew"
    );
    gpu.set_profile(false);
    run(&mut gpu, |ops| {
        linear(ops, &x, [64, 128, 96], WeightFormat::F32)
    });
    assert!(pollster::block_on(gpu.profile()).unwrap().is_empty());
    let ceiling = pollster::block_on(gpu.ceiling()).unwrap();
    assert!(ceiling.flops > 1e8 && ceiling.bytes > 1e7, "{ceiling:?}");
}

#[test]
fn without_asking_there_is_no_profile() {
    with_gpu(|gpu| assert!(pollster::block_on(gpu.profile()).unwrap().is_empty()));
}
