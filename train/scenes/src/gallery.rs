//! The pictures that ship with the page, scenes and emoji, with everything a gallery entry needs but the embedding.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, RgbImage};
use serde::{Deserialize, Serialize};

use crate::captions::{Caption, captions};
use crate::concepts::{self, Object, PLAIN};
use crate::listing;
use crate::picture::{self, CREDIT, LICENCE, PictureError, Renderer};
use crate::scene::{Group, SceneSpec, Split};

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
    /// The emoji it is a picture of, in galleries of emoji.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub character: Option<String>,
    /// What people say about it, the complete caption first; none for an emoji that is not in the lists.
    #[serde(default)]
    pub captions: Vec<Caption>,
    /// What it shows, if it is a scene.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<SceneSpec>,
}

/// Why a gallery could not be written.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// A scene could not be drawn.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// A picture could not be compressed.
    #[error("{file}: {problem}")]
    Encoding {
        /// Which picture.
        file: String,
        /// What the encoder said.
        problem: String,
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
pub fn write_scenes(
    folder: &Path,
    count: usize,
    size: u32,
    seed: u64,
    mut progress: impl FnMut(usize),
) -> Result<Vec<Item>, GalleryError> {
    let entries = listing::entries(Split::Test, count, seed).map_err(PictureError::from)?;
    let renderer = Renderer::new();
    let mut items = Vec::with_capacity(entries.len());
    for entry in entries {
        let picture = renderer.render(&entry.scene, size)?;
        let caption = entry.captions.first().map(|c| c.text.clone());
        items.push(Item {
            captions: entry.captions,
            scene: Some(entry.scene),
            ..Item::new(entry.id, "jpg", caption.unwrap_or_default(), &picture)
        });
        save(folder, &items[items.len() - 1].file, &jpeg(&picture))?;
        progress(items.len());
    }
    write_list(folder, &items)?;
    Ok(items)
}

/// Draws every emoji of [`emoji`] into `folder`: `pictures/*.webp` and `items.json`, a list of [`Item`]s.
/// `progress` is told after each picture how many are done.
///
/// # Errors
///
/// Where a picture cannot be drawn, compressed or written.
pub fn write_emoji(
    folder: &Path,
    size: u32,
    mut progress: impl FnMut(usize),
) -> Result<Vec<Item>, GalleryError> {
    let renderer = Renderer::new();
    let mut items = Vec::new();
    for emoji in named_emoji()? {
        let picture = renderer.emoji(emoji.character, size)?;
        items.push(Item {
            captions: emoji.captions,
            character: Some(emoji.character.to_owned()),
            ..Item::new(code(emoji.character), "webp", emoji.name, &picture)
        });
        save(folder, &items[items.len() - 1].file, &webp(&picture))?;
        progress(items.len());
    }
    write_list(folder, &items)?;
    Ok(items)
}

/// The emoji that can be found by speaking, as they are copied.
pub fn emoji() -> impl Iterator<Item = &'static str> {
    include_str!("../lists/emoji.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
}

/// An emoji of the gallery.
pub struct Emoji {
    /// As it is copied.
    pub character: &'static str,
    /// Which of [`concepts::objects`] it pictures, in one of its colours perhaps, if any.
    pub object: Option<usize>,
    /// What it is called.
    pub name: String,
    /// What people say about it. None where it is no object and Unicode's name for it has words that are not understood.
    pub captions: Vec<Caption>,
}

/// Every emoji of [`emoji`], called as in the lists, or else as Unicode names it.
///
/// # Errors
///
/// Never for what the lists hold.
pub fn named_emoji() -> Result<Vec<Emoji>, PictureError> {
    emoji().map(named).collect()
}

fn named(character: &'static str) -> Result<Emoji, PictureError> {
    let bare = |emoji: &str| emoji.replace('\u{FE0F}', "");
    let same = |emoji: &str| bare(emoji) == bare(character);
    let objects = concepts::objects();
    let known = objects.iter().position(|object| same(object.emoji));
    let (name, captions) = match known {
        Some(object) => {
            let scene = alone(&objects[object]);
            (objects[object].id.to_owned(), captions(&scene, 0)?)
        }
        None => {
            let label = picture::label(character).unwrap_or("emoji").to_lowercase();
            let caption = Caption::of_label(&label);
            (label, caption.into_iter().collect())
        }
    };
    let coloured = || {
        let variants = |object: &Object| object.variants.iter().any(|(_, emoji)| same(emoji));
        objects.iter().position(variants)
    };
    Ok(Emoji {
        character,
        object: known.or_else(coloured),
        name,
        captions,
    })
}

/// An object and nothing else.
fn alone(object: &Object) -> SceneSpec {
    SceneSpec {
        place: PLAIN.to_owned(),
        time: None,
        weather: None,
        groups: vec![Group {
            object: object.id.to_owned(),
            count: 1,
            colour: None,
            size: None,
        }],
        relation: None,
        seed: 0,
    }
}

/// "1f415": the code points of a character, joined by dashes.
fn code(character: &str) -> String {
    let points: Vec<String> = character
        .chars()
        .filter(|c| *c != '\u{FE0F}')
        .map(|c| format!("{:x}", u32::from(c)))
        .collect();
    points.join("-")
}

impl Item {
    fn new(id: String, extension: &str, caption: String, picture: &RgbImage) -> Self {
        Self {
            file: format!("pictures/{id}.{extension}"),
            id,
            caption,
            width: picture.width(),
            height: picture.height(),
            colour: average(picture),
            credit: CREDIT.to_owned(),
            licence: LICENCE.to_owned(),
            character: None,
            captions: Vec::new(),
            scene: None,
        }
    }
}

/// Small for pictures with gradients.
fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, image::ImageError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture)?;
    Ok(bytes)
}

/// Without loss, which for a flat drawing on white is also small.
fn webp(picture: &RgbImage) -> Result<Vec<u8>, image::ImageError> {
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes).encode(
        picture,
        picture.width(),
        picture.height(),
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}

fn write_list(folder: &Path, items: &[Item]) -> Result<(), GalleryError> {
    let list = serde_json::to_vec_pretty(items).map_err(|error| GalleryError::Writing {
        path: folder.join("items.json"),
        source: error.into(),
    })?;
    save(folder, "items.json", &Ok(list))
}

fn save(
    folder: &Path,
    file: &str,
    bytes: &Result<Vec<u8>, image::ImageError>,
) -> Result<(), GalleryError> {
    let bytes = bytes.as_ref().map_err(|error| GalleryError::Encoding {
        file: file.to_owned(),
        problem: error.to_string(),
    })?;
    let path = folder.join(file);
    let failed = |source| GalleryError::Writing {
        path: path.clone(),
        source,
    };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    fs::write(&path, bytes).map_err(failed)
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
        let items = write_scenes(&folder, 12, 96, 1, |done| told = done).unwrap();
        assert_eq!((items.len(), told), (12, 12));
        let read: Vec<Item> =
            serde_json::from_slice(&fs::read(folder.join("items.json")).unwrap()).unwrap();
        assert_eq!(items, read);
        let mut files = BTreeSet::new();
        for item in &items {
            assert!(files.insert(fs::read(folder.join(&item.file)).unwrap()));
            assert_eq!(item.scene.as_ref().map(SceneSpec::split), Some(Split::Test));
            assert_eq!((item.width, item.height, item.colour.len()), (96, 96, 7));
            assert_eq!(item.captions[0].text, item.caption);
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn every_emoji_has_artwork_and_a_name_of_its_own() {
        let renderer = Renderer::new();
        let (mut ids, mut pictures) = (BTreeSet::new(), BTreeSet::new());
        let mut unspoken = 0;
        for emoji in named_emoji().unwrap() {
            let Emoji {
                character, name, ..
            } = emoji;
            assert!(!name.is_empty() && name != "emoji", "{character}");
            assert!(ids.insert(code(character)), "{character} twice");
            let picture = renderer.emoji(character, 48).unwrap().into_raw();
            pictures.insert(picture);
            unspoken += usize::from(emoji.captions.is_empty());
        }
        assert!(unspoken < 450, "{unspoken} cannot be asked for");
        assert!(ids.len() >= 1200, "{} emoji", ids.len());
        // A few signs are drawn alike.
        assert!(
            pictures.len() + 12 > ids.len(),
            "{} pictures",
            pictures.len()
        );
    }

    #[test]
    fn every_object_can_be_copied() {
        let listed: BTreeSet<String> = emoji().map(code).collect();
        let missing: Vec<&str> = concepts::objects()
            .iter()
            .filter(|object| !listed.contains(&code(object.emoji)))
            .map(|object| object.id)
            .collect();
        // Hair is not told apart in the gallery.
        assert_eq!(missing, ["bald man"]);
    }
}
