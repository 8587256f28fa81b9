//! SpokenCOCO: about five recordings a picture of MSCOCO.
//!
//! ```text
//! SpokenCOCO_train.json, SpokenCOCO_val.json
//!   { "data": [ { "image": "val2014/NAME.jpg",
//!                 "captions": [ { "text": "...", "speaker": "...", "uttid": "...", "wav": "wavs/val/0/....wav" } ] } ] }
//! wavs/val/0/....wav
//! ```

use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::{Line, MAX_BYTES, find, stem};
use crate::failure::Failure;
use crate::session;

#[derive(Deserialize)]
struct Listing {
    data: Vec<Picture>,
}

#[derive(Deserialize)]
struct Picture {
    image: String,
    captions: Vec<Caption>,
}

#[derive(Deserialize)]
struct Caption {
    text: String,
    #[serde(default)]
    speaker: String,
    wav: PathBuf,
}

/// The spoken captions of `split` (train or val), in the order of the listing.
///
/// # Errors
/// [`Failure::Input`] with the file that is missing or not of this form.
pub fn read(folder: &Path, split: &str) -> Result<Vec<Line>, Failure> {
    let file = find(folder, &format!("SpokenCOCO_{split}.json"))?;
    let bytes = session::read_at_most(&file, MAX_BYTES)?;
    let listing: Listing =
        serde_json::from_slice(&bytes).map_err(|error| Failure::input(&file, error))?;
    let beside = file.parent().unwrap_or(Path::new(""));
    let mut lines = Vec::new();
    for picture in listing.data {
        for caption in picture.captions {
            let inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
            if !caption.wav.components().all(inside) {
                let problem = format!("{} is outside the collection", caption.wav.display());
                return Err(Failure::input(&file, problem));
            }
            lines.push(Line {
                id: stem(&caption.wav.to_string_lossy()),
                audio: beside.join(&caption.wav),
                image: stem(&picture.image),
                text: caption.text.trim().to_lowercase(),
                voice: caption.speaker,
                split: split.to_owned(),
            });
        }
    }
    Ok(lines)
}
