//! `saysee-scenes`: captions, contact sheets and the bundled gallery of Spoken Scenes.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use saysee_scenes::{Split, listing};

/// Composes scenes: what they show, what people say about them, and their pictures.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write scenes with five captions each, one JSON object a line
    Captions {
        #[arg(long, value_enum)]
        split: SplitName,
        /// How many scenes
        #[arg(long)]
        count: usize,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The file to write
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum SplitName {
    Train,
    Dev,
    Test,
}

impl From<SplitName> for Split {
    fn from(name: SplitName) -> Self {
        match name {
            SplitName::Train => Split::Train,
            SplitName::Dev => Split::Dev,
            SplitName::Test => Split::Test,
        }
    }
}

fn run(command: Command) -> Result<(), Box<dyn std::error::Error>> {
    match command {
        Command::Captions {
            split,
            count,
            seed,
            out,
        } => {
            let entries = listing::entries(split.into(), count, seed)?;
            if let Some(folder) = out.parent() {
                fs::create_dir_all(folder)?;
            }
            listing::write_lines(&entries, &mut BufWriter::new(File::create(&out)?))?;
            println!(
                "{}: {count} scenes of the {} split",
                out.display(),
                Split::from(split)
            );
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("saysee-scenes: {error}");
            ExitCode::FAILURE
        }
    }
}
