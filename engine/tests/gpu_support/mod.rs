//! One device for all tests of a file: some drivers misbehave when many are made.

#![allow(dead_code, reason = "each test file uses its own part of this")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::sync::{Mutex, OnceLock, PoisonError};

use saysee_engine::EngineError;
use saysee_engine::gpu::{GpuOps, GpuOptions, Product};
use saysee_engine::ops::{Attention, Columns, Ops};
use saysee_engine::pack::{WeightData, WeightFormat};

static GPU: OnceLock<Option<Mutex<GpuOps>>> = OnceLock::new();

/// Runs `test` on the shared device. Without a device the test fails, unless `SAYSEE_ALLOW_NO_GPU=1`.
pub fn with_gpu<R: Default>(test: impl FnOnce(&mut GpuOps) -> R) -> R {
    match GPU.get_or_init(|| open().map(Mutex::new)) {
        Some(gpu) => test(&mut gpu.lock().unwrap_or_else(PoisonError::into_inner)),
        None => R::default(),
    }
}

/// As [`with_gpu`], once with each family of kernels that computes exactly what the CPU does.
pub fn with_each_family(mut test: impl FnMut(&mut GpuOps)) {
    with_gpu(|gpu| {
        let usual = gpu.choice().product;
        for product in [Product::Shared, Product::Direct] {
            gpu.force(product).unwrap();
            test(gpu);
        }
        gpu.force(usual).unwrap();
    });
}

/// A device of the test's own.
pub fn open() -> Option<GpuOps> {
    match pollster::block_on(GpuOps::open(GpuOptions::default())) {
        Ok(gpu) => Some(gpu),
        Err(error) if std::env::var_os("SAYSEE_ALLOW_NO_GPU").is_some_and(|value| value == "1") => {
            eprintln!("skipped: {error}");
            None
        }
        Err(error) => panic!(
            "{error}\nThe kernel tests run on any Vulkan adapter; Debian's software one comes with\n  \
             apt install mesa-vulkan-drivers libvulkan1\nSAYSEE_ALLOW_NO_GPU=1 skips them."
        ),
    }
}

/// Numbers in `[-1, 1]` that look random, the same for the same seed.
pub fn noise(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

/// A weight `[outputs, inputs]` with entries small enough that products stay near 1.
pub fn weight(outputs: usize, inputs: usize, seed: u64, format: WeightFormat) -> WeightData {
    let size = (inputs as f32).sqrt();
    let data: Vec<f32> = noise(outputs * inputs, seed)
        .iter()
        .map(|w| 2.0 * w / size)
        .collect();
    let shape = [outputs, inputs];
    match format {
        WeightFormat::F32 => WeightData::F32 { shape, data },
        WeightFormat::F16 => WeightData::half(shape, &data),
        WeightFormat::Q8 => WeightData::quantise(shape, &data).unwrap(),
        WeightFormat::Q4 => WeightData::quantise_to_4_bits(shape, &data).unwrap(),
    }
}

/// Queries, keys and values beside each other in one matrix.
pub fn attend<O: Ops>(
    ops: &mut O,
    x: &O::Tensor,
    heads: usize,
    causal: bool,
) -> Result<O::Tensor, EngineError> {
    let (keys, columns) = ops.shape(x);
    let width = columns / 3;
    let part = |index: usize| Columns {
        tensor: x,
        start: index * width,
    };
    let shape = Attention {
        width,
        heads,
        keys,
        causal,
    };
    ops.attention(part(0), part(1), part(2), shape)
}

/// Asserts that two results agree to `tolerance`, absolute for small and relative for large numbers.
pub fn assert_close(what: &str, gpu: &[f32], cpu: &[f32], tolerance: f32) {
    assert_eq!(gpu.len(), cpu.len(), "{what}: lengths");
    for (index, (g, c)) in gpu.iter().zip(cpu).enumerate() {
        let off = (g - c).abs();
        assert!(
            off <= tolerance * c.abs().max(1.0),
            "{what}: number {index} is {g} on the GPU, {c} on the CPU"
        );
    }
}

/// What `operations` leaves behind, on any implementation.
pub fn run<O: Ops>(
    ops: &mut O,
    operations: impl FnOnce(&mut O) -> Result<Vec<O::Tensor>, EngineError>,
) -> Vec<Vec<f32>> {
    let tensors = operations(ops).unwrap();
    let tensors: Vec<&O::Tensor> = tensors.iter().collect();
    pollster::block_on(ops.read(&tensors)).unwrap()
}

/// Asserts that a macro-sized piece of work gives the same on both implementations:
/// `agree!(gpu, 1e-4, |ops| { ...; Ok(vec![tensor]) })`.
#[macro_export]
macro_rules! agree {
    ($gpu:expr, $tolerance:expr, |$ops:ident| $work:block) => {{
        let on_gpu = $crate::gpu_support::run($gpu, |$ops| $work);
        let on_cpu =
            $crate::gpu_support::run(&mut saysee_engine::cpu::CpuOps::default(), |$ops| $work);
        for (gpu, cpu) in on_gpu.iter().zip(&on_cpu) {
            $crate::gpu_support::assert_close("result", gpu, cpu, $tolerance);
        }
        on_gpu
    }};
}
