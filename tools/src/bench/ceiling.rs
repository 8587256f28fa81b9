//! What one core of this machine can do at most: fused multiplications and additions in registers, and bytes out of
//! memory. What a program reaches of them says how much there is left to gain.

use std::fmt;
use std::hint::black_box;
use std::time::Instant;

use serde::Serialize;

/// Numbers that are worked on side by side: enough for the registers of any processor, and for its pipelines.
const LANES: usize = 192;
/// Steps of one round.
const STEPS: usize = 20_000;
/// Rounds of which the fastest counts: others may use the machine meanwhile.
const ROUNDS: usize = 20;
/// Bytes that are added up, more than a core's caches hold.
const BYTES: usize = 256 << 20;

/// The most that one core, or the GPU, reaches.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ceiling {
    /// Which of them.
    pub what: &'static str,
    /// Thousand million multiplications and additions of `f32` a second.
    pub gigaflops: f64,
    /// Thousand million bytes a second: read from memory by a core, copied by a GPU.
    pub gigabytes: f64,
}

impl Ceiling {
    /// Measures for about half a second.
    pub fn measure() -> Self {
        let fused = fastest(ROUNDS, || fuse(STEPS));
        let numbers = vec![1.0_f32; BYTES / 4];
        let read = fastest(ROUNDS / 4, || sum(&numbers));
        Self {
            what: "one core",
            gigaflops: (2 * LANES * STEPS) as f64 / fused / 1e9,
            gigabytes: BYTES as f64 / read / 1e9,
        }
    }
}

impl From<&saysee_engine::gpu::Ceiling> for Ceiling {
    fn from(of_gpu: &saysee_engine::gpu::Ceiling) -> Self {
        Self {
            what: "the GPU",
            gigaflops: of_gpu.flops / 1e9,
            gigabytes: of_gpu.bytes / 1e9,
        }
    }
}

impl fmt::Display for Ceiling {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} reaches {:.0} GFLOP/s in f32 and {:.1} GB/s of memory",
            self.what, self.gigaflops, self.gigabytes
        )
    }
}

/// Seconds of the fastest of `rounds`.
fn fastest(rounds: usize, mut work: impl FnMut() -> f32) -> f64 {
    (0..rounds)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

/// The widest multiply-and-add this processor has, on numbers that stay in registers.
fn fuse(steps: usize) -> f32 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has what the function is compiled for.
            return unsafe { x86::fuse_512(steps) };
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: as above.
            return unsafe { x86::fuse_256(steps) };
        }
    }
    fuse_plain(steps)
}

/// For whatever the compiler makes of it: NEON has fused operations everywhere.
fn fuse_plain(steps: usize) -> f32 {
    const FUSED: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));
    let mut sums = [0.0_f32; LANES];
    let factor = black_box(0.999_f32);
    for _ in 0..steps {
        for sum in &mut sums {
            *sum = if FUSED {
                sum.mul_add(factor, factor)
            } else {
                *sum * factor + factor
            };
        }
    }
    sums.iter().sum()
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        _mm256_add_ps, _mm256_cvtss_f32, _mm256_fmadd_ps, _mm256_set1_ps, _mm512_add_ps,
        _mm512_cvtss_f32, _mm512_fmadd_ps, _mm512_set1_ps,
    };
    use std::hint::black_box;

    use super::LANES;

    #[target_feature(enable = "avx512f")]
    pub(super) fn fuse_512(steps: usize) -> f32 {
        let factor = _mm512_set1_ps(black_box(0.999));
        let mut sums = [factor; LANES / 16];
        for _ in 0..steps {
            for sum in &mut sums {
                *sum = _mm512_fmadd_ps(*sum, factor, factor);
            }
        }
        let all = sums
            .into_iter()
            .fold(factor, |all, sum| _mm512_add_ps(all, sum));
        _mm512_cvtss_f32(all)
    }

    /// Half as many lanes at twice the steps: there are 16 registers, not 32.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn fuse_256(steps: usize) -> f32 {
        let factor = _mm256_set1_ps(black_box(0.999));
        let mut sums = [factor; LANES / 16];
        for _ in 0..2 * steps {
            for sum in &mut sums {
                *sum = _mm256_fmadd_ps(*sum, factor, factor);
            }
        }
        let all = sums
            .into_iter()
            .fold(factor, |all, sum| _mm256_add_ps(all, sum));
        _mm256_cvtss_f32(all)
    }
}

/// Adds up side by side, so that no addition waits for the one before it.
fn sum(numbers: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 64];
    for chunk in numbers.as_chunks::<64>().0 {
        sums.iter_mut()
            .zip(chunk)
            .for_each(|(sum, number)| *sum += number);
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_up_is_all_of_it() {
        assert_eq!(sum(&vec![1.0; 6_400]), 6_400.0);
        // The fixed point of x * 0.999 + 0.999.
        let all = fuse_plain(20_000) / LANES as f32;
        assert!((900.0..1000.0).contains(&all), "{all}");
        assert!(fuse(20_000).is_finite());
    }
}
