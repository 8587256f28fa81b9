//! What can go wrong in a training step, naming the file and the way out.

use std::path::PathBuf;

/// An error of the training programs.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line of a listing is not what it should be.
    #[error("{path}, line {line}: {source}; make the listing again with `saysee-scenes captions`")]
    Listing {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// JSON could not be read or written.
    #[error("{path}: {source}")]
    Json {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A checkpoint could not be read or written.
    #[error("checkpoint {path}: {reason}; delete it to start this step again")]
    Checkpoint {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Something an earlier step makes is missing or empty.
    #[error("{what} is missing; run `{command}` first")]
    Missing {
        /// What is missing.
        what: String,
        /// The command that makes it.
        command: &'static str,
    },
    /// A picture cannot be read.
    #[error("{path}: {reason}")]
    Picture {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A picture cannot be drawn.
    #[error(transparent)]
    Drawing(#[from] saysee_scenes::PictureError),
    /// A scene cannot be drawn or described.
    #[error(transparent)]
    Scene(#[from] saysee_scenes::SceneError),
    /// The corpus cannot be read.
    #[error(transparent)]
    Corpus(#[from] saysee_voices::corpus::CorpusError),
    /// The engine refused something.
    #[error(transparent)]
    Engine(#[from] saysee_engine::EngineError),
    /// A clip cannot be degraded.
    #[error(transparent)]
    Degradation(#[from] saysee_degrade::ResampleError),
    /// A recording cannot be read.
    #[error(transparent)]
    Recording(#[from] saysee_voices::audio::AudioError),
    /// A pack or gallery cannot be written or read.
    #[error(transparent)]
    Format(#[from] saysee_engine::format::FormatError),
    /// The teacher cannot be used.
    #[error(transparent)]
    Teacher(#[from] crate::teacher::TeacherError),
    /// A pronunciation is not to be had.
    #[error(transparent)]
    Pronounce(#[from] saysee_voices::phones::PronounceError),
    /// A run cannot start as it was asked to.
    #[error("{0}")]
    Options(String),
    /// The front end refused a clip.
    #[error(transparent)]
    Audio(#[from] saysee_engine::audio::AudioError),
}

impl TrainError {
    /// For `map_err` on file operations.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// For `map_err` on JSON operations.
    pub fn json(path: impl Into<PathBuf>) -> impl FnOnce(serde_json::Error) -> Self {
        let path = path.into();
        move |source| Self::Json { path, source }
    }
}
