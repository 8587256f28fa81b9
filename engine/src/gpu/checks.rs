//! What operations check before they record anything.

use super::tensor::GpuWeight;
use crate::error::EngineError;

/// An [`EngineError::Shape`] about `operation` unless it `holds`.
pub(super) fn require(
    holds: bool,
    operation: &str,
    problem: impl FnOnce() -> String,
) -> Result<(), EngineError> {
    if holds {
        Ok(())
    } else {
        Err(EngineError::shape(operation, problem()))
    }
}

/// `weight` has `length` numbers, however they are arranged.
pub(super) fn require_vector(
    weight: &GpuWeight,
    length: usize,
    operation: &str,
) -> Result<(), EngineError> {
    require(weight.outputs * weight.inputs == length, operation, || {
        format!(
            "{} is [{}, {}], {length} numbers are needed",
            weight.name, weight.outputs, weight.inputs
        )
    })
}
