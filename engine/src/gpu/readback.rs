//! The way back: one buffer, mapped once a query.

use futures_channel::oneshot;

use super::arena::{Arena, Block};
use super::device::Gpu;
use super::ledger::Category;
use super::recorder::Recorder;
use super::tensor::GpuTensor;
use crate::error::EngineError;

/// See the module.
#[derive(Default)]
pub(super) struct Readback {
    block: Option<Block>,
    /// Whether the buffer may still be mapped, because a query was dropped while it waited.
    mapped: bool,
}

impl Readback {
    /// Submits what is recorded and brings `tensors` back.
    pub(super) async fn read(
        &mut self,
        gpu: &Gpu,
        arena: &Arena,
        recorder: &mut Recorder,
        tensors: &[&GpuTensor],
    ) -> Result<Vec<Vec<f32>>, EngineError> {
        let total: u64 = tensors.iter().map(|tensor| tensor.bytes()).sum();
        let buffer = self.prepare(arena, total)?;
        recorder.submit(|encoder| {
            let mut offset = 0;
            for tensor in tensors {
                if let Some(source) = tensor.block.buffer()
                    && tensor.bytes() > 0
                {
                    encoder.copy_buffer_to_buffer(source, 0, &buffer, offset, tensor.bytes());
                }
                offset += tensor.bytes();
            }
        });
        if total == 0 {
            return Ok(tensors.iter().map(|_| Vec::new()).collect());
        }
        let slice = buffer.slice(..total);
        let (sender, receiver) = oneshot::channel();
        self.mapped = true;
        slice.map_async(wgpu::MapMode::Read, move |result| {
            // Nobody waits any more when the query was dropped.
            let _ = sender.send(result);
        });
        // Natively this blocks until the work is done; in a browser it does nothing, and the answer comes
        // from the event loop.
        let polled = gpu.device.poll(wgpu::PollType::wait_indefinitely());
        gpu.check()?;
        polled.map_err(|error| EngineError::GpuLost {
            reason: error.to_string(),
        })?;
        let mapped = receiver.await.map_err(|_| EngineError::GpuLost {
            reason: "the results never came back".to_owned(),
        })?;
        gpu.check()?;
        mapped.map_err(|error| EngineError::GpuLost {
            reason: error.to_string(),
        })?;
        let results = {
            let view = slice
                .get_mapped_range()
                .map_err(|error| EngineError::GpuLost {
                    reason: error.to_string(),
                })?;
            split(&view, tensors)
        };
        buffer.unmap();
        self.mapped = false;
        Ok(results)
    }

    /// An unmapped buffer of at least `bytes`.
    fn prepare(&mut self, arena: &Arena, bytes: u64) -> Result<wgpu::Buffer, EngineError> {
        if self.mapped
            && let Some(buffer) = self.block.as_ref().and_then(Block::buffer)
        {
            buffer.unmap();
            self.mapped = false;
        }
        if self
            .block
            .as_ref()
            .is_none_or(|block| block.bytes() < bytes)
        {
            let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
            let size = bytes.next_power_of_two().min(arena.largest().max(bytes));
            self.block = Some(arena.create("the readback", Category::Readback, size, usage)?);
        }
        self.block
            .as_ref()
            .and_then(Block::buffer)
            .cloned()
            .ok_or_else(|| EngineError::GpuLost {
                reason: "there is no readback buffer".to_owned(),
            })
    }
}

fn split(bytes: &[u8], tensors: &[&GpuTensor]) -> Vec<Vec<f32>> {
    let mut rest = bytes;
    tensors
        .iter()
        .map(|tensor| {
            let (mine, others) = rest.split_at(tensor.bytes() as usize);
            rest = others;
            bytemuck::pod_collect_to_vec(mine)
        })
        .collect()
}
/// The 64-bit numbers of a buffer that can be mapped.
pub(super) async fn words(gpu: &Gpu, buffer: &wgpu::Buffer) -> Result<Vec<u64>, EngineError> {
    let (sender, receiver) = oneshot::channel();
    buffer.map_async(wgpu::MapMode::Read, .., move |result| {
        let _ = sender.send(result);
    });
    let lost = |reason: String| EngineError::GpuLost { reason };
    let polled = gpu.device.poll(wgpu::PollType::wait_indefinitely());
    polled.map_err(|error| lost(error.to_string()))?;
    let mapped = receiver.await.map_err(|error| lost(error.to_string()))?;
    mapped.map_err(|error| lost(error.to_string()))?;
    let view = buffer.get_mapped_range(..);
    let view = view.map_err(|error| lost(error.to_string()))?;
    let (words, _) = view.as_chunks();
    Ok(words.iter().map(|word| u64::from_le_bytes(*word)).collect())
}
