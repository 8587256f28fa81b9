//! Every buffer the engine makes, and their reuse.
//!
//! A matrix of a query takes the smallest free buffer that holds it and gives it back when its last
//! handle is dropped, so that a query no longer than an earlier one creates nothing. Weights are not
//! reused: dropping one destroys its buffer, once the GPU has been handed all work that reads it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ledger::{Category, Ledger};
use crate::error::EngineError;

/// Smallest buffer: below it only the number of buffers would grow.
const SMALLEST: u64 = 256;

/// A buffer and its number, unique in an arena for ever (wgpu's own identity is not visible on the web).
struct Slab {
    id: u64,
    buffer: wgpu::Buffer,
    bytes: u64,
    category: Category,
}

#[derive(Default)]
struct Shelf {
    /// Free buffers, smallest first, then oldest first: the same queries get the same buffers, whatever came between.
    free: Vec<Slab>,
    /// Buffers to be destroyed after the next submission.
    retired: Vec<Slab>,
    ledger: Ledger,
    next_id: u64,
}

/// A buffer in use. Dropping it gives the buffer back.
pub(super) struct Block {
    /// `None` only while being dropped.
    slab: Option<Slab>,
    shelf: Arc<Mutex<Shelf>>,
}

impl Block {
    pub(super) fn buffer(&self) -> Option<&wgpu::Buffer> {
        self.slab.as_ref().map(|slab| &slab.buffer)
    }

    /// Number of the buffer, for keys of caches.
    pub(super) fn id(&self) -> u64 {
        self.slab.as_ref().map_or(0, |slab| slab.id)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.slab.as_ref().map_or(0, |slab| slab.bytes)
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let Some(slab) = self.slab.take() else { return };
        let mut shelf = lock(&self.shelf);
        if slab.category == Category::Activations {
            let order = |slab: &Slab| (slab.bytes, slab.id);
            let place = shelf
                .free
                .partition_point(|other| order(other) < order(&slab));
            shelf.free.insert(place, slab);
        } else {
            shelf.retired.push(slab);
        }
    }
}

/// Makes and keeps buffers.
pub(super) struct Arena {
    device: wgpu::Device,
    largest: u64,
    shelf: Arc<Mutex<Shelf>>,
}

impl Arena {
    /// `largest` is the most bytes of one binding.
    pub(super) fn new(device: wgpu::Device, largest: u64) -> Self {
        Self {
            device,
            largest,
            shelf: Arc::default(),
        }
    }

    /// Most bytes of a buffer.
    pub(super) fn largest(&self) -> u64 {
        self.largest
    }

    /// A matrix of a query, contents undefined, with room for `roomy` bytes if that is possible.
    pub(super) fn activations(&self, bytes: u64, roomy: u64) -> Result<Block, EngineError> {
        let roomy = size_class(roomy);
        let needed = if roomy <= self.largest { roomy } else { bytes };
        {
            let mut shelf = lock(&self.shelf);
            let place = shelf.free.partition_point(|slab| slab.bytes < needed);
            if place < shelf.free.len() {
                let slab = shelf.free.remove(place);
                return Ok(self.block(slab));
            }
        }
        let usage = wgpu::BufferUsages::STORAGE
            | wgpu::BufferUsages::COPY_DST
            | wgpu::BufferUsages::COPY_SRC;
        self.create("a matrix", Category::Activations, needed, usage)
    }

    /// A buffer that is not reused.
    pub(super) fn create(
        &self,
        what: &str,
        category: Category,
        bytes: u64,
        usage: wgpu::BufferUsages,
    ) -> Result<Block, EngineError> {
        let bytes = bytes.max(SMALLEST).next_multiple_of(16);
        if bytes > self.largest {
            return Err(EngineError::GpuLimit {
                what: what.to_owned(),
                needed: bytes,
                allowed: self.largest,
            });
        }
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(what),
            size: bytes,
            usage,
            mapped_at_creation: false,
        });
        let mut shelf = lock(&self.shelf);
        shelf.ledger.add(category, bytes);
        shelf.next_id += 1;
        let id = shelf.next_id;
        drop(shelf);
        Ok(self.block(Slab {
            id,
            buffer,
            bytes,
            category,
        }))
    }

    fn block(&self, slab: Slab) -> Block {
        Block {
            slab: Some(slab),
            shelf: self.shelf.clone(),
        }
    }

    /// Destroys what was dropped for good. To be called when no recorded work is left unsubmitted.
    /// Returns the numbers of the buffers that are gone.
    pub(super) fn destroy_retired(&self) -> Vec<u64> {
        let mut shelf = lock(&self.shelf);
        let retired = std::mem::take(&mut shelf.retired);
        retired
            .into_iter()
            .map(|slab| {
                shelf.ledger.remove(slab.category, slab.bytes);
                slab.buffer.destroy();
                slab.id
            })
            .collect()
    }

    pub(super) fn ledger(&self) -> Ledger {
        lock(&self.shelf).ledger
    }
}

/// Four classes between two powers of two: at most a fifth of a buffer is wasted, and buffers of
/// neighbouring lengths of utterance serve each other.
fn size_class(bytes: u64) -> u64 {
    let bytes = bytes.max(SMALLEST);
    let step = (bytes.next_power_of_two() / 8).max(64);
    bytes.next_multiple_of(step)
}

/// A panic of another thread leaves the shelf usable: nothing is half done under its lock.
fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::size_class;

    #[test]
    fn size_classes_hold_their_bytes_and_waste_little() {
        for bytes in (1..100_000).step_by(37) {
            let class = size_class(bytes);
            assert!(class >= bytes && class.is_multiple_of(16));
            assert!(
                bytes < 256 || class as f64 <= bytes as f64 * 1.25 + 64.0,
                "{bytes} -> {class}"
            );
        }
        assert_eq!(size_class(0), 256);
        assert_eq!(size_class(1 << 20), 1 << 20);
    }
}
