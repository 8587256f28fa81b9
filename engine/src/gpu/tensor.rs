//! Handles of what lies on the GPU.

use std::sync::Arc;

use super::arena::{Arena, Block};
use super::kernels::Format;
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
pub(super) struct Stored {
    pub(super) format: Format,
    pub(super) values: Block,
    /// One for 32 inputs, where the format has them.
    pub(super) scales: Option<Block>,
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
        let mut put = |bytes: &[u8]| self.bytes(arena, name, Category::Weights, bytes);
        let data = match weight {
            WeightData::F32 { data, .. } => Stored {
                format: Format::F32,
                values: put(bytemuck::cast_slice(data))?,
                scales: None,
            },
            WeightData::F16 { data, .. } => Stored {
                format: Format::F16,
                values: put(bytemuck::cast_slice(data))?,
                scales: None,
            },
            WeightData::Q8 { values, scales, .. } => Stored {
                format: Format::Q8,
                values: put(bytemuck::cast_slice(values))?,
                scales: Some(put(bytemuck::cast_slice(scales))?),
            },
            WeightData::Q4 { values, scales, .. } => Stored {
                format: Format::Q4,
                values: put(values)?,
                scales: Some(put(bytemuck::cast_slice(scales))?),
            },
        };
        Ok(GpuWeight {
            name: name.to_owned(),
            outputs,
            inputs,
            data,
        })
    }

    /// `bytes` in a buffer of their own.
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
            // Writes are whole words; only an odd number of half floats leaves a part of one.
            let (words, rest) = bytes.split_at(bytes.len() / 4 * 4);
            self.queue.write_buffer(buffer, 0, words);
            if !rest.is_empty() {
                let mut word = [0; 4];
                word[..rest.len()].copy_from_slice(rest);
                self.queue.write_buffer(buffer, words.len() as u64, &word);
            }
        }
        self.writes += 1;
        if self.writes.is_multiple_of(WRITES_A_FLUSH) {
            self.queue.submit([]);
        }
        Ok(block)
    }
}
