//! Linear layers and convolutions, with weights as floats and in 8 bits.

use criterion::{BenchmarkId, Criterion, Throughput};
use saysee_engine::cpu::{CpuOps, Pool, Precision};
use saysee_engine::ops::{Activation, Convolution, Ops};
use saysee_engine::pack::WeightFormat;

use super::inputs::{BUNDLED_FRAMES, HUBERT_FRAMES, tensor, weight};

const FORMATS: [(&str, WeightFormat); 2] = [("f32", WeightFormat::F32), ("q8", WeightFormat::Q8)];

pub fn linear(criterion: &mut Criterion) {
    let shapes = [
        ("hubert qkv", HUBERT_FRAMES, 768, 2304),
        ("hubert out", HUBERT_FRAMES, 768, 768),
        ("hubert expand", HUBERT_FRAMES, 768, 3072),
        ("hubert project", HUBERT_FRAMES, 3072, 768),
        ("clip text qkv", 77, 512, 1536),
        ("bundled qkv", BUNDLED_FRAMES, 192, 576),
        ("bundled expand", BUNDLED_FRAMES, 192, 384),
    ];
    let mut group = criterion.benchmark_group("linear");
    let mut ops = CpuOps::new();
    for (name, frames, inputs, outputs) in shapes {
        let x = tensor(&mut ops, frames, inputs);
        group.throughput(Throughput::Elements((2 * frames * inputs * outputs) as u64));
        for (format_name, format) in FORMATS {
            let weight = weight(&mut ops, format, outputs, inputs);
            group.bench_function(BenchmarkId::new(name, format_name), |bencher| {
                bencher.iter(|| {
                    ops.linear(&x, &weight, None, Activation::None, None)
                        .unwrap()
                });
            });
        }
    }
    group.finish();
}

/// The largest product of HuBERT base on more and more threads.
pub fn threads(criterion: &mut Criterion) {
    let (inputs, outputs) = (768, 3072);
    let mut group = criterion.benchmark_group("threads");
    group.throughput(Throughput::Elements(
        (2 * HUBERT_FRAMES * inputs * outputs) as u64,
    ));
    for threads in [1, 2, 4, 8] {
        let mut ops = CpuOps::with(Precision::EightBits).on(Pool::new(threads));
        let x = tensor(&mut ops, HUBERT_FRAMES, inputs);
        for (format_name, format) in FORMATS {
            let weight = weight(&mut ops, format, outputs, inputs);
            group.bench_function(BenchmarkId::new(format_name, threads), |bencher| {
                bencher.iter(|| {
                    ops.linear(&x, &weight, None, Activation::None, None)
                        .unwrap()
                });
            });
        }
    }
    group.finish();
}

pub fn convolve(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("convolve");
    let mut ops = CpuOps::new();
    // HuBERT's second convolution, where most of its front end's time goes, over one second.
    let (frames, channels, kernel, stride) = (3199, 512, 3, 2);
    let x = tensor(&mut ops, frames, channels);
    let shape = Convolution {
        kernel,
        stride,
        padding: 0,
    };
    let taps = weight(&mut ops, WeightFormat::F32, channels, kernel * channels);
    let arithmetic = 2 * shape.output_frames(frames) * kernel * channels * channels;
    group.throughput(Throughput::Elements(arithmetic as u64));
    group.bench_function("hubert second", |bencher| {
        bencher.iter(|| {
            ops.convolve(&x, &taps, None, shape, Activation::Gelu)
                .unwrap()
        });
    });

    // Its convolution of positions: 128 taps, 16 groups.
    let (width, groups, taps) = (768, 16, 128);
    let x = tensor(&mut ops, HUBERT_FRAMES, width);
    let inputs = taps * width / groups;
    let position = weight(&mut ops, WeightFormat::F32, width, inputs);
    let bias = weight(&mut ops, WeightFormat::F32, 1, width);
    group.throughput(Throughput::Elements(
        (2 * HUBERT_FRAMES * width * inputs) as u64,
    ));
    group.bench_function("hubert positions", |bencher| {
        bencher.iter(|| {
            let activation = Activation::Gelu;
            ops.grouped_convolve(&x, &position, &bias, groups, activation)
                .unwrap()
        });
    });
    group.finish();
}
