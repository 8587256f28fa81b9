//! Pickles and archives made by hand, for tests and for fuzzing.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "writing to memory does not fail; only tests read this"
)]

use std::io::Write as _;
#[cfg(test)]
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// A pickle in the making.
#[derive(Debug)]
pub struct Pickle(Vec<u8>);

impl Pickle {
    /// Of protocol 2.
    #[allow(
        clippy::new_without_default,
        reason = "an empty pickle is no default of anything"
    )]
    pub fn new() -> Self {
        Self(b"\x80\x02".to_vec())
    }

    /// Instructions as they are.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    pub fn text(self, text: &str) -> Self {
        let length = (text.len() as u32).to_le_bytes();
        self.raw(b"X").raw(&length).raw(text.as_bytes())
    }

    /// An integer, as short as Python writes it or in 8 bytes.
    pub fn int(self, value: i64) -> Self {
        match u8::try_from(value) {
            Ok(small) => self.raw(&[b'K', small]),
            Err(_) => self.raw(b"\x8a\x08").raw(&value.to_le_bytes()),
        }
    }

    fn ints(self, values: &[i64]) -> Self {
        values
            .iter()
            .fold(self.raw(b"("), |pickle, value| pickle.int(*value))
            .raw(b"t")
    }

    /// What torch writes for a tensor.
    pub fn tensor(self, tensor: &Tensor) -> Self {
        self.raw(b"ctorch._utils\n_rebuild_tensor_v2\n((")
            .text("storage")
            .raw(format!("ctorch\n{}\n", tensor.class).as_bytes())
            .text(tensor.key)
            .text("cpu")
            .int(tensor.elements)
            .raw(b"tQ")
            .int(tensor.offset)
            .ints(tensor.shape)
            .ints(tensor.stride)
            .raw(b"\x89ccollections\nOrderedDict\n)RtR")
    }

    pub fn stop(self) -> Vec<u8> {
        self.raw(b".").0
    }
}

/// A tensor as torch describes it.
#[derive(Clone, Copy, Debug)]
pub struct Tensor<'a> {
    pub class: &'a str,
    pub key: &'a str,
    pub elements: i64,
    pub offset: i64,
    pub shape: &'a [i64],
    pub stride: &'a [i64],
}

/// The pickle of a checkpoint with these tensors and `{"a": 1}` as configuration.
pub fn lightning(tensors: &[(&str, Tensor)]) -> Vec<u8> {
    let mut pickle = Pickle::new()
        .raw(b"}(")
        .text("state_dict")
        .raw(b"ccollections\nOrderedDict\n)R(");
    for (name, tensor) in tensors {
        pickle = pickle.text(name).tensor(tensor);
    }
    let config = pickle
        .raw(b"u")
        .text("hyper_parameters")
        .raw(b"}")
        .text("config");
    config.raw(b"}").text("a").raw(b"K\x01ssu").stop()
}

/// A zip archive, of packed entries or not.
pub fn archive(is_packed: bool, entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = Vec::new();
    let mut directory = Vec::new();
    for (name, bytes) in entries {
        let packed = if is_packed {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        } else {
            bytes.to_vec()
        };
        let start = zip.len() as u32;
        let method = if is_packed { 8_u16 } else { 0 };
        // What both headers have: version, flags, method, time, checksum, sizes, lengths of name and extra field.
        let mut common = b"\x14\0\0\0".to_vec();
        common.extend(method.to_le_bytes());
        common.extend([0; 4]);
        for value in [
            crc32fast::hash(bytes),
            packed.len() as u32,
            bytes.len() as u32,
        ] {
            common.extend(value.to_le_bytes());
        }
        common.extend((name.len() as u32).to_le_bytes());
        zip.extend(b"PK\x03\x04");
        zip.extend(&common);
        zip.extend(name.as_bytes());
        zip.extend(packed);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(start.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, size) = (zip.len() as u32, directory.len() as u32);
    let count = (entries.len() as u16).to_le_bytes();
    zip.extend(directory);
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend([count, count].concat());
    zip.extend([size, start].map(u32::to_le_bytes).concat());
    zip.extend([0; 2]);
    zip
}

/// A file that goes away with the folder returned with it.
#[cfg(test)]
pub(crate) fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}
