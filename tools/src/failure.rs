//! Everything that ends a command early, with its exit status.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use saysee_engine::EngineError;
use saysee_engine::format::FormatError;
use saysee_fetch::FetchError;

use crate::convert::ConvertError;
use crate::recording::RecordingError;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A recording cannot be read or is refused.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The engine refuses what is in a recording.
    #[error("{file}: {source}", file = file.display())]
    Utterance {
        /// The recording.
        file: PathBuf,
        /// What the engine said.
        source: EngineError,
    },
    /// A pack or gallery is refused.
    #[error("{folder}: {source}", folder = folder.display())]
    Folder {
        /// The folder of the pack or gallery.
        folder: PathBuf,
        /// The file and field or tensor.
        source: Box<FormatError>,
    },
    /// A file that is neither recording nor pack cannot be used.
    #[error("{file}: {problem}", file = file.display())]
    Input {
        /// The file.
        file: PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// A checkpoint is refused.
    #[error("{file}: {source}", file = file.display())]
    Checkpoint {
        /// The checkpoint.
        file: PathBuf,
        /// What is wrong with it.
        source: Box<ConvertError>,
    },
    /// A download failed.
    #[error(transparent)]
    Fetch(Box<FetchError>),
    /// The engine cannot run.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A file cannot be written.
    #[error("{file}: cannot be written: {problem}", file = file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system or the format said.
        problem: String,
    },
    /// Standard output is gone.
    #[error("the output cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

/// Printed under `saysee --help`.
pub const EXIT_STATUSES: &str = "\
Exit status: 0 all went well; 1 a recording could not be used (the others were); 2 wrong arguments;
3 a pack, gallery, checkpoint or other input was refused; 4 the engine cannot run here; 5 the output could not be
written; 6 a download failed";

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        Self::Fetch(Box::new(error))
    }
}

impl Failure {
    /// A refused pack or gallery.
    pub fn pack(folder: &Path, source: FormatError) -> Self {
        Self::Folder {
            folder: folder.to_owned(),
            source: Box::new(source),
        }
    }

    /// A file that cannot be used.
    pub fn input(file: &Path, problem: impl std::fmt::Display) -> Self {
        Self::Input {
            file: file.to_owned(),
            problem: problem.to_string(),
        }
    }

    /// A refused checkpoint, unless what is wrong is where the pack goes.
    pub fn checkpoint(file: &Path, source: ConvertError) -> Self {
        match source {
            ConvertError::Write { file, problem } => Self::Write {
                file: file.into(),
                problem,
            },
            source => Self::Checkpoint {
                file: file.to_owned(),
                source: Box::new(source),
            },
        }
    }

    /// What the engine said about a gallery: a refusal of it, unless the engine itself cannot go on.
    pub fn gallery(folder: &Path, source: EngineError) -> Self {
        match source {
            EngineError::Format(source) => Self::pack(folder, source),
            source => Self::Engine(source),
        }
    }

    /// What the engine said about one recording: a refusal of it, unless the engine itself cannot go on.
    pub fn utterance(file: &Path, source: EngineError) -> Self {
        match source {
            EngineError::Audio(_) => Self::Utterance {
                file: file.to_owned(),
                source,
            },
            source => Self::Engine(source),
        }
    }

    /// Whether it concerns one recording only, so that a command with several goes on.
    pub fn is_about_a_recording(&self) -> bool {
        matches!(self, Self::Recording(_) | Self::Utterance { .. })
    }

    /// The exit status.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Recording(_) | Self::Utterance { .. } => 1,
            Self::Folder { .. } | Self::Input { .. } | Self::Checkpoint { .. } => 3,
            Self::Engine(_) => 4,
            Self::Write { .. } | Self::Output(_) => 5,
            Self::Fetch(_) => 6,
        })
    }
}
