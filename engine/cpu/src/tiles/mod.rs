//! The smallest products: a few rows times one panel of outputs, written once for each instruction set. Everything
//! around them (`product.rs`, `bytes.rs`) is generic over [`Tiles`] and has no other unsafe code.
//!
//! ```text
//! portable.rs  plain loops: the definition, and the fallback     wasm.rs  SIMD128, and relaxed SIMD where it is built for
//! x86.rs       AVX2, AVX-VNNI, AVX-512 with VNNI                 neon.rs  NEON
//! ```
//!
//! Integer sums are exact, so all instruction sets give the same numbers there. They take seven bits of each
//! activation because that is what the relaxed dot product of WebAssembly is defined for.

#[cfg(target_arch = "aarch64")]
mod neon;
// Where WebAssembly has SIMD, it is there for all: loops that nothing runs would only be downloaded.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

/// Most sums of a tile, of any instruction set.
pub(crate) const MOST_SUMS: usize = 256;

/// How far apart the numbers of a tile's rows lie.
#[derive(Clone, Copy)]
pub(crate) struct Steps {
    /// Between two rows.
    pub(crate) row: usize,
    /// Between two inputs.
    pub(crate) input: usize,
}

/// What the sum of products of row `r` and column `c` means:
/// `sum * row_scales[r] * scales[c] + row_minima[r] * offsets[c]`. Numbers of two rows lie `row_step` apart.
#[derive(Clone, Copy)]
pub(crate) struct Meaning {
    pub(crate) row_scales: *const f32,
    pub(crate) row_minima: *const f32,
    pub(crate) row_step: usize,
    pub(crate) scales: *const f32,
    pub(crate) offsets: *const f32,
}

/// Products of a few rows and one panel.
///
/// Of bytes, the rows of a tile lie side by side, `rows[q * R + r]` for `R` rows: a word holds four inputs of a row, the
/// first in its lowest bits.
///
/// A panel holds [`Tiles::COLUMNS`] outputs, input-major: of floats, `panel[k * COLUMNS + c]`; of bytes, four inputs
/// of an output side by side, `panel[(q * COLUMNS + c) * 4 + i]` for input `4 q + i`.
pub(crate) trait Tiles: Copy + Sync {
    /// Rows of a full tile. `ROWS * COLUMNS` is at most [`MOST_SUMS`].
    const ROWS: usize;
    /// Outputs of a panel.
    const COLUMNS: usize;

    /// `sums[r * COLUMNS + c] = sum over k < inner of x * panel[k * COLUMNS + c]` where
    /// `x = rows[r * steps.row + k * steps.input]`, for all `R =` [`Tiles::ROWS`] rows of a full tile, or for one.
    ///
    /// # Safety
    /// Every number named above can be read, and the sums written; the processor has the instructions
    /// (whoever picks an [`InstructionSet`] has asked it).
    unsafe fn floats(
        self,
        full: bool,
        rows: *const f32,
        steps: Steps,
        panel: *const f32,
        inner: usize,
        sums: *mut f32,
    );

    /// The same of bytes, those of rows in `0..=127`: adds to `sums` what the exact sums of `quads * 4` products mean.
    ///
    /// # Safety
    /// As [`Tiles::floats`].
    unsafe fn bytes(
        self,
        full: bool,
        rows: *const u32,
        panel: *const i8,
        quads: usize,
        meaning: Meaning,
        sums: *mut f32,
    );
}

/// [`Tiles`] by two functions over the height of a tile, `floats_of::<R>` and `bytes_of::<R>`.
macro_rules! tiles {
    ($type:ty, rows $rows:literal, columns $columns:literal) => {
        #[allow(unsafe_code)]
        impl $crate::tiles::Tiles for $type {
            const ROWS: usize = $rows;
            const COLUMNS: usize = $columns;

            #[inline(always)]
            unsafe fn floats(
                self,
                full: bool,
                rows: *const f32,
                steps: $crate::tiles::Steps,
                panel: *const f32,
                inner: usize,
                sums: *mut f32,
            ) {
                // SAFETY: the caller's.
                unsafe {
                    if full {
                        Self::floats_of::<$rows>(rows, steps, panel, inner, sums);
                    } else {
                        Self::floats_of::<1>(rows, steps, panel, inner, sums);
                    }
                }
            }

            #[inline(always)]
            unsafe fn bytes(
                self,
                full: bool,
                rows: *const u32,
                panel: *const i8,
                quads: usize,
                meaning: $crate::tiles::Meaning,
                sums: *mut f32,
            ) {
                // SAFETY: the caller's.
                unsafe {
                    if full {
                        Self::bytes_of::<$rows>(rows, panel, quads, meaning, sums);
                    } else {
                        Self::bytes_of::<1>(rows, panel, quads, meaning, sums);
                    }
                }
            }
        }
    };
}
use tiles;

/// The best instruction set of the processor, found out once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstructionSet {
    /// None in particular.
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    Portable,
    /// SIMD128, relaxed or not as it was built.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Wasm,
    /// AVX2 with FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX2 with the byte products of AVX-VNNI.
    #[cfg(target_arch = "x86_64")]
    AvxVnni,
    /// AVX-512 with the byte products of VNNI.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// NEON.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

/// Runs `$body` with `$tiles` bound to the tiles of an [`InstructionSet`].
macro_rules! with_tiles {
    ($set:expr, $tiles:ident => $body:expr) => {
        match $set {
            #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
            $crate::tiles::InstructionSet::Portable => {
                let $tiles = $crate::tiles::PORTABLE;
                $body
            }
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            $crate::tiles::InstructionSet::Wasm => {
                let $tiles = $crate::tiles::WASM;
                $body
            }
            #[cfg(target_arch = "x86_64")]
            $crate::tiles::InstructionSet::Avx2 => {
                let $tiles = $crate::tiles::AVX2;
                $body
            }
            #[cfg(target_arch = "x86_64")]
            $crate::tiles::InstructionSet::AvxVnni => {
                let $tiles = $crate::tiles::AVX_VNNI;
                $body
            }
            #[cfg(target_arch = "x86_64")]
            $crate::tiles::InstructionSet::Avx512 => {
                let $tiles = $crate::tiles::AVX512;
                $body
            }
            #[cfg(target_arch = "aarch64")]
            $crate::tiles::InstructionSet::Neon => {
                let $tiles = $crate::tiles::NEON;
                $body
            }
        }
    };
}
pub(crate) use with_tiles;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) const PORTABLE: portable::Portable = portable::Portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) const WASM: wasm::Wasm = wasm::Wasm;
#[cfg(target_arch = "x86_64")]
pub(crate) const AVX2: x86::Avx2<false> = x86::Avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) const AVX_VNNI: x86::Avx2<true> = x86::Avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) const AVX512: x86::Avx512 = x86::Avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) const NEON: neon::Neon = neon::Neon;

impl InstructionSet {
    /// All that were built, the best one first; the last one runs wherever this was built for.
    const ALL: &[Self] = &[
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        Self::Wasm,
        #[cfg(target_arch = "x86_64")]
        Self::Avx512,
        #[cfg(target_arch = "x86_64")]
        Self::AvxVnni,
        #[cfg(target_arch = "x86_64")]
        Self::Avx2,
        #[cfg(target_arch = "aarch64")]
        Self::Neon,
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        Self::Portable,
    ];

    /// Those that this processor can run, the best one first.
    pub(crate) fn available() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|set| set.runs_here())
    }

    fn runs_here(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        let avx2 = || is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        match self {
            #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
            Self::Portable => true,
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Self::Wasm => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2(),
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni => avx2() && is_x86_feature_detected!("avxvnni"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vnni")
            }
            #[cfg(target_arch = "aarch64")]
            Self::Neon => std::arch::is_aarch64_feature_detected!("neon"),
        }
    }

    /// The best one.
    pub fn best() -> Self {
        static BEST: std::sync::OnceLock<InstructionSet> = std::sync::OnceLock::new();
        *BEST.get_or_init(|| {
            Self::available()
                .next()
                .unwrap_or(Self::ALL[Self::ALL.len() - 1])
        })
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
            Self::Portable => "no SIMD",
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Self::Wasm if cfg!(target_feature = "relaxed-simd") => "relaxed SIMD",
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Self::Wasm => "SIMD",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni => "AVX-VNNI",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "AVX-512 VNNI",
            #[cfg(target_arch = "aarch64")]
            Self::Neon => "NEON",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn floats<T: Tiles>(tiles: T, full: bool, rows: &[f32], panel: &[f32]) -> Vec<f32> {
        let height = if full { T::ROWS } else { 1 };
        let mut sums = vec![f32::NAN; height * T::COLUMNS];
        let inner = panel.len() / T::COLUMNS;
        assert!(rows.len() >= height * inner);
        let steps = Steps {
            row: 1,
            input: height,
        };
        // SAFETY: the assertion, and the length of `sums`.
        #[allow(unsafe_code)]
        unsafe {
            tiles.floats(
                full,
                rows.as_ptr(),
                steps,
                panel.as_ptr(),
                inner,
                sums.as_mut_ptr(),
            );
        }
        sums
    }

    /// With scales and minima of one, and offsets of a half.
    fn bytes<T: Tiles>(tiles: T, full: bool, rows: &[u32], panel: &[i8]) -> Vec<f32> {
        let height = if full { T::ROWS } else { 1 };
        let mut sums = vec![100.0; height * T::COLUMNS];
        let quads = panel.len() / T::COLUMNS / 4;
        assert!(rows.len() >= height * quads);
        let (ones, halves) = ([1.0_f32; MOST_SUMS], [0.5_f32; MOST_SUMS]);
        let meaning = Meaning {
            row_scales: ones.as_ptr(),
            row_minima: ones.as_ptr(),
            row_step: 1,
            scales: ones.as_ptr(),
            offsets: halves.as_ptr(),
        };
        // SAFETY: the assertion, and the lengths of `sums`, `ones` and `halves`.
        #[allow(unsafe_code)]
        unsafe {
            let sums = sums.as_mut_ptr();
            tiles.bytes(full, rows.as_ptr(), panel.as_ptr(), quads, meaning, sums);
        }
        sums
    }

    fn check<T: Tiles>(tiles: T, inner: usize, seed: u64) {
        const { assert!(T::ROWS * T::COLUMNS <= MOST_SUMS) };
        let columns = T::COLUMNS;
        let mut random = Random::new(seed);
        let rows = random.numbers(T::ROWS * inner, 1.0);
        let panel = random.numbers(inner * columns, 1.0);
        for full in [true, false] {
            let height = if full { T::ROWS } else { 1 };
            let sums = floats(tiles, full, &rows, &panel);
            for (at, sum) in sums.iter().enumerate() {
                let (row, column) = (at / columns, at % columns);
                let expected: f64 = (0..inner)
                    .map(|k| {
                        f64::from(rows[k * height + row]) * f64::from(panel[k * columns + column])
                    })
                    .sum();
                assert!(
                    (f64::from(*sum) - expected).abs() < 1e-4,
                    "{row}, {column}: {sum} {expected}"
                );
            }
        }
        // With the largest values there are as well, so that nothing may saturate on the way.
        for extreme in [false, true] {
            let quads = inner;
            let mut bits = || random.bits();
            let words: Vec<u32> = (0..T::ROWS * quads)
                .map(|_| {
                    if extreme {
                        0x7f7f_7f7f
                    } else {
                        bits() as u32 & 0x7f7f_7f7f
                    }
                })
                .collect();
            let panel: Vec<i8> = (0..quads * 4 * columns)
                .map(|at| match (extreme, at % 2) {
                    (true, 0) => -127,
                    (true, _) => -126,
                    (false, _) => (bits() as i8).max(-127),
                })
                .collect();
            for full in [true, false] {
                let height = if full { T::ROWS } else { 1 };
                let sums = bytes(tiles, full, &words, &panel);
                for (at, sum) in sums.iter().enumerate() {
                    let (row, column) = (at / columns, at % columns);
                    let expected: i32 = (0..4 * quads)
                        .map(|k| {
                            let x = words[k / 4 * height + row].to_le_bytes()[k % 4];
                            i32::from(x) * i32::from(panel[(k / 4 * columns + column) * 4 + k % 4])
                        })
                        .sum();
                    // Sums of so few products are exact in `f32`.
                    assert_eq!(*sum, expected as f32 + 100.5, "{row}, {column}");
                }
            }
        }
    }

    #[test]
    fn every_instruction_set_computes_the_sums() {
        for set in InstructionSet::available() {
            for (inner, seed) in [(1, 1), (2, 2), (7, 3), (64, 4)] {
                with_tiles!(set, tiles => check(tiles, inner, seed));
            }
        }
    }
}
