//! The engine's errors as a visitor's problems.

use saysee_engine::EngineError;
use saysee_engine::audio::AudioError;
use saysee_engine::format::FormatError;

use crate::browser::fetch::FetchError;
use crate::logic::problem::{Code, Problem};

/// A file that did not arrive. More bytes than announced are damage, fewer are found by the engine's own check.
pub fn of_fetch(file: &str, error: &FetchError) -> Problem {
    let code = match error {
        FetchError::Network(_) | FetchError::Status(_) => Code::DownloadFailed,
        FetchError::TooLong { .. } => Code::DownloadDamaged,
    };
    Problem::new(code, format!("{file}: {error}"))
}

/// A pack or gallery that was refused.
pub fn of_format(error: &FormatError) -> Problem {
    let code = match error {
        FormatError::Checksum { .. } | FormatError::Size { .. } => Code::DownloadDamaged,
        FormatError::Source { .. } => Code::DownloadFailed,
        FormatError::Field { .. }
        | FormatError::Version { .. }
        | FormatError::Header { .. }
        | FormatError::Tensor { .. } => Code::PackRefused,
    };
    Problem::new(code, error.to_string())
}

/// An engine that could not be made, or stopped.
pub fn of_engine(error: &EngineError) -> Problem {
    match error {
        EngineError::Format(error) => of_format(error),
        EngineError::Audio(AudioError::TooShort { .. }) => {
            Problem::new(Code::TooShort, error.to_string())
        }
        EngineError::GpuUnavailable { .. } => Problem::new(Code::GpuUnavailable, error.to_string()),
        _ => Problem::new(Code::EngineFailed, error.to_string()),
    }
}
