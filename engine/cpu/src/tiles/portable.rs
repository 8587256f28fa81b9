//! Tiles in plain Rust.

use super::{Meaning, Steps, Tiles, tiles};

/// No instructions in particular.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

tiles!(Portable, rows 4, columns 8);

#[allow(unsafe_code)]
impl Portable {
    unsafe fn floats_of<const R: usize>(
        rows: *const f32,
        steps: Steps,
        panel: *const f32,
        inner: usize,
        sums: *mut f32,
    ) {
        // SAFETY: the caller's.
        unsafe {
            for row in 0..R {
                let mut sum = [0.0_f32; Self::COLUMNS];
                for k in 0..inner {
                    let x = *rows.add(k * steps.input + row * steps.row);
                    for (column, sum) in sum.iter_mut().enumerate() {
                        *sum += x * *panel.add(k * Self::COLUMNS + column);
                    }
                }
                sums.add(row * Self::COLUMNS)
                    .cast::<[f32; Self::COLUMNS]>()
                    .write(sum);
            }
        }
    }

    unsafe fn bytes_of<const R: usize>(
        rows: *const u32,
        panel: *const i8,
        quads: usize,
        meaning: Meaning,
        sums: *mut f32,
    ) {
        // SAFETY: the caller's.
        unsafe {
            for row in 0..R {
                let mut sum = [0_i32; Self::COLUMNS];
                for quad in 0..quads {
                    for (column, sum) in sum.iter_mut().enumerate() {
                        for input in 0..4 {
                            let x = (*rows.add(quad * R + row)).to_le_bytes()[input];
                            let w = *panel.add((quad * Self::COLUMNS + column) * 4 + input);
                            *sum += i32::from(x) * i32::from(w);
                        }
                    }
                }
                let scale = *meaning.row_scales.add(row * meaning.row_step);
                let minimum = *meaning.row_minima.add(row * meaning.row_step);
                for (column, sum) in sum.iter().enumerate() {
                    let means = *sum as f32 * scale * *meaning.scales.add(column);
                    *sums.add(row * Self::COLUMNS + column) +=
                        means + minimum * *meaning.offsets.add(column);
                }
            }
        }
    }
}
