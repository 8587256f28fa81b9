//! `saysee-scenes`: captions, contact sheets and the bundled galleries of Spoken Scenes.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand, ValueEnum};
use saysee_scenes::{Renderer, Split, census, gallery, listing, scene_list, sheet};

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
    /// Draw many scenes on one sheet, for looking at them
    Sheet {
        #[arg(long, value_enum, default_value = "train")]
        split: SplitName,
        /// How many scenes
        #[arg(long, default_value_t = 48)]
        count: usize,
        #[arg(long, default_value_t = 8)]
        columns: u32,
        /// Side of each picture in pixels
        #[arg(long, default_value_t = 192)]
        size: u32,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The PNG file to write
        #[arg(long)]
        out: PathBuf,
    },
    /// Draw the pictures of a bundled gallery: pictures/* and items.json
    Gallery {
        /// Test scenes, or every emoji
        #[arg(long, value_enum, default_value = "scenes")]
        of: GalleryName,
        /// How many scenes; emoji are always all there are
        #[arg(long, default_value_t = 800)]
        count: usize,
        /// Side of each picture in pixels: 320 for scenes, 144 for emoji unless given
        #[arg(long)]
        size: Option<u32>,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The folder to write
        #[arg(long)]
        out: PathBuf,
    },
    /// Count what is in the world, and how often captions of test scenes fit other test scenes
    Census,
    /// Measure how many pictures a second are drawn on one core
    Speed {
        /// Side of each picture in pixels
        #[arg(long, default_value_t = 96)]
        size: u32,
        /// How many different scenes; each is drawn twice and the second time counts
        #[arg(long, default_value_t = 2000)]
        count: usize,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum GalleryName {
    Scenes,
    Emoji,
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
        Command::Sheet {
            split,
            count,
            columns,
            size,
            seed,
            out,
        } => {
            let scenes = scene_list(split.into(), count, seed);
            sheet::sheet(&Renderer::new(), &scenes, columns, size)?.save(&out)?;
            println!("{}: {count} pictures", out.display());
        }
        Command::Gallery {
            of,
            count,
            size,
            seed,
            out,
        } => {
            let told = |done| eprint!("\r{done} pictures");
            let items = match of {
                GalleryName::Scenes => {
                    gallery::write_scenes(&out, count, size.unwrap_or(320), seed, told)?
                }
                GalleryName::Emoji => gallery::write_emoji(&out, size.unwrap_or(144), told)?,
            };
            eprintln!();
            println!("{}: {} pictures", out.display(), items.len());
        }
        Command::Census => print!("{}", census::take()?),
        Command::Speed { size, count } => {
            let (renderer, scenes) = (Renderer::new(), scene_list(Split::Train, count, 1));
            for round in ["first", "second"] {
                let start = Instant::now();
                for scene in &scenes {
                    std::hint::black_box(renderer.render(scene, size)?);
                }
                let rate = count as f64 / start.elapsed().as_secs_f64();
                println!("{round} time: {rate:.0} pictures of {size} pixels a second");
            }
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
