//! What the GPU holds, and what happens when it goes away.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod gpu_support;

use gpu_support::{attend, noise, weight};
use saysee_engine::EngineError;
use saysee_engine::gpu::GpuOps;
use saysee_engine::ops::{Activation, Convolution, Ops};
use saysee_engine::pack::WeightFormat;

/// Something like a query: convolution, a chain with residuals, a result.
fn query(gpu: &mut GpuOps, weights: &Weights, frames: usize) -> Vec<f32> {
    let results = gpu_support::run(gpu, |ops| {
        let x = ops.upload(&noise(frames * 32, frames as u64), frames, 32)?;
        let shape = Convolution {
            kernel: 3,
            stride: 2,
            padding: 1,
        };
        let mut x = ops.convolve(&x, &weights.first, None, shape, Activation::Gelu)?;
        let mut sum = None;
        for _ in 0..4 {
            let wide = ops.layer_norm(&x, None, Activation::None)?;
            let wide = ops.linear(&wide, &weights.expand, None, Activation::None, None)?;
            let attended = attend(ops, &wide, 2, false)?;
            x = ops.scale_add(Some(&x), &attended, 1.0)?;
            sum = Some(ops.scale_add(sum.as_ref(), &x, 0.25)?);
        }
        let first = ops.rows(&x, 0, 1)?;
        let unit = ops.normalise_rows(&first)?;
        Ok(vec![sum.unwrap(), unit])
    });
    results.into_iter().flatten().collect()
}

struct Weights {
    first: <GpuOps as Ops>::Weight,
    expand: <GpuOps as Ops>::Weight,
}

fn weights(gpu: &mut GpuOps) -> Weights {
    Weights {
        first: gpu
            .load("first", &weight(64, 96, 1, WeightFormat::Q8))
            .unwrap(),
        expand: gpu
            .load("expand", &weight(192, 64, 2, WeightFormat::Q8))
            .unwrap(),
    }
}

#[test]
fn the_ledger_stays_put_over_fifty_queries_no_longer_than_the_first() {
    let Some(mut gpu) = gpu_support::open() else {
        return;
    };
    let weights = weights(&mut gpu);
    let longest = query(&mut gpu, &weights, 300);
    let before = gpu.ledger();
    assert!(before.weights > 0 && before.activations > 0 && before.total() > before.weights);
    for round in 0..50_usize {
        query(&mut gpu, &weights, 1 + round * 97 % 300);
        assert_eq!(gpu.ledger(), before, "after query {round}");
    }
    assert_eq!(
        query(&mut gpu, &weights, 300),
        longest,
        "reused buffers leave no trace"
    );
}

#[test]
fn utterances_of_nearly_the_same_length_share_everything() {
    let Some(mut gpu) = gpu_support::open() else {
        return;
    };
    let weights = weights(&mut gpu);
    query(&mut gpu, &weights, 300);
    let groups = gpu.bind_groups();
    let before = gpu.ledger();
    for frames in [300, 299, 290, 301, 310, 320, 290, 300] {
        query(&mut gpu, &weights, frames);
        assert_eq!(gpu.bind_groups(), groups, "after {frames} frames");
        assert_eq!(gpu.ledger(), before, "after {frames} frames");
    }
}

#[test]
fn dropped_weights_are_given_back() {
    let Some(mut gpu) = gpu_support::open() else {
        return;
    };
    let kept = weights(&mut gpu);
    query(&mut gpu, &kept, 20);
    let before = gpu.ledger();
    let dropped = weights(&mut gpu);
    query(&mut gpu, &dropped, 20);
    assert!(gpu.ledger().weights > before.weights);
    // Dropped while work that reads them is recorded and not submitted: they have to outlive it.
    let x = gpu.upload(&noise(64, 1), 1, 64).unwrap();
    let y = gpu
        .linear(&x, &dropped.expand, None, Activation::None, None)
        .unwrap();
    let groups = gpu.bind_groups();
    drop(dropped);
    let result = pollster::block_on(gpu.read(&[&y])).unwrap();
    assert!(result[0].iter().any(|y| *y != 0.0));
    assert_eq!(gpu.ledger().weights, before.weights);
    assert!(
        gpu.bind_groups() < groups,
        "bind groups of dropped weights go with them"
    );
}

#[test]
fn an_upload_does_not_overtake_recorded_work() {
    let Some(mut gpu) = gpu_support::open() else {
        return;
    };
    let first = gpu.upload(&[1.0; 100], 1, 100).unwrap();
    let doubled = gpu.scale_add(None, &first, 2.0).unwrap();
    drop(first);
    // Takes the buffer that the recorded dispatch still reads.
    let second = gpu.upload(&[5.0; 100], 1, 100).unwrap();
    let results = pollster::block_on(gpu.read(&[&doubled, &second])).unwrap();
    assert_eq!(results, vec![vec![2.0; 100], vec![5.0; 100]]);
}

#[test]
fn a_lost_device_is_a_typed_error() {
    let Some(mut gpu) = gpu_support::open() else {
        return;
    };
    let x = gpu.upload(&[1.0; 4], 1, 4).unwrap();
    gpu.destroy();
    let error = pollster::block_on(gpu.read(&[&x])).unwrap_err();
    assert!(matches!(error, EngineError::GpuLost { .. }), "{error}");
    let error = gpu.upload(&[1.0; 4], 1, 4).err().unwrap();
    assert!(matches!(error, EngineError::GpuLost { .. }), "{error}");
}

#[test]
fn the_adapter_is_described() {
    let Some(gpu) = gpu_support::open() else {
        return;
    };
    let report = gpu.adapter();
    assert!(!report.name.is_empty() && !report.backend.is_empty());
    assert_eq!(report.software, report.kind == "Cpu");
}
