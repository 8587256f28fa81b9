//! Listings of scenes with their captions, as `saysee-scenes captions` writes them.

use std::io::{BufRead, BufReader};
use std::path::Path;

use saysee_scenes::listing::Entry;

use crate::error::TrainError;

/// Reads a listing.
///
/// # Errors
/// When the file cannot be read, is empty, or a line is not an entry.
pub fn read(path: &Path) -> Result<Vec<Entry>, TrainError> {
    let file = std::fs::File::open(path).map_err(TrainError::file(path))?;
    let mut entries = Vec::new();
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(TrainError::file(path))?;
        entries.push(
            serde_json::from_str(&line).map_err(|source| TrainError::Listing {
                path: path.into(),
                line: index + 1,
                source,
            })?,
        );
    }
    if entries.is_empty() {
        return Err(TrainError::Missing {
            what: path.display().to_string(),
            command: "saysee-scenes captions",
        });
    }
    Ok(entries)
}
