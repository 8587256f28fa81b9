//! Ranking a gallery by one embedding of 512 numbers.

use criterion::{BenchmarkId, Criterion, Throughput};
use saysee_engine::cpu::CpuOps;
use saysee_engine::index::rank;
use saysee_engine::ops::Ops;
use saysee_engine::pack::WeightFormat;

use super::inputs::{tensor, weight};

const DIMENSION: usize = 512;
/// Pictures that are ranked.
const RANKED: usize = 120;

pub fn search(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("search");
    group.sample_size(10);
    let mut ops = CpuOps::new();
    let query = tensor(&mut ops, 1, DIMENSION);
    for pictures in [10_000, 100_000, 1_000_000] {
        // While they are made there are two copies, and a third of them as they were random.
        if available().is_some_and(|bytes| bytes < 4 * 4 * pictures * DIMENSION) {
            eprintln!("{pictures} pictures are left out: too little memory");
            continue;
        }
        for (format, name) in [(WeightFormat::Q8, "i8"), (WeightFormat::F32, "f32")] {
            let gallery = weight(&mut ops, format, pictures, DIMENSION);
            group.throughput(Throughput::Elements(pictures as u64));
            group.bench_function(BenchmarkId::new(name, pictures), |bencher| {
                bencher.iter(|| {
                    let scores = ops.search(&query, &gallery);
                    let scores = pollster::block_on(ops.read(&[&scores.unwrap()])).unwrap();
                    rank(&scores[0], RANKED)
                });
            });
        }
    }
    group.finish();
}

/// Bytes that programs may still take, where the system tells.
fn available() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find(|line| line.starts_with("MemAvailable:"))?;
    let kibibytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes << 10)
}
