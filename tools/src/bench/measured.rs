//! One case, timed.

use std::time::Instant;

use saysee_engine::pack::{Pack, WeightFormat};
use saysee_engine::{BackendKind, Engine, EngineError};
use serde::Serialize;

use super::cases::{Case, Input, Mode};
use super::processor;

/// Pictures that a spoken query ranks.
const RANKED: usize = 10;
/// Runs before the timed ones, the first of which is told of.
const WARM_UP: u32 = 2;

/// How long a case took.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    backend: BackendKind,
    adapter: String,
    /// Of the CPU.
    threads: Option<usize>,
    pack: String,
    weights: WeightFormat,
    mode: Mode,
    /// Length of the utterance.
    seconds: Option<f32>,
    /// Timed runs.
    runs: u32,
    /// The first run of all, kernels and buffers made on the way included.
    first_ms: f64,
    /// By the clock on the wall.
    pub median_ms: f64,
    fastest_ms: f64,
    slowest_ms: f64,
    /// Processor time of a run on average, where the system tells.
    processor_ms: Option<f64>,
    /// Bytes of GPU memory held afterwards.
    gpu_bytes: Option<u64>,
}

/// Runs a case `runs` times after warming up.
///
/// # Errors
/// What the engine reports.
pub fn measure(
    engine: &mut Engine,
    pack: &Pack,
    case: &Case,
    runs: u32,
) -> Result<Measured, EngineError> {
    let mut times = Vec::with_capacity(runs as usize);
    let mut first_ms = 0.0;
    let mut begun = None;
    for run in 0..runs + WARM_UP {
        if run == WARM_UP {
            begun = processor::seconds();
        }
        let started = Instant::now();
        pollster::block_on(once(engine, case))?;
        let took = started.elapsed().as_secs_f64() * 1e3;
        match run {
            0 => first_ms = took,
            run if run >= WARM_UP => times.push(took),
            _ => {}
        }
    }
    let used = begun.zip(processor::seconds());
    times.sort_by(f64::total_cmp);
    let at = |share: usize| {
        let time = times.get((times.len().saturating_sub(1)) * share / 2);
        time.copied().unwrap_or_default()
    };
    let report = engine.backend();
    Ok(Measured {
        backend: report.kind,
        adapter: report.adapter.clone(),
        threads: report.threads,
        pack: pack.manifest().name.clone(),
        weights: pack.manifest().weights,
        mode: case.mode,
        seconds: case.seconds,
        runs,
        first_ms,
        median_ms: at(1),
        fastest_ms: at(0),
        slowest_ms: at(2),
        processor_ms: used.map(|(begun, ended)| (ended - begun) * 1e3 / f64::from(runs)),
        gpu_bytes: engine.gpu_ledger().map(|ledger| ledger.total()),
    })
}

/// Runs a case once.
pub(super) async fn once(engine: &mut Engine, case: &Case) -> Result<(), EngineError> {
    match &case.input {
        Input::Samples(samples) if case.mode == Mode::Encoder => {
            engine.encode(samples).await.map(drop)
        }
        Input::Samples(samples) => engine.query(samples, RANKED).await.map(drop),
        Input::Tokens(ids) => engine.embed_text(ids).await.map(drop),
        Input::Planes(planes) => engine.embed_image(planes).await.map(drop),
    }
}

impl Measured {
    /// A line for people; `faster` is how much faster than the CPU.
    pub fn describe(&self, faster: Option<f64>) -> String {
        let mode = match self.mode {
            Mode::Speech => "speech",
            Mode::Encoder => "encoder",
            Mode::Text => "text",
            Mode::Picture => "picture",
        };
        let seconds = self.seconds.map(|seconds| format!("{seconds:.1} s"));
        let processor = self
            .processor_ms
            .map(|ms| format!("  {ms:.2} CPU-ms"))
            .unwrap_or_default();
        let ratio = faster
            .map(|ratio| format!("  {ratio:.2} x the CPU's speed"))
            .unwrap_or_default();
        format!(
            "{:<4} {mode:<7} {:>6}  median {:>8.2} ms  ({:.2} to {:.2}, {} runs, first {:.2}){processor}{ratio}  {}",
            self.backend,
            seconds.unwrap_or_default(),
            self.median_ms,
            self.fastest_ms,
            self.slowest_ms,
            self.runs,
            self.first_ms,
            self.adapter
        )
    }
}
