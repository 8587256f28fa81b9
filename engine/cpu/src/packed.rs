//! Packed weights, whatever they are packed as.

use std::sync::Arc;

use crate::bytes::PackedBytes;
use crate::product::PackedFloats;

/// A weight that rows are multiplied with.
#[derive(Clone)]
pub enum Product {
    /// In floats.
    Floats(Arc<PackedFloats>),
    /// In eight bits.
    Bytes(Arc<PackedBytes>),
}

impl Product {
    /// The weight of one input (`column`) of one output.
    pub fn at(&self, row: usize, column: usize) -> f32 {
        match self {
            Self::Floats(packed) => packed.at(row, column),
            Self::Bytes(packed) => packed.at(row, column),
        }
    }
}
