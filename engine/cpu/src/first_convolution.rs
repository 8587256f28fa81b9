//! HuBERT's first convolution with the norm over time that follows it, in one pass.
//!
//! A channel is a dot product of its filter and the samples under it, so its mean and variance over time follow from
//! the mean and the covariance of the samples under the kernel, which are the same for all channels. With them known
//! before anything is convolved, the norm becomes part of filter and bias, and the output is written once.

use crate::matrix::Matrix;
use crate::norm::NORM_EPSILON;
use crate::pool::Pool;
use crate::product::{Finish, PackedFloats, Rows, Target, multiply};
use crate::shape::{Activation, Convolution};
use crate::tiles::InstructionSet;

/// Most taps; the covariance has their square.
pub const MOST_TAPS: usize = 32;

/// Mean and covariance of the samples under the kernel, over all output frames.
struct Moments {
    means: Vec<f64>,
    /// `[taps, taps]`.
    covariances: Vec<f64>,
}

impl Moments {
    fn of(samples: &[f32], shape: Convolution) -> Self {
        let taps = shape.kernel;
        let frames = shape.output_frames(samples.len());
        let mut sums = vec![0.0_f64; taps];
        let mut products = vec![0.0_f64; taps * taps];
        for window in samples.windows(taps).step_by(shape.stride) {
            for (tap, x) in window.iter().enumerate() {
                let x = f64::from(*x);
                sums[tap] += x;
                let line = products[tap * taps..(tap + 1) * taps].iter_mut();
                line.zip(window)
                    .for_each(|(sum, y)| *sum += x * f64::from(*y));
            }
        }
        let count = frames as f64;
        let means: Vec<f64> = sums.iter().map(|sum| sum / count).collect();
        let covariances = products.iter().enumerate();
        Self {
            covariances: covariances
                .map(|(at, sum)| sum / count - means[at / taps] * means[at % taps])
                .collect(),
            means,
        }
    }

    /// Mean and variance of a filter's outputs.
    fn of_filter(&self, filter: &[f32]) -> (f64, f64) {
        let dot = |numbers: &[f64]| -> f64 {
            let terms = numbers.iter().zip(filter);
            terms.map(|(x, w)| x * f64::from(*w)).sum()
        };
        let lines = self.covariances.chunks_exact(filter.len());
        let variance: f64 = lines
            .zip(filter)
            .map(|(line, w)| f64::from(*w) * dot(line))
            .sum();
        (dot(&self.means), variance.max(0.0))
    }
}

/// `x [samples, 1]` by `weight [outputs, taps]`, each output then brought to mean 0 and variance 1 over time, as those of
/// `basis` are, times `scale` plus `shift`. A bias of the convolution would be taken away with the mean. No padding, and at least one
/// output frame; shapes are the caller's to check.
pub fn normalised(
    (set, pool): (InstructionSet, &Pool),
    (x, basis): (&Matrix, &Matrix),
    weight: &Matrix,
    shape: Convolution,
    (scale, shift): (&Matrix, &Matrix),
    activation: Activation,
) -> Vec<f32> {
    let moments = Moments::of(basis.data(), shape);
    let outputs = weight.rows();
    let mut filters = Vec::with_capacity(weight.data().len());
    let mut bias = Vec::with_capacity(outputs);
    let affine = scale.data().iter().zip(shift.data());
    for (filter, (scale, shift)) in weight.iter_rows().zip(affine) {
        let (mean, variance) = moments.of_filter(filter);
        let factor = f64::from(*scale) / (variance + f64::from(NORM_EPSILON)).sqrt();
        filters.extend(filter.iter().map(|w| (f64::from(*w) * factor) as f32));
        bias.push((f64::from(*shift) - mean * factor) as f32);
    }
    let frames = shape.output_frames(x.rows());
    let rows = Rows {
        data: &filters,
        count: outputs,
        pitch: shape.kernel,
    };
    let packed = PackedFloats::of_rows(set, rows, shape.kernel);
    let mut out = vec![0.0; frames * outputs];
    let rows = Rows {
        data: x.data(),
        count: frames,
        pitch: shape.stride,
    };
    let finish = Finish {
        bias: Some(&bias),
        activation,
        ..Finish::NOTHING
    };
    let target = Target::new(&mut out, outputs);
    multiply(pool, rows, &packed, finish, target);
    out
}
