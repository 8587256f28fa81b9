//! Random matrices and weights where the CPU computes.

use saysee_engine::cpu::{CpuOps, Matrix};
use saysee_engine::ops::Ops;
use saysee_engine::pack::{WeightData, WeightFormat};
use saysee_engine::testing::Random;

/// Frames of five seconds of sound in HuBERT.
pub const HUBERT_FRAMES: usize = 249;
/// Frames of three seconds of sound in the bundled model.
pub const BUNDLED_FRAMES: usize = 75;

pub fn tensor(ops: &mut CpuOps, rows: usize, columns: usize) -> Matrix {
    let numbers = Random::new(1).numbers(rows * columns, 1.0);
    ops.upload(&numbers, rows, columns).unwrap()
}

pub fn weight(
    ops: &mut CpuOps,
    format: WeightFormat,
    outputs: usize,
    inputs: usize,
) -> <CpuOps as Ops>::Weight {
    let shape = [outputs, inputs];
    let data = Random::new(2).numbers(outputs * inputs, (3.0 / inputs as f32).sqrt());
    let data = match format {
        WeightFormat::Q8 => WeightData::quantise(shape, &data).unwrap(),
        WeightFormat::Q4 => WeightData::quantise_to_4_bits(shape, &data).unwrap(),
        WeightFormat::F32 | WeightFormat::F16 => WeightData::F32 { shape, data },
    };
    ops.load("random", &data).unwrap()
}
