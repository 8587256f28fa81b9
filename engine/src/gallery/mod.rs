//! A gallery: the pictures that can be found, as a folder of `gallery.json` and one tensor of
//! embeddings (docs/gallery-format.md). The engine reads embeddings and descriptions; it never opens a picture.

mod load;
mod manifest;
mod write;

pub use crate::format::FormatError as GalleryError;
pub use load::Gallery;
pub use manifest::{
    Embeddings, FORMAT, GalleryManifest, Item, MANIFEST_FILE, MAX_EMBEDDING_BYTES, VERSION,
};
pub use write::{EmbeddingFormat, GalleryFiles, write};

#[cfg(test)]
mod tests;
