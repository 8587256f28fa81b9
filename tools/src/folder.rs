//! A pack or gallery on disk, as the engine reads it.

use std::io::Read;
use std::path::{Path, PathBuf};

use saysee_engine::format::{MAX_MANIFEST_BYTES, Source, SourceError};

/// A folder whose files the engine asks for by name.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at `path`; nothing is read yet.
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Reads `file`, but no more than `most` bytes of it.
    ///
    /// # Errors
    /// [`SourceError`] when it is missing, unreadable or longer.
    pub fn read_at_most(&self, file: &str, most: u64) -> Result<Vec<u8>, SourceError> {
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => SourceError::NotFound,
            _ => SourceError::Failed {
                problem: error.to_string(),
            },
        };
        let opened = std::fs::File::open(self.path.join(file)).map_err(failed)?;
        let mut bytes = Vec::new();
        opened
            .take(most.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.len() as u64 > most {
            return Err(SourceError::TooLong { allowed: most });
        }
        Ok(bytes)
    }
}

impl Source for Folder {
    async fn read(&self, file: &str, expected_bytes: Option<u64>) -> Result<Vec<u8>, SourceError> {
        self.read_at_most(file, expected_bytes.unwrap_or(MAX_MANIFEST_BYTES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_bound() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("five"), b"12345").unwrap();
        let source = Folder::new(folder.path());
        assert_eq!(source.read_at_most("five", 5).unwrap(), b"12345");
        assert_eq!(
            source.read_at_most("five", 4),
            Err(SourceError::TooLong { allowed: 4 })
        );
        assert_eq!(source.read_at_most("six", 5), Err(SourceError::NotFound));
        assert!(matches!(
            source.read_at_most(".", 5),
            Err(SourceError::Failed { .. })
        ));
    }
}
