//! Whether the disk can hold what is about to come.

use std::io;
use std::path::Path;

use crate::FetchError;

/// Refuses a download of `needed` further bytes where the disk of `file` has fewer. A disk that does
/// not tell is tried: it says so itself once it is full.
pub(crate) fn check(file: &Path, needed: u64) -> Result<(), FetchError> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let available = fs4::available_space(folder.unwrap_or(Path::new(".")));
    enough(file, needed, available.ok())
}

fn enough(file: &Path, needed: u64, available: Option<u64>) -> Result<(), FetchError> {
    match available {
        Some(available) if available < needed => Err(FetchError::NoSpace {
            file: file.to_owned(),
            needed: Some(needed),
            available: Some(available),
        }),
        _ => Ok(()),
    }
}

/// A failed write, told apart from a full disk.
pub(crate) fn write_failed(file: &Path, source: io::Error) -> FetchError {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => FetchError::NoSpace {
            file: file.to_owned(),
            needed: None,
            available: None,
        },
        _ => FetchError::io("written", file)(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_too_small_is_seen_beforehand() {
        let file = Path::new("f.part");
        assert!(enough(file, 10, Some(10)).is_ok());
        assert!(enough(file, 10, None).is_ok());
        let error = enough(file, 10, Some(9)).unwrap_err().to_string();
        assert!(error.contains("10") && error.contains('9'), "{error}");
        assert!(check(Path::new("Cargo.toml"), 1).is_ok());
        assert!(check(Path::new("Cargo.toml"), u64::MAX).is_err());
    }

    #[test]
    fn a_disk_that_fills_up_is_called_full() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert!(matches!(
            write_failed(Path::new("f"), full),
            FetchError::NoSpace { .. }
        ));
        let other = io::Error::from(io::ErrorKind::PermissionDenied);
        assert!(matches!(
            write_failed(Path::new("f"), other),
            FetchError::Io { .. }
        ));
    }
}
