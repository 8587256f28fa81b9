//! Pictures, as a pack's image tower wants them.

use std::path::Path;

use saysee_clip_inputs::Preprocessing;
use saysee_clip_inputs::image::{Rgb, decode};
use saysee_engine::pack::Pack;

use crate::failure::Failure;
use crate::session;

/// Most bytes of a picture's file.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a PNG, JPEG, WebP or GIF file.
///
/// # Errors
/// [`Failure::Input`] when it is missing, too large, or no picture.
pub fn read(file: &Path) -> Result<Rgb, Failure> {
    let bytes = session::read_at_most(file, MAX_BYTES)?;
    decode(&bytes).map_err(|error| Failure::input(file, error))
}

/// How the image tower of the pack in `folder` wants its pictures.
///
/// # Errors
/// [`Failure::Input`] when it has none.
pub fn preprocessing(folder: &Path, pack: &Pack) -> Result<Preprocessing, Failure> {
    let Some(tower) = &pack.manifest().model.image_tower else {
        let problem = "the pack has no image tower; convert it without --no-pictures";
        return Err(Failure::input(folder, problem));
    };
    let pixels = tower.pixels();
    Ok(Preprocessing {
        size: pixels.size,
        mean: pixels.mean,
        std: pixels.deviation,
    })
}

/// The tower's input: `[3, size, size]` numbers.
///
/// # Errors
/// [`Failure::Input`] for a picture that cannot be scaled.
pub fn planes(how: &Preprocessing, file: &Path, picture: &Rgb) -> Result<Vec<f32>, Failure> {
    how.preprocess(&picture.pixels, picture.width, picture.height)
        .map_err(|error| Failure::input(file, error))
}
