//! Where a run computes, and how long it still takes.

use std::time::{Duration, Instant};

use burn::prelude::*;

use crate::error::TrainError;

/// What a run computes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Backend {
    /// The processor.
    Cpu,
    /// An NVIDIA card, through CUDA.
    Cuda,
    /// Any graphics card, through Vulkan, Metal or DirectX.
    Wgpu,
}

impl Backend {
    /// The device, without gradients.
    ///
    /// # Errors
    /// When this program was built without the feature.
    pub fn device(self) -> Result<Device, TrainError> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            #[cfg(feature = "cuda")]
            Self::Cuda => Ok(Device::cuda(0)),
            #[cfg(feature = "wgpu")]
            Self::Wgpu => Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)),
            #[cfg(not(all(feature = "cuda", feature = "wgpu")))]
            #[allow(unreachable_patterns, reason = "depends on the features")]
            missing => Err(TrainError::Options(format!(
                "this program cannot use {missing:?}: build it with `--features {}`",
                format!("{missing:?}").to_lowercase()
            ))),
        }
    }
}

/// Says how long the rest of a run takes.
pub struct Clock {
    start: Instant,
    first: usize,
    steps: usize,
    waited: Duration,
}

impl Clock {
    /// A run from step `first` to `steps` that begins now.
    pub fn new(first: usize, steps: usize) -> Self {
        Self {
            start: Instant::now(),
            first,
            steps,
            waited: Duration::ZERO,
        }
    }

    /// Runs `wait`, and keeps account of how long it took: time that training spent waiting for data.
    pub fn waiting<T>(&mut self, wait: impl FnOnce() -> T) -> T {
        let before = Instant::now();
        let result = wait();
        self.waited += before.elapsed();
        result
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    /// "0.41 s a step, 2 % waiting for data, 1:02:03 left", after `done` steps.
    pub fn report(&self, done: usize) -> String {
        let steps = done.saturating_sub(self.first).max(1) as f64;
        let each = self.seconds() / steps;
        let left = (each * self.steps.saturating_sub(done) as f64).round() as u64;
        let waiting = 100.0 * self.waited.as_secs_f64() / self.seconds().max(1e-9);
        format!(
            "{each:.2} s a step, {waiting:.0} % waiting for data, {}:{:02}:{:02} left",
            left / 3600,
            left / 60 % 60,
            left % 60
        )
    }
}
