//! Matrix products, by the `gemm` crate: AVX, NEON or wasm SIMD, one thread.

use gemm::{Parallelism, gemm};

/// A matrix inside a slice: where it begins and how far apart rows and columns lie.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) data: &'a [f32],
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) row_stride: usize,
    pub(super) column_stride: usize,
}

impl<'a> View<'a> {
    /// `columns` columns from `first` on of rows that are `stride` apart.
    pub(super) fn columns(
        data: &'a [f32],
        rows: usize,
        stride: usize,
        first: usize,
        columns: usize,
    ) -> Self {
        Self {
            data: &data[first..],
            rows,
            columns,
            row_stride: stride,
            column_stride: 1,
        }
    }

    /// A whole row-major matrix.
    pub(super) fn whole(data: &'a [f32], rows: usize, columns: usize) -> Self {
        Self::columns(data, rows, columns, 0, columns)
    }

    pub(super) fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }

    fn is_inside(&self) -> bool {
        last_index(self.rows, self.columns, self.row_stride, self.column_stride) < self.data.len()
    }
}

fn last_index(rows: usize, columns: usize, row_stride: usize, column_stride: usize) -> usize {
    (rows - 1) * row_stride + (columns - 1) * column_stride
}

/// `out = scale * left right`, where `out` holds the product's rows `out_stride` apart from its start on.
///
/// The shapes are the caller's to get right; it panics rather than read or write outside a slice.
pub(super) fn multiply(left: View, right: View, scale: f32, out: &mut [f32], out_stride: usize) {
    let (rows, columns, inner) = (left.rows, right.columns, left.columns);
    if rows == 0 || columns == 0 {
        return;
    }
    assert_eq!(inner, right.rows, "inner sizes of a product agree");
    if inner == 0 {
        for row in out.chunks_mut(out_stride).take(rows) {
            row[..columns].fill(0.0);
        }
        return;
    }
    assert!(
        left.is_inside() && right.is_inside(),
        "operands lie inside their slices"
    );
    assert!(
        last_index(rows, columns, out_stride, 1) < out.len(),
        "the result lies inside its slice"
    );
    assert!(
        columns <= out_stride || rows == 1,
        "rows of the result do not overlap"
    );
    // SAFETY: the assertions above place every index that the strides can reach inside the three
    // slices, and the borrow checker keeps `out` apart from the operands. `read_dst` is false, so the
    // old contents of `out` are not used.
    #[allow(unsafe_code)]
    unsafe {
        gemm(
            rows,
            columns,
            inner,
            out.as_mut_ptr(),
            1,
            out_stride as isize,
            false,
            left.data.as_ptr(),
            left.column_stride as isize,
            left.row_stride as isize,
            right.data.as_ptr(),
            right.column_stride as isize,
            right.row_stride as isize,
            0.0,
            scale,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::Random;

    proptest! {
        #[test]
        fn it_is_the_sum_of_products(rows in 1_usize..20, inner in 0_usize..40, columns in 1_usize..30, gap in 0_usize..5, seed in any::<u64>()) {
            let mut random = Random::new(seed);
            let left = random.numbers(rows * (inner + gap) + 1, 1.0);
            let right = random.numbers(columns * inner, 1.0);
            let mut out = vec![f32::NAN; rows * (columns + gap)];
            let a = View::columns(&left, rows, inner + gap, gap.min(1), inner);
            let b = View::whole(&right, columns, inner).transposed();
            multiply(a, b, 0.5, &mut out, columns + gap);
            for row in 0..rows {
                for column in 0..columns {
                    let expected: f64 = (0..inner)
                        .map(|i| f64::from(left[gap.min(1) + row * (inner + gap) + i]) * f64::from(right[column * inner + i]))
                        .sum();
                    prop_assert!((f64::from(out[row * (columns + gap) + column]) - 0.5 * expected).abs() < 1e-5);
                }
            }
        }
    }
}
