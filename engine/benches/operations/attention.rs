//! Attention, as the encoders and CLIP's text tower have it.

use criterion::{BenchmarkId, Criterion, Throughput};
use saysee_engine::cpu::CpuOps;
use saysee_engine::ops::{Attention, Columns, Ops};

use super::inputs::{BUNDLED_FRAMES, HUBERT_FRAMES, tensor};

pub fn attention(criterion: &mut Criterion) {
    let cases = [
        ("hubert", HUBERT_FRAMES, 768, 12, false),
        ("hubert, 20 s", 999, 768, 12, false),
        ("clip text", 77, 512, 8, true),
        ("bundled", BUNDLED_FRAMES, 192, 4, false),
    ];
    let mut group = criterion.benchmark_group("attention");
    let mut ops = CpuOps::new();
    for (name, rows, width, heads, causal) in cases {
        let qkv = tensor(&mut ops, rows, 3 * width);
        let part = |index: usize| Columns {
            tensor: &qkv,
            start: index * width,
        };
        let shape = Attention {
            width,
            heads,
            keys: rows,
            causal,
        };
        group.throughput(Throughput::Elements((4 * rows * rows * width) as u64));
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| ops.attention(part(0), part(1), part(2), shape).unwrap());
        });
    }
    group.finish();
}
