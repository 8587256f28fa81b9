//! Matrices and weights in memory.

use std::sync::Arc;

/// A row-major `f32` matrix. Cloning it copies a handle.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    data: Arc<Vec<f32>>,
}

impl Matrix {
    /// A matrix of `data`, which must have `rows * columns` numbers.
    pub fn new(rows: usize, columns: usize, data: Vec<f32>) -> Self {
        assert_eq!(
            rows * columns,
            data.len(),
            "a matrix is as long as its shape says"
        );
        Self {
            rows,
            columns,
            data: Arc::new(data),
        }
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All numbers, row after row.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// One row.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.columns..(row + 1) * self.columns]
    }

    /// The rows, one slice each. A matrix without columns has none.
    pub fn iter_rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.data.chunks_exact(self.columns.max(1))
    }
}
