//! How many bytes of GPU memory the engine holds, and for what.

use serde::Serialize;

/// What a buffer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Weights,
    Activations,
    Tables,
    Parameters,
    Readback,
}

/// Bytes of GPU buffers in existence, used or waiting for reuse. Drivers may round up on their side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// Weights and galleries.
    pub weights: u64,
    /// Matrices of queries: the arena.
    pub activations: u64,
    /// Window, filters and twiddles of the front end.
    pub tables: u64,
    /// Parameter blocks of dispatches.
    pub parameters: u64,
    /// What results come back through.
    pub readback: u64,
    /// Buffers, of all kinds.
    pub buffers: u64,
}

impl Ledger {
    /// All bytes.
    pub fn total(&self) -> u64 {
        self.weights + self.activations + self.tables + self.parameters + self.readback
    }

    pub(super) fn add(&mut self, category: Category, bytes: u64) {
        *self.of(category) += bytes;
        self.buffers += 1;
    }

    pub(super) fn remove(&mut self, category: Category, bytes: u64) {
        *self.of(category) -= bytes;
        self.buffers -= 1;
    }

    fn of(&mut self, category: Category) -> &mut u64 {
        match category {
            Category::Weights => &mut self.weights,
            Category::Activations => &mut self.activations,
            Category::Tables => &mut self.tables,
            Category::Parameters => &mut self.parameters,
            Category::Readback => &mut self.readback,
        }
    }
}
