//! Convolutions over time. The inputs of one output frame are consecutive numbers of the input matrix (a weight being
//! tap-major), so a convolution is a product of overlapping rows.

use crate::bytes::{self, Bytes};
use crate::matrix::Matrix;
use crate::packed::Product;
use crate::pool::Pool;
use crate::product::{self, Finish, PackedFloats, Rows, Target};
use crate::shape::{Activation, Convolution};
use crate::{activation, lanes};

/// `x [frames, channels]` by `[outputs, kernel * channels]` -> `[output frames, outputs]`.
pub fn convolve(
    pool: &Pool,
    x: &Matrix,
    weight: &Product,
    shape: Convolution,
    finish: Finish,
    outputs: usize,
) -> Vec<f32> {
    let count = shape.output_frames(x.rows());
    let mut out = vec![0.0; count * outputs];
    let padded;
    let frames = if shape.padding == 0 {
        x.data()
    } else {
        padded = pad(x, 0, x.columns(), shape.padding, shape.padding);
        &padded
    };
    let target = Target::new(&mut out, outputs);
    let pitch = shape.stride * x.columns();
    match weight {
        Product::Floats(weight) => {
            let rows = Rows {
                data: frames,
                count,
                pitch,
            };
            product::multiply(pool, rows, weight, finish, target);
        }
        Product::Bytes(weight) => {
            let frames = Bytes::new(pool, frames, weight.block());
            bytes::multiply(pool, &frames, (count, pitch), weight, finish, target);
        }
    }
    out
}

/// A convolution in groups of channels, output as long as the input: `x [frames, width]`, a weight
/// `[width / groups, kernel * width / groups]` each.
pub fn grouped(
    pool: &Pool,
    x: &Matrix,
    groups: &[PackedFloats],
    kernel: usize,
    finish: Finish,
) -> Vec<f32> {
    let (frames, width) = (x.rows(), x.columns());
    let channels = width / groups.len();
    let mut out = vec![0.0; frames * width];
    let target = Target::new(&mut out, width);
    let work = frames * width * kernel * channels;
    pool.each(work, groups.iter().enumerate(), |(group, weight)| {
        let first = group * channels;
        let padded = pad(x, first, channels, kernel / 2, kernel / 2);
        let rows = Rows {
            data: &padded,
            count: frames,
            pitch: channels,
        };
        let part = |numbers| <[f32]>::split_at(numbers, first).1;
        let finish = Finish {
            bias: finish.bias.map(part),
            residual: finish.residual.map(part),
            ..finish
        };
        // SAFETY: each group has channels of its own.
        #[allow(unsafe_code)]
        let target = unsafe { target.columns(first, channels) };
        product::multiply(pool, rows, weight, finish, target);
    });
    out
}

/// Some columns of a matrix, with rows of zeros before and after.
fn pad(x: &Matrix, first: usize, count: usize, before: usize, after: usize) -> Vec<f32> {
    let mut padded = Vec::with_capacity((before + x.rows() + after) * count);
    padded.resize(before * count, 0.0);
    for row in x.iter_rows() {
        padded.extend_from_slice(&row[first..first + count]);
    }
    padded.resize(padded.len() + after * count, 0.0);
    padded
}

/// One filter a channel, then `activation`: `x [frames, width]`, `weight [kernel, width]`, `bias [width]`, odd kernel.
pub fn depthwise(
    pool: &Pool,
    x: &Matrix,
    weight: &Matrix,
    bias: &[f32],
    activation: Activation,
) -> Vec<f32> {
    let width = x.columns();
    let reach = weight.rows() / 2;
    let mut out = vec![0.0; x.rows() * width];
    pool.rows(&mut out, width, |first, out| {
        for (frame, out) in (first..).zip(out.chunks_exact_mut(width.max(1))) {
            out.copy_from_slice(bias);
            for (tap, filter) in weight.iter_rows().enumerate() {
                let source = (frame + tap)
                    .checked_sub(reach)
                    .filter(|row| *row < x.rows());
                if let Some(row) = source {
                    lanes::each_with_two(out, x.row(row), filter, |y, x, w| y + x * w);
                }
            }
        }
        activation::apply(activation, out);
    });
    out
}
