//! Recorded work: dispatches wait here and go to the GPU in few submissions.
//!
//! Parameters of all dispatches of a submission lie in one uniform buffer, one block each at a dynamic
//! offset. Writes to buffers reach the GPU before everything submitted after them, so whoever writes a
//! buffer that recorded work may still read has to call [`Recorder::submit`] first.

use super::bindings::PARAMETER_BYTES;
use super::kernels::Kernel;
use super::profile::{Profiler, Work};
use crate::error::EngineError;

/// Dispatches a submission: small enough that the GPU starts while the rest is recorded, and that no
/// driver's watchdog takes a long utterance for a hang.
pub(super) const CHUNK: usize = 64;
/// WebGPU's guaranteed alignment of dynamic offsets.
const STRIDE: usize = 256;
/// Bytes of the uniform buffer.
pub(super) const UNIFORM_BYTES: u64 = (CHUNK * STRIDE) as u64;
/// Workgroups that WebGPU guarantees in each dimension of a dispatch.
const MOST_WORKGROUPS: u32 = 65_535;

struct Dispatch {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    grid: [u32; 3],
    kernel: Kernel,
    work: Work,
}

impl Dispatch {
    /// `index` is its place among the parameters of the submission.
    fn encode(&self, pass: &mut wgpu::ComputePass<'_>, index: usize) {
        let [x, y, z] = self.grid;
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, &[(index * STRIDE) as u32]);
        pass.dispatch_workgroups(x, y, z);
    }
}

/// See the module.
pub(super) struct Recorder {
    device: wgpu::Device,
    queue: wgpu::Queue,
    uniforms: wgpu::Buffer,
    waiting: Vec<Dispatch>,
    parameters: Vec<u8>,
    profiler: Option<Profiler>,
}

impl Recorder {
    /// Nothing recorded yet, and no dispatch timed.
    pub(super) fn new(device: wgpu::Device, queue: wgpu::Queue, uniforms: wgpu::Buffer) -> Self {
        Self {
            profiler: None,
            device,
            queue,
            uniforms,
            waiting: Vec::with_capacity(CHUNK),
            parameters: Vec::with_capacity(CHUNK * STRIDE),
        }
    }

    /// Whether every dispatch is timed from now on. What is recorded is submitted first.
    pub(super) fn set_profile(&mut self, on: bool) {
        if on != self.profiler.is_some() {
            self.submit(|_| {});
            self.profiler = on.then(|| Profiler::new(&self.device, &self.queue));
        }
    }

    pub(super) fn profiler(&mut self) -> Option<&mut Profiler> {
        self.profiler.as_mut()
    }

    pub(super) fn uniforms(&self) -> &wgpu::Buffer {
        &self.uniforms
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Records a dispatch; `parameters` are at most 16 words, `bytes` what its buffers hold. Submits when a chunk is full.
    pub(super) fn record(
        &mut self,
        kernel: Kernel,
        bytes: impl FnOnce() -> u64,
        pipeline: wgpu::ComputePipeline,
        group: wgpu::BindGroup,
        parameters: &[u32],
        grid: [u32; 3],
    ) {
        debug_assert!(parameters.len() * 4 <= PARAMETER_BYTES as usize);
        if grid.contains(&0) {
            return;
        }
        let start = self.parameters.len();
        self.parameters
            .extend_from_slice(bytemuck::cast_slice(parameters));
        self.parameters.resize(start + STRIDE, 0);
        let work = match self.profiler {
            Some(_) => Work::of(kernel, parameters, bytes()),
            None => Work::default(),
        };
        self.waiting.push(Dispatch {
            pipeline,
            group,
            grid,
            kernel,
            work,
        });
        if self.waiting.len() == CHUNK {
            self.submit(|_| {});
        }
    }

    /// Hands everything recorded to the GPU, followed by what `last` encodes.
    pub(super) fn submit(&mut self, last: impl FnOnce(&mut wgpu::CommandEncoder)) {
        if !self.parameters.is_empty() {
            self.queue.write_buffer(&self.uniforms, 0, &self.parameters);
        }
        let mut encoder = self
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        if let Some(profiler) = &mut self.profiler {
            // A pass each, since only passes can be timed.
            for (index, dispatch) in self.waiting.iter().enumerate() {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                    label: None,
                    timestamp_writes: profiler.writes(index),
                });
                dispatch.encode(&mut pass, index);
            }
            let kernels = self
                .waiting
                .iter()
                .map(|dispatch| (dispatch.kernel, dispatch.work));
            profiler.resolve(&mut encoder, kernels.collect());
        } else if !self.waiting.is_empty() {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for (index, dispatch) in self.waiting.iter().enumerate() {
                dispatch.encode(&mut pass, index);
            }
        }
        last(&mut encoder);
        self.queue.submit([encoder.finish()]);
        self.waiting.clear();
        self.parameters.clear();
    }
}

/// # Errors
/// [`EngineError::Shape`] when a dimension has more workgroups than WebGPU guarantees.
pub(super) fn check_grid(kernel: Kernel, grid: [u32; 3]) -> Result<(), EngineError> {
    match grid
        .into_iter()
        .find(|workgroups| *workgroups > MOST_WORKGROUPS)
    {
        None => Ok(()),
        Some(workgroups) => Err(EngineError::shape(
            kernel.name(),
            format!("{workgroups} workgroups, where {MOST_WORKGROUPS} are possible"),
        )),
    }
}

/// `workgroups` in one dimension, folded into rows of two where a dimension cannot hold them. The last
/// row may be too long: kernels compare their number (`unfold` in `shaders/parts/grid.wgsl`) with their size.
pub(super) fn fold(workgroups: u32) -> [u32; 3] {
    if workgroups <= MOST_WORKGROUPS {
        return [workgroups, 1, 1];
    }
    let rows = workgroups.div_ceil(MOST_WORKGROUPS);
    [workgroups.div_ceil(rows), rows, 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_covers_every_workgroup_and_fits() {
        for workgroups in [
            0, 1, 65_534, 65_535, 65_536, 65_537, 131_070, 131_071, 10_000_019,
        ] {
            let [x, y, z] = fold(workgroups);
            assert!(x <= MOST_WORKGROUPS && y <= MOST_WORKGROUPS && z == 1);
            let covered = u64::from(x) * u64::from(y);
            assert!(covered >= u64::from(workgroups));
            assert!(covered - u64::from(workgroups) < u64::from(y));
        }
    }
}
