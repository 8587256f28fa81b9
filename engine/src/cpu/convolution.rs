//! Convolutions over time. The inputs of one output frame are consecutive numbers of the input matrix (a weight being
//! tap-major), so a convolution is a product of overlapping rows.

use super::bytes::{self, Bytes};
use super::lanes;
use super::matrix::Matrix;
use super::product::{self, Finish, PackedFloats, Rows, Target};
use super::weight::Product;
use crate::ops::Convolution;

/// `x [frames, channels]` by `[outputs, kernel * channels]` -> `[output frames, outputs]`.
pub(super) fn convolve(
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
    let target = Target {
        data: &mut out,
        pitch: outputs,
    };
    let pitch = shape.stride * x.columns();
    match weight {
        Product::Floats(weight) => {
            let rows = Rows {
                data: frames,
                count,
                pitch,
            };
            product::multiply(rows, weight, finish, target);
        }
        Product::Bytes(weight) => {
            let frames = Bytes::new(frames, weight.block());
            bytes::multiply(&frames, count, pitch, weight, finish, target);
        }
    }
    out
}

/// A convolution in groups of channels, output as long as the input: `x [frames, width]`, a weight
/// `[width / groups, kernel * width / groups]` each.
pub(super) fn grouped(
    x: &Matrix,
    groups: &[PackedFloats],
    kernel: usize,
    finish: Finish,
) -> Vec<f32> {
    let (frames, width) = (x.rows(), x.columns());
    let channels = width / groups.len();
    let mut out = vec![0.0; frames * width];
    for (group, weight) in groups.iter().enumerate() {
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
        let target = Target {
            data: &mut out[first..],
            pitch: width,
        };
        product::multiply(rows, weight, finish, target);
    }
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

/// One filter a channel: `x [frames, width]`, `weight [kernel, width]`, `bias [width]`, odd kernel.
pub(super) fn depthwise(x: &Matrix, weight: &Matrix, bias: &[f32]) -> Vec<f32> {
    let width = x.columns();
    let reach = weight.rows() / 2;
    let mut out = Vec::with_capacity(x.rows() * width);
    for frame in 0..x.rows() {
        let start = out.len();
        out.extend_from_slice(bias);
        for (tap, filter) in weight.iter_rows().enumerate() {
            let source = (frame + tap)
                .checked_sub(reach)
                .filter(|row| *row < x.rows());
            if let Some(row) = source {
                let input = &x.data()[row * width..(row + 1) * width];
                lanes::each_with_two(&mut out[start..], input, filter, |y, x, w| y + x * w);
            }
        }
    }
    out
}
