//! Weights, in the form that what uses them takes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use saysee_cpu::{InstructionSet, Matrix, PackedBytes, PackedFloats, Product, Rows, block_of};

use super::Precision;
use crate::pack::WeightData;

/// A weight `[rows, columns]`. It stays as the pack has it until it is used, and is kept in the form of its last use:
/// each is used in one way, so no weight is held twice.
pub struct Weight {
    rows: usize,
    columns: usize,
    form: Mutex<Form>,
}

enum Form {
    Stored(WeightData),
    Matrix(Matrix),
    Product(Product),
    Groups(Arc<Vec<PackedFloats>>),
}

impl Weight {
    /// The data's numbers must be as many as its shape says.
    pub(super) fn new(data: WeightData) -> Self {
        let [rows, columns] = data.shape();
        let form = match data {
            WeightData::F32 { data, .. } => Form::Matrix(Matrix::new(rows, columns, data)),
            quantised => Form::Stored(quantised),
        };
        Self {
            rows,
            columns,
            form: Mutex::new(form),
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

    /// For messages.
    pub(super) fn shape(&self) -> String {
        format!("[{}, {}]", self.rows, self.columns)
    }

    fn form(&self) -> MutexGuard<'_, Form> {
        // Whatever panicked left a whole form.
        self.form.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `f` makes of its bytes and their scales, where it is kept in eight bits and has not been used otherwise.
    pub(super) fn bytes<R>(&self, f: impl FnOnce(&[i8], &[f32]) -> R) -> Option<R> {
        match &*self.form() {
            Form::Stored(WeightData::Q8 { values, scales, .. }) => Some(f(values, scales)),
            _ => None,
        }
    }

    /// All of it, row after row.
    pub(super) fn matrix(&self) -> Matrix {
        let mut form = self.form();
        let matrix = form.matrix(self.rows, self.columns);
        if let Form::Stored(_) = *form {
            *form = Form::Matrix(matrix.clone());
        }
        matrix
    }

    /// One row, without touching the others.
    pub(super) fn row(&self, row: usize) -> Vec<f32> {
        match &*self.form() {
            Form::Matrix(matrix) => matrix.row(row).to_vec(),
            Form::Stored(data) => data.row(row),
            Form::Product(product) => {
                let columns = 0..self.columns;
                columns.map(|column| product.at(row, column)).collect()
            }
            groups => groups.matrix(self.rows, self.columns).row(row).to_vec(),
        }
    }

    /// To multiply rows with that are made of pieces of `piece` numbers. Packs keep convolutions in half floats, small as
    /// they are; in eight bits they are computed alike (`halves`).
    pub(super) fn product(
        &self,
        set: InstructionSet,
        precision: Precision,
        piece: usize,
        halves: bool,
    ) -> Product {
        let mut form = self.form();
        if let Form::Product(product) = &*form {
            return product.clone();
        }
        let quantised = match &*form {
            Form::Stored(WeightData::Q8 { .. } | WeightData::Q4 { .. }) => true,
            Form::Stored(WeightData::F16 { .. }) => halves,
            _ => false,
        };
        let block = match precision {
            Precision::EightBits if quantised => block_of(piece),
            _ => None,
        };
        let matrix = form.matrix(self.rows, self.columns);
        let product = match block {
            Some(block) => {
                let packed = PackedBytes::new(set, matrix.data(), self.columns, block);
                Product::Bytes(Arc::new(packed))
            }
            None => {
                let rows = Rows {
                    data: matrix.data(),
                    count: self.rows,
                    pitch: self.columns,
                };
                Product::Floats(Arc::new(PackedFloats::of_rows(set, rows, self.columns)))
            }
        };
        *form = Form::Product(product.clone());
        product
    }

    /// To multiply `groups` groups of channels with, the rows of each a weight of their own.
    pub(super) fn groups(&self, set: InstructionSet, groups: usize) -> Arc<Vec<PackedFloats>> {
        let mut form = self.form();
        if let Form::Groups(packed) = &*form {
            return packed.clone();
        }
        let matrix = form.matrix(self.rows, self.columns);
        let height = self.rows / groups;
        let of_group = |group: usize| {
            let rows = Rows {
                data: &matrix.data()[group * height * self.columns..],
                count: height,
                pitch: self.columns,
            };
            PackedFloats::of_rows(set, rows, self.columns)
        };
        let packed = Arc::new((0..groups).map(of_group).collect::<Vec<_>>());
        *form = Form::Groups(packed.clone());
        packed
    }
}

impl From<Matrix> for Weight {
    fn from(matrix: Matrix) -> Self {
        Self {
            rows: matrix.rows(),
            columns: matrix.columns(),
            form: Mutex::new(Form::Matrix(matrix)),
        }
    }
}

impl Form {
    fn matrix(&self, rows: usize, columns: usize) -> Matrix {
        let unpacked = |at: &dyn Fn(usize, usize) -> f32| {
            let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
            places.map(|(row, column)| at(row, column)).collect()
        };
        let numbers = match self {
            Self::Matrix(matrix) => return matrix.clone(),
            Self::Stored(data) => data.to_f32(),
            Self::Product(product) => unpacked(&|row, column| product.at(row, column)),
            Self::Groups(groups) => {
                let height = rows / groups.len().max(1);
                unpacked(&|row, column| groups[row / height].at(row % height, column))
            }
        };
        Matrix::new(rows, columns, numbers)
    }
}
