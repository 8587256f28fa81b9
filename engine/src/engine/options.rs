//! What an engine may use.

use crate::cpu::Pool;
use crate::gpu::GpuOptions;

/// What an engine may use of the machine, whichever backend it gets.
#[derive(Clone, Default)]
pub struct EngineOptions {
    /// How a GPU is used.
    pub gpu: GpuOptions,
    /// Threads of the CPU; one without it.
    pub pool: Pool,
}

impl From<GpuOptions> for EngineOptions {
    fn from(gpu: GpuOptions) -> Self {
        Self {
            gpu,
            ..Self::default()
        }
    }
}
