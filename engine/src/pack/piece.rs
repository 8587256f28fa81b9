//! Pieces of tensors as they stand in a shard: taken out with every check, and joined.

use std::collections::BTreeMap;

use super::PackError;
use super::plan::{Piece, Storage};
use super::weight::{GROUP, WeightData};
use crate::format::{self, Number, RawTensor};

/// No rows yet, room for rows of `columns`.
pub(super) fn empty(storage: Storage, columns: usize) -> WeightData {
    let shape = [0, columns];
    match storage {
        Storage::F32 => WeightData::F32 {
            shape,
            data: Vec::new(),
        },
        Storage::F16 => WeightData::F16 {
            shape,
            data: Vec::new(),
        },
        Storage::Q8 => WeightData::Q8 {
            shape,
            values: Vec::new(),
            scales: Vec::new(),
        },
        Storage::Q4 => WeightData::Q4 {
            shape,
            values: Vec::new(),
            scales: Vec::new(),
        },
    }
}

/// Adds the rows of a piece in the same number format.
pub(super) fn append(whole: &mut WeightData, rows: WeightData) {
    match (whole, rows) {
        (
            WeightData::F32 { shape, data },
            WeightData::F32 {
                shape: more,
                data: numbers,
            },
        ) => {
            shape[0] += more[0];
            data.extend(numbers);
        }
        (
            WeightData::F16 { shape, data },
            WeightData::F16 {
                shape: more,
                data: numbers,
            },
        ) => {
            shape[0] += more[0];
            data.extend(numbers);
        }
        (
            WeightData::Q8 {
                shape,
                values,
                scales,
            },
            WeightData::Q8 {
                shape: more,
                values: numbers,
                scales: factors,
            },
        ) => {
            shape[0] += more[0];
            values.extend(numbers);
            scales.extend(factors);
        }
        (
            WeightData::Q4 {
                shape,
                values,
                scales,
            },
            WeightData::Q4 {
                shape: more,
                values: numbers,
                scales: factors,
            },
        ) => {
            shape[0] += more[0];
            values.extend(numbers);
            scales.extend(factors);
        }
        // `empty` was made for the storage of the pieces.
        _ => {}
    }
}

/// Takes one planned piece, with its scales, out of a shard.
pub(super) fn take(
    file: &str,
    raw: &mut BTreeMap<String, RawTensor<&[u8]>>,
    piece: &Piece,
    storage: Storage,
) -> Result<WeightData, PackError> {
    let columns = match piece.shape[..] {
        [_, columns] => columns,
        _ => piece.shape.iter().product(),
    };
    let shape = [piece.count, columns];
    let name = &piece.name;
    let refuse = |problem: &str| PackError::tensor(file, name, problem);
    let not_finite = "has values that are not finite numbers";
    match storage {
        Storage::F32 => {
            let bytes = take_raw(file, raw, name, Number::F32, &piece.shape)?;
            let data = format::floats(bytes).ok_or_else(|| refuse(not_finite))?;
            Ok(WeightData::F32 { shape, data })
        }
        Storage::F16 => {
            let bytes = take_raw(file, raw, name, Number::F16, &piece.shape)?;
            let data = format::halves(bytes).ok_or_else(|| refuse(not_finite))?;
            Ok(WeightData::F16 { shape, data })
        }
        Storage::Q8 => {
            let bytes = take_raw(file, raw, name, Number::I8, &piece.shape)?;
            let values = format::integers(bytes)
                .ok_or_else(|| refuse("has the value -128; -127..=127 are allowed"))?;
            let scales = take_scales(file, raw, name, shape)?;
            Ok(WeightData::Q8 {
                shape,
                values,
                scales,
            })
        }
        Storage::Q4 => {
            let bytes = take_raw(file, raw, name, Number::U8, &[shape[0], columns / 2])?;
            if bytes.iter().any(|byte| byte & 15 == 0 || byte >> 4 == 0) {
                return Err(refuse("has the value 0; 1..=15 are allowed"));
            }
            let scales = take_scales(file, raw, name, shape)?;
            Ok(WeightData::Q4 {
                shape,
                values: bytes.to_vec(),
                scales,
            })
        }
    }
}

fn take_scales(
    file: &str,
    raw: &mut BTreeMap<String, RawTensor<&[u8]>>,
    values: &str,
    [rows, columns]: [usize; 2],
) -> Result<Vec<f32>, PackError> {
    let name = format!("{values}.scales");
    let bytes = take_raw(file, raw, &name, Number::F32, &[rows, columns / GROUP])?;
    format::floats(bytes)
        .filter(|scales| scales.iter().all(|scale| *scale >= 0.0))
        .ok_or_else(|| {
            PackError::tensor(file, &name, "has scales that are not finite or below zero")
        })
}

fn take_raw<'a>(
    file: &str,
    raw: &mut BTreeMap<String, RawTensor<&'a [u8]>>,
    name: &str,
    number: Number,
    shape: &[usize],
) -> Result<&'a [u8], PackError> {
    let found = raw
        .remove(name)
        .ok_or_else(|| PackError::tensor(file, name, "missing beside its values"))?;
    if found.number != number || found.shape != shape {
        let problem = format!(
            "is {:?} {:?}, where {number:?} {shape:?} was expected",
            found.number, found.shape
        );
        return Err(PackError::tensor(file, name, problem));
    }
    Ok(found.data)
}
