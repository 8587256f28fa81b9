//! The engine's errors as a visitor's problems.

use saysee_engine::EngineError;
use saysee_engine::audio::AudioError;
use saysee_engine::format::FormatError;

use crate::browser::fetch::FetchError;
use crate::logic::problem::{Code, Problem};

/// A file that did not arrive. More bytes than announced are damage, fewer are found by the engine's own check.
/// `foreign` says whether another server than the page's was asked.
pub fn of_fetch(file: &str, error: &FetchError, foreign: bool) -> Problem {
    let code = match error {
        FetchError::Network(_) if foreign => Code::ServerUnreachable,
        FetchError::Status(400..500) if foreign => Code::FileMissing,
        FetchError::Network(_) | FetchError::Status(_) => Code::DownloadFailed,
        FetchError::TooLong { .. } => Code::DownloadDamaged,
    };
    Problem::new(code, format!("{file}: {error}"))
}

/// A pack or gallery that was refused. `chosen` says whether it is a folder of the visitor.
pub fn of_format(error: &FormatError, chosen: bool) -> Problem {
    let code = match error {
        FormatError::Checksum { .. } | FormatError::Size { .. } if chosen => Code::FolderDamaged,
        FormatError::Checksum { .. } | FormatError::Size { .. } => Code::DownloadDamaged,
        FormatError::Source { .. } => Code::DownloadFailed,
        FormatError::Version { .. } => Code::PackVersion,
        FormatError::Field { .. } | FormatError::Header { .. } | FormatError::Tensor { .. } => {
            Code::PackRefused
        }
    };
    Problem::new(code, error.to_string())
}

/// What went wrong while a pack was loaded.
pub fn of_loading(error: &EngineError, chosen: bool) -> Problem {
    match error {
        EngineError::Format(error) => of_format(error, chosen),
        error => of_engine(error),
    }
}

/// An engine that could not be made, or stopped.
pub fn of_engine(error: &EngineError) -> Problem {
    match error {
        EngineError::Format(error) => of_format(error, false),
        EngineError::Audio(AudioError::TooShort { .. }) => {
            Problem::new(Code::TooShort, error.to_string())
        }
        EngineError::GpuLimit { .. } => Problem::new(Code::TooLarge, error.to_string()),
        EngineError::GpuWrong { .. } => Problem::new(Code::GpuWrong, error.to_string()),
        EngineError::GpuLost { .. } => Problem::new(Code::GpuLost, error.to_string()),
        EngineError::Kernel { message, .. }
            if Code::of_dead_worker(message) == Code::OutOfMemory =>
        {
            Problem::new(Code::OutOfMemory, error.to_string())
        }
        EngineError::GpuUnavailable { .. } => Problem::new(Code::GpuUnavailable, error.to_string()),
        _ => Problem::new(Code::EngineFailed, error.to_string()),
    }
}
