//! `saysee embed`: what the network makes of recordings.

use std::io::Write;
use std::path::{Path, PathBuf};

use safetensors::Dtype;
use safetensors::tensor::TensorView;
use saysee_engine::graph::{NamedStage, Neighbours};
use saysee_engine::{Answer, BackendKind, Engine};
use serde::Serialize;

use crate::failure::Failure;
use crate::session::{self, ModelArguments};

/// Prints the embedding of each recording and its keywords with times and neighbours; writes every stage on the way
/// there where --stages says.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// Write every named stage of the network (docs/architecture.md) into this safetensors file; with several
    /// recordings, the names begin with a recording's number and a dot.
    #[arg(long, value_name = "FILE")]
    stages: Option<PathBuf>,
    /// What a keyword's neighbours are the neighbours of.
    #[arg(long, value_enum, default_value_t = Near::Projection)]
    neighbours: Near,
    /// Print one JSON object a recording, each on its own line.
    #[arg(long)]
    json: bool,
    /// Recordings: wav, flac, ogg or mp3.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// `--neighbours`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Near {
    /// Of the vector that was heard, before it is replaced by a token: the most telling list.
    Projection,
    /// Of the token itself, as the papers' hit rates take them.
    Token,
}

/// What `--json` prints. Other programs rely on these names.
#[derive(Debug, Serialize)]
struct Report {
    file: String,
    seconds: f32,
    backend: BackendKind,
    embedding: Vec<f32>,
    keywords: Vec<ReportedKeyword>,
}

#[derive(Debug, Serialize)]
struct ReportedKeyword {
    start: f32,
    end: f32,
    token: String,
    score: f32,
    neighbours: Vec<(String, f32)>,
}

/// Runs the command.
///
/// # Errors
/// When pack, backend or a recording cannot be used, or the file cannot be written.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let pack = session::open_pack(&arguments.model.pack)?;
    let mut engine = session::start(&pack, arguments.model.backend, arguments.model.pool())?;
    engine.set_neighbours(match arguments.neighbours {
        Near::Projection => Neighbours::OfProjection,
        Near::Token => Neighbours::OfToken,
    });
    let mut kept = Vec::new();
    for (number, file) in arguments.files.iter().enumerate() {
        let samples = session::hear(file, engine.max_seconds())?;
        let refused = |error| Failure::utterance(file, error);
        let answer = pollster::block_on(engine.query(&samples, 0)).map_err(refused)?;
        if arguments.stages.is_some() {
            let stages = pollster::block_on(engine.stages(&samples)).map_err(refused)?;
            kept.extend(stages.into_iter().map(|stage| NamedStage {
                name: match arguments.files.len() {
                    1 => stage.name,
                    _ => format!("{number}.{}", stage.name),
                },
                ..stage
            }));
        }
        let report = report(file, &engine, answer);
        if arguments.json {
            serde_json::to_writer(&mut *out, &report).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            print(&report, out)?;
        }
    }
    let Some(target) = &arguments.stages else {
        return Ok(());
    };
    let refused = |problem: String| Failure::Write {
        file: target.clone(),
        problem,
    };
    let bytes = write_tensors(&kept).map_err(refused)?;
    std::fs::write(target, bytes).map_err(|error| refused(error.to_string()))?;
    if !arguments.json {
        writeln!(out, "\nstages in {}", target.display())?;
        for stage in &kept {
            let (name, rows, columns) = (&stage.name, stage.rows, stage.columns);
            let size = |largest: f32, number: &f32| largest.max(number.abs());
            let largest = stage.numbers.iter().fold(0.0_f32, size);
            writeln!(
                out,
                "  {name:<28} {rows:>5} x {columns:<5} largest {largest:.4}"
            )?;
        }
    }
    Ok(())
}

fn report(file: &Path, engine: &Engine, answer: Answer) -> Report {
    let keywords = answer.keywords.into_iter().map(|keyword| ReportedKeyword {
        start: keyword.start,
        end: keyword.end,
        token: keyword.token,
        score: keyword.score,
        neighbours: keyword.alternatives,
    });
    Report {
        file: file.display().to_string(),
        seconds: answer.seconds,
        backend: engine.backend().kind,
        keywords: keywords.collect(),
        embedding: answer.embedding,
    }
}

fn print(report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(
        out,
        "{}  {:.2} s, embedding of {} numbers, on the {}",
        report.file,
        report.seconds,
        report.embedding.len(),
        report.backend
    )?;
    for keyword in &report.keywords {
        let near: Vec<String> = keyword
            .neighbours
            .iter()
            .map(|(token, score)| format!("{token} {score:.2}"))
            .collect();
        writeln!(
            out,
            "  {:5.2} - {:5.2} s  {:.2}  {:<16} {}",
            keyword.start,
            keyword.end,
            keyword.score,
            keyword.token,
            near.join(", ")
        )?;
    }
    Ok(())
}

fn write_tensors(stages: &[NamedStage]) -> Result<Vec<u8>, String> {
    let little_endian = |stage: &NamedStage| -> Vec<u8> {
        let bytes = stage.numbers.iter().flat_map(|value| value.to_le_bytes());
        bytes.collect()
    };
    let bytes: Vec<Vec<u8>> = stages.iter().map(little_endian).collect();
    let mut views = Vec::with_capacity(stages.len());
    for (stage, bytes) in stages.iter().zip(&bytes) {
        let name = &stage.name;
        let view = TensorView::new(Dtype::F32, vec![stage.rows, stage.columns], bytes)
            .map_err(|error| format!("{name}: {error}"))?;
        views.push((name.as_str(), view));
    }
    safetensors::serialize(views, None).map_err(|error| error.to_string())
}
