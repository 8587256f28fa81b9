//! `saysee-voices`: synthesised speech for training and evaluation.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use saysee_voices::{
    EngineKind, Voice, audio,
    builder::{self, BuildError, Report, Settings},
    engines::{self, Request},
    phones::{self, Pronouncer},
    plan::Split,
};

/// How often a shard is tried when an engine brings its worker down.
const ATTEMPTS: u64 = 3;

/// Synthesised speech for training and evaluation
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Builds a corpus of spoken captions; run again, it goes on where it stopped
    Build {
        /// Captions, as `saysee-scenes captions` writes them
        #[arg(long)]
        captions: PathBuf,
        /// Further words to say in a training corpus, one a line (a system's word list, for example)
        #[arg(long)]
        words: Option<PathBuf>,
        /// Clips to make
        #[arg(long)]
        clips: usize,
        /// The folder of the corpus
        #[arg(long)]
        out: PathBuf,
        /// train, dev or test (test: only voices kept out of training)
        #[arg(long)]
        split: Split,
        /// Clips of a shard; a shard can be used as soon as it is complete
        #[arg(long, default_value_t = 1000)]
        shard_clips: usize,
        /// Processes at work
        #[arg(long, default_value_t = 2)]
        jobs: usize,
        /// Decides every choice
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Makes one shard of a corpus that `build` began
    #[command(hide = true)]
    Shard {
        #[arg(long)]
        out: PathBuf,
        #[arg(long)]
        shard: usize,
        #[arg(long, default_value_t = 0)]
        attempt: u64,
    },
    /// Lists the voices of this machine
    List,
    /// Says a text and writes it as a wav file
    Say {
        /// engine/name, as `list` prints it
        #[arg(long)]
        voice: Voice,
        /// What to say
        #[arg(long)]
        text: String,
        /// The file to write
        #[arg(long)]
        out: PathBuf,
        /// Speaking rate, 1 is the voice's own
        #[arg(long, default_value_t = 1.0)]
        rate: f32,
        /// Pitch, 1 is the voice's own
        #[arg(long, default_value_t = 1.0)]
        pitch: f32,
        /// Brings the sound to this rate; without it, the engine's own is kept
        #[arg(long)]
        sample_rate: Option<u32>,
    },
    /// Prints the phones of a text
    Phones {
        /// The text
        text: String,
    },
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run(Arguments::parse().action) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("saysee-voices: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(action: Action) -> Result<(), Failure> {
    match action {
        Action::Build {
            captions,
            words,
            clips,
            out,
            split,
            shard_clips,
            jobs,
            seed,
        } => {
            let engines = installed();
            let settings = Settings {
                captions,
                words,
                split,
                clips,
                shard_clips: shard_clips.max(1),
                seed,
                engines,
            };
            build(&settings, &out, jobs)
        }
        Action::Shard {
            out,
            shard,
            attempt,
        } => {
            // The parent process reads how far this one is.
            builder::build_shard(&Settings::read(&out)?, &out, shard, attempt, |done| {
                println!("{done}")
            })?;
            Ok(())
        }
        Action::List => {
            list();
            Ok(())
        }
        Action::Say {
            voice,
            text,
            out,
            rate,
            pitch,
            sample_rate,
        } => {
            let request = Request {
                voice: voice.name,
                text,
                rate,
                pitch,
            };
            let speech = engines::open(voice.engine)?.speak(&request)?;
            let rate = sample_rate.unwrap_or(speech.sample_rate);
            let samples = audio::resample(
                &speech.samples,
                f64::from(rate) / f64::from(speech.sample_rate),
            )?;
            audio::write_wav(&out, &samples, rate)?;
            println!(
                "{}: {:.2} s at {rate} Hz",
                out.display(),
                samples.len() as f64 / f64::from(rate)
            );
            Ok(())
        }
        Action::Phones { text } => {
            let phones = Pronouncer::new()?.phones(&text)?;
            println!(
                "{}",
                phones
                    .into_iter()
                    .filter_map(phones::symbol)
                    .collect::<Vec<_>>()
                    .join(" ")
            );
            Ok(())
        }
    }
}

/// The engines of this machine; what is missing is said.
fn installed() -> Vec<EngineKind> {
    let engines = builder::open_engines(&EngineKind::ALL);
    engines
        .into_iter()
        .filter_map(|(kind, engine)| match engine {
            Ok(_) => Some(kind),
            Err(error) => {
                eprintln!("without {error}");
                None
            }
        })
        .collect()
}

fn list() {
    for (kind, engine) in builder::open_engines(&EngineKind::ALL) {
        match engine {
            Ok(engine) => {
                for voice in engine.voices() {
                    println!(
                        "{voice}{}",
                        if voice.held_out {
                            "  (held out of training)"
                        } else {
                            ""
                        }
                    );
                }
            }
            Err(error) => println!("{kind}: {error}"),
        }
    }
}

fn build(settings: &Settings, out: &Path, jobs: usize) -> Result<(), Failure> {
    settings.claim(out)?;
    let todo: Vec<usize> = (0..settings.shards())
        .filter(|&shard| !settings.is_built(out, shard))
        .collect();
    let todo_clips: usize = todo
        .iter()
        .map(|&shard| settings.clips_of(shard).len())
        .sum();
    println!(
        "{}: {} clips of the {} split by {}, {todo_clips} to make",
        out.display(),
        settings.clips,
        settings.split.name(),
        settings
            .engines
            .iter()
            .map(EngineKind::to_string)
            .collect::<Vec<_>>()
            .join(", "),
    );
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} clips, {per_sec}, {eta} left")?;
    let bar = ProgressBar::new(todo_clips as u64).with_style(style);
    let (next, error) = (AtomicUsize::new(0), Mutex::new(None::<BuildError>));
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, 64) {
            scope.spawn(|| {
                while let Some(&shard) = todo.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match run_worker(out, shard, &bar) {
                        Ok(()) => bar.suspend(|| println!("shard {shard} complete")),
                        Err(failure) => {
                            // The other workers finish the shard they are at, and stop.
                            next.store(todo.len(), Ordering::Relaxed);
                            *error.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                        }
                    }
                }
            });
        }
    });
    bar.finish_and_clear();
    if let Some(error) = error.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error.into());
    }
    summarise(settings, out)
}

/// Runs shards in processes of their own: the engines have global state, and a crash costs one shard.
fn run_worker(out: &Path, shard: usize, bar: &ProgressBar) -> Result<(), BuildError> {
    let failed = |detail: String| BuildError::Worker { shard, detail };
    let mut reason = String::new();
    for attempt in 0..ATTEMPTS {
        let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
        let mut child = Command::new(program)
            .arg("shard")
            .arg("--out")
            .arg(out)
            .args([
                "--shard",
                &shard.to_string(),
                "--attempt",
                &attempt.to_string(),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let mut done = 0;
        if let Some(output) = child.stdout.take() {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Ok(now) = line.trim().parse::<u64>() {
                    bar.inc(now.saturating_sub(done));
                    done = now;
                }
            }
        }
        let status = child.wait().map_err(|error| failed(error.to_string()))?;
        if status.success() {
            return Ok(());
        }
        reason = format!("the worker ended early ({status}), {ATTEMPTS} times");
        bar.dec(done);
        if status.code().is_some() {
            // It said why itself, and would say the same again.
            return Err(failed(format!("the worker ended early ({status})")));
        }
        bar.suspend(|| {
            eprintln!(
                "shard {shard}: the worker ended early ({status}); once more with other sentences"
            )
        });
    }
    Err(failed(reason))
}

fn summarise(settings: &Settings, out: &Path) -> Result<(), Failure> {
    let mut total = Report::default();
    for shard in 0..settings.shards() {
        let report = builder::read_report(out, shard)?;
        total.clips += report.clips;
        total.seconds += report.seconds;
        total.failures.extend(report.failures);
    }
    println!(
        "{} clips, {:.0} s of sound, {} failures",
        total.clips,
        total.seconds,
        total.failures.len()
    );
    for failure in total.failures.iter().take(10) {
        println!("  {} '{}': {}", failure.voice, failure.text, failure.reason);
    }
    Ok(())
}
