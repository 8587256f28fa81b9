//! Published collections of spoken captions, as their owners lay them out, to the lists that `saysee evaluate` reads.
//!
//! ```text
//! flickr8k.rs     Flickr 8k Audio Caption Corpus        spokencoco.rs   SpokenCOCO
//! ```

pub mod flickr8k;
pub mod spokencoco;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::failure::Failure;
use crate::session;

/// Folders inside folders that are looked into for a collection's files.
const DEPTH: usize = 3;
/// Most bytes of a list.
const MAX_BYTES: u64 = 1 << 30;

/// A line of a list of utterances (docs/evaluation.md, "The manifest").
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The recording's name without its ending.
    pub id: String,
    /// Where the recording is.
    pub audio: PathBuf,
    /// The picture's file name without its ending: what `saysee index` calls it.
    pub image: String,
    /// What is said.
    pub text: String,
    /// Who speaks; empty where nobody tells.
    pub voice: String,
    /// Which part of the collection.
    pub split: String,
}

/// The file or folder of this name in `folder` or not far inside it.
///
/// # Errors
/// [`Failure::Input`] when it is nowhere.
fn find(folder: &Path, name: &str) -> Result<PathBuf, Failure> {
    let mut level = vec![folder.to_owned()];
    for _ in 0..=DEPTH {
        if let Some(found) = level.iter().map(|at| at.join(name)).find(|at| at.exists()) {
            return Ok(found);
        }
        let mut next = Vec::new();
        for folder in level {
            // Folders of recordings have tens of thousands of files and none of these.
            if folder.file_name().is_some_and(|name| name == "wavs") {
                continue;
            }
            let entries =
                std::fs::read_dir(&folder).map_err(|error| Failure::input(&folder, error))?;
            next.extend(
                entries
                    .filter_map(|entry| Some(entry.ok()?.path()))
                    .filter(|path| path.is_dir()),
            );
        }
        next.sort();
        level = next;
    }
    let problem = format!("there is no {name} in it: is this the folder that it was unpacked to?");
    Err(Failure::input(folder, problem))
}

fn read_text(file: &Path) -> Result<String, Failure> {
    let bytes = session::read_at_most(file, MAX_BYTES)?;
    String::from_utf8(bytes).map_err(|error| Failure::input(file, error))
}

/// A file's name without folders and ending.
fn stem(name: &str) -> String {
    let path = Path::new(name);
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
