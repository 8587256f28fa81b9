//! Unmasked multi-head self-attention.

use super::matmul::{View, multiply};

/// `qkv [rows, 3 width]` -> `[rows, width]`; `heads` divides `width`.
pub(super) fn attend(qkv: &[f32], rows: usize, width: usize, heads: usize) -> Vec<f32> {
    if rows == 0 || width == 0 {
        return Vec::new();
    }
    let size = width / heads;
    let scale = 1.0 / (size as f32).sqrt();
    let mut scores = vec![0.0; rows * rows];
    let mut out = vec![0.0; rows * width];
    for head in 0..heads {
        let part =
            |which: usize| View::columns(qkv, rows, 3 * width, which * width + head * size, size);
        multiply(part(0), part(1).transposed(), scale, &mut scores, rows);
        scores.chunks_exact_mut(rows).for_each(softmax);
        let weights = View::whole(&scores, rows, rows);
        multiply(weights, part(2), 1.0, &mut out[head * size..], width);
    }
    out
}

/// Exponentials over their sum, shifted by the largest so that none overflows.
fn softmax(row: &mut [f32]) {
    let largest = row.iter().fold(f32::NEG_INFINITY, |max, x| max.max(*x));
    let mut sum = 0.0;
    for x in row.iter_mut() {
        *x = (*x - largest).exp();
        sum += *x;
    }
    row.iter_mut().for_each(|x| *x /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    #[test]
    fn it_is_the_formula() {
        let (rows, width, heads) = (7, 12, 3);
        let qkv = Random::new(1).numbers(rows * 3 * width, 2.0);
        let out = attend(&qkv, rows, width, heads);
        let size = width / heads;
        let at = |row: usize, which: usize, column: usize| {
            f64::from(qkv[row * 3 * width + which * width + column])
        };
        for row in 0..rows {
            for column in 0..width {
                let head = column / size;
                let score = |other: usize| -> f64 {
                    let dot: f64 = (head * size..(head + 1) * size)
                        .map(|c| at(row, 0, c) * at(other, 1, c))
                        .sum();
                    (dot / (size as f64).sqrt()).exp()
                };
                let sum: f64 = (0..rows).map(score).sum();
                let expected: f64 = (0..rows)
                    .map(|other| score(other) / sum * at(other, 2, column))
                    .sum();
                assert!((f64::from(out[row * width + column]) - expected).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn large_scores_do_not_overflow() {
        let out = attend(&[200.0; 3 * 3 * 4], 3, 4, 1);
        assert!(out.iter().all(|x| (x - 200.0).abs() < 1e-3));
    }
}
