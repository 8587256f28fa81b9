//! `saysee embed`: what the network makes of a recording, as tensors in a file.

use std::io::Write;
use std::path::PathBuf;

use safetensors::Dtype;
use safetensors::tensor::TensorView;

use crate::failure::Failure;
use crate::session::{self, ModelArguments};

/// Writes the embedding of a recording, or every stage on the way to it, as a safetensors file.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// Write every named stage of the network, from the log-mel features on (docs/architecture.md).
    #[arg(long)]
    stages: bool,
    /// The safetensors file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The recording: wav, flac, ogg or mp3.
    file: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// When pack, backend or recording cannot be used, or the file cannot be written.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let pack = session::open_pack(&arguments.model.pack)?;
    let mut engine = session::start(&pack, arguments.model.backend)?;
    let samples = session::hear(&arguments.file, engine.max_seconds())?;
    let refused = |error| Failure::utterance(&arguments.file, error);

    let stages: Vec<(String, usize, usize, Vec<f32>)> = if arguments.stages {
        pollster::block_on(engine.stages(&samples)).map_err(refused)?
    } else {
        let answer = pollster::block_on(engine.query(&samples, 0)).map_err(refused)?;
        vec![(
            "embedding".to_owned(),
            1,
            answer.embedding.len(),
            answer.embedding,
        )]
    };
    for (name, rows, columns, values) in &stages {
        let largest = values
            .iter()
            .fold(0.0_f32, |largest, value| largest.max(value.abs()));
        writeln!(
            out,
            "{name:<28} {rows:>5} x {columns:<5} largest {largest:.4}"
        )?;
    }
    write_tensors(&stages)
        .and_then(|bytes| std::fs::write(&arguments.out, bytes).map_err(|error| error.to_string()))
        .map_err(|problem| Failure::Write {
            file: arguments.out.clone(),
            problem,
        })
}

fn write_tensors(stages: &[(String, usize, usize, Vec<f32>)]) -> Result<Vec<u8>, String> {
    let bytes: Vec<Vec<u8>> = stages
        .iter()
        .map(|(_, _, _, values)| {
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect()
        })
        .collect();
    let mut views = Vec::with_capacity(stages.len());
    for ((name, rows, columns, _), bytes) in stages.iter().zip(&bytes) {
        let view = TensorView::new(Dtype::F32, vec![*rows, *columns], bytes)
            .map_err(|error| format!("{name}: {error}"))?;
        views.push((name.as_str(), view));
    }
    safetensors::serialize(views, None).map_err(|error| error.to_string())
}
