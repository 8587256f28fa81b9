//! What can go wrong between a pack, a device and an answer.

use crate::audio::AudioError;
use crate::format::FormatError;

/// Every way the engine can fail, in words a person can act on.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The pack or the gallery could not be read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The samples could not be used.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// An operation was handed matrices that do not fit together, or a weight it has no kernel for.
    #[error("{operation}: {problem}")]
    Shape {
        /// The operation, as [`crate::ops::Ops`] names it, or the weight's name.
        operation: String,
        /// What does not fit, with the shapes.
        problem: String,
    },
    /// There is no GPU to run on.
    #[error("no GPU can be used: {reason}. The CPU backend gives the same answers")]
    GpuUnavailable {
        /// Why opening one failed.
        reason: String,
    },
    /// The GPU went away (driver reset, out of memory, sleeping tab); the engine has to be made again.
    #[error("the GPU was lost: {reason}. Make the engine again to go on")]
    GpuLost {
        /// What the driver said.
        reason: String,
    },
    /// The GPU failed its self-test: its driver computes something else than the CPU.
    #[error(
        "the GPU computes {operation} wrongly: its self-test is off by {off:.3} where {usual:.3} is usual"
    )]
    GpuWrong {
        /// The operation, as [`crate::ops::Ops`] names it.
        operation: &'static str,
        /// The largest difference from the CPU's result.
        off: f32,
        /// The size of that result, as its root mean square.
        usual: f32,
    },
    /// The GPU cannot hold something.
    #[error("{what} needs {needed} bytes on the GPU, which allows {allowed}")]
    GpuLimit {
        /// The buffer or binding.
        what: String,
        /// Bytes asked for.
        needed: u64,
        /// Bytes the device grants.
        allowed: u64,
    },
    /// A kernel did not compile or did not run.
    #[error("the kernel {kernel} failed: {message}")]
    Kernel {
        /// File name of the shader, without `.wgsl`.
        kernel: String,
        /// The compiler's or driver's message.
        message: String,
    },
}

impl EngineError {
    /// An [`EngineError::Shape`] about `operation`.
    pub fn shape(operation: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Shape {
            operation: operation.into(),
            problem: problem.into(),
        }
    }
}
