//! Bytes to a checked gallery.

use super::GalleryError;
use super::manifest::{GalleryManifest, MANIFEST_FILE};
use crate::format::{self, Number, Source};

/// A checked gallery.
#[derive(Clone, Debug)]
pub struct Gallery {
    manifest: GalleryManifest,
    embeddings: Vec<f32>,
}

impl Gallery {
    /// Reads a gallery from a folder.
    ///
    /// # Errors
    /// A [`GalleryError`] that names the file and the field or tensor.
    pub async fn open(source: &impl Source) -> Result<Self, GalleryError> {
        let manifest = GalleryManifest::parse(&format::fetch(source, MANIFEST_FILE, None).await?)?;
        let file = &manifest.embeddings;
        let bytes = format::fetch(source, &file.file, Some(file.bytes)).await?;
        Self::from_parts(manifest, &bytes)
    }

    /// A gallery from the bytes of its two files.
    ///
    /// # Errors
    /// A [`GalleryError`] that names the file and the field or tensor.
    pub fn load(manifest: &[u8], embeddings: &[u8]) -> Result<Self, GalleryError> {
        Self::from_parts(GalleryManifest::parse(manifest)?, embeddings)
    }

    /// A gallery from a manifest that [`GalleryManifest::parse`] checked and the bytes of its embeddings.
    ///
    /// # Errors
    /// A [`GalleryError`] that names the file and the tensor.
    pub fn from_parts(manifest: GalleryManifest, bytes: &[u8]) -> Result<Self, GalleryError> {
        let announced = &manifest.embeddings;
        let file = &announced.file;
        format::verify(file, bytes, announced.bytes, &announced.sha256)?;
        let mut raw = format::read_tensors(file, bytes)?;
        let name = &announced.tensor;
        let refuse = |problem: String| GalleryError::tensor(file, name, problem);
        let tensor = raw
            .remove(name)
            .ok_or_else(|| refuse("missing".to_owned()))?;
        if let Some(other) = raw.keys().next() {
            return Err(GalleryError::tensor(
                file,
                other,
                "the gallery has no tensor of this name",
            ));
        }
        let shape = [manifest.count, manifest.dimension];
        if tensor.shape != shape {
            return Err(refuse(format!(
                "has shape {:?}, where {shape:?} was expected",
                tensor.shape
            )));
        }
        let embeddings = match tensor.number {
            Number::F32 => format::floats(tensor.data),
            Number::F16 => {
                format::halves(tensor.data).map(|data| data.iter().map(|x| x.to_f32()).collect())
            }
            Number::I8 | Number::U8 => {
                return Err(refuse("is neither F16 nor F32".to_owned()));
            }
        };
        let embeddings = embeddings
            .ok_or_else(|| refuse("has values that are not finite numbers".to_owned()))?;
        for (index, row) in embeddings.chunks(manifest.dimension).enumerate() {
            let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
            if (length - 1.0).abs() > 0.01 {
                return Err(refuse(format!(
                    "row {index} has length {length:.3}, where 1 was expected"
                )));
            }
        }
        Ok(Self {
            manifest,
            embeddings,
        })
    }

    /// What the gallery says about itself and its pictures.
    pub fn manifest(&self) -> &GalleryManifest {
        &self.manifest
    }

    /// `[count, dimension]`, row-major, rows of length 1.
    pub fn embeddings(&self) -> &[f32] {
        &self.embeddings
    }
}
