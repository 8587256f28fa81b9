//! Measures the engine: what `?bench` asks for.

use saysee_engine::graph::StageTime;
use saysee_engine::live::Utterance;
use saysee_engine::pack::{GROUP, WeightData};
use saysee_engine::{Engine, EngineError};
use serde::Serialize;

use crate::browser::{clock, memory};
use crate::logic::bench::{
    GpuMemory, Kernel, Measurement, Mode, Phase, Plan, Report as Figures, kernel_rows, murmur,
    stage_rows,
};
use crate::logic::problem::{Code, Problem};
use crate::protocol::{Ready, Report};
use crate::worker::{outbox, problems};

/// Least of warming up: by then browsers have optimised the code that runs.
const WARM_RUNS: u32 = 2;
const WARM_MILLISECONDS: f64 = 1_000.0;
/// Where a run takes seconds, warming up and timing are cut short after so long.
const PATIENCE: f64 = 30_000.0;
/// Pictures that are ranked, as for an utterance.
const RANKED: usize = 120;
/// Samples that arrive at a time while somebody speaks.
const CHUNK: usize = 1024;

/// What one run works on.
enum Work {
    Speech(Vec<f32>),
    Encoder(Vec<f32>),
    Text(Vec<u32>),
    Picture(Vec<f32>),
    Search(Vec<f32>),
}

/// Everything that is known at the end.
#[derive(Serialize)]
struct Written<'a> {
    version: &'static str,
    browser: String,
    processors: f64,
    ready_ms: f64,
    ready: Option<&'a Ready>,
    figures: &'a Figures,
}

/// Measures what `query` asks for and this model can do, telling the page on the way.
///
/// # Errors
/// What the engine reports.
pub async fn run(
    engine: &mut Engine,
    query: &str,
    ready: Option<&Ready>,
    ready_ms: f64,
) -> Result<(), Problem> {
    let plan = Plan::parse(query);
    let mut figures = Figures::default();
    let steps = steps(engine, &plan);
    let of = steps.len() as u32;
    hold(engine, &mut figures);
    for (done, (mode, seconds, pictures)) in steps.into_iter().enumerate() {
        let place = Place {
            mode,
            done: done as u32,
            of,
        };
        let refused = |error: EngineError| problems::of_engine(&error);
        let measured = match mode {
            Mode::Stages => {
                let stages = stages(engine, &mut figures, place, seconds).await;
                stages.map_err(refused)?;
                hold(engine, &mut figures);
                continue;
            }
            Mode::Live => live(engine, place, seconds).await,
            _ => measure(engine, plan.runs, place, seconds, pictures).await,
        };
        let measured = measured.map_err(refused)?;
        outbox::send(&Report::Measured {
            mode: mode.name().to_owned(),
            cells: measured.cells(mode),
        });
        figures.measurements.push(measured);
        // The pictures that are made to be searched are no part of what a model takes.
        if mode != Mode::Search {
            hold(engine, &mut figures);
        }
    }
    let navigator = outbox::scope().navigator();
    let written = Written {
        version: env!("CARGO_PKG_VERSION"),
        browser: navigator.user_agent().unwrap_or_default(),
        processors: navigator.hardware_concurrency(),
        ready_ms,
        ready,
        figures: &figures,
    };
    let json = serde_json::to_string(&written)
        .map_err(|error| Problem::new(Code::EngineFailed, error.to_string()))?;
    let memory = figures.memory();
    outbox::send(&Report::Benched { memory, json });
    Ok(())
}

/// Notes how much memory is held.
fn hold(engine: &Engine, figures: &mut Figures) {
    figures.heap_bytes = memory::bytes();
    figures.gpu_bytes = engine.gpu_ledger().map(|ledger| GpuMemory {
        weights: ledger.weights,
        activations: ledger.activations,
        other: ledger.total() - ledger.weights - ledger.activations,
        buffers: ledger.buffers,
    });
}

/// Which measurement is made.
#[derive(Clone, Copy)]
struct Place {
    mode: Mode,
    done: u32,
    of: u32,
}

impl Place {
    fn tell(self, phase: Phase) {
        let Self { mode, done, of } = self;
        outbox::send(&Report::Measuring {
            mode: mode.name().to_owned(),
            phase: phase.name().to_owned(),
            done,
            of,
        });
    }
}

/// What is measured, in order: the mode, and the length or the number of pictures where it has one.
fn steps(engine: &Engine, plan: &Plan) -> Vec<(Mode, f32, u32)> {
    let most = engine.max_seconds();
    let lengths = || plan.seconds.iter().map(|seconds| seconds.min(most));
    let longest = lengths().fold(0.0, f32::max);
    let mut steps = Vec::new();
    for mode in Mode::ALL.into_iter().filter(|mode| plan.wants(*mode)) {
        match mode {
            Mode::Speech | Mode::Encoder => {
                steps.extend(lengths().map(|seconds| (mode, seconds, 0)));
            }
            Mode::Live | Mode::Stages => steps.push((mode, longest, 0)),
            Mode::Text if engine.longest_text().is_none() => {}
            Mode::Picture if engine.picture_size().is_none() => {}
            Mode::Text | Mode::Picture => steps.push((mode, 0.0, 0)),
            Mode::Search => steps.extend(plan.pictures.iter().map(|count| (mode, 0.0, *count))),
        }
    }
    steps
}

async fn measure(
    engine: &mut Engine,
    runs: u32,
    place: Place,
    seconds: f32,
    pictures: u32,
) -> Result<Measurement, EngineError> {
    let work = match place.mode {
        Mode::Encoder => Work::Encoder(murmur(seconds)),
        // The same token again and again takes as long as any others.
        Mode::Text => Work::Text(vec![0; engine.longest_text().unwrap_or_default()]),
        Mode::Picture => {
            let size = engine.picture_size().unwrap_or_default();
            Work::Picture(numbers(3 * size * size).collect())
        }
        Mode::Search => {
            let ids = (0..pictures).map(|picture| picture.to_string()).collect();
            let dimension = engine.dimension();
            engine.set_embeddings(embeddings(pictures as usize, dimension), ids)?;
            Work::Search(embeddings(1, dimension).to_f32())
        }
        Mode::Speech | Mode::Live | Mode::Stages => Work::Speech(murmur(seconds)),
    };
    place.tell(Phase::First);
    let first_ms = once(engine, &work).await?;
    place.tell(Phase::Warm);
    let mut times = Vec::new();
    if runs > 0 {
        let begun = clock::milliseconds();
        for run in 0.. {
            let spent = clock::milliseconds() - begun;
            if spent >= PATIENCE || (run >= WARM_RUNS && spent >= WARM_MILLISECONDS) {
                break;
            }
            once(engine, &work).await?;
        }
        place.tell(Phase::Timed);
        let begun = clock::milliseconds();
        while times.len() < runs as usize {
            times.push(once(engine, &work).await?);
            if clock::milliseconds() - begun >= PATIENCE {
                break;
            }
        }
        place.tell(Phase::Done);
    }
    let seconds = matches!(work, Work::Speech(_) | Work::Encoder(_)).then_some(seconds);
    let pictures = matches!(work, Work::Search(_)).then_some(pictures);
    Ok(Measurement::new(
        place.mode, seconds, pictures, first_ms, times,
    ))
}

/// Milliseconds of one run.
async fn once(engine: &mut Engine, work: &Work) -> Result<f64, EngineError> {
    let begun = clock::milliseconds();
    match work {
        Work::Speech(samples) => drop(engine.query(samples, RANKED).await?),
        Work::Encoder(samples) => drop(engine.encode(samples).await?),
        Work::Text(ids) => drop(engine.embed_text(ids).await?),
        Work::Picture(planes) => drop(engine.embed_image(planes).await?),
        Work::Search(embedding) => drop(engine.search(embedding, RANKED).await?),
    }
    Ok(clock::milliseconds() - begun)
}

/// The looks that are taken at a sentence of `seconds` while it grows; how many there are depends on how long each takes.
async fn live(engine: &mut Engine, place: Place, seconds: f32) -> Result<Measurement, EngineError> {
    let mut utterance = Utterance::new(16_000, engine.max_seconds())?;
    let mut times = Vec::new();
    place.tell(Phase::Timed);
    for chunk in murmur(seconds).chunks(CHUNK) {
        utterance.push(chunk)?;
        if let Some(pass) = utterance.next_pass() {
            let begun = clock::milliseconds();
            let answer = match pass.complete {
                true => engine.query(&pass.samples, RANKED).await?,
                false => engine.query_growing(&pass.samples, RANKED).await?,
            };
            utterance.take(&pass, answer);
            times.push(clock::milliseconds() - begun);
        }
    }
    place.tell(Phase::Done);
    let first_ms = times.first().copied().unwrap_or_default();
    let seconds = Some(seconds);
    Ok(Measurement::new(Mode::Live, seconds, None, first_ms, times))
}

/// Stages and their milliseconds on the CPU, kernels on a GPU.
async fn stages(
    engine: &mut Engine,
    figures: &mut Figures,
    place: Place,
    seconds: f32,
) -> Result<(), EngineError> {
    place.tell(Phase::Timed);
    let samples = murmur(seconds);
    // Once to warm up.
    engine.query(&samples, RANKED).await?;
    let length = format!("{seconds:.1} s");
    if let Some(times) = engine.stage_times(&samples).await? {
        place.tell(Phase::Done);
        let pair = |stage: StageTime| (stage.name, stage.milliseconds);
        let stages: Vec<(String, f64)> = times.into_iter().map(pair).collect();
        let rows = stage_rows(&stages);
        outbox::send(&Report::Stages { length, rows });
        figures.stages = Some(stages);
        return Ok(());
    }
    engine.set_profile(true);
    engine.query(&samples, RANKED).await?;
    let kernels = engine.profile().await?;
    engine.set_profile(false);
    let ceiling = engine.ceiling().await?;
    place.tell(Phase::Done);
    let most = ceiling.map(|ceiling| (ceiling.flops, ceiling.bytes));
    let rows = kernels.iter().map(|kernel| Kernel {
        name: &kernel.kernel,
        nanoseconds: kernel.nanoseconds,
        flop: kernel.flop,
        bytes: kernel.bytes,
    });
    let rows = kernel_rows(rows, most.unwrap_or_default());
    outbox::send(&Report::Stages { length, rows });
    figures.kernels = Some(serde_json::json!({ "kernels": kernels, "ceiling": ceiling }));
    Ok(())
}

/// Numbers between -1 and 1, the same each time.
fn numbers(count: usize) -> impl Iterator<Item = f32> {
    let mut state = 1_u32;
    (0..count).map(move |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    })
}

/// Random directions of about length 1, in eight bits where they can be, as large galleries are stored.
fn embeddings(count: usize, dimension: usize) -> WeightData {
    let shape = [count, dimension];
    // Of numbers spread evenly between -largest and largest, the mean square is a third of the largest one's.
    let largest = (3.0 / dimension as f32).sqrt();
    if dimension.is_multiple_of(GROUP) {
        return WeightData::Q8 {
            shape,
            values: numbers(count * dimension)
                .map(|x| (127.0 * x) as i8)
                .collect(),
            scales: vec![largest / 127.0; count * dimension / GROUP],
        };
    }
    WeightData::F32 {
        shape,
        data: numbers(count * dimension).map(|x| largest * x).collect(),
    }
}
