//! Embeddings on disk: one safetensors file with one tensor `embeddings [count, width]`.

use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

use crate::error::TrainError;

/// Writes embeddings.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, values: &[f32], width: usize) -> Result<(), TrainError> {
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    let view = TensorView::new(Dtype::F32, vec![values.len() / width, width], &bytes);
    let file = view
        .and_then(|view| serialize([("embeddings", view)], None))
        .map_err(|error| broken(path, error))?;
    std::fs::write(path, file).map_err(TrainError::file(path))
}

/// Reads embeddings: values and width.
///
/// # Errors
/// When the file is missing or not what [`write`] makes.
pub fn read(path: &Path) -> Result<(Vec<f32>, usize), TrainError> {
    let bytes = std::fs::read(path).map_err(TrainError::file(path))?;
    let tensors = SafeTensors::deserialize(&bytes).map_err(|error| broken(path, error))?;
    let tensor = tensors
        .tensor("embeddings")
        .map_err(|error| broken(path, error))?;
    let (Dtype::F32, [_, width]) = (tensor.dtype(), tensor.shape()) else {
        return Err(broken(path, "not a matrix of f32"));
    };
    let values = tensor
        .data()
        .as_chunks::<4>()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes));
    Ok((values.collect(), *width))
}

fn broken(path: &Path, error: impl std::fmt::Display) -> TrainError {
    TrainError::Checkpoint {
        path: path.into(),
        reason: error.to_string(),
    }
}
