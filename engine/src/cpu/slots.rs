//! Frames grouped into slots: by integrate-and-fire, and between boundaries.

use saysee_cpu::{Matrix, normalise_rows};

use super::{fit, shape_of};
use crate::error::EngineError;
use crate::ops::{Fired, Firing, Segmented, boundaries, cut};

/// Continuous integrate-and-fire.
pub(super) fn integrate_and_fire(
    frames: &Matrix,
    alpha: &Matrix,
    firing: Firing,
) -> Result<Fired<Matrix>, EngineError> {
    let fine = alpha.columns() == 1 && alpha.rows() == frames.rows();
    fit(fine, "integrate_and_fire", || {
        format!(
            "frames {} with weights {}",
            shape_of(frames),
            shape_of(alpha)
        )
    })?;
    let width = frames.columns();
    let cut = cut(alpha.data(), firing);
    let mut slots = vec![0.0; firing.cap * width];
    for (out, slot) in slots.chunks_exact_mut(width.max(1)).zip(&cut.slots) {
        for (frame, weight) in frames.iter_rows().skip(slot.first).zip(&slot.weights) {
            out.iter_mut()
                .zip(frame)
                .for_each(|(y, x)| *y += weight * x);
        }
    }
    Ok(Fired {
        slots: Matrix::new(firing.cap, width, slots),
        count: Matrix::new(1, 1, vec![cut.slots.len() as f32]),
    })
}

/// Means between boundaries.
pub(super) fn segment(frames: &Matrix, threshold: f32, cap: usize) -> Segmented<Matrix> {
    let directions = normalise_rows(frames);
    let width = frames.columns().max(1);
    let cosines: Vec<f32> = directions
        .iter_rows()
        .zip(directions.iter_rows().skip(1))
        .map(|(one, next)| one.iter().zip(next).map(|(a, b)| a * b).sum())
        .collect();
    let found = boundaries(&cosines, frames.rows(), threshold);
    let mut means = vec![0.0; cap * frames.columns()];
    let count = found.starts.len().min(cap);
    for (out, (first, end)) in means.chunks_exact_mut(width).zip(found.segments()) {
        for frame in frames.iter_rows().skip(first).take(end - first) {
            out.iter_mut().zip(frame).for_each(|(y, x)| *y += x);
        }
        out.iter_mut().for_each(|y| *y /= (end - first) as f32);
    }
    let mut peaks = Vec::with_capacity(2 * frames.rows());
    for t in 0..frames.rows() {
        peaks.push(found.dissimilarity.get(t).copied().unwrap_or(0.0));
        peaks.push(found.peaks.get(t).copied().unwrap_or(0.0));
    }
    Segmented {
        means: Matrix::new(cap, frames.columns(), means),
        count: Matrix::new(1, 1, vec![count as f32]),
        peaks: Matrix::new(frames.rows(), 2, peaks),
    }
}
