//! Tiles of AVX2, with or without the byte products of AVX-VNNI, and of AVX-512 with VNNI.

use core::arch::x86_64::*;

use super::{Meaning, Steps, Tiles, tiles};

/// AVX2 and FMA; with `VNNI`, AVX-VNNI too.
#[derive(Clone, Copy)]
pub(crate) struct Avx2<const VNNI: bool>;

/// AVX-512 F, BW and VNNI.
#[derive(Clone, Copy)]
pub(crate) struct Avx512;

tiles!(Avx2<false>, rows 6, columns 16);
tiles!(Avx2<true>, rows 6, columns 16);

#[allow(unsafe_code)]
impl<const VNNI: bool> Avx2<VNNI> {
    #[target_feature(enable = "avx2,fma")]
    unsafe fn floats_of<const R: usize>(
        rows: *const f32,
        steps: Steps,
        panel: *const f32,
        inner: usize,
        sums: *mut f32,
    ) {
        // SAFETY: the caller's.
        unsafe {
            let mut sum = [[_mm256_setzero_ps(); 2]; R];
            for k in 0..inner {
                let low = _mm256_loadu_ps(panel.add(k * 16));
                let high = _mm256_loadu_ps(panel.add(k * 16 + 8));
                for (row, sum) in sum.iter_mut().enumerate() {
                    let x = _mm256_broadcast_ss(&*rows.add(k * steps.input + row * steps.row));
                    sum[0] = _mm256_fmadd_ps(low, x, sum[0]);
                    sum[1] = _mm256_fmadd_ps(high, x, sum[1]);
                }
            }
            for (row, sum) in sum.iter().enumerate() {
                _mm256_storeu_ps(sums.add(row * 16), sum[0]);
                _mm256_storeu_ps(sums.add(row * 16 + 8), sum[1]);
            }
        }
    }

    #[inline]
    unsafe fn bytes_of<const R: usize>(
        rows: *const u32,
        panel: *const i8,
        quads: usize,
        meaning: Meaning,
        sums: *mut f32,
    ) {
        // SAFETY: the caller's; `VNNI` says what the processor has.
        unsafe {
            if VNNI {
                bytes_avx_vnni::<R>(rows, panel, quads, meaning, sums);
            } else {
                bytes_avx2::<R>(rows, panel, quads, meaning, sums);
            }
        }
    }
}

/// The loops of both kinds of byte product, which differ in one instruction.
macro_rules! bytes_of_256 {
    ($name:ident, $features:literal, |$sum:ident, $x:ident, $w:ident| $dot:expr) => {
        #[target_feature(enable = $features)]
        #[allow(unsafe_code)]
        unsafe fn $name<const R: usize>(
            rows: *const u32,
            panel: *const i8,
            quads: usize,
            meaning: Meaning,
            sums: *mut f32,
        ) {
            // SAFETY: the caller's.
            unsafe {
                let mut sum = [[_mm256_setzero_si256(); 2]; R];
                for quad in 0..quads {
                    let low = _mm256_loadu_si256(panel.add(quad * 64).cast());
                    let high = _mm256_loadu_si256(panel.add(quad * 64 + 32).cast());
                    for (row, sum) in sum.iter_mut().enumerate() {
                        let $x = _mm256_set1_epi32((*rows.add(quad * R + row)).cast_signed());
                        for ($sum, $w) in sum.iter_mut().zip([low, high]) {
                            *$sum = $dot;
                        }
                    }
                }
                for (row, sum) in sum.iter().enumerate() {
                    let at = row * meaning.row_step;
                    let scale = _mm256_set1_ps(*meaning.row_scales.add(at));
                    let minimum = _mm256_set1_ps(*meaning.row_minima.add(at));
                    for (half, sum) in sum.iter().enumerate() {
                        let into = sums.add(row * 16 + half * 8);
                        let scales = _mm256_loadu_ps(meaning.scales.add(half * 8));
                        let offsets = _mm256_loadu_ps(meaning.offsets.add(half * 8));
                        let before = _mm256_fmadd_ps(offsets, minimum, _mm256_loadu_ps(into));
                        let scales = _mm256_mul_ps(scales, scale);
                        let after = _mm256_fmadd_ps(_mm256_cvtepi32_ps(*sum), scales, before);
                        _mm256_storeu_ps(into, after);
                    }
                }
            }
        }
    };
}

bytes_of_256!(bytes_avx_vnni, "avx2,fma,avxvnni", |sum, x, w| {
    _mm256_dpbusd_avx_epi32(*sum, x, w)
});
// Two products of at most 127 * 127 never saturate 16 bits.
bytes_of_256!(bytes_avx2, "avx2,fma", |sum, x, w| {
    let pairs = _mm256_maddubs_epi16(x, w);
    _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
});

tiles!(Avx512, rows 8, columns 32);

#[allow(unsafe_code)]
impl Avx512 {
    #[target_feature(enable = "avx512f")]
    unsafe fn floats_of<const R: usize>(
        rows: *const f32,
        steps: Steps,
        panel: *const f32,
        inner: usize,
        sums: *mut f32,
    ) {
        // SAFETY: the caller's.
        unsafe {
            let mut sum = [[_mm512_setzero_ps(); 2]; R];
            for k in 0..inner {
                let low = _mm512_loadu_ps(panel.add(k * Self::COLUMNS));
                let high = _mm512_loadu_ps(panel.add(k * Self::COLUMNS + 16));
                for (row, sum) in sum.iter_mut().enumerate() {
                    let x = _mm512_set1_ps(*rows.add(k * steps.input + row * steps.row));
                    sum[0] = _mm512_fmadd_ps(low, x, sum[0]);
                    sum[1] = _mm512_fmadd_ps(high, x, sum[1]);
                }
            }
            for (row, sum) in sum.iter().enumerate() {
                _mm512_storeu_ps(sums.add(row * Self::COLUMNS), sum[0]);
                _mm512_storeu_ps(sums.add(row * Self::COLUMNS + 16), sum[1]);
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    unsafe fn bytes_of<const R: usize>(
        rows: *const u32,
        panel: *const i8,
        quads: usize,
        meaning: Meaning,
        sums: *mut f32,
    ) {
        // SAFETY: the caller's.
        unsafe {
            let mut sum = [[_mm512_setzero_si512(); 2]; R];
            for quad in 0..quads {
                let low = _mm512_loadu_si512(panel.add(quad * 128).cast());
                let high = _mm512_loadu_si512(panel.add(quad * 128 + 64).cast());
                for (row, sum) in sum.iter_mut().enumerate() {
                    let x = _mm512_set1_epi32((*rows.add(quad * R + row)).cast_signed());
                    sum[0] = _mm512_dpbusd_epi32(sum[0], x, low);
                    sum[1] = _mm512_dpbusd_epi32(sum[1], x, high);
                }
            }
            for (row, sum) in sum.iter().enumerate() {
                let at = row * meaning.row_step;
                let scale = _mm512_set1_ps(*meaning.row_scales.add(at));
                let minimum = _mm512_set1_ps(*meaning.row_minima.add(at));
                for (half, sum) in sum.iter().enumerate() {
                    let into = sums.add(row * Self::COLUMNS + half * 16);
                    let scales = _mm512_loadu_ps(meaning.scales.add(half * 16));
                    let offsets = _mm512_loadu_ps(meaning.offsets.add(half * 16));
                    let before = _mm512_fmadd_ps(offsets, minimum, _mm512_loadu_ps(into));
                    let scales = _mm512_mul_ps(scales, scale);
                    let after = _mm512_fmadd_ps(_mm512_cvtepi32_ps(*sum), scales, before);
                    _mm512_storeu_ps(into, after);
                }
            }
        }
    }
}
