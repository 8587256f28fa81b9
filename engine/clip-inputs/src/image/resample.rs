//! Bicubic scaling as Pillow does it: across, then down, each with weights in fixed point and results
//! rounded to 8 bits. The sampling is widened when a picture becomes smaller, so that nothing flickers
//! (antialiasing). Only the pixels that are kept are computed.
//!
//! The resizing crates order and round this otherwise, and differ in many pixels; this follows
//! Pillow's `Resample.c`, with its order of operations. Across comes always first, as in every Pillow
//! before 13, CLIP's and SpeechCLIP's among them. Pillow 13 goes down first where a picture shrinks
//! mostly in height, which gives other pixels.

use super::frame::Side;

/// Channels: red, green, blue.
const CHANNELS: usize = 3;
/// Bits after the point in a weight.
const PRECISION: u32 = 22;
/// How far the kernel reaches, in pixels of the coarser of both pictures.
const REACH: f64 = 2.0;

/// Weights of the pixels that make one.
struct Window {
    /// First pixel that counts.
    first: usize,
    /// Weight of that and the following ones, in units of 2^-[`PRECISION`].
    weights: Vec<i32>,
}

/// Scales 8-bit RGB, rows from top to bottom, and cuts out what is kept: `vertical.kept` rows of
/// `horizontal.kept` pixels. `rgb` has `horizontal.from` x `vertical.from` pixels, and the sides are
/// not empty.
pub(super) fn resample(rgb: &[u8], horizontal: Side, vertical: Side) -> Vec<u8> {
    let columns = windows(horizontal);
    let rows = windows(vertical);
    // Of the rows across, only those that the kept rows draw on.
    let top = rows.first().map_or(0, |window| window.first);
    let bottom = rows
        .last()
        .map_or(0, |window| window.first + window.weights.len());
    let across: Vec<u8> = rgb
        .chunks_exact(horizontal.from * CHANNELS)
        .take(bottom)
        .skip(top)
        .flat_map(|row| {
            let (pixels, _) = row.as_chunks();
            columns.iter().flat_map(|window| window.pixel(pixels))
        })
        .collect();
    let stride = columns.len() * CHANNELS;
    rows.iter()
        .flat_map(|window| window.row(&across, window.first - top, stride))
        .collect()
}

impl Window {
    /// One pixel of a row of pixels.
    fn pixel(&self, row: &[[u8; CHANNELS]]) -> [u8; CHANNELS] {
        let mut sums = [HALF; CHANNELS];
        for (weight, pixel) in self.weights.iter().zip(&row[self.first..]) {
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += weight * i32::from(*value);
            }
        }
        sums.map(to_byte)
    }

    /// One row of `stride` bytes from those of `rows`, counted from `first`.
    fn row(&self, rows: &[u8], first: usize, stride: usize) -> Vec<u8> {
        let mut sums = vec![HALF; stride];
        let rows = rows[first * stride..].chunks_exact(stride);
        for (weight, row) in self.weights.iter().zip(rows) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += weight * i32::from(*value);
            }
        }
        sums.into_iter().map(to_byte).collect()
    }
}

/// A half in fixed point: sums start with it, so that cutting off the fraction rounds.
const HALF: i32 = 1 << (PRECISION - 1);

fn to_byte(sum: i32) -> u8 {
    (sum >> PRECISION).clamp(0, 255) as u8
}

/// The windows of the pixels that are kept.
fn windows(side: Side) -> Vec<Window> {
    let scale = side.from as f64 / side.to as f64;
    // A picture that grows is sampled at its own pixels.
    let stretch = scale.max(1.0);
    let reach = REACH * stretch;
    let step = 1.0 / stretch;
    (side.first..side.first + side.kept as u64)
        .map(|at| {
            let centre = (at as f64 + 0.5) * scale;
            // Negative places become 0 in the conversion.
            let first = (centre - reach + 0.5) as usize;
            let last = ((centre + reach + 0.5) as usize).min(side.from);
            let weights: Vec<f64> = (first..last)
                .map(|pixel| kernel((pixel as f64 - centre + 0.5) * step))
                .collect();
            let sum: f64 = weights.iter().sum();
            let weights = weights
                .iter()
                .map(|weight| to_fixed(if sum == 0.0 { *weight } else { weight / sum }))
                .collect();
            Window { first, weights }
        })
        .collect()
}

/// Rounded to fixed point, halves away from 0.
fn to_fixed(weight: f64) -> i32 {
    let half = if weight < 0.0 { -0.5 } else { 0.5 };
    (half + weight * f64::from(1 << PRECISION)) as i32
}

/// Keys' cubic with a = -1/2, which Pillow calls bicubic.
fn kernel(x: f64) -> f64 {
    const A: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::frame;
    use super::*;

    fn whole(from: usize, to: usize) -> Side {
        Side {
            from,
            to: to as u64,
            first: 0,
            kept: to,
        }
    }

    #[test]
    fn a_picture_of_the_right_size_stays_as_it_is() {
        let rgb: Vec<u8> = (0..7 * 5 * 3).map(|at| (at * 37 % 256) as u8).collect();
        assert_eq!(resample(&rgb, whole(7, 7), whole(5, 5)), rgb);
    }

    #[test]
    fn a_plain_colour_stays_plain() {
        let rgb = [10, 128, 255].repeat(31 * 17);
        for (width, height) in [(9, 4), (31, 50), (100, 3), (1, 1)] {
            let scaled = resample(&rgb, whole(31, width), whole(17, height));
            assert_eq!(scaled, [10, 128, 255].repeat(width * height));
        }
    }

    // What Pillow 13 gives for Image.resize(..., Image.BICUBIC).
    #[test]
    fn an_edge_overshoots_as_in_pillow() {
        let grey = |values: &[u8]| -> Vec<u8> { values.iter().flat_map(|v| [*v; 3]).collect() };
        let row = grey(&[20, 20, 20, 200, 200, 200]);
        let larger = resample(&row, whole(6, 12), whole(1, 1));
        let expected = [20, 20, 20, 16, 7, 57, 163, 213, 204, 200, 200, 200];
        assert_eq!(larger, grey(&expected));
        let smaller = resample(&row, whole(6, 4), whole(1, 1));
        assert_eq!(smaller, grey(&[19, 28, 192, 201]));
    }

    #[test]
    fn what_is_cut_off_changes_nothing() {
        let (width, height) = (50, 13);
        let rgb: Vec<u8> = (0..width * height * 3)
            .map(|at| (at * at % 251) as u8)
            .collect();
        let (horizontal, vertical) = frame(width, height, 8);
        let (all, first) = (horizontal.to as usize, horizontal.first as usize);
        let cut: Vec<u8> = resample(&rgb, whole(width, all), vertical)
            .chunks(all * 3)
            .flat_map(|row| row[first * 3..][..8 * 3].to_vec())
            .collect();
        assert_eq!(resample(&rgb, horizontal, vertical), cut);
    }
}
