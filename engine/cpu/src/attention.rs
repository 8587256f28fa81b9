//! Multi-head attention.

use crate::activation::exp;
use crate::lanes;
use crate::matrix::Matrix;
use crate::pool::Pool;
use crate::product::{Finish, PackedFloats, Rows, Target, multiply};
use crate::shape::Attention;
use crate::tiles::InstructionSet;

/// Part of a matrix's columns.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// What it lies in.
    pub matrix: &'a Matrix,
    /// Its first column.
    pub start: usize,
}

impl<'a> Part<'a> {
    fn head(&self, head: usize, size: usize, rows: usize) -> Rows<'a, f32> {
        Rows {
            data: &self.matrix.data()[self.start + head * size..],
            count: rows,
            pitch: self.matrix.columns(),
        }
    }
}

/// What attention runs on.
pub type On<'a> = (InstructionSet, &'a Pool);

/// Shapes are the caller's to check; `[query rows, width]`.
pub fn attend(on: On, queries: Part, keys: Part, values: Part, shape: Attention) -> Vec<f32> {
    let (set, pool) = on;
    let rows = queries.matrix.rows();
    let mut out = vec![0.0; rows * shape.width];
    let size = shape.width / shape.heads;
    if rows == 0 || size == 0 {
        return out;
    }
    let target = Target::new(&mut out, shape.width);
    let work = 2 * rows * shape.keys * shape.width;
    pool.each(work, 0..shape.heads, |head| {
        let mut weights = vec![0.0; rows * shape.keys];
        weigh(on, queries, keys, shape, head, &mut weights);
        let values = PackedFloats::of_columns(set, values.head(head, size, shape.keys), size);
        let weights = Rows {
            data: &weights,
            count: rows,
            pitch: shape.keys,
        };
        // SAFETY: each head has columns of its own.
        #[allow(unsafe_code)]
        let target = unsafe { target.columns(head * size, size) };
        multiply(pool, weights, &values, Finish::NOTHING, target);
    });
    out
}

/// The softmax alone, `[query rows, keys]` of each head, one after another.
pub fn weights(on: On, queries: Part, keys: Part, shape: Attention) -> Vec<f32> {
    let of_head = queries.matrix.rows() * shape.keys;
    let mut out = vec![0.0; shape.heads * of_head];
    if of_head > 0 && shape.width > 0 {
        let heads = out.chunks_exact_mut(of_head).enumerate();
        on.1.each(of_head * shape.width, heads, |(head, weights)| {
            weigh(on, queries, keys, shape, head, weights);
        });
    }
    out
}

fn weigh(
    (set, pool): On,
    queries: Part,
    keys: Part,
    shape: Attention,
    head: usize,
    weights: &mut [f32],
) {
    let rows = queries.matrix.rows();
    let size = shape.width / shape.heads;
    let packed = PackedFloats::of_rows(set, keys.head(head, size, shape.keys), size);
    let finish = Finish {
        scale: 1.0 / (size as f32).sqrt(),
        ..Finish::NOTHING
    };
    let target = Target::new(weights, shape.keys);
    multiply(
        pool,
        queries.head(head, size, rows),
        &packed,
        finish,
        target,
    );
    for (row, scores) in weights.chunks_exact_mut(shape.keys).enumerate() {
        let seen = if shape.causal { row + 1 } else { shape.keys };
        let (seen, unseen) = scores.split_at_mut(seen.min(shape.keys));
        softmax(seen);
        unseen.fill(0.0);
    }
}

/// Exponentials over their sum, shifted by the largest so that none overflows.
pub(crate) fn softmax(row: &mut [f32]) {
    let (_, largest) = lanes::range(row);
    lanes::each(row, |x| exp(x - lanes::all(largest)));
    let scale = lanes::all(1.0 / lanes::sum(row, |x| x));
    lanes::each(row, |x| x * scale);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

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
            let on = (InstructionSet::best(), &Pool::alone());
            let out = attend(on, part(0), part(1), part(2), shape);
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
