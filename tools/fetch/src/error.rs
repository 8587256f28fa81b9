//! Why nothing was fetched, in words for whoever typed the command.

use std::io;
use std::path::{Path, PathBuf};

use crate::Digest;

/// A refusal that names the address or the file, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No entry of the catalogue has this name.
    #[error("nothing is called `{name}`; the names are: {known}")]
    UnknownName {
        /// The name asked for.
        name: String,
        /// All names, or those that are alike.
        known: String,
    },
    /// An address or a mirror that cannot be asked.
    #[error("`{address}` cannot be used: {problem}")]
    Address {
        /// What was given.
        address: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Another process is downloading the same file.
    #[error("{file}: another download of it is under way; wait for it to end, then ask again", file = file.display())]
    Busy {
        /// The file being downloaded.
        file: PathBuf,
    },
    /// A file or folder cannot be read or written.
    #[error("{path}: cannot be {action}: {source}", path = path.display())]
    Io {
        /// What was tried, as a participle.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The disk is full, or will be.
    #[error(
        "{file}: not enough room on the disk{numbers}; make room and ask again, what is there will be continued",
        file = file.display(),
        numbers = room(*needed, *available)
    )]
    NoSpace {
        /// The file being written.
        file: PathBuf,
        /// Bytes still to be written, where known.
        needed: Option<u64>,
        /// Bytes the disk has left, where known.
        available: Option<u64>,
    },
    /// The server answered, and said no.
    #[error("{address}: the server refused with status {status}; {advice}")]
    Refused {
        /// The address.
        address: String,
        /// The HTTP status.
        status: u16,
        /// What to do about it.
        advice: &'static str,
    },
    /// There was no talking to the server at all.
    #[error(
        "{address}: cannot be reached: {problem}; check the connection and HTTPS_PROXY, or name a mirror that has the same file"
    )]
    Unreachable {
        /// The address.
        address: String,
        /// What went wrong.
        problem: String,
    },
    /// The connection was lost again and again.
    #[error(
        "{address}: {problem}, {attempts} times in a row, at {done} bytes{total}; ask again later{part}",
        total = total.map_or(String::new(), |total| format!(" of {total}")),
        part = continued(*done, part)
    )]
    Interrupted {
        /// The address.
        address: String,
        /// What went wrong the last time.
        problem: String,
        /// How often in a row.
        attempts: u32,
        /// Bytes that are on the disk.
        done: u64,
        /// Bytes of the whole file, where known.
        total: Option<u64>,
        /// Where they are.
        part: PathBuf,
    },
    /// The file is larger than the caller accepts.
    #[error(
        "{address}: at least {bytes} bytes, more than the limit of {limit}; raise the limit if that is right"
    )]
    TooLarge {
        /// The address.
        address: String,
        /// Bytes the server announced or sent.
        bytes: u64,
        /// [`Options::max_bytes`](crate::Options::max_bytes).
        limit: u64,
    },
    /// The server sent something else in the file's place.
    #[error(
        "{address}: {found} came instead of the file; open the address in a browser to see what it asks for"
    )]
    NotTheFile {
        /// The address.
        address: String,
        /// What came.
        found: String,
    },
    /// A file has another checksum than it must have.
    #[error(transparent)]
    Checksum(Box<Mismatch>),
    /// The file is there, but this crate did not put it there.
    #[error(
        "{file}: exists, but {record} does not know it, so it may be anything; use it if you know it is whole, or delete it and ask again",
        file = file.display(),
        record = crate::CHECKSUMS
    )]
    Unrecorded {
        /// The file.
        file: PathBuf,
    },
    /// The list of checksums is damaged.
    #[error("{file}: no list of checksums: {problem}; repair it, or delete it to trust the next downloads anew", file = file.display())]
    Record {
        /// The list.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// A file that is not the one it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: its SHA-256 is {found}, but must be {expected} according to {expected_by}; {way_out}", file = file.display())]
pub struct Mismatch {
    /// The file.
    pub file: PathBuf,
    /// The checksum it has.
    pub found: Digest,
    /// The checksum it must have.
    pub expected: Digest,
    /// Who says so.
    pub expected_by: String,
    /// What to do about it.
    pub way_out: String,
}

impl FetchError {
    /// For `map_err`: a file or folder that could not be `action`.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

fn room(needed: Option<u64>, available: Option<u64>) -> String {
    match (needed, available) {
        (Some(needed), Some(available)) => format!(" ({needed} bytes needed, {available} left)"),
        _ => String::new(),
    }
}

fn continued(done: u64, part: &Path) -> String {
    match done {
        0 => String::new(),
        _ => format!(", {} will be continued", part.display()),
    }
}
