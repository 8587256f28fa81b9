//! Handles of what lies on the GPU.

use std::sync::Arc;

use super::arena::{Arena, Block};
use super::ledger::Category;
use crate::error::EngineError;
use crate::pack::WeightData;

/// A matrix on the GPU. Clones share the buffer; the last one dropped gives it back to the arena.
#[derive(Clone)]
pub struct GpuTensor {
    pub(super) block: Arc<Block>,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

impl GpuTensor {
    pub(super) fn count(&self) -> usize {
        self.rows * self.columns
    }

    pub(super) fn bytes(&self) -> u64 {
        self.count() as u64 * 4
    }
}

/// A weight on the GPU. Dropping it frees its memory once no submitted work needs it.
pub struct GpuWeight {
    pub(super) name: String,
    pub(super) outputs: usize,
    pub(super) inputs: usize,
    pub(super) data: Stored,
}

/// How a weight lies on the GPU.
pub(super) enum Stored {
    F32(Block),
    Q8 { values: Block, scales: Block },
}

/// Buffer writes between two flushes. Some native drivers lose early writes when very many wait for one
/// submission.
const WRITES_A_FLUSH: usize = 64;

/// Puts weights on the GPU.
pub(super) struct Uploader {
    queue: wgpu::Queue,
    writes: usize,
}

impl Uploader {
    pub(super) fn new(queue: wgpu::Queue) -> Self {
        Self { queue, writes: 0 }
    }

    pub(super) fn weight(
        &mut self,
        arena: &Arena,
        name: &str,
        weight: &WeightData,
    ) -> Result<GpuWeight, EngineError> {
        let [outputs, inputs] = weight.shape();
        let data = match weight {
            WeightData::Q8 { values, scales, .. } => Stored::Q8 {
                values: self.bytes(arena, name, Category::Weights, bytemuck::cast_slice(values))?,
                scales: self.bytes(arena, name, Category::Weights, bytemuck::cast_slice(scales))?,
            },
            WeightData::F32 { data, .. } => Stored::F32(self.bytes(
                arena,
                name,
                Category::Weights,
                bytemuck::cast_slice(data),
            )?),
            WeightData::F16 { .. } => {
                let data = weight.to_f32();
                Stored::F32(self.bytes(
                    arena,
                    name,
                    Category::Weights,
                    bytemuck::cast_slice(&data),
                )?)
            }
        };
        Ok(GpuWeight {
            name: name.to_owned(),
            outputs,
            inputs,
            data,
        })
    }

    /// `bytes` in a buffer of their own. Their number is a multiple of 4.
    pub(super) fn bytes(
        &mut self,
        arena: &Arena,
        what: &str,
        category: Category,
        bytes: &[u8],
    ) -> Result<Block, EngineError> {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
        let block = arena.create(what, category, bytes.len() as u64, usage)?;
        if let Some(buffer) = block.buffer() {
            self.queue.write_buffer(buffer, 0, bytes);
        }
        self.writes += 1;
        if self.writes.is_multiple_of(WRITES_A_FLUSH) {
            self.queue.submit([]);
        }
        Ok(block)
    }
}
