//! A safetensors file: the length of its header, the header, which is JSON, and the numbers. Only the
//! header is read before a tensor is asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::DType;
use crate::container::Storage;
use crate::error::{CheckpointError as Error, shown};
use crate::tensor::{MAX_DIMENSIONS, TensorInfo, ViewProblem};
use crate::torch::{MAX_NAMES, StateDict};

/// Most bytes of a header: those of large models have 0.3 MB.
const MAX_HEADER_BYTES: u64 = 16 << 20;
/// Most bytes of a configuration, which has a few thousand. As values in memory it may take a hundred times as
/// many.
const MAX_CONFIG_BYTES: u64 = 1 << 20;
const HEADER: &str = "header";
const METADATA: &str = "__metadata__";
const CONFIG: &str = "config.json";

/// An open safetensors file.
#[derive(Debug)]
pub(crate) struct Flat {
    file: File,
}

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// The tensors of a header by name. Read as what they are and not as any JSON, which could take a hundred times the
/// memory of the text.
struct Entries(BTreeMap<String, Entry>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tensors by name")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Entries, M::Error> {
        let mut entries = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == METADATA {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let of = |problem: String| format!("tensor `{}`: {problem}", shown(&name));
            if entries.len() >= MAX_NAMES {
                return Err(M::Error::custom(of(format!(
                    "more than {MAX_NAMES} before it"
                ))));
            }
            let entry: Entry = map
                .next_value()
                .map_err(|error| M::Error::custom(of(error.to_string())))?;
            if entry.shape.len() > MAX_DIMENSIONS {
                return Err(M::Error::custom(of(format!(
                    "{} dimensions",
                    entry.shape.len()
                ))));
            }
            if entries.contains_key(&name) {
                return Err(M::Error::custom(of("it is there twice".to_owned())));
            }
            entries.insert(name, entry);
        }
        Ok(Entries(entries))
    }
}

impl Flat {
    /// Reads the header.
    ///
    /// # Errors
    /// A [`CheckpointError`](crate::CheckpointError) that names the tensor at fault.
    pub(crate) fn open(name: &str, mut file: File) -> Result<(Self, StateDict), Error> {
        let io = |error| Error::io(name, &error);
        let length = file.metadata().map_err(io)?.len();
        let mut header = [0; 8];
        file.read_exact(&mut header).map_err(io)?;
        let header = u64::from_le_bytes(header);
        if header > MAX_HEADER_BYTES {
            let problem = format!("{header} bytes, where at most {MAX_HEADER_BYTES} are read");
            return Err(Error::entry(name, HEADER, problem));
        }
        let mut json = Vec::new();
        (&mut file)
            .take(header)
            .read_to_end(&mut json)
            .map_err(io)?;
        let Entries(entries) = serde_json::from_slice(&json)
            // The message may quote the file.
            .map_err(|error| Error::entry(name, HEADER, shown(&error.to_string())))?;
        let state = state_dict(name, entries, 8 + header, length)?;
        Ok((Self { file }, state))
    }

    /// See [`Container::with`](crate::container::Container::with).
    pub(crate) fn with<T>(
        &mut self,
        storage: &Storage,
        start: u64,
        bytes: u64,
        read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> io::Result<T> {
        self.file
            .seek(SeekFrom::Start(storage.place.saturating_add(start)))?;
        read(&mut (&mut self.file).take(bytes))
    }
}

/// The tensors, whose ranges must cover the data exactly.
fn state_dict(
    name: &str,
    entries: BTreeMap<String, Entry>,
    data: u64,
    length: u64,
) -> Result<StateDict, Error> {
    let mut state = StateDict::default();
    let mut ranges = Vec::with_capacity(entries.len());
    for (tensor, entry) in entries {
        let refuse = |problem: String| Error::tensor(name, &tensor, problem);
        let [from, to] = entry.data_offsets;
        let bytes = to
            .checked_sub(from)
            .ok_or_else(|| refuse(format!("bytes {from}..{to}")))?;
        ranges.push([from, to]);
        let Some(dtype) = DType::of_safetensors(&entry.dtype) else {
            let reason = format!("its number format, {}, is not read", shown(&entry.dtype));
            state.skipped.insert(tensor, reason);
            continue;
        };
        let size = dtype.bytes() as u64;
        let elements = entry
            .shape
            .iter()
            .try_fold(1_u64, |product, size| product.checked_mul(*size));
        let needed = elements.and_then(|count| count.checked_mul(size));
        if needed != Some(bytes) {
            let shape = &entry.shape;
            return Err(refuse(format!(
                "bytes {from}..{to} do not hold {dtype:?} {shape:?}"
            )));
        }
        let stride = TensorInfo::row_major(&entry.shape);
        let storage = state.storages.len();
        let info = TensorInfo::new(dtype, &entry.shape, &stride, 0, storage, bytes / size)
            .map_err(|problem: ViewProblem| refuse(format!("{:?}: {problem:?}", entry.shape)))?;
        state.storages.push(Storage {
            name: tensor.clone(),
            bytes,
            place: data.saturating_add(from),
        });
        state.tensors.insert(tensor, info);
    }
    ranges.sort_unstable();
    let end = ranges
        .iter()
        .try_fold(0, |end, [from, to]| (*from == end).then_some(*to));
    let Some(end) = end else {
        return Err(Error::entry(
            name,
            HEADER,
            "the tensors overlap or leave gaps",
        ));
    };
    let here = length.saturating_sub(data);
    match end.cmp(&here) {
        std::cmp::Ordering::Equal => Ok(state),
        std::cmp::Ordering::Less => {
            let problem = format!("{here} bytes of numbers, where the tensors take {end}");
            Err(Error::entry(name, HEADER, problem))
        }
        std::cmp::Ordering::Greater => {
            let problem = format!("{here} bytes of numbers, where the tensors take {end}");
            Err(Error::truncated(name, problem))
        }
    }
}

/// The configuration beside the file.
///
/// # Errors
/// A [`CheckpointError`](crate::CheckpointError) when there is none or it is not JSON.
pub(crate) fn config(path: &Path) -> Result<Value, Error> {
    let path = path.with_file_name(CONFIG);
    let name = path.display().to_string();
    let refuse = |problem: String| Error::config(&name, CONFIG, problem);
    let file = File::open(&path).map_err(|error| {
        refuse(format!(
            "{error}; a safetensors file holds no configuration, so put it in a {CONFIG} beside it"
        ))
    })?;
    let mut json = Vec::new();
    file.take(MAX_CONFIG_BYTES + 1)
        .read_to_end(&mut json)
        .map_err(|error| Error::io(&name, &error))?;
    if json.len() as u64 > MAX_CONFIG_BYTES {
        return Err(refuse(format!(
            "more than {MAX_CONFIG_BYTES} bytes, so not what a model was built from"
        )));
    }
    serde_json::from_slice(&json).map_err(|error| refuse(error.to_string()))
}
