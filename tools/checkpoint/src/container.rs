//! Where the numbers lie: in the entries of a zip archive, or behind the header of a safetensors file.

use std::io::{self, Read};

use crate::archive::Archive;
use crate::flat::Flat;

/// A run of numbers in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Storage {
    /// What to call it in an error: the entry of the archive, or the tensor.
    pub(crate) name: String,
    /// Bytes it has.
    pub(crate) bytes: u64,
    /// Index of the entry in the archive, or bytes from the start of the file.
    pub(crate) place: u64,
}

/// The open file.
#[derive(Debug)]
pub(crate) enum Container {
    Zip(Archive),
    Flat(Flat),
}

impl Container {
    /// Calls `read` with a reader of `bytes` bytes of a storage from byte `start`.
    ///
    /// # Errors
    /// What the system or the container says, or what `read` returns.
    pub(crate) fn with<T>(
        &mut self,
        storage: &Storage,
        start: u64,
        bytes: u64,
        read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> io::Result<T> {
        match self {
            Self::Zip(archive) => archive.with(storage, start, bytes, read),
            Self::Flat(flat) => flat.with(storage, start, bytes, read),
        }
    }
}
