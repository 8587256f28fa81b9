//! Convolutions over time.

use super::matrix::Matrix;
use crate::ops::Convolution;

/// The frames under each position of a convolution, side by side: `[output_frames, kernel * inputs]`,
/// zeros where the kernel hangs over an end. A convolution is this times its weights.
pub(super) fn unfold(x: &Matrix, shape: Convolution) -> Matrix {
    let inputs = x.columns();
    let frames = shape.output_frames(x.rows());
    let width = shape.kernel * inputs;
    let mut data = vec![0.0; frames * width];
    for frame in 0..frames {
        for tap in 0..shape.kernel {
            let source = (frame * shape.stride + tap)
                .checked_sub(shape.padding)
                .filter(|row| *row < x.rows());
            if let Some(row) = source {
                let start = frame * width + tap * inputs;
                data[start..start + inputs]
                    .copy_from_slice(&x.data()[row * inputs..(row + 1) * inputs]);
            }
        }
    }
    Matrix::new(frames, width, data)
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
