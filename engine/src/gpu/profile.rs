//! Where the time goes: timestamps around every dispatch, added up for each kernel. Off by default, and free then.

use std::collections::BTreeMap;

use serde::Serialize;

use super::GpuOps;
use super::kernels::Kernel;
use super::recorder::CHUNK;
use crate::error::EngineError;

/// Bytes of the timestamps of a submission, two a dispatch.
const BYTES: u64 = (CHUNK * 2 * 8) as u64;

/// What one kernel has done since the last profile.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KernelTime {
    /// File and variant: `linear (WEIGHT q8, FOURS yes)`.
    pub kernel: String,
    /// Dispatches.
    pub calls: u64,
    /// Time on the device; `None` where the adapter has no timestamps. Browsers round them to 0.1 ms.
    pub nanoseconds: Option<u64>,
    /// Additions and multiplications of its matrix products; 0 for kernels that have none.
    pub flop: u64,
    /// Bytes of the buffers it was given: about what it has to read and write, matrices having some room to spare.
    pub bytes: u64,
}

/// What a dispatch does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Work {
    pub(super) flop: u64,
    pub(super) bytes: u64,
}

impl Work {
    /// Of a dispatch with these parameters, whose buffers hold so many bytes together.
    pub(super) fn of(kernel: Kernel, parameters: &[u32], bytes: u64) -> Self {
        let number = |index: usize| parameters.get(index).copied().map_or(0, u64::from);
        let flop = match kernel {
            // Rows, inputs, outputs.
            Kernel::Linear(..) | Kernel::LinearInteger | Kernel::LinearRow(_) => {
                2 * number(0) * number(1) * number(2)
            }
            // Rows, keys, width: scores and mixture.
            Kernel::Attention(_) | Kernel::AttentionDirect(_) => {
                4 * number(0) * number(1) * number(2)
            }
            _ => 0,
        };
        Self { flop, bytes }
    }
}

/// Timestamps of one submission on their way back.
struct Waiting {
    kernels: Vec<(Kernel, Work)>,
    /// `None` without timestamps.
    staging: Option<wgpu::Buffer>,
}

/// Collects what submissions take.
pub(super) struct Profiler {
    device: wgpu::Device,
    timestamps: Option<(wgpu::QuerySet, wgpu::Buffer)>,
    nanoseconds_a_tick: f64,
    waiting: Vec<Waiting>,
}

impl Profiler {
    pub(super) fn new(device: &wgpu::Device, queue: &wgpu::Queue) -> Self {
        let available = device.features().contains(wgpu::Features::TIMESTAMP_QUERY);
        let timestamps = available.then(|| {
            let set = device.create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("profile"),
                ty: wgpu::QueryType::Timestamp,
                count: 2 * CHUNK as u32,
            });
            let resolved = device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("profile"),
                size: BYTES,
                usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: false,
            });
            (set, resolved)
        });
        Self {
            device: device.clone(),
            timestamps,
            nanoseconds_a_tick: f64::from(queue.get_timestamp_period()),
            waiting: Vec::new(),
        }
    }

    /// What the pass of the `index`th dispatch of a submission writes.
    pub(super) fn writes(&self, index: usize) -> Option<wgpu::ComputePassTimestampWrites<'_>> {
        let (query_set, _) = self.timestamps.as_ref()?;
        let first = 2 * index as u32;
        Some(wgpu::ComputePassTimestampWrites {
            query_set,
            beginning_of_pass_write_index: Some(first),
            end_of_pass_write_index: Some(first + 1),
        })
    }

    /// Encodes the way back of a submission's timestamps.
    pub(super) fn resolve(
        &mut self,
        encoder: &mut wgpu::CommandEncoder,
        kernels: Vec<(Kernel, Work)>,
    ) {
        if kernels.is_empty() {
            return;
        }
        let staging = self.timestamps.as_ref().map(|(set, resolved)| {
            let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("profile"),
                size: BYTES,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            let count = 2 * kernels.len();
            encoder.resolve_query_set(set, 0..count as u32, resolved, 0);
            encoder.copy_buffer_to_buffer(resolved, 0, &staging, 0, 8 * count as u64);
            staging
        });
        self.waiting.push(Waiting { kernels, staging });
    }
}

impl GpuOps {
    /// Whether every dispatch is timed from now on, for [`GpuOps::profile`]. Costs a pass a dispatch. Off at first.
    pub fn set_profile(&mut self, on: bool) {
        self.recorder.set_profile(on);
    }

    /// What each kernel has done since the last call, most time first; empty unless [`GpuOps::set_profile`] asked for it.
    /// To be called after a query: what is recorded and not submitted is not counted.
    ///
    /// # Errors
    /// [`EngineError::GpuLost`].
    pub async fn profile(&mut self) -> Result<Vec<KernelTime>, EngineError> {
        let Some(profiler) = self.recorder.profiler() else {
            return Ok(Vec::new());
        };
        let tick = profiler.nanoseconds_a_tick;
        let mut kernels: BTreeMap<String, KernelTime> = BTreeMap::new();
        for waiting in std::mem::take(&mut profiler.waiting) {
            let ticks = match &waiting.staging {
                Some(staging) => Some(super::readback::words(&self.gpu, staging).await?),
                None => None,
            };
            for (index, (kernel, work)) in waiting.kernels.into_iter().enumerate() {
                let label = kernel.label();
                let entry = kernels.entry(label.clone()).or_insert_with(|| KernelTime {
                    kernel: label,
                    calls: 0,
                    nanoseconds: ticks.as_ref().map(|_| 0),
                    flop: 0,
                    bytes: 0,
                });
                entry.calls += 1;
                entry.flop += work.flop;
                entry.bytes += work.bytes;
                if let (Some(sum), Some(ticks)) = (&mut entry.nanoseconds, &ticks) {
                    // A driver may let a pass end before it began.
                    let passed = ticks[2 * index + 1].saturating_sub(ticks[2 * index]);
                    *sum += (passed as f64 * tick) as u64;
                }
            }
        }
        let mut kernels: Vec<KernelTime> = kernels.into_values().collect();
        kernels.sort_by_key(|kernel| std::cmp::Reverse((kernel.nanoseconds, kernel.calls)));
        Ok(kernels)
    }
}
