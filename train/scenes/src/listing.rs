//! Scenes with their captions, as the files that other steps read: one JSON object a line.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::captions::{Caption, captions};
use crate::lists::scene_list;
use crate::scene::{SceneError, SceneSpec, Split};

/// A scene under a name, with what people say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// "s0001": the first letter is the split's (`t` for training, `d` for dev, `s` for the test scenes that are shown).
    pub id: String,
    /// What the picture shows.
    pub scene: SceneSpec,
    /// The complete caption first.
    pub captions: Vec<Caption>,
}

/// The first `count` scenes of a split's list under `seed`. The bundled gallery is the beginning of the test list.
///
/// # Errors
///
/// None for the scenes this crate makes itself; the type is that of [`captions`].
pub fn entries(split: Split, count: usize, seed: u64) -> Result<Vec<Entry>, SceneError> {
    let letter = match split {
        Split::Train => 't',
        Split::Dev => 'd',
        Split::Test => 's',
    };
    scene_list(split, count, seed)
        .into_iter()
        .enumerate()
        .map(|(index, scene)| {
            Ok(Entry {
                id: format!("{letter}{:04}", index + 1),
                captions: captions(&scene, seed)?,
                scene,
            })
        })
        .collect()
}

/// Writes one JSON object a line.
///
/// # Errors
///
/// Where writing fails.
pub fn write_lines(entries: &[Entry], out: &mut impl Write) -> io::Result<()> {
    for entry in entries {
        serde_json::to_writer(&mut *out, entry)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
