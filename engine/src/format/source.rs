//! Where the files of a folder come from.

use std::future::Future;

use super::FormatError;

/// Why a file could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// There is no such file.
    #[error("not found")]
    NotFound,
    /// It is longer than it may be.
    #[error("longer than the {allowed} bytes it may have")]
    TooLong {
        /// Bytes asked for or allowed.
        allowed: u64,
    },
    /// Reading failed.
    #[error("{problem}")]
    Failed {
        /// What the system or network said.
        problem: String,
    },
}

/// A folder of files: on disk, behind a web address, in memory.
pub trait Source {
    /// All bytes of one file. `file` is a plain file name. With `expected_bytes` a source should stop
    /// reading once more than that arrived; the caller checks length and hash.
    ///
    /// # Errors
    /// A [`SourceError`] that says why there are no bytes.
    fn read(
        &self,
        file: &str,
        expected_bytes: Option<u64>,
    ) -> impl Future<Output = Result<Vec<u8>, SourceError>>;
}

/// Reads a file whose name has been checked.
pub(crate) async fn fetch(
    source: &impl Source,
    file: &str,
    expected_bytes: Option<u64>,
) -> Result<Vec<u8>, FormatError> {
    source
        .read(file, expected_bytes)
        .await
        .map_err(|error| FormatError::Source {
            file: file.to_owned(),
            problem: error.to_string(),
        })
}
