//! Tiles of WebAssembly's SIMD: three rows by three vectors of outputs, which V8 keeps in registers.
//!
//! Built for relaxed SIMD, floats are multiplied and added in one instruction, and bytes four at a time
//! (`vpdpbusd` or `vpmaddubsw` on x86, `sdot` on ARM). Plain SIMD widens bytes to 16 bits on the way in.
//! Functions of their own, not inlined: V8 then keeps all of a loop in registers.
//! Measured (Chromium 156, Sapphire Rapids, 240 x 768 -> 768): bytes 210, floats 56 billion operations a second with
//! relaxed SIMD. Four rows by two vectors do a tenth less; five or six rows, or four vectors, spill and lose a third.

#[cfg(not(target_feature = "relaxed-simd"))]
use core::arch::wasm32::{
    f32x4_add, i16x8_extend_low_u8x16, i16x8_load_extend_i8x8, i32x4_add, i32x4_dot_i16x8,
};
use core::arch::wasm32::{
    f32x4_convert_i32x4, f32x4_mul, f32x4_splat, i32x4_splat, v128, v128_load, v128_load32_splat,
    v128_store,
};
#[cfg(target_feature = "relaxed-simd")]
use core::arch::wasm32::{f32x4_relaxed_madd, i32x4_relaxed_dot_i8x16_i7x16_add};

use super::{Meaning, Steps, Tiles, tiles};

/// SIMD128.
#[derive(Clone, Copy)]
pub(crate) struct Wasm;

#[cfg(target_feature = "relaxed-simd")]
#[inline(always)]
fn multiply_add(a: v128, b: v128, sum: v128) -> v128 {
    f32x4_relaxed_madd(a, b, sum)
}

#[cfg(not(target_feature = "relaxed-simd"))]
#[inline(always)]
fn multiply_add(a: v128, b: v128, sum: v128) -> v128 {
    f32x4_add(f32x4_mul(a, b), sum)
}

/// Vectors of outputs.
const VECTORS: usize = 3;

tiles!(Wasm, rows 3, columns 12);

/// Scale and minimum of a row, in all lanes.
///
/// # Safety
/// They can be read.
#[allow(unsafe_code)]
#[inline(always)]
unsafe fn of_row(meaning: Meaning, row: usize) -> (v128, v128) {
    // SAFETY: the caller's.
    unsafe {
        let at = row * meaning.row_step;
        (
            v128_load32_splat(meaning.row_scales.add(at).cast()),
            v128_load32_splat(meaning.row_minima.add(at).cast()),
        )
    }
}

/// Adds to `into` what four exact sums of a row mean.
///
/// # Safety
/// Four numbers can be read and written at each place.
#[allow(unsafe_code)]
#[inline(always)]
unsafe fn add_meaning(
    sum: v128,
    scale: v128,
    minimum: v128,
    meaning: Meaning,
    first: usize,
    into: *mut f32,
) {
    // SAFETY: the caller's.
    unsafe {
        let scales = f32x4_mul(v128_load(meaning.scales.add(first).cast()), scale);
        let offsets = v128_load(meaning.offsets.add(first).cast());
        let before = multiply_add(offsets, minimum, v128_load(into.add(first).cast()));
        let after = multiply_add(f32x4_convert_i32x4(sum), scales, before);
        v128_store(into.add(first).cast(), after);
    }
}

#[allow(unsafe_code)]
impl Wasm {
    #[inline(never)]
    unsafe fn floats_of<const R: usize>(
        rows: *const f32,
        steps: Steps,
        panel: *const f32,
        inner: usize,
        sums: *mut f32,
    ) {
        // SAFETY: the caller's.
        unsafe {
            let mut sum = [[f32x4_splat(0.0); VECTORS]; R];
            let (mut rows, mut panel) = (rows, panel);
            for _ in 0..inner {
                let weights = [0, 4, 8].map(|at| v128_load(panel.add(at).cast()));
                for (row, sum) in sum.iter_mut().enumerate() {
                    let x = v128_load32_splat(rows.add(row * steps.row).cast());
                    for (sum, weight) in sum.iter_mut().zip(weights) {
                        *sum = multiply_add(weight, x, *sum);
                    }
                }
                rows = rows.add(steps.input);
                panel = panel.add(Self::COLUMNS);
            }
            for (row, sum) in sum.iter().enumerate() {
                for (vector, sum) in sum.iter().enumerate() {
                    v128_store(sums.add(row * Self::COLUMNS + 4 * vector).cast(), *sum);
                }
            }
        }
    }

    #[cfg(target_feature = "relaxed-simd")]
    #[inline(never)]
    unsafe fn bytes_of<const R: usize>(
        rows: *const u32,
        panel: *const i8,
        quads: usize,
        meaning: Meaning,
        sums: *mut f32,
    ) {
        // SAFETY: the caller's.
        unsafe {
            let mut sum = [[i32x4_splat(0); VECTORS]; R];
            let (mut rows, mut panel) = (rows, panel);
            for _ in 0..quads {
                let weights = [0, 16, 32].map(|at| v128_load(panel.add(at).cast()));
                for (row, sum) in sum.iter_mut().enumerate() {
                    let x = v128_load32_splat(rows.add(row).cast());
                    for (sum, weight) in sum.iter_mut().zip(weights) {
                        *sum = i32x4_relaxed_dot_i8x16_i7x16_add(weight, x, *sum);
                    }
                }
                rows = rows.add(R);
                panel = panel.add(4 * Self::COLUMNS);
            }
            for (row, sum) in sum.iter().enumerate() {
                let (scale, minimum) = of_row(meaning, row);
                let into = sums.add(row * Self::COLUMNS);
                for (vector, sum) in sum.iter().enumerate() {
                    add_meaning(*sum, scale, minimum, meaning, 4 * vector, into);
                }
            }
        }
    }

    /// Pairs of products are summed by each instruction; an output's two pairs end up side by side.
    #[cfg(not(target_feature = "relaxed-simd"))]
    #[inline(never)]
    unsafe fn bytes_of<const R: usize>(
        rows: *const u32,
        panel: *const i8,
        quads: usize,
        meaning: Meaning,
        sums: *mut f32,
    ) {
        use core::arch::wasm32::i32x4_shuffle;

        // SAFETY: the caller's.
        unsafe {
            // Four outputs at a time: they take two vectors of weights, and two of sums a row.
            for vector in 0..VECTORS {
                let mut sum = [[i32x4_splat(0); 2]; R];
                let (mut rows, mut panel) = (rows, panel.add(16 * vector));
                for _ in 0..quads {
                    let low = i16x8_load_extend_i8x8(panel);
                    let high = i16x8_load_extend_i8x8(panel.add(8));
                    for (row, sum) in sum.iter_mut().enumerate() {
                        let x = v128_load32_splat(rows.add(row).cast());
                        let x = i16x8_extend_low_u8x16(x);
                        sum[0] = i32x4_add(sum[0], i32x4_dot_i16x8(low, x));
                        sum[1] = i32x4_add(sum[1], i32x4_dot_i16x8(high, x));
                    }
                    rows = rows.add(R);
                    panel = panel.add(4 * Self::COLUMNS);
                }
                for (row, [first, second]) in sum.iter().enumerate() {
                    let even = i32x4_shuffle::<0, 2, 4, 6>(*first, *second);
                    let odd = i32x4_shuffle::<1, 3, 5, 7>(*first, *second);
                    let (scale, minimum) = of_row(meaning, row);
                    let into = sums.add(row * Self::COLUMNS);
                    add_meaning(
                        i32x4_add(even, odd),
                        scale,
                        minimum,
                        meaning,
                        4 * vector,
                        into,
                    );
                }
            }
        }
    }
}
