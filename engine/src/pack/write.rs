//! Floats to the files of a pack.

use std::collections::BTreeMap;

use super::manifest::{FORMAT, MANIFEST_FILE, MAX_SHARD_BYTES, Manifest, Shard, VERSION};
use super::plan::{Storage, TensorPlan, plan};
use super::weight::WeightData;
use super::{Pack, PackError};
use crate::format::{Number, RawTensor, sha256_hex, write_tensors};

/// Kept free in each shard for its header.
const HEADER_ROOM: u64 = 64 << 10;

/// A tensor to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct FloatTensor {
    /// Dimensions as docs/pack-format.md lists them.
    pub shape: Vec<usize>,
    /// Row-major numbers.
    pub data: Vec<f32>,
}

/// The files of a pack, ready to be written into its folder.
#[derive(Clone, Debug)]
pub struct PackFiles {
    /// The manifest with its shards filled in.
    pub manifest: Manifest,
    /// File names and contents, `pack.json` first.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Makes a pack's files from `tensors` (the network's names, see [`plan`]) in the number format of
/// `manifest.weights`. `format`, `version` and `shards` of the manifest are filled in here. The
/// result has been read back once, so what is written can be opened.
///
/// # Errors
/// A [`PackError`] that names the field or tensor which contradicts the format, or a tensor that does
/// not fit into one shard.
pub fn write(
    mut manifest: Manifest,
    tensors: &BTreeMap<String, FloatTensor>,
) -> Result<PackFiles, PackError> {
    FORMAT.clone_into(&mut manifest.format);
    manifest.version = VERSION;
    manifest.shards.clear();
    manifest.check()?;
    let plan = plan(&manifest);
    if let Some(name) = tensors
        .keys()
        .find(|name| plan.iter().all(|tensor| tensor.name != **name))
    {
        return Err(PackError::tensor(
            MANIFEST_FILE,
            name,
            "the network has no tensor of this name",
        ));
    }
    let mut shards = Vec::new();
    for group in group(&plan)? {
        let mut raw = BTreeMap::new();
        for tensor in group {
            encode(tensor, tensors, &mut raw)?;
        }
        let file = format!("weights-{}.safetensors", shards.len() + 1);
        let bytes = write_tensors(&file, &raw)?;
        manifest.shards.push(Shard {
            file,
            bytes: bytes.len() as u64,
            sha256: sha256_hex(&bytes),
        });
        shards.push(bytes);
    }
    let mut json = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| PackError::field(MANIFEST_FILE, ".", error.to_string()))?;
    json.push(b'\n');
    Pack::load(Manifest::parse(&json)?, shards.clone())?;
    let names = manifest.shards.iter().map(|shard| shard.file.clone());
    let mut files = vec![(MANIFEST_FILE.to_owned(), json)];
    files.extend(names.zip(shards));
    Ok(PackFiles { manifest, files })
}

/// Cuts the plan into runs that fit into one shard each.
fn group(plan: &[TensorPlan]) -> Result<Vec<Vec<&TensorPlan>>, PackError> {
    let room = MAX_SHARD_BYTES - HEADER_ROOM;
    let mut groups: Vec<Vec<&TensorPlan>> = Vec::new();
    let mut used = room;
    for tensor in plan {
        let bytes = tensor.bytes();
        if bytes > room {
            let problem = format!("its {bytes} bytes do not fit into one shard of {room}");
            return Err(PackError::tensor(MANIFEST_FILE, &tensor.name, problem));
        }
        match groups.last_mut() {
            Some(group) if used + bytes <= room => group.push(tensor),
            _ => {
                groups.push(vec![tensor]);
                used = 0;
            }
        }
        used += bytes;
    }
    Ok(groups)
}

fn encode(
    tensor: &TensorPlan,
    tensors: &BTreeMap<String, FloatTensor>,
    raw: &mut BTreeMap<String, RawTensor<Vec<u8>>>,
) -> Result<(), PackError> {
    let name = &tensor.name;
    let refuse = |problem: String| PackError::tensor(MANIFEST_FILE, name, problem);
    let source = tensors
        .get(name)
        .ok_or_else(|| refuse("was not given".to_owned()))?;
    let elements: usize = tensor.shape.iter().product();
    if source.shape != tensor.shape || source.data.len() != elements {
        let given = format!("{} numbers of shape {:?}", source.data.len(), source.shape);
        return Err(refuse(format!(
            "{given} were given, where {:?} was expected",
            tensor.shape
        )));
    }
    let mut put = |name: String, number, shape: Vec<usize>, data| {
        raw.insert(
            name,
            RawTensor {
                number,
                shape,
                data,
            },
        );
    };
    match tensor.storage {
        Storage::F32 => put(
            name.clone(),
            Number::F32,
            tensor.shape.clone(),
            little_endian(&source.data),
        ),
        Storage::F16 => {
            let halves = source
                .data
                .iter()
                .map(|x| half::f16::from_f32(*x).to_le_bytes());
            put(
                name.clone(),
                Number::F16,
                tensor.shape.clone(),
                halves.flatten().collect(),
            );
        }
        Storage::Q8 => {
            let [rows, columns] = tensor.matrix();
            let Some(WeightData::Q8 { values, scales, .. }) =
                WeightData::quantise([rows, columns], &source.data)
            else {
                return Err(refuse(format!("rows of {columns} cannot be quantised")));
            };
            let bytes = values.iter().map(|value| value.cast_unsigned()).collect();
            put(name.clone(), Number::I8, tensor.shape.clone(), bytes);
            let shape = vec![rows, columns / super::Q8_GROUP];
            put(
                format!("{name}.scales"),
                Number::F32,
                shape,
                little_endian(&scales),
            );
        }
    }
    Ok(())
}

fn little_endian(numbers: &[f32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}
