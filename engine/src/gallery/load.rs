//! Bytes to a checked gallery.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::GalleryError;
use super::manifest::{GalleryManifest, MANIFEST_FILE};
use crate::format::{self, Number, RawTensor, Source};
use crate::pack::{GROUP, WeightData};

/// A checked gallery.
#[derive(Clone, Debug)]
pub struct Gallery {
    manifest: GalleryManifest,
    /// `[count, dimension]`, rows of length 1.
    embeddings: WeightData,
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
        let embeddings = take(&manifest, &mut raw)?;
        if let Some(other) = raw.keys().next() {
            return Err(GalleryError::tensor(
                file,
                other,
                "the gallery has no tensor of this name",
            ));
        }
        for index in 0..manifest.count {
            let row = embeddings.row(index);
            let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
            if !(0.99..=1.01).contains(&length) {
                let problem = format!("row {index} has length {length:.3}, where 1 was expected");
                return Err(GalleryError::tensor(file, &announced.tensor, problem));
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

    /// `[count, dimension]`, row-major, rows of length 1: copied where they are stored in fewer bits.
    pub fn embeddings(&self) -> Cow<'_, [f32]> {
        match &self.embeddings {
            WeightData::F32 { data, .. } => Cow::Borrowed(data),
            other => Cow::Owned(other.to_f32()),
        }
    }

    /// The same as they are stored.
    pub fn stored(&self) -> &WeightData {
        &self.embeddings
    }

    /// The embedding of one picture; `None` when there are not so many.
    pub fn embedding(&self, picture: usize) -> Option<Vec<f32>> {
        (picture < self.manifest.count).then(|| self.embeddings.row(picture))
    }
}

/// The tensors that the manifest announces.
fn take(
    manifest: &GalleryManifest,
    raw: &mut BTreeMap<String, RawTensor<&[u8]>>,
) -> Result<WeightData, GalleryError> {
    let (file, name) = (&manifest.embeddings.file, &manifest.embeddings.tensor);
    let shape = [manifest.count, manifest.dimension];
    let refuse = |name: &str, problem: String| GalleryError::tensor(file, name, problem);
    let mut take = |name: &str, shape: [usize; 2]| {
        let tensor = raw
            .remove(name)
            .ok_or_else(|| refuse(name, "missing".to_owned()))?;
        if tensor.shape != shape {
            let problem = format!("has shape {:?}, where {shape:?} was expected", tensor.shape);
            return Err(refuse(name, problem));
        }
        Ok(tensor)
    };
    let not_finite = || refuse(name, "has values that are not finite numbers".to_owned());
    let tensor = take(name, shape)?;
    match tensor.number {
        Number::F32 => {
            let data = format::floats(tensor.data).ok_or_else(not_finite)?;
            Ok(WeightData::F32 { shape, data })
        }
        Number::F16 => {
            let data = format::halves(tensor.data).ok_or_else(not_finite)?;
            Ok(WeightData::F16 { shape, data })
        }
        Number::I8 => {
            if !manifest.dimension.is_multiple_of(GROUP) {
                let problem =
                    format!("is I8, which takes a dimension that is a multiple of {GROUP}");
                return Err(refuse(name, problem));
            }
            let values = format::integers(tensor.data).ok_or_else(|| {
                refuse(
                    name,
                    "has the value -128; -127..=127 are allowed".to_owned(),
                )
            })?;
            let name = format!("{name}.scales");
            let scales = take(&name, [shape[0], shape[1] / GROUP])?;
            let scales = Some(scales)
                .filter(|scales| scales.number == Number::F32)
                .and_then(|scales| format::floats(scales.data))
                .filter(|scales| scales.iter().all(|scale| *scale >= 0.0))
                .ok_or_else(|| {
                    refuse(&name, "are no finite numbers of F32 from 0 on".to_owned())
                })?;
            Ok(WeightData::Q8 {
                shape,
                values,
                scales,
            })
        }
        Number::U8 => Err(refuse(name, "is neither F32, F16 nor I8".to_owned())),
    }
}
