//! Tiles of NEON. Bytes are widened to 16 bits and multiplied pairwise; seven-bit activations fit a signed byte.

use core::arch::aarch64::*;

use super::{Meaning, Steps, Tiles, tiles};

/// NEON, which every 64-bit ARM has.
#[derive(Clone, Copy)]
pub(crate) struct Neon;

tiles!(Neon, rows 8, columns 8);

#[allow(unsafe_code)]
impl Neon {
    #[target_feature(enable = "neon")]
    unsafe fn floats_of<const R: usize>(
        rows: *const f32,
        steps: Steps,
        panel: *const f32,
        inner: usize,
        sums: *mut f32,
    ) {
        // SAFETY: the caller's.
        unsafe {
            let mut sum = [[vdupq_n_f32(0.0); 2]; R];
            for k in 0..inner {
                let low = vld1q_f32(panel.add(k * Self::COLUMNS));
                let high = vld1q_f32(panel.add(k * Self::COLUMNS + 4));
                for (row, sum) in sum.iter_mut().enumerate() {
                    let x = *rows.add(k * steps.input + row * steps.row);
                    sum[0] = vfmaq_n_f32(sum[0], low, x);
                    sum[1] = vfmaq_n_f32(sum[1], high, x);
                }
            }
            for (row, sum) in sum.iter().enumerate() {
                vst1q_f32(sums.add(row * Self::COLUMNS), sum[0]);
                vst1q_f32(sums.add(row * Self::COLUMNS + 4), sum[1]);
            }
        }
    }

    #[target_feature(enable = "neon")]
    unsafe fn bytes_of<const R: usize>(
        rows: *const u32,
        panel: *const i8,
        quads: usize,
        meaning: Meaning,
        sums: *mut f32,
    ) {
        // SAFETY: the caller's.
        unsafe {
            let mut sum = [[vdupq_n_s32(0); 2]; R];
            for quad in 0..quads {
                let low = vld1q_s8(panel.add(quad * 32));
                let high = vld1q_s8(panel.add(quad * 32 + 16));
                for (row, sum) in sum.iter_mut().enumerate() {
                    let x = vreinterpretq_s8_u32(vdupq_n_u32(*rows.add(quad * R + row)));
                    for (sum, w) in sum.iter_mut().zip([low, high]) {
                        let first = vmull_s8(vget_low_s8(w), vget_low_s8(x));
                        let second = vmull_high_s8(w, x);
                        // Pairs of each, then an output's two pairs.
                        let pairs = vpaddq_s32(vpaddlq_s16(first), vpaddlq_s16(second));
                        *sum = vaddq_s32(*sum, pairs);
                    }
                }
            }
            for (row, sum) in sum.iter().enumerate() {
                let scale = *meaning.row_scales.add(row * meaning.row_step);
                let minimum = *meaning.row_minima.add(row * meaning.row_step);
                for (half, sum) in sum.iter().enumerate() {
                    let into = sums.add(row * Self::COLUMNS + half * 4);
                    let scales = vmulq_n_f32(vld1q_f32(meaning.scales.add(half * 4)), scale);
                    let offsets = vld1q_f32(meaning.offsets.add(half * 4));
                    let before = vfmaq_n_f32(vld1q_f32(into), offsets, minimum);
                    vst1q_f32(into, vfmaq_f32(before, vcvtq_f32_s32(*sum), scales));
                }
            }
        }
    }
}
