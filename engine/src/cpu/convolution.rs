//! Convolutions over time.

use super::matmul::{View, multiply};
use super::matrix::Matrix;
use crate::ops::Convolution;

/// Most numbers that are laid out side by side at a time.
const CHUNK: usize = 1 << 18;

/// A run of columns of a matrix.
#[derive(Clone, Copy)]
pub(super) struct Channels {
    pub(super) first: usize,
    pub(super) count: usize,
}

/// `out[frame, ..] = weight [outputs, kernel * channels] times the frames under the kernel`, for `frames` outputs
/// that lie `out_stride` apart; zeros where the kernel hangs over an end. A piece of the frames at a time is laid
/// out side by side, so that the product is one of matrices and the memory it takes does not grow with them.
pub(super) fn convolve(
    x: &Matrix,
    channels: Channels,
    weight: View,
    shape: Convolution,
    frames: usize,
    out: &mut [f32],
    out_stride: usize,
) {
    let width = shape.kernel * channels.count;
    let most = (CHUNK / width.max(1)).max(1);
    let mut unfolded = vec![0.0; most.min(frames) * width];
    for first in (0..frames).step_by(most) {
        let count = most.min(frames - first);
        unfolded.fill(0.0);
        for (frame, row) in unfolded.chunks_exact_mut(width).take(count).enumerate() {
            for (tap, target) in row.chunks_exact_mut(channels.count).enumerate() {
                let source = ((first + frame) * shape.stride + tap)
                    .checked_sub(shape.padding)
                    .filter(|row| *row < x.rows());
                if let Some(source) = source {
                    let start = source * x.columns() + channels.first;
                    target.copy_from_slice(&x.data()[start..start + channels.count]);
                }
            }
        }
        let rows = View::whole(&unfolded, count, width);
        multiply(
            rows,
            weight.transposed(),
            1.0,
            &mut out[first * out_stride..],
            out_stride,
        );
    }
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
                for ((y, x), w) in out[start..].iter_mut().zip(input).zip(filter) {
                    *y += x * w;
                }
            }
        }
    }
    out
}
