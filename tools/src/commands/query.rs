//! `saysee query`: pictures and keywords for recordings.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use saysee_engine::gallery::Gallery;
use saysee_engine::{BackendKind, Engine};
use serde::Serialize;

use crate::failure::Failure;
use crate::session::{self, ModelArguments};

/// Ranks the pictures of a gallery by what is said in each recording.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// The gallery's folder, such as assets/galleries/scenes.
    #[arg(long, value_name = "FOLDER")]
    gallery: PathBuf,
    /// How many pictures to list.
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// Print one JSON object a recording, each on its own line.
    #[arg(long)]
    json: bool,
    /// Recordings of at most a sentence each: wav, flac, ogg or mp3.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// What `--json` prints. Other programs rely on these names.
#[derive(Debug, Serialize)]
struct Report {
    file: String,
    seconds: f32,
    backend: BackendKind,
    keywords: Vec<ReportedKeyword>,
    results: Vec<ReportedPicture>,
    timing_ms: ReportedTiming,
}

#[derive(Debug, Serialize)]
struct ReportedKeyword {
    start: f32,
    end: f32,
    token: String,
    score: f32,
}

#[derive(Debug, Serialize)]
struct ReportedPicture {
    id: String,
    file: String,
    caption: String,
    score: f32,
}

#[derive(Debug, Serialize)]
struct ReportedTiming {
    /// Reading, decoding and resampling the file.
    decode: f32,
    /// From samples to embedding, keywords and scores.
    network: f32,
    /// From samples to the answer.
    query: f32,
}

/// Runs the command.
///
/// # Errors
/// At once when pack, gallery or backend cannot be used; after the other recordings when one of them cannot.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let pack = session::open_pack(&arguments.model.pack)?;
    let gallery = session::open_gallery(&arguments.gallery)?;
    let mut engine = session::start(&pack, arguments.model.backend, arguments.model.pool())?;
    engine
        .set_gallery(&gallery)
        .map_err(|error| Failure::gallery(&arguments.gallery, error))?;
    if !arguments.json {
        let backend = engine.backend();
        writeln!(
            out,
            "{}: {} ({})",
            backend.kind, backend.adapter, backend.reason
        )?;
    }

    let mut latest_failure = None;
    for file in &arguments.files {
        match answer(&mut engine, &gallery, file, arguments.top) {
            Ok(report) if arguments.json => {
                serde_json::to_writer(&mut *out, &report).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
            Ok(report) => print(&report, out)?,
            Err(failure) if failure.is_about_a_recording() => {
                // The last one is printed by `main`.
                if let Some(earlier) = latest_failure.replace(failure) {
                    eprintln!("error: {earlier}");
                }
            }
            Err(failure) => return Err(failure),
        }
        out.flush()?;
    }
    latest_failure.map_or(Ok(()), Err)
}

fn answer(
    engine: &mut Engine,
    gallery: &Gallery,
    file: &Path,
    top: usize,
) -> Result<Report, Failure> {
    let started = Instant::now();
    let samples = session::hear(file, engine.max_seconds())?;
    let decode = started.elapsed().as_secs_f32() * 1e3;
    let answer = pollster::block_on(engine.query(&samples, top))
        .map_err(|error| Failure::utterance(file, error))?;

    let pictures = answer.results.into_iter().map(|found| {
        let item = gallery.manifest().items.get(found.index);
        ReportedPicture {
            id: found.id,
            file: item.map(|item| item.file.clone()).unwrap_or_default(),
            caption: item.map(|item| item.caption.clone()).unwrap_or_default(),
            score: found.score,
        }
    });
    let keywords = answer.keywords.into_iter().map(|keyword| ReportedKeyword {
        start: keyword.start,
        end: keyword.end,
        token: keyword.token,
        score: keyword.score,
    });
    Ok(Report {
        file: file.display().to_string(),
        seconds: answer.seconds,
        backend: engine.backend().kind,
        keywords: keywords.collect(),
        results: pictures.collect(),
        timing_ms: ReportedTiming {
            decode,
            network: answer.timing.network_ms,
            query: answer.timing.total_ms,
        },
    })
}

fn print(report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "\n{}  {:.2} s", report.file, report.seconds)?;
    for keyword in &report.keywords {
        writeln!(
            out,
            "  {:5.2} - {:5.2} s  {}  {:.2}  {}",
            keyword.start,
            keyword.end,
            timeline(keyword.start, keyword.end, report.seconds),
            keyword.score,
            keyword.token
        )?;
    }
    if report.keywords.is_empty() {
        writeln!(out, "  no keyword was found")?;
    }
    for (rank, picture) in report.results.iter().enumerate() {
        writeln!(
            out,
            "  {:>3}. {:.3} {}  {}  {}",
            rank + 1,
            picture.score,
            bar(picture.score),
            picture.id,
            picture.caption
        )?;
    }
    Ok(())
}

/// Where `start..end` lies in the whole utterance.
fn timeline(start: f32, end: f32, seconds: f32) -> String {
    const WIDTH: usize = 32;
    let cell =
        |time: f32| ((time / seconds.max(f32::EPSILON)).clamp(0.0, 1.0) * WIDTH as f32) as usize;
    let first = cell(start).min(WIDTH - 1);
    let last = cell(end).clamp(first + 1, WIDTH);
    [
        "·".repeat(first),
        "█".repeat(last - first),
        "·".repeat(WIDTH - last),
    ]
    .concat()
}

/// A score of [0, 1] as ten cells.
fn bar(score: f32) -> String {
    let full = (score.clamp(0.0, 1.0) * 10.0).round() as usize;
    ["█".repeat(full), "·".repeat(10 - full)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_inside_their_cells() {
        assert_eq!(bar(-0.2), "··········");
        assert_eq!(bar(0.52), "█████·····");
        assert_eq!(bar(f32::NAN), "··········");
        for (start, end, seconds) in [
            (0.0, 0.0, 0.0),
            (1.0, 1.0, 1.0),
            (0.5, 2.0, 1.0),
            (0.0, 1.0, 1.0),
        ] {
            assert_eq!(timeline(start, end, seconds).chars().count(), 32);
        }
        assert!(timeline(0.0, 0.5, 1.0).starts_with(&"█".repeat(16)));
    }
}
