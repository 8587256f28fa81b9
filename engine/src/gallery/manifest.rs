//! `gallery.json`: what a gallery is made of, and what it may say.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::GalleryError;
use crate::format::{self, Fields, is_file_name};

/// Name of the manifest inside a gallery's folder.
pub const MANIFEST_FILE: &str = "gallery.json";
/// What `format` says in a gallery.
pub const FORMAT: &str = "saysee-gallery";
/// The version of the format that is read and written.
pub const VERSION: u32 = 1;
/// Most bytes the file of embeddings may have.
pub const MAX_EMBEDDING_BYTES: u64 = 64 << 20;

const MAX_ITEMS: usize = 100_000;

/// The whole of `gallery.json`. [`GalleryManifest::parse`] reads and checks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GalleryManifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Name of the gallery, also its folder.
    pub name: String,
    /// Name of the space its embeddings live in; a pack must have the same.
    pub embedding_space: String,
    /// Numbers in an embedding.
    pub dimension: usize,
    /// Pictures.
    pub count: usize,
    /// The file with the embeddings.
    pub embeddings: Embeddings,
    /// The pictures, in the order of the embeddings.
    pub items: Vec<Item>,
    /// SPDX name of the licence of the collection.
    pub licence: String,
    /// Who is to be credited.
    pub attribution: Vec<String>,
}

/// The file with the embeddings: one tensor `[count, dimension]`, `F16` or `F32`, rows of length 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Embeddings {
    /// Plain file name inside the gallery's folder.
    pub file: String,
    /// Name of the tensor in it.
    pub tensor: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// One picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Unique name inside the gallery.
    pub id: String,
    /// Path of the picture inside the gallery's folder: plain names joined by `/`.
    pub file: String,
    /// What the picture shows; read out where pictures cannot be seen.
    pub caption: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Shown until the picture is there, `#rrggbb`.
    pub colour: String,
    /// Who made it.
    pub credit: String,
    /// Its licence.
    pub licence: String,
    /// The emoji it is a picture of: what choosing it copies. Only in galleries of characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub character: Option<String>,
}

impl GalleryManifest {
    /// Reads `gallery.json` and checks all of it.
    ///
    /// # Errors
    /// A [`GalleryError`] that names the field.
    pub fn parse(bytes: &[u8]) -> Result<Self, GalleryError> {
        let manifest: Self = format::parse(MANIFEST_FILE, bytes, FORMAT, VERSION..=VERSION)?;
        manifest.check()?;
        let embeddings = &manifest.embeddings;
        format::check_announcement(
            MANIFEST_FILE,
            "embeddings",
            &embeddings.file,
            embeddings.bytes,
            &embeddings.sha256,
            MAX_EMBEDDING_BYTES,
        )?;
        Ok(manifest)
    }

    /// Everything but the file of embeddings.
    pub(super) fn check(&self) -> Result<(), GalleryError> {
        let fields = Fields {
            file: MANIFEST_FILE,
        };
        fields.name("name", &self.name)?;
        fields.name("embedding_space", &self.embedding_space)?;
        fields.size("dimension", self.dimension, 1, 4096)?;
        fields.size("count", self.count, 1, MAX_ITEMS)?;
        let problem = format!(
            "{} items, where `count` says {}",
            self.items.len(),
            self.count
        );
        fields.require(self.items.len() == self.count, "items", problem)?;
        let mut ids = HashSet::new();
        for (index, item) in self.items.iter().enumerate() {
            let field = |name: &str| format!("items[{index}].{name}");
            fields.name(&field("id"), &item.id)?;
            fields.require(
                ids.insert(&item.id),
                field("id"),
                format!("{:?} appears twice", item.id),
            )?;
            item.check(&fields, field)?;
        }
        Ok(())
    }
}

impl Item {
    fn check(&self, fields: &Fields, field: impl Fn(&str) -> String) -> Result<(), GalleryError> {
        let is_path = self.file.len() <= 256 && self.file.split('/').all(is_file_name);
        let problem = format!(
            "{:?} is not a path of plain names inside the gallery",
            self.file
        );
        fields.require(is_path, field("file"), problem)?;
        fields.require(
            is_text(&self.caption),
            field("caption"),
            "not 1..=1000 bytes of printable text",
        )?;
        fields.size(&field("width"), self.width as usize, 1, 16_384)?;
        fields.size(&field("height"), self.height as usize, 1, 16_384)?;
        fields.require(
            is_colour(&self.colour),
            field("colour"),
            format!("{:?} is not #rrggbb", self.colour),
        )?;
        fields.require(
            is_text(&self.credit),
            field("credit"),
            "not 1..=1000 bytes of printable text",
        )?;
        fields.require(
            is_text(&self.licence),
            field("licence"),
            "not 1..=1000 bytes of printable text",
        )?;
        fields.require(
            self.character.as_deref().is_none_or(is_character),
            field("character"),
            "not 1..=64 bytes that show one character",
        )
    }
}

fn is_text(text: &str) -> bool {
    (1..=1000).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Whether `text` may be put into the clipboard as one character: short, visible, and nothing that turns the direction of
/// the text around it. Emoji are joined from several code points by U+200D, and tags (U+E0020..) spell out some flags.
fn is_character(text: &str) -> bool {
    let alone = |c: char| {
        !c.is_control()
            && !c.is_whitespace()
            && !matches!(c,
                '\u{200B}' | '\u{200C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}')
    };
    let shows = text.chars().next().is_some_and(|c| {
        !matches!(c, '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{20E3}' | '\u{E0000}'..='\u{E01EF}')
    });
    text.len() <= 64 && shows && text.chars().all(alone)
}

fn is_colour(text: &str) -> bool {
    text.len() == 7
        && text.starts_with('#')
        && text[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
}
