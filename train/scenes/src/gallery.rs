//! The pictures that ship with the page, with everything a gallery entry needs but the embedding.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use serde::{Deserialize, Serialize};

use crate::captions::Caption;
use crate::listing::{self, Entry};
use crate::picture::{CREDIT, LICENCE, PictureError, Renderer};
use crate::scene::{SceneSpec, Split};

/// Quality of the JPEG files: flat artwork shows ringing below, and files grow fast above.
const QUALITY: u8 = 82;

/// One picture of the gallery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// "s0001"
    pub id: String,
    /// Where the picture is, relative to the gallery's folder.
    pub file: String,
    /// The complete caption, used as alt text.
    pub caption: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The picture's average, "#rrggbb", shown until it is loaded.
    pub colour: String,
    /// Who made it.
    pub credit: String,
    /// Under which licence it may be used.
    pub licence: String,
    /// What people say about it, the complete caption first.
    pub captions: Vec<Caption>,
    /// What it shows.
    pub scene: SceneSpec,
}

/// Why a gallery could not be written.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// A scene could not be drawn.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// A picture could not be compressed.
    #[error("{file}: {source}")]
    Encoding {
        /// Which picture.
        file: String,
        /// What the encoder said.
        source: image::ImageError,
    },
    /// A file could not be written.
    #[error("{}: {source}", path.display())]
    Writing {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Draws the first `count` test scenes into `folder`: `pictures/*.jpg` and `items.json`, a list of [`Item`]s.
/// `progress` is told after each picture how many are done.
///
/// # Errors
///
/// Where a picture cannot be drawn, compressed or written.
pub fn write(
    folder: &Path,
    count: usize,
    size: u32,
    seed: u64,
    mut progress: impl FnMut(usize),
) -> Result<Vec<Item>, GalleryError> {
    let entries = listing::entries(Split::Test, count, seed).map_err(PictureError::from)?;
    let pictures = folder.join("pictures");
    fs::create_dir_all(&pictures).map_err(|source| GalleryError::Writing {
        path: pictures,
        source,
    })?;
    let renderer = Renderer::new();
    let mut items = Vec::with_capacity(entries.len());
    for entry in entries {
        let picture = renderer.render(&entry.scene, size)?;
        let item = item(entry, &picture);
        let jpeg = encode(&picture).map_err(|source| GalleryError::Encoding {
            file: item.file.clone(),
            source,
        })?;
        save(&folder.join(&item.file), &jpeg)?;
        items.push(item);
        progress(items.len());
    }
    let path = folder.join("items.json");
    let text = serde_json::to_vec_pretty(&items).map_err(|error| GalleryError::Writing {
        path: path.clone(),
        source: error.into(),
    })?;
    save(&path, &text)?;
    Ok(items)
}

fn item(entry: Entry, picture: &RgbImage) -> Item {
    Item {
        file: format!("pictures/{}.jpg", entry.id),
        id: entry.id,
        caption: entry
            .captions
            .first()
            .map(|c| c.text.clone())
            .unwrap_or_default(),
        width: picture.width(),
        height: picture.height(),
        colour: average(picture),
        credit: CREDIT.to_owned(),
        licence: LICENCE.to_owned(),
        captions: entry.captions,
        scene: entry.scene,
    }
}

fn encode(picture: &RgbImage) -> Result<Vec<u8>, image::ImageError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture)?;
    Ok(bytes)
}

fn save(path: &Path, bytes: &[u8]) -> Result<(), GalleryError> {
    fs::write(path, bytes).map_err(|source| GalleryError::Writing {
        path: path.to_owned(),
        source,
    })
}

fn average(picture: &RgbImage) -> String {
    let mut sums = [0_u64; 3];
    for pixel in picture.pixels() {
        for (sum, value) in sums.iter_mut().zip(pixel.0) {
            *sum += u64::from(value);
        }
    }
    let pixels = u64::from(picture.width()) * u64::from(picture.height());
    let [r, g, b] = sums.map(|sum| (sum + pixels / 2) / pixels.max(1));
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_gallery_is_written_with_distinct_pictures() {
        let folder = std::env::temp_dir().join(format!("saysee-scenes-{}", std::process::id()));
        let mut told = 0;
        let items = write(&folder, 12, 96, 1, |done| told = done).unwrap();
        assert_eq!((items.len(), told), (12, 12));
        let read: Vec<Item> =
            serde_json::from_slice(&fs::read(folder.join("items.json")).unwrap()).unwrap();
        assert_eq!(items, read);
        let mut files = BTreeSet::new();
        let mut combinations = BTreeSet::new();
        for item in &items {
            assert!(files.insert(fs::read(folder.join(&item.file)).unwrap()));
            assert!(combinations.insert(item.scene.combination()));
            assert_eq!(item.scene.split(), Split::Test);
            assert_eq!((item.width, item.height, item.colour.len()), (96, 96, 7));
            assert_eq!(item.captions[0].text, item.caption);
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
