//! Reading a checkpoint that could be opened: what holds for every one of them.

use saysee_checkpoint::{Checkpoint, CheckpointError, DType};

/// Tensors looked at, and numbers read of each.
const MOST_TENSORS: usize = 16;
const MOST_NUMBERS: usize = 1 << 14;

/// Reads some tensors, whole and by rows.
pub fn read(checkpoint: &Checkpoint, file: &str) {
    // The configuration may come from a file beside it, and be any JSON.
    let _ = checkpoint.config().to_string();
    let names = checkpoint.tensors().iter().take(MOST_TENSORS);
    for (name, info) in names.filter(|(_, info)| info.elements() <= MOST_NUMBERS) {
        assert!(checkpoint.same_storage(name, name));
        let is_float = matches!(
            info.dtype,
            DType::F64 | DType::F32 | DType::F16 | DType::BF16
        );
        let (floats, integers) = (checkpoint.read_f32(name), checkpoint.read_i64(name));
        let count = if is_float {
            assert!(integers.is_err());
            told(floats.map(|numbers| numbers.len()), file)
        } else {
            assert!(floats.is_err());
            told(integers.map(|numbers| numbers.len()), file)
        };
        if let Some(count) = count {
            assert_eq!(count, info.elements());
        }
        if is_float {
            rows(checkpoint, name, info.shape.first().copied(), file);
        }
    }
    for name in checkpoint.skipped().keys().take(MOST_TENSORS) {
        told(checkpoint.read_f32(name), file);
    }
}

/// Some rows are a part of the whole, where both can be read.
fn rows(checkpoint: &Checkpoint, name: &str, rows: Option<usize>, file: &str) {
    let Some(rows) = rows else {
        told(checkpoint.read_rows_f32(name, 0..1), file);
        return;
    };
    let (first, last) = (rows / 3, rows - rows / 3);
    let part = told(checkpoint.read_rows_f32(name, first..last), file);
    let whole = told(checkpoint.read_f32(name), file);
    if let (Some(part), Some(whole)) = (part, whole) {
        let width = whole.len().checked_div(rows).unwrap_or(0);
        let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&part), bits(&whole[first * width..last * width]));
    }
    assert!(
        checkpoint
            .read_rows_f32(name, 0..rows.saturating_add(1))
            .is_err()
    );
}

/// The value, or the refusal checked.
pub fn told<T>(result: Result<T, CheckpointError>, file: &str) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            crate::message::check(&error, file);
            None
        }
    }
}
