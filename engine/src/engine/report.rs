//! Which backend runs, and why.

use std::fmt;

use serde::Serialize;

/// What the caller wants to run on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BackendChoice {
    /// The faster one, by a short timing at start.
    #[default]
    Auto,
    /// The GPU, or an error.
    Gpu,
    /// The CPU, quantised weights in eight bits ([`crate::cpu::Precision::EightBits`]).
    Cpu,
    /// The CPU in `f32` throughout: several times as slow, and what the others are measured by.
    CpuExact,
}

/// What an engine runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendKind {
    /// WebGPU, on the web or natively.
    Gpu,
    /// The processor's own cores.
    Cpu,
}

impl fmt::Display for BackendKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Gpu => "gpu",
            Self::Cpu => "cpu",
        })
    }
}

/// What was measured of one backend at start.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BackendTime {
    /// The backend.
    pub kind: BackendKind,
    /// Milliseconds for two seconds of sound, the better of two runs after one to warm up.
    pub milliseconds: f32,
}

/// What a GPU's start took besides compiling its kernels, milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct StartTimes {
    /// Choosing among kernels by timing them; nothing where the choice was known.
    pub choosing_ms: f32,
    /// Computing what the CPU computes, and comparing.
    pub self_test_ms: f32,
}

/// Which backend runs, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BackendReport {
    /// What runs.
    pub kind: BackendKind,
    /// The adapter's name, or what is known of the CPU.
    pub adapter: String,
    /// Threads that share an operation; none of ours on a GPU.
    pub threads: Option<usize>,
    /// Why this one, in a sentence.
    pub reason: String,
    /// What was measured to decide; empty when nothing had to be.
    pub timings: Vec<BackendTime>,
    /// On a GPU, which family of matrix products it got and what was measured for that: `half: shared 0.31 ms, half 0.22 ms`.
    pub kernels: Option<String>,
    /// What the GPU's start took.
    pub start: Option<StartTimes>,
}
