//! Clips on disk: shards of samples with one line of description a clip.
//!
//! A shard is two files. `clips-00000.bin` holds 16-bit little-endian mono samples at 16 kHz, clip after clip;
//! `clips-00000.jsonl` one [`Clip`] a line. The second appears only when both are complete, so a corpus can be read
//! while it grows.

mod reader;
mod writer;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use reader::CorpusReader;
pub use writer::ShardWriter;

use crate::{
    audio::SAMPLE_RATE,
    engines::TimedWord,
    phones::PhoneId,
    voice::{EngineKind, Voice},
};

/// Longest clip, in samples.
pub const MAX_SAMPLES: usize = 6 * SAMPLE_RATE as usize;

/// What is known of a clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clip {
    /// Name, unique in the corpus.
    pub id: String,
    /// First sample in the shard.
    pub offset: u64,
    /// Number of samples, at most [`MAX_SAMPLES`].
    pub samples: usize,
    /// Who made the sound.
    pub engine: EngineKind,
    /// The name of the voice inside the engine.
    pub voice: String,
    /// The scene the text is about.
    pub scene: String,
    /// What is said.
    pub text: String,
    /// The content words of the text in spoken order.
    pub content: Vec<String>,
    /// The pronunciation; see [`crate::phones`].
    pub phones: Vec<PhoneId>,
    /// When each word is said; empty where the engine does not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<TimedWord>,
}

impl Clip {
    /// Who speaks.
    pub fn speaker(&self) -> Voice {
        Voice::new(self.engine, &self.voice)
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f32 {
        self.samples as f32 / SAMPLE_RATE as f32
    }
}

/// What is wrong with a corpus.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line of a shard is not a clip, or does not fit the samples beside it.
    #[error("{}, line {line}: {detail}; delete the shard's files and build again", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        detail: String,
    },
    /// There is no clip of this number.
    #[error("clip {index} asked for, the corpus has {count}")]
    NoClip {
        /// The number asked for.
        index: usize,
        /// How many there are.
        count: usize,
    },
}

fn shard_file(folder: &Path, shard: usize, extension: &str) -> PathBuf {
    folder.join(format!("clips-{shard:05}.{extension}"))
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> CorpusError + '_ {
    move |source| CorpusError::File {
        path: path.into(),
        source,
    }
}
