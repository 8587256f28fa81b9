//! Safetensors files, read with every length checked before it is used.
//!
//! A file is an 8-byte little-endian header length, a JSON header that gives each tensor's number
//! format, shape and byte range, and the data. The ranges must cover the data exactly.

use std::collections::BTreeMap;

use half::f16;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde::Deserialize;

use super::FormatError;

const MAX_HEADER_BYTES: u64 = 1 << 20;

/// The number formats the engine reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Number {
    /// 32-bit floats.
    F32,
    /// 16-bit floats.
    F16,
    /// 8-bit integers.
    I8,
    /// Bytes.
    U8,
}

impl Number {
    fn bytes(self) -> u64 {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
            Self::I8 | Self::U8 => 1,
        }
    }

    fn dtype(self) -> Dtype {
        match self {
            Self::F32 => Dtype::F32,
            Self::F16 => Dtype::F16,
            Self::I8 => Dtype::I8,
            Self::U8 => Dtype::U8,
        }
    }
}

/// A tensor's bytes where they lie in the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RawTensor<B> {
    /// Number format.
    pub(crate) number: Number,
    /// Dimensions, outermost first.
    pub(crate) shape: Vec<usize>,
    /// Little-endian numbers, row-major.
    pub(crate) data: B,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    dtype: Number,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// The tensors of a file, by name.
pub(crate) fn read_tensors<'a>(
    file: &str,
    bytes: &'a [u8],
) -> Result<BTreeMap<String, RawTensor<&'a [u8]>>, FormatError> {
    let (header, data) = split(file, bytes)?;
    let mut header: BTreeMap<String, serde_json::Value> = serde_json::from_slice(header)
        .map_err(|error| FormatError::header(file, error.to_string()))?;
    header.remove("__metadata__");
    let mut ranges = Vec::with_capacity(header.len());
    let mut tensors = BTreeMap::new();
    for (name, value) in header {
        let entry: Entry = serde_json::from_value(value)
            .map_err(|error| FormatError::tensor(file, &name, error.to_string()))?;
        let tensor =
            locate(data, &entry).map_err(|problem| FormatError::tensor(file, &name, problem))?;
        ranges.push(entry.data_offsets);
        tensors.insert(name, tensor);
    }
    ranges.sort_unstable();
    let end = ranges
        .iter()
        .try_fold(0, |end, [from, to]| (*from == end).then_some(*to));
    if end != Some(data.len() as u64) {
        return Err(FormatError::header(
            file,
            "its tensors do not cover its data exactly",
        ));
    }
    Ok(tensors)
}

/// Header and data.
fn split<'a>(file: &str, bytes: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), FormatError> {
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else {
        return Err(FormatError::header(file, "shorter than 8 bytes"));
    };
    let length = u64::from_le_bytes(*length);
    if length > MAX_HEADER_BYTES || length > rest.len() as u64 {
        let problem = format!("its header claims {length} bytes of {}", rest.len());
        return Err(FormatError::header(file, problem));
    }
    Ok(rest.split_at(length as usize))
}

fn locate<'a>(data: &'a [u8], entry: &Entry) -> Result<RawTensor<&'a [u8]>, String> {
    let elements = entry
        .shape
        .iter()
        .try_fold(1_u64, |product, size| product.checked_mul(*size));
    let bytes = elements.and_then(|count| count.checked_mul(entry.dtype.bytes()));
    let [from, to] = entry.data_offsets;
    if bytes.is_none() || to.checked_sub(from) != bytes {
        return Err(format!(
            "bytes {from}..{to} do not hold {:?} {:?}",
            entry.dtype, entry.shape
        ));
    }
    if to > data.len() as u64 {
        return Err(format!(
            "bytes {from}..{to} lie beyond the {} at hand",
            data.len()
        ));
    }
    Ok(RawTensor {
        number: entry.dtype,
        // Each size fits, for an empty dimension makes the range empty and any other bounds the rest.
        shape: entry
            .shape
            .iter()
            .map(|size| usize::try_from(*size).unwrap_or(usize::MAX))
            .collect(),
        data: &data[from as usize..to as usize],
    })
}

/// A file of `tensors`, or what the library has against them.
pub(crate) fn write_tensors(
    file: &str,
    tensors: &BTreeMap<String, RawTensor<Vec<u8>>>,
) -> Result<Vec<u8>, FormatError> {
    let views = tensors
        .iter()
        .map(|(name, tensor)| {
            TensorView::new(tensor.number.dtype(), tensor.shape.clone(), &tensor.data)
                .map(|view| (name.as_str(), view))
                .map_err(|error| FormatError::tensor(file, name, error.to_string()))
        })
        .collect::<Result<Vec<_>, _>>()?;
    safetensors::serialize(views, None)
        .map_err(|error| FormatError::header(file, error.to_string()))
}

/// Little-endian `f32`s; `None` if one is not finite.
pub(crate) fn floats(data: &[u8]) -> Option<Vec<f32>> {
    let (numbers, _) = data.as_chunks::<4>();
    numbers
        .iter()
        .map(|bytes| Some(f32::from_le_bytes(*bytes)).filter(|number| number.is_finite()))
        .collect()
}

/// Little-endian half floats; `None` if one is not finite.
pub(crate) fn halves(data: &[u8]) -> Option<Vec<f16>> {
    let (numbers, _) = data.as_chunks::<2>();
    numbers
        .iter()
        .map(|bytes| Some(f16::from_le_bytes(*bytes)).filter(|number| number.is_finite()))
        .collect()
}

/// 8-bit integers; `None` if one is -128, which symmetric quantisation never makes.
pub(crate) fn integers(data: &[u8]) -> Option<Vec<i8>> {
    data.iter()
        .map(|byte| Some(byte.cast_signed()).filter(|number| *number != i8::MIN))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        let mut tensors = BTreeMap::new();
        for (name, number, shape, data) in [
            ("a", Number::F32, vec![2, 1], vec![0; 8]),
            ("b", Number::I8, vec![3], vec![1, 2, 255]),
            ("c", Number::F16, vec![1, 1, 1], vec![0, 60]),
        ] {
            tensors.insert(
                name.to_owned(),
                RawTensor {
                    number,
                    shape,
                    data,
                },
            );
        }
        let bytes = write_tensors("x", &tensors).unwrap();
        let read = read_tensors("x", &bytes).unwrap();
        assert_eq!(read.len(), 3);
        for (name, tensor) in &tensors {
            assert_eq!(read[name].shape, tensor.shape);
            assert_eq!(read[name].data, tensor.data);
            assert_eq!(read[name].number, tensor.number);
        }
        assert_eq!(integers(read["b"].data), Some(vec![1, 2, -1]));
        assert_eq!(halves(read["c"].data), Some(vec![f16::ONE]));
    }

    #[test]
    fn hostile_files_are_refused_without_panic() {
        let huge = r#"{"a":{"dtype":"F32","shape":[4611686018427387903],"data_offsets":[0,18446744073709551612]}}"#;
        let overflow =
            r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296,8],"data_offsets":[0,0]}}"#;
        let beyond = r#"{"a":{"dtype":"I8","shape":[9],"data_offsets":[0,9]}}"#;
        let backwards = r#"{"a":{"dtype":"I8","shape":[4],"data_offsets":[4,0]}}"#;
        let hole = r#"{"a":{"dtype":"I8","shape":[2],"data_offsets":[2,4]}}"#;
        let overlap = r#"{"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"I8","shape":[2],"data_offsets":[2,4]}}"#;
        let short = r#"{"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}"#;
        let double = r#"{"a":{"dtype":"F64","shape":[0],"data_offsets":[0,0]}}"#;
        for header in [
            huge, overflow, beyond, backwards, hole, overlap, short, double, "[]", "{", "",
        ] {
            assert!(
                read_tensors("x", &file(header, &[0; 4])).is_err(),
                "{header}"
            );
        }
        assert!(read_tensors("x", &[]).is_err());
        assert!(read_tensors("x", &u64::MAX.to_le_bytes()).is_err());
    }

    #[test]
    fn numbers_that_are_none_are_noticed() {
        assert_eq!(floats(&1.5_f32.to_le_bytes()), Some(vec![1.5]));
        assert_eq!(floats(&f32::NAN.to_le_bytes()), None);
        assert_eq!(floats(&f32::INFINITY.to_le_bytes()), None);
        assert_eq!(halves(&f16::NAN.to_le_bytes()), None);
        assert_eq!(integers(&[0x80]), None);
    }
}
