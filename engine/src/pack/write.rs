//! Floats to the files of a pack.

use std::collections::BTreeMap;

use super::check::MAX_SHARDS;
use super::manifest::{
    FORMAT, MANIFEST_FILE, MAX_SHARD_BYTES, Manifest, Shard, VERSION, VERSION_WITHOUT_PHONES,
};
use super::plan::{Piece, SHARD_HEADER_BYTES, Storage, TensorPlan, plan};
use super::weight::{GROUP, WeightData};
use super::{Pack, PackError};
use crate::format::{Number, RawTensor, sha256_hex, write_tensors};

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
/// A [`PackError`] that names the field or tensor which contradicts the format.
pub fn write(
    manifest: Manifest,
    tensors: &BTreeMap<String, FloatTensor>,
) -> Result<PackFiles, PackError> {
    let plan = plan(&manifest);
    if let Some(name) = tensors
        .keys()
        .find(|name| plan.iter().all(|tensor| tensor.name != **name))
    {
        let problem = "the network has no tensor of this name";
        return Err(PackError::tensor(MANIFEST_FILE, name, problem));
    }
    let mut files = Vec::new();
    let find = |tensor: &TensorPlan| {
        let found = tensors.get(&tensor.name).cloned();
        found.ok_or_else(|| PackError::tensor(MANIFEST_FILE, &tensor.name, "was not given"))
    };
    let manifest = write_to(manifest, find, |name, bytes| {
        files.push((name.to_owned(), bytes));
        Ok::<_, PackError>(())
    })?;
    // The manifest came last.
    files.rotate_right(1);
    let shards = files.iter().skip(1).map(|(_, bytes)| bytes.clone());
    Pack::load(manifest.clone(), shards.collect())?;
    Ok(PackFiles { manifest, files })
}

/// As [`write`], a tensor at a time: `tensor` gives the numbers of each tensor when its turn comes, `file` takes
/// each file as it is made, `pack.json` last, so that a folder without it was never finished.
///
/// # Errors
/// What `tensor` and `file` return, and a [`PackError`] for what contradicts the format.
pub fn write_to<E: From<PackError>>(
    mut manifest: Manifest,
    mut tensor: impl FnMut(&TensorPlan) -> Result<FloatTensor, E>,
    mut file: impl FnMut(&str, Vec<u8>) -> Result<(), E>,
) -> Result<Manifest, E> {
    FORMAT.clone_into(&mut manifest.format);
    // The oldest version that can say it, for readers that know no other.
    manifest.version = match manifest.phones {
        Some(_) => VERSION,
        None => VERSION_WITHOUT_PHONES,
    };
    manifest.shards.clear();
    manifest.check()?;
    let plan = plan(&manifest);
    let mut held: Option<(usize, FloatTensor)> = None;
    let groups = group(&plan)?;
    if groups.len() > MAX_SHARDS {
        // Known before gigabytes are written.
        let problem = format!(
            "{} are needed, where {MAX_SHARDS} are allowed",
            groups.len()
        );
        return Err(PackError::field(MANIFEST_FILE, "shards", problem).into());
    }
    for group in groups {
        let mut raw = BTreeMap::new();
        for (index, piece) in group {
            let planned = &plan[index];
            let numbers = match held.take() {
                Some((known, numbers)) if known == index => numbers,
                _ => {
                    let numbers = tensor(planned)?;
                    check_shape(planned, &numbers)?;
                    numbers
                }
            };
            encode(planned, &piece, &numbers, &mut raw)?;
            held = Some((index, numbers));
        }
        let name = format!("weights-{}.safetensors", manifest.shards.len() + 1);
        let bytes = write_tensors(&name, &raw)?;
        manifest.shards.push(Shard {
            file: name.clone(),
            bytes: bytes.len() as u64,
            sha256: sha256_hex(&bytes),
        });
        file(&name, bytes)?;
    }
    let mut json = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| PackError::field(MANIFEST_FILE, ".", error.to_string()))?;
    json.push(b'\n');
    let manifest = Manifest::parse(&json)?;
    file(MANIFEST_FILE, json)?;
    Ok(manifest)
}

/// Cuts the plan into runs of pieces that fit into one shard each; every piece with the number of its tensor.
fn group(plan: &[TensorPlan]) -> Result<Vec<Vec<(usize, Piece)>>, PackError> {
    let room = MAX_SHARD_BYTES - SHARD_HEADER_BYTES;
    let mut groups: Vec<Vec<(usize, Piece)>> = Vec::new();
    let mut used = room;
    for (index, tensor) in plan.iter().enumerate() {
        let pieces = tensor.pieces().ok_or_else(|| {
            let problem = format!("one row of it does not fit into a shard of {room} bytes");
            PackError::tensor(MANIFEST_FILE, &tensor.name, problem)
        })?;
        for piece in pieces {
            let bytes = piece.bytes;
            match groups.last_mut() {
                Some(group) if used + bytes <= room && group.len() < MAX_PIECES => {
                    group.push((index, piece));
                }
                _ => {
                    groups.push(vec![(index, piece)]);
                    used = 0;
                }
            }
            used += bytes;
        }
    }
    Ok(groups)
}

/// Most pieces of a shard: their names have to fit into its header.
const MAX_PIECES: usize = 300;

fn check_shape(tensor: &TensorPlan, numbers: &FloatTensor) -> Result<(), PackError> {
    let elements: usize = tensor.shape.iter().product();
    if numbers.shape != tensor.shape || numbers.data.len() != elements {
        let (count, shape) = (numbers.data.len(), &numbers.shape);
        let problem = format!(
            "{count} numbers of shape {shape:?} were given, where {:?} was expected",
            tensor.shape
        );
        return Err(PackError::tensor(MANIFEST_FILE, &tensor.name, problem));
    }
    Ok(())
}

fn encode(
    tensor: &TensorPlan,
    piece: &Piece,
    numbers: &FloatTensor,
    raw: &mut BTreeMap<String, RawTensor<Vec<u8>>>,
) -> Result<(), PackError> {
    let [_, columns] = tensor.matrix();
    let rows = &numbers.data[piece.first * columns..(piece.first + piece.count) * columns];
    let not_quantisable = || {
        let problem = format!("rows of {columns} cannot be quantised");
        PackError::tensor(MANIFEST_FILE, &tensor.name, problem)
    };
    let mut put = |name: String, number, shape: Vec<usize>, data| {
        let tensor = RawTensor {
            number,
            shape,
            data,
        };
        raw.insert(name, tensor);
    };
    let name = piece.name.clone();
    let shape = piece.shape.clone();
    let scales_name = format!("{name}.scales");
    let scales_shape = vec![piece.count, columns / GROUP];
    match tensor.storage {
        Storage::F32 => put(name, Number::F32, shape, little_endian(rows)),
        Storage::F16 => {
            let halves = rows.iter().map(|x| half::f16::from_f32(*x).to_le_bytes());
            put(name, Number::F16, shape, halves.flatten().collect());
        }
        Storage::Q8 => {
            let Some(WeightData::Q8 { values, scales, .. }) =
                WeightData::quantise([piece.count, columns], rows)
            else {
                return Err(not_quantisable());
            };
            let bytes = values.iter().map(|value| value.cast_unsigned()).collect();
            put(name, Number::I8, shape, bytes);
            put(
                scales_name,
                Number::F32,
                scales_shape,
                little_endian(&scales),
            );
        }
        Storage::Q4 => {
            let Some(WeightData::Q4 { values, scales, .. }) =
                WeightData::quantise_to_4_bits([piece.count, columns], rows)
            else {
                return Err(not_quantisable());
            };
            put(name, Number::U8, vec![piece.count, columns / 2], values);
            put(
                scales_name,
                Number::F32,
                scales_shape,
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
