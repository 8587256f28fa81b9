//! Embeddings and descriptions to the files of a gallery.

use std::collections::BTreeMap;

use super::manifest::{Embeddings, FORMAT, GalleryManifest, MANIFEST_FILE, VERSION};
use super::{Gallery, GalleryError};
use crate::format::{Number, RawTensor, sha256_hex, write_tensors};
use crate::pack::{GROUP, WeightData};

/// Number format of the embeddings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmbeddingFormat {
    /// 32-bit floats.
    F32,
    /// 16-bit floats.
    F16,
    /// 8-bit integers with a scale for 32: for galleries of very many pictures. The dimension is a multiple of 32.
    I8,
}

/// The files of a gallery, ready to be written into its folder.
#[derive(Clone, Debug)]
pub struct GalleryFiles {
    /// The manifest with its embeddings filled in.
    pub manifest: GalleryManifest,
    /// File names and contents, `gallery.json` first.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Makes a gallery's files. `embeddings` is `[items, dimension]`, rows of length 1; `format`,
/// `version`, `count` and `embeddings` of the manifest are filled in here. The result has been read
/// back once, so what is written can be opened.
///
/// # Errors
/// A [`GalleryError`] that names the field or tensor which contradicts the format.
pub fn write(
    mut manifest: GalleryManifest,
    embeddings: &[f32],
    number: EmbeddingFormat,
) -> Result<GalleryFiles, GalleryError> {
    FORMAT.clone_into(&mut manifest.format);
    manifest.version = VERSION;
    manifest.count = manifest.items.len();
    manifest.check()?;
    let file = "embeddings.safetensors".to_owned();
    let tensor = "embeddings".to_owned();
    if embeddings.len() != manifest.count * manifest.dimension {
        let shape = [manifest.count, manifest.dimension];
        let problem = format!(
            "{} numbers were given, where {shape:?} was expected",
            embeddings.len()
        );
        return Err(GalleryError::tensor(&file, &tensor, problem));
    }
    let shape = vec![manifest.count, manifest.dimension];
    let little_endian = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut tensors = BTreeMap::new();
    let (number, data) = match number {
        EmbeddingFormat::F32 => (Number::F32, little_endian(embeddings)),
        EmbeddingFormat::F16 => {
            let halves = embeddings
                .iter()
                .flat_map(|x| half::f16::from_f32(*x).to_le_bytes());
            (Number::F16, halves.collect())
        }
        EmbeddingFormat::I8 => {
            let quantised = WeightData::quantise([shape[0], shape[1]], embeddings);
            let Some(WeightData::Q8 { values, scales, .. }) = quantised else {
                let problem = format!("I8 takes a dimension that is a multiple of {GROUP}");
                return Err(GalleryError::tensor(&file, &tensor, problem));
            };
            let scales = RawTensor {
                number: Number::F32,
                shape: vec![shape[0], shape[1] / GROUP],
                data: little_endian(&scales),
            };
            tensors.insert(format!("{tensor}.scales"), scales);
            (
                Number::I8,
                values.into_iter().map(i8::cast_unsigned).collect(),
            )
        }
    };
    let values = RawTensor {
        number,
        shape,
        data,
    };
    tensors.insert(tensor.clone(), values);
    let bytes = write_tensors(&file, &tensors)?;
    manifest.embeddings = Embeddings {
        file: file.clone(),
        tensor,
        bytes: bytes.len() as u64,
        sha256: sha256_hex(&bytes),
    };
    let mut json = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| GalleryError::field(MANIFEST_FILE, ".", error.to_string()))?;
    json.push(b'\n');
    Gallery::load(&json, &bytes)?;
    Ok(GalleryFiles {
        manifest,
        files: vec![(MANIFEST_FILE.to_owned(), json), (file, bytes)],
    })
}
