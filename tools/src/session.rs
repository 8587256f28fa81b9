//! What the commands that run the network share: its arguments, opening it, and hearing a file.

use std::path::{Path, PathBuf};

use saysee_engine::audio::Resampler;
use saysee_engine::cpu::Pool;
use saysee_engine::gallery::Gallery;
use saysee_engine::pack::{self, Pack};
use saysee_engine::{BackendChoice, Engine, EngineOptions};

use crate::failure::Failure;
use crate::folder::Folder;
use crate::recording::{self, RecordingError};

/// Which network to run, and where.
#[derive(Debug, clap::Args)]
pub struct ModelArguments {
    /// The pack's folder, such as assets/packs/scenes-mini.
    #[arg(long, value_name = "FOLDER")]
    pub pack: PathBuf,
    /// Where to run: the faster of the two after a short timing, or one of them.
    #[arg(long, value_enum, default_value_t = Backend::Auto)]
    pub backend: Backend,
    /// Threads of the CPU. They change how long it takes, never what comes out.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub threads: u32,
}

impl ModelArguments {
    /// The threads asked for.
    pub fn pool(&self) -> Pool {
        Pool::new(self.threads as usize)
    }
}

/// `--backend`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Backend {
    /// The faster one, timed at start.
    Auto,
    /// The GPU or nothing.
    Gpu,
    /// The CPU.
    Cpu,
    /// The CPU in f32 throughout: slower, what the others are measured by.
    CpuExact,
}

impl From<Backend> for BackendChoice {
    fn from(backend: Backend) -> Self {
        match backend {
            Backend::Auto => Self::Auto,
            Backend::Gpu => Self::Gpu,
            Backend::Cpu => Self::Cpu,
            Backend::CpuExact => Self::CpuExact,
        }
    }
}

/// Reads and checks a pack.
///
/// # Errors
/// [`Failure::Folder`] with the file and the field or tensor.
pub fn open_pack(folder: &Path) -> Result<Pack, Failure> {
    pollster::block_on(Pack::open(&Folder::new(folder)))
        .map_err(|error| Failure::pack(folder, error))
}

/// The byte-pair merges inside a pack.
///
/// # Errors
/// [`Failure::Input`] when the pack has none, [`Failure::Folder`] when they are damaged.
pub fn read_tokenizer(folder: &Path, pack: &Pack) -> Result<Vec<u8>, Failure> {
    let source = Folder::new(folder);
    let read = pack::read_tokenizer(&source, pack.manifest());
    let merges = pollster::block_on(read).map_err(|error| Failure::pack(folder, error))?;
    merges.ok_or_else(|| {
        let problem = "the pack reads no text; convert it with --vocab and without --no-text";
        Failure::input(folder, problem)
    })
}

/// Reads a file of a bounded size.
///
/// # Errors
/// [`Failure::Input`] when it is missing or larger.
pub fn read_at_most(file: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let (parent, name) = (file.parent().unwrap_or(Path::new("")), file.file_name());
    let read = match name.and_then(|name| name.to_str()) {
        Some(name) => Folder::new(parent)
            .read_at_most(name, most)
            .map_err(|error| error.to_string()),
        None => Err("is no file's name".to_owned()),
    };
    read.map_err(|problem| Failure::input(file, problem))
}

/// Reads and checks a gallery.
///
/// # Errors
/// [`Failure::Folder`] with the file and the field or tensor.
pub fn open_gallery(folder: &Path) -> Result<Gallery, Failure> {
    pollster::block_on(Gallery::open(&Folder::new(folder)))
        .map_err(|error| Failure::pack(folder, error))
}

/// Makes the engine of a pack.
///
/// # Errors
/// [`Failure::Engine`] when the backend asked for cannot run.
pub fn start(pack: &Pack, backend: Backend, pool: Pool) -> Result<Engine, Failure> {
    let options = EngineOptions {
        pool,
        ..EngineOptions::default()
    };
    let starting = Engine::with_options(pack, backend.into(), options, |_, _| {});
    Ok(pollster::block_on(starting)?)
}

/// Decodes a recording to mono samples at the engine's rate, saying so when parts of it are damaged.
///
/// # Errors
/// [`Failure::Recording`] when the file is no usable recording.
pub fn hear(file: &Path, max_seconds: f32) -> Result<Vec<f32>, Failure> {
    let recording = recording::read(file, max_seconds)?;
    if recording.damaged_packets > 0 {
        let count = recording.damaged_packets;
        eprintln!(
            "warning: {}: {count} damaged packets are missing from the sound",
            file.display()
        );
    }
    Resampler::whole(recording.rate, &recording.samples).map_err(|problem| {
        Failure::Recording(RecordingError {
            file: file.to_owned(),
            problem: problem.into(),
        })
    })
}
