//! Samples to frames: the bundled model's log-mel features, and HuBERT's convolutions.

use criterion::{BenchmarkId, Criterion, Throughput};
use saysee_engine::audio::{LogMel, SAMPLE_RATE};
use saysee_engine::cpu::CpuOps;
use saysee_engine::ops::{Activation, Convolution, Ops};
use saysee_engine::pack::{FrontEnd, WeightFormat};
use saysee_engine::testing;

use super::inputs::weight;

pub fn log_mel(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("log_mel");
    let manifest = testing::manifest(WeightFormat::F32);
    let FrontEnd::LogMel(sizes) = manifest.model.front_end else {
        return;
    };
    let mut config = sizes.features;
    config.mels = 80;
    let front_end = LogMel::new(&config).unwrap();
    for seconds in [1.0, 5.0] {
        let samples = testing::sound(seconds, 1);
        group.throughput(Throughput::Elements(samples.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(seconds), |bencher| {
            bencher.iter(|| front_end.features(&samples).unwrap());
        });
    }
    group.finish();
}

pub fn convolutions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hubert convolutions");
    group.sample_size(10);
    let stages = [(10, 5), (3, 2), (3, 2), (3, 2), (3, 2), (2, 2), (2, 2)];
    let mut ops = CpuOps::new();
    let mut channels = 1;
    let mut layers = Vec::new();
    for (kernel, stride) in stages {
        let shape = Convolution {
            kernel,
            stride,
            padding: 0,
        };
        let taps = weight(&mut ops, WeightFormat::F32, 512, kernel * channels);
        layers.push((shape, taps));
        channels = 512;
    }
    let samples = testing::sound(1.0, 1);
    group.throughput(Throughput::Elements(u64::from(SAMPLE_RATE)));
    group.bench_function("1", |bencher| {
        bencher.iter(|| {
            let mut x = ops.upload(&samples, samples.len(), 1).unwrap();
            for (shape, taps) in &layers {
                let activation = Activation::Gelu;
                x = ops.convolve(&x, taps, None, *shape, activation).unwrap();
            }
            x
        });
    });
    group.finish();
}
