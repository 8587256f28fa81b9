//! The two backends behind one face.

use web_time::Instant;

use super::milliseconds;
use super::report::{BackendKind, BackendReport, BackendTime};
use crate::cpu::CpuOps;
use crate::error::EngineError;
use crate::gpu::{GpuOps, Ledger};
use crate::graph::front_end::Timing;
use crate::graph::{Grown, Heard, NamedStage, Neighbours, Network, StageTime};
use crate::ops::Ops;
use crate::pack::WeightData;

/// Least cosine between the embeddings of both backends for the GPU to be trusted. Rounding alone
/// leaves them far closer; drivers that compute nonsense do not come near it.
pub(super) const AGREEMENT: f32 = 0.99;

/// A network and what runs it.
pub(super) struct Running<O: Ops> {
    pub(super) ops: O,
    pub(super) network: Network<O>,
    /// Of the utterance that is heard while it grows.
    pub(super) grown: Option<Grown<O::Tensor>>,
}

/// A network on one of the two backends.
pub(super) enum Backend {
    Cpu(Box<Running<CpuOps>>),
    Gpu(Box<Running<GpuOps>>),
}

impl<O: Ops> Running<O> {
    pub(super) async fn hear(&mut self, samples: &[f32]) -> Result<Heard, EngineError> {
        finite(self.network.hear(&mut self.ops, samples).await?)
    }

    /// The same of an utterance that still grows.
    pub(super) async fn hear_growing(&mut self, samples: &[f32]) -> Result<Heard, EngineError> {
        let hearing = self
            .network
            .hear_growing(&mut self.ops, samples, &mut self.grown);
        finite(hearing.await?)
    }

    /// What two seconds of sound leave and take: one run to warm up, then the better of two.
    pub(super) async fn time(&mut self, samples: &[f32]) -> Result<(Heard, f32), EngineError> {
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

/// Refuses numbers that no network leaves when all is well.
fn finite(heard: Heard) -> Result<Heard, EngineError> {
    all_finite(heard.embedding.iter().chain(&heard.scores))?;
    Ok(heard)
}

fn all_finite<'a>(mut numbers: impl Iterator<Item = &'a f32>) -> Result<(), EngineError> {
    if numbers.all(|x| x.is_finite()) {
        return Ok(());
    }
    Err(EngineError::Kernel {
        kernel: "network".to_owned(),
        message: "left numbers that are not finite".to_owned(),
    })
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

    pub(super) fn set_gallery(&mut self, embeddings: WeightData) -> Result<(), EngineError> {
        on!(self, running => running.network.set_gallery(&mut running.ops, embeddings))
    }

    pub(super) async fn hear_words(&mut self, samples: &[f32]) -> Result<Heard, EngineError> {
        on!(self, running => running.network.hear_words(&mut running.ops, samples, true).await)
    }

    pub(super) async fn hear(&mut self, samples: &[f32]) -> Result<Heard, EngineError> {
        on!(self, running => running.hear(samples).await)
    }

    pub(super) async fn hear_growing(&mut self, samples: &[f32]) -> Result<Heard, EngineError> {
        on!(self, running => running.hear_growing(samples).await)
    }

    pub(super) async fn stages(
        &mut self,
        samples: &[f32],
        padded_to: usize,
    ) -> Result<Vec<NamedStage>, EngineError> {
        on!(self, running => running.network.stages(&mut running.ops, samples, padded_to).await)
    }

    pub(super) async fn encode(&mut self, samples: &[f32]) -> Result<NamedStage, EngineError> {
        on!(self, running => running.network.encode(&mut running.ops, samples).await)
    }

    pub(super) async fn search(&mut self, embedding: &[f32]) -> Result<Vec<f32>, EngineError> {
        let scores =
            on!(self, running => running.network.search(&mut running.ops, embedding).await)?;
        all_finite(scores.iter())?;
        Ok(scores)
    }

    /// See [`Network::reread`]: the embedding and the scores.
    pub(super) async fn reread(
        &mut self,
        ids: &[u32],
        sound: &[f32],
        share: f32,
    ) -> Result<(Vec<f32>, Vec<f32>), EngineError> {
        let (embedding, scores) = on!(self, running => running.network.reread(&mut running.ops, ids, sound, share).await)?;
        all_finite(embedding.iter().chain(&scores))?;
        Ok((embedding, scores))
    }

    pub(super) async fn stage_times(
        &mut self,
        samples: &[f32],
    ) -> Result<Option<Vec<StageTime>>, EngineError> {
        match self {
            Self::Cpu(running) => {
                let times = running.network.stage_times(&mut running.ops, samples);
                Ok(Some(times.await?))
            }
            // Recording takes no time; what a kernel takes, only the GPU knows.
            Self::Gpu(_) => Ok(None),
        }
    }

    pub(super) async fn embed_text(&mut self, ids: &[u32]) -> Result<Vec<f32>, EngineError> {
        on!(self, running => running.network.embed_text(&mut running.ops, ids).await)
    }

    pub(super) async fn embed_image(&mut self, planes: &[f32]) -> Result<Vec<f32>, EngineError> {
        on!(self, running => running.network.embed_image(&mut running.ops, planes).await)
    }

    pub(super) fn set_neighbours(&mut self, neighbours: Neighbours) {
        on!(self, running => running.network.set_neighbours(neighbours));
    }

    pub(super) fn gpu(&self) -> Option<&GpuOps> {
        match self {
            Self::Cpu(_) => None,
            Self::Gpu(running) => Some(&running.ops),
        }
    }

    pub(super) fn gpu_mut(&mut self) -> Option<&mut GpuOps> {
        match self {
            Self::Cpu(_) => None,
            Self::Gpu(running) => Some(&mut running.ops),
        }
    }

    pub(super) fn ledger(&self) -> Option<Ledger> {
        self.gpu().map(GpuOps::ledger)
    }
}

/// The CPU stays.
pub(super) fn on_cpu(
    running: Running<CpuOps>,
    reason: String,
    timings: Vec<BackendTime>,
) -> (Backend, BackendReport) {
    let report = BackendReport {
        kind: BackendKind::Cpu,
        adapter: format!(
            "{}, {}, {}",
            std::env::consts::ARCH,
            match running.ops.threads() {
                1 => "one core".to_owned(),
                threads => format!("{threads} threads"),
            },
            running.ops.instructions()
        ),
        threads: Some(running.ops.threads()),
        reason,
        timings,
        kernels: None,
        start: None,
    };
    (Backend::Cpu(Box::new(running)), report)
}

/// The GPU stays.
pub(super) fn on_gpu(
    running: Running<GpuOps>,
    reason: String,
    timings: Vec<BackendTime>,
) -> (Backend, BackendReport) {
    let adapter = running.ops.adapter();
    let report = BackendReport {
        kind: BackendKind::Gpu,
        adapter: format!("{} ({})", adapter.name, adapter.backend),
        threads: None,
        reason,
        timings,
        kernels: Some(running.ops.choice().to_string()),
        start: Some(running.ops.start),
    };
    (Backend::Gpu(Box::new(running)), report)
}

/// Two seconds of a buzz that swells and fades, so that the trial has something to hear.
pub(super) fn trial_sound() -> Vec<f32> {
    (0..32_000_u16)
        .map(|n| {
            let t = f32::from(n) / 16_000.0;
            let buzz = (t * 140.0).fract() - 0.5;
            let swell = (t * 3.0 * std::f32::consts::PI).sin().abs();
            0.3 * swell * buzz
        })
        .collect()
}
