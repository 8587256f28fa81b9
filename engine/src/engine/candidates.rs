//! The backends that may run a pack: opened first, then filled a weight at a time, then chosen from.
//!
//! A small pack is given to both and the faster one stays. A large pack fits only once: which backend gets it is
//! decided before the first weight comes.

use web_time::Instant;

use super::backend::{AGREEMENT, Backend, Running, on_cpu, on_gpu, trial_sound};
use super::options::EngineOptions;
use super::rehearsal;
use super::report::{BackendChoice, BackendKind, BackendReport, BackendTime};
use crate::cpu::{CpuOps, Precision};
use crate::error::EngineError;
use crate::gpu::{GpuOps, GpuOptions};
use crate::graph::{Network, Weights};
use crate::index::cosine;
use crate::ops::Ops;
use crate::pack::{Manifest, WeightData, WeightFormat};

/// Most bytes of shards that are given to both backends; on the CPU they take up to eight times that as floats.
pub(super) const SMALL: u64 = 20_000_000;

/// Operations and the weights they were given so far.
pub(super) struct Filling<O: Ops> {
    ops: O,
    weights: Weights<O>,
}

impl<O: Ops> Filling<O> {
    fn new(ops: O) -> Self {
        Self {
            ops,
            weights: Weights::default(),
        }
    }

    fn add(&mut self, name: &str, data: &WeightData) -> Result<(), EngineError> {
        self.weights.add(&mut self.ops, name, data)
    }

    fn assemble(self, manifest: &Manifest) -> Result<Running<O>, EngineError> {
        let network = Network::assemble(self.weights, manifest)?;
        Ok(Running {
            grown: None,
            ops: self.ops,
            network,
        })
    }
}

/// What is being filled.
pub(super) enum Candidates {
    /// The CPU, and why it alone.
    Cpu(Box<Filling<CpuOps>>, String),
    /// The GPU, why it alone, and whether it has to pass a trial.
    Gpu {
        filling: Box<Filling<GpuOps>>,
        reason: String,
        trial: bool,
    },
    /// Both, to be timed.
    Both(Box<Filling<CpuOps>>, Box<Filling<GpuOps>>),
}

impl Candidates {
    /// Opens what `choice` and the size of the pack call for, and compiles the GPU's kernels.
    ///
    /// # Errors
    /// Why the GPU that was asked for cannot be had; with [`BackendChoice::Auto`] that is a reason for the CPU.
    pub(super) async fn open(
        manifest: &Manifest,
        choice: BackendChoice,
        options: EngineOptions,
        progress: impl FnMut(usize, usize),
    ) -> Result<Self, EngineError> {
        let precision = match manifest.weights {
            WeightFormat::Q8 | WeightFormat::Q4 => Precision::EightBits,
            WeightFormat::F32 | WeightFormat::F16 => Precision::Exact,
        };
        let EngineOptions { gpu: options, pool } = options;
        let cpu = || Box::new(Filling::new(CpuOps::with(precision).on(pool.clone())));
        let bytes: u64 = manifest.shards.iter().map(|shard| shard.bytes).sum();
        let small = bytes <= SMALL;
        match choice {
            BackendChoice::Cpu => Ok(Self::Cpu(cpu(), "the CPU was asked for".to_owned())),
            BackendChoice::CpuExact => {
                let exact = Box::new(Filling::new(CpuOps::new().on(pool)));
                Ok(Self::Cpu(exact, "the CPU was asked for, in f32".to_owned()))
            }
            BackendChoice::Gpu => Ok(Self::Gpu {
                filling: Box::new(Filling::new(
                    open_gpu(manifest, true, options, progress).await?,
                )),
                reason: "the GPU was asked for".to_owned(),
                trial: false,
            }),
            BackendChoice::Auto => Ok(match open_gpu(manifest, small, options, progress).await {
                Ok(ops) if small => Self::Both(cpu(), Box::new(Filling::new(ops))),
                Ok(ops) => Self::Gpu {
                    filling: Box::new(Filling::new(ops)),
                    reason: "the model is too large to try the CPU as well".to_owned(),
                    trial: true,
                },
                Err(error) => Self::Cpu(cpu(), error.to_string()),
            }),
        }
    }

    /// Hands a weight over. A GPU that fails while the CPU has everything as well is given up.
    ///
    /// # Errors
    /// What [`Ops::load`] refuses.
    pub(super) fn add(&mut self, name: &str, data: &WeightData) -> Result<(), EngineError> {
        match self {
            Self::Cpu(cpu, _) => cpu.add(name, data),
            Self::Gpu { filling, .. } => filling.add(name, data),
            Self::Both(cpu, gpu) => {
                cpu.add(name, data)?;
                if let Err(error) = gpu.add(name, data) {
                    let cpu = std::mem::replace(cpu.as_mut(), Filling::new(CpuOps::new()));
                    *self = Self::Cpu(Box::new(cpu), error.to_string());
                }
                Ok(())
            }
        }
    }

    /// The network on the backend that stays.
    ///
    /// # Errors
    /// A weight that is not there; a GPU without an alternative that fails its trial.
    pub(super) async fn choose(
        self,
        manifest: &Manifest,
    ) -> Result<(Backend, BackendReport), EngineError> {
        match self {
            Self::Cpu(cpu, reason) => Ok(on_cpu(cpu.assemble(manifest)?, reason, Vec::new())),
            Self::Gpu {
                filling,
                reason,
                trial,
            } => {
                let mut gpu = filling.assemble(manifest)?;
                if trial {
                    // Fails when what comes out is not finite.
                    gpu.hear(&trial_sound()).await?;
                }
                Ok(on_gpu(gpu, reason, Vec::new()))
            }
            Self::Both(cpu, gpu) => {
                let cpu = cpu.assemble(manifest)?;
                match gpu.assemble(manifest) {
                    Ok(gpu) => faster(cpu, gpu).await,
                    Err(error) => Ok(on_cpu(cpu, error.to_string(), Vec::new())),
                }
            }
        }
    }
}

/// Times both and keeps the faster one. Whatever goes wrong with the GPU leaves the CPU and a reason.
async fn faster(
    mut cpu: Running<CpuOps>,
    mut gpu: Running<GpuOps>,
) -> Result<(Backend, BackendReport), EngineError> {
    let samples = trial_sound();
    let (expected, cpu_ms) = cpu.time(&samples).await?;
    let mut timings = vec![BackendTime {
        kind: BackendKind::Cpu,
        milliseconds: cpu_ms,
    }];
    let (heard, gpu_ms) = match gpu.time(&samples).await {
        Ok(timed) => timed,
        Err(error) => {
            let reason = format!("the GPU failed its trial: {error}");
            return Ok(on_cpu(cpu, reason, timings));
        }
    };
    timings.push(BackendTime {
        kind: BackendKind::Gpu,
        milliseconds: gpu_ms,
    });
    let agreement = cosine(&expected.embedding, &heard.embedding);
    let software = if gpu.ops.adapter().software {
        "a software GPU"
    } else {
        "the GPU"
    };
    let race =
        format!("two seconds of sound took {software} {gpu_ms:.0} ms and the CPU {cpu_ms:.0} ms");
    if agreement < AGREEMENT {
        let reason =
            format!("{software} computes something else than the CPU (cosine {agreement:.3})");
        Ok(on_cpu(cpu, reason, timings))
    } else if gpu_ms < cpu_ms {
        Ok(on_gpu(gpu, race, timings))
    } else {
        Ok(on_cpu(cpu, race, timings))
    }
}

/// Opens the GPU with its kernels compiled and its self-test passed; one that is a program on the CPU only if `software` is welcome.
async fn open_gpu(
    manifest: &Manifest,
    software: bool,
    options: GpuOptions,
    progress: impl FnMut(usize, usize),
) -> Result<GpuOps, EngineError> {
    let options = GpuOptions {
        network: Some(manifest.clone()),
        ..options
    };
    let mut ops = GpuOps::open(options).await?;
    if ops.adapter().software && !software {
        return Err(EngineError::GpuUnavailable {
            reason: format!("{} is a program on the CPU", ops.adapter().name),
        });
    }
    ops.warm_up(progress).await?;
    let begun = Instant::now();
    rehearsal::check(&mut ops, manifest).await?;
    ops.start.self_test_ms = begun.elapsed().as_secs_f32() * 1e3;
    Ok(ops)
}
