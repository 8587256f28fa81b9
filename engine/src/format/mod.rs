//! What packs and galleries have in common: a JSON manifest that names safetensors files with
//! their sizes and SHA-256. All of it is outside input: everything is bounded before it is
//! allocated, and every refusal is a [`FormatError`] that names the file and the field or tensor.

mod error;
mod file;
mod manifest;
mod place;
mod source;
mod tensors;

pub use error::FormatError;
pub use file::{is_file_name, sha256_hex};
pub use source::{Source, SourceError};

pub(crate) use file::{check_announcement, verify};
pub(crate) use manifest::{Fields, parse};
pub(crate) use source::fetch;
pub(crate) use tensors::{
    Number, RawTensor, floats, halves, integers, read_tensors, write_tensors,
};

/// Most bytes a manifest may have.
pub const MAX_MANIFEST_BYTES: u64 = 8 << 20;
