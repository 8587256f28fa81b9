//! The two backends behind one face, and the choice between them.

use web_time::Instant;

use super::milliseconds;
use super::report::{BackendChoice, BackendKind, BackendReport, BackendTime};
use crate::cpu::CpuOps;
use crate::error::EngineError;
use crate::gpu::{GpuOps, GpuOptions, Ledger};
use crate::graph::front_end::Timing;
use crate::graph::{Heard, Network};
use crate::index::cosine;
use crate::ops::Ops;
use crate::pack::{Encoder, Head, Pack};

/// Least cosine between the embeddings of both backends for the GPU to be trusted. Rounding alone
/// leaves them far closer; drivers that compute nonsense do not come near it.
const AGREEMENT: f32 = 0.99;

/// A network and what runs it.
pub(super) struct Running<O: Ops> {
    ops: O,
    network: Network<O>,
}

/// A network on one of the two backends.
pub(super) enum Backend {
    Cpu(Box<Running<CpuOps>>),
    Gpu(Box<Running<GpuOps>>),
}

impl<O: Ops> Running<O> {
    fn new(mut ops: O, pack: &Pack) -> Result<Self, EngineError> {
        let network = Network::new(&mut ops, pack)?;
        Ok(Self { ops, network })
    }

    async fn hear(&mut self, samples: &[f32]) -> Result<Heard, EngineError> {
        let heard = self.network.hear(&mut self.ops, samples).await?;
        if heard
            .embedding
            .iter()
            .chain(&heard.scores)
            .all(|x| x.is_finite())
        {
            Ok(heard)
        } else {
            Err(EngineError::Kernel {
                kernel: "network".to_owned(),
                message: "left numbers that are not finite".to_owned(),
            })
        }
    }

    /// What two seconds of sound leave and take: one run to warm up, then the better of two.
    async fn time(&mut self, samples: &[f32]) -> Result<(Heard, f32), EngineError> {
        let heard = self.hear(samples).await?;
        let mut best = f32::INFINITY;
        for _ in 0..2 {
            let start = Instant::now();
            self.hear(samples).await?;
            best = best.min(milliseconds(start));
        }
        Ok((heard, best))
    }
}

/// Runs `$body` with `$running` bound to whichever backend there is.
macro_rules! on {
    ($backend:expr, $running:ident => $body:expr) => {
        match $backend {
            Backend::Cpu($running) => $body,
            Backend::Gpu($running) => $body,
        }
    };
}

impl Backend {
    pub(super) fn tokens_per_slot(&self) -> usize {
        on!(self, running => running.network.tokens_per_slot())
    }

    pub(super) fn frame_timing(&self) -> Timing {
        on!(self, running => running.network.timing())
    }

    pub(super) fn set_gallery(
        &mut self,
        embeddings: Vec<f32>,
        dimension: usize,
    ) -> Result<(), EngineError> {
        on!(self, running => running.network.set_gallery(&mut running.ops, embeddings, dimension))
    }

    pub(super) async fn hear(&mut self, samples: &[f32]) -> Result<Heard, EngineError> {
        on!(self, running => running.hear(samples).await)
    }

    pub(super) async fn stages(
        &mut self,
        samples: &[f32],
    ) -> Result<Vec<(String, usize, usize, Vec<f32>)>, EngineError> {
        on!(self, running => running.network.stages(&mut running.ops, samples).await)
    }

    pub(super) fn ledger(&self) -> Option<Ledger> {
        match self {
            Self::Cpu(_) => None,
            Self::Gpu(running) => Some(running.ops.ledger()),
        }
    }
}

/// Makes the backend the caller wants, or the faster one.
pub(super) async fn choose(
    pack: &Pack,
    choice: BackendChoice,
    progress: impl FnMut(usize, usize),
) -> Result<(Backend, BackendReport), EngineError> {
    match choice {
        BackendChoice::Cpu => {
            let running = Running::new(CpuOps::new(), pack)?;
            Ok(on_cpu(
                running,
                "the CPU was asked for".to_owned(),
                Vec::new(),
            ))
        }
        BackendChoice::Gpu => {
            let running = open_gpu(pack, progress).await?;
            Ok(on_gpu(
                running,
                "the GPU was asked for".to_owned(),
                Vec::new(),
            ))
        }
        BackendChoice::Auto => faster(pack, progress).await,
    }
}

/// Times both and keeps the faster one. Whatever goes wrong with the GPU leaves the CPU and a reason.
async fn faster(
    pack: &Pack,
    progress: impl FnMut(usize, usize),
) -> Result<(Backend, BackendReport), EngineError> {
    let mut cpu = Running::new(CpuOps::new(), pack)?;
    let mut gpu = match open_gpu(pack, progress).await {
        Ok(gpu) => gpu,
        Err(error) => return Ok(on_cpu(cpu, error.to_string(), Vec::new())),
    };
    let samples = trial_sound();
    let (expected, cpu_ms) = cpu.time(&samples).await?;
    let mut timings = vec![BackendTime {
        kind: BackendKind::Cpu,
        milliseconds: cpu_ms,
    }];
    let (heard, gpu_ms) = match gpu.time(&samples).await {
        Ok(timed) => timed,
        Err(error) => {
            return Ok(on_cpu(
                cpu,
                format!("the GPU failed its trial: {error}"),
                timings,
            ));
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

async fn open_gpu(
    pack: &Pack,
    progress: impl FnMut(usize, usize),
) -> Result<Running<GpuOps>, EngineError> {
    let Encoder::ConvolutionalTransformer(encoder) = &pack.manifest().model.encoder;
    let Head::HybridPlus(head) = &pack.manifest().model.head;
    let options = GpuOptions {
        head_sizes: vec![encoder.width / encoder.heads, encoder.width / head.heads],
        ..GpuOptions::default()
    };
    let mut ops = GpuOps::open(options).await?;
    ops.warm_up(progress).await?;
    Running::new(ops, pack)
}

fn on_cpu(
    running: Running<CpuOps>,
    reason: String,
    timings: Vec<BackendTime>,
) -> (Backend, BackendReport) {
    let report = BackendReport {
        kind: BackendKind::Cpu,
        adapter: format!("{}, one core", std::env::consts::ARCH),
        reason,
        timings,
    };
    (Backend::Cpu(Box::new(running)), report)
}

fn on_gpu(
    running: Running<GpuOps>,
    reason: String,
    timings: Vec<BackendTime>,
) -> (Backend, BackendReport) {
    let adapter = running.ops.adapter();
    let report = BackendReport {
        kind: BackendKind::Gpu,
        adapter: format!("{} ({})", adapter.name, adapter.backend),
        reason,
        timings,
    };
    (Backend::Gpu(Box::new(running)), report)
}

/// Two seconds of a buzz that swells and fades, so that the trial has something to hear.
fn trial_sound() -> Vec<f32> {
    (0..32_000_u16)
        .map(|n| {
            let t = f32::from(n) / 16_000.0;
            let buzz = (t * 140.0).fract() - 0.5;
            let swell = (t * 3.0 * std::f32::consts::PI).sin().abs();
            0.3 * swell * buzz
        })
        .collect()
}
