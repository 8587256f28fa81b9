//! Multi-head attention.

use super::matmul::{View, multiply};
use super::matrix::Matrix;
use crate::ops::Attention;

/// Part of a matrix's columns.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) matrix: &'a Matrix,
    pub(super) start: usize,
}

impl<'a> Part<'a> {
    fn head(&self, head: usize, size: usize, rows: usize) -> View<'a> {
        let stride = self.matrix.columns();
        let first = self.start + head * size;
        View::columns(self.matrix.data(), rows, stride, first, size)
    }
}

/// Shapes are the caller's to check; `[query rows, width]`.
pub(super) fn attend(queries: Part, keys: Part, values: Part, shape: Attention) -> Vec<f32> {
    let rows = queries.matrix.rows();
    let mut out = vec![0.0; rows * shape.width];
    let size = shape.width / shape.heads;
    for head in 0..shape.heads {
        let weights = weights_of(queries, keys, shape, head);
        if weights.is_empty() {
            return out;
        }
        multiply(
            View::whole(&weights, rows, shape.keys),
            values.head(head, size, shape.keys),
            1.0,
            &mut out[head * size..],
            shape.width,
        );
    }
    out
}

/// The softmax alone, `[query rows, keys]` of each head, one after another.
pub(super) fn weights(queries: Part, keys: Part, shape: Attention) -> Vec<f32> {
    (0..shape.heads)
        .flat_map(|head| weights_of(queries, keys, shape, head))
        .collect()
}

fn weights_of(queries: Part, keys: Part, shape: Attention, head: usize) -> Vec<f32> {
    let rows = queries.matrix.rows();
    let size = shape.width / shape.heads;
    let mut scores = vec![0.0; rows * shape.keys];
    if scores.is_empty() || size == 0 {
        return scores;
    }
    let scale = 1.0 / (size as f32).sqrt();
    multiply(
        queries.head(head, size, rows),
        keys.head(head, size, shape.keys).transposed(),
        scale,
        &mut scores,
        shape.keys,
    );
    for (row, scores) in scores.chunks_exact_mut(shape.keys).enumerate() {
        let seen = if shape.causal { row + 1 } else { shape.keys };
        let (seen, unseen) = scores.split_at_mut(seen.min(shape.keys));
        softmax(seen);
        unseen.fill(0.0);
    }
    scores
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
        let data = Random::new(1).numbers(rows * 3 * width, 2.0);
        let qkv = Matrix::new(rows, 3 * width, data.clone());
        let part = |which: usize| Part {
            matrix: &qkv,
            start: which * width,
        };
        for (causal, keys) in [(false, rows), (true, rows), (false, rows - 2)] {
            let shape = Attention {
                width,
                heads,
                keys,
                causal,
            };
            let out = attend(part(0), part(1), part(2), shape);
            let size = width / heads;
            let at = |row: usize, which: usize, column: usize| {
                f64::from(data[row * 3 * width + which * width + column])
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
                    let seen = || (0..keys).filter(|other| !causal || *other <= row);
                    let sum: f64 = seen().map(score).sum();
                    let expected: f64 = seen()
                        .map(|other| score(other) / sum * at(other, 2, column))
                        .sum();
                    assert!((f64::from(out[row * width + column]) - expected).abs() < 1e-5);
                }
            }
        }
    }
}
