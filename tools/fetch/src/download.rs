//! A file by its address: what is there already, the download, and the checksum of either.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::address::Address;
use crate::checksums::{Checksums, Record};
use crate::part::Part;
use crate::server::Server;
use crate::{Digest, FetchError, Mismatch, Options, Progress, transfer};

/// A file that is there, whole and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The file.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its checksum.
    pub sha256: Digest,
    /// How it got there.
    pub arrival: Arrival,
    /// Whether this was the first that was seen of the file, so that its checksum was taken on trust.
    /// Not so where the checksum was known: from an earlier download or from [`Options::sha256`].
    pub is_first_use: bool,
}

/// How a file got where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It was there, and was only checked.
    AlreadyThere,
    /// It was downloaded now.
    Downloaded {
        /// Bytes that an earlier call had left and that did not come again.
        resumed_from: u64,
    },
}

/// Downloads `address` to the file `destination`, whose folder is made where it is missing.
///
/// A file that is already there is not asked for again, only checked. `progress` is called for every
/// block of [`Progress::Downloading`], about 128 KiB, on this thread.
///
/// # Errors
///
/// * [`FetchError::Address`]: the address, or the mirror, is none of the web.
/// * [`FetchError::Busy`]: another process is downloading to the same file.
/// * [`FetchError::Checksum`]: the file is not the one it was, or not the one that was asked for. A
///   download with that end stays as `FILE.part`, and what was at `destination` stays as it is.
/// * [`FetchError::Unrecorded`]: a file of that name is there that was not downloaded by this function.
/// * [`FetchError::Refused`], [`FetchError::Unreachable`], [`FetchError::Interrupted`],
///   [`FetchError::TooLarge`], [`FetchError::NotTheFile`]: the server, or the way to it.
/// * [`FetchError::NoSpace`], [`FetchError::Io`], [`FetchError::Record`]: the disk.
pub fn download(
    address: &str,
    destination: &Path,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Fetched, FetchError> {
    let address = Address::new(address, options.mirror.as_deref())?;
    let known = Known::of(destination, options)?;
    if destination.exists() {
        return known.check_there(&address, progress);
    }
    fs::create_dir_all(&known.folder).map_err(FetchError::io("made", &known.folder))?;
    let mut part = Part::lock(destination)?;
    // Another process may have completed it since the question above.
    if destination.exists() {
        part.tidy();
        return Known::of(destination, options)?.check_there(&address, progress);
    }
    part.pick_up(&address.shown, progress)?;
    let mut kept = part.done();
    let mut watch = |step: Progress| {
        if let Progress::Restarting { .. } = step {
            kept = 0;
        }
        progress(step);
    };
    let server = Server::new(address, options);
    if let Err(error) = transfer::complete(&server, &mut part, options, &mut watch) {
        part.tidy();
        return Err(error);
    }
    let (bytes, sha256) = (part.done(), part.digest());
    known.check_part(part.path(), sha256)?;
    // Before the file has its name: if this is where the power fails, the next call sees a complete
    // part, and not a file that nobody knows.
    known.remember(server.address(), bytes, sha256)?;
    part.finish(destination)?;
    Ok(Fetched {
        file: destination.to_owned(),
        bytes,
        sha256,
        arrival: Arrival::Downloaded { resumed_from: kept },
        is_first_use: known.is_nothing(),
    })
}

/// What is known of a file beforehand.
struct Known {
    file: PathBuf,
    folder: PathBuf,
    name: String,
    checksums: Checksums,
    recorded: Option<Record>,
    asked: Option<Digest>,
}

impl Known {
    fn of(file: &Path, options: &Options) -> Result<Self, FetchError> {
        let Some(name) = file.file_name() else {
            let source = std::io::Error::from(std::io::ErrorKind::InvalidFilename);
            return Err(FetchError::io("written", file)(source));
        };
        let name = name.to_string_lossy().into_owned();
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let checksums = Checksums::of(&folder);
        Ok(Self {
            recorded: checksums.find(&name)?,
            asked: options.sha256,
            file: file.to_owned(),
            folder,
            name,
            checksums,
        })
    }

    fn is_nothing(&self) -> bool {
        self.recorded.is_none() && self.asked.is_none()
    }

    fn check_there(
        &self,
        address: &Address,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Fetched, FetchError> {
        if self.is_nothing() {
            let file = self.file.clone();
            return Err(FetchError::Unrecorded { file });
        }
        let unread = || FetchError::io("read", &self.file);
        let mut file = File::open(&self.file).map_err(unread())?;
        let bytes = file.metadata().map_err(unread())?.len();
        let sha256 = Digest::of_file(&mut file, progress).map_err(unread())?;
        self.check(
            &self.file,
            sha256,
            "delete the file and ask again, it will be downloaded anew",
        )?;
        self.remember(&address.shown, bytes, sha256)?;
        Ok(Fetched {
            file: self.file.clone(),
            bytes,
            sha256,
            arrival: Arrival::AlreadyThere,
            is_first_use: false,
        })
    }

    fn check_part(&self, part: &Path, found: Digest) -> Result<(), FetchError> {
        let mut way_out = "it may have been damaged on the way: delete it and ask again".to_owned();
        if self.recorded.is_some() {
            way_out += &format!(
                "; if its publisher has replaced the file and you trust the new one, remove `{}` from {} and ask again",
                self.name,
                self.checksums.file().display()
            );
        } else {
            way_out += "; if the same one comes again, this is not the file that was meant";
        }
        self.check(part, found, &way_out)
    }

    fn check(&self, file: &Path, found: Digest, way_out: &str) -> Result<(), FetchError> {
        let recorded = self.recorded.as_ref().map(|record| {
            let list = self.checksums.file();
            let by = format!("{}, where it came first on {}", list.display(), record.date);
            (record.sha256, by)
        });
        let asked = self
            .asked
            .map(|digest| (digest, "what is known of it beforehand".to_owned()));
        let Some((expected, expected_by)) = recorded
            .into_iter()
            .chain(asked)
            .find(|(expected, _)| *expected != found)
        else {
            return Ok(());
        };
        Err(FetchError::Checksum(Box::new(Mismatch {
            file: file.to_owned(),
            found,
            expected,
            expected_by,
            way_out: way_out.to_owned(),
        })))
    }

    fn remember(&self, address: &str, bytes: u64, sha256: Digest) -> Result<(), FetchError> {
        if self.recorded.is_some() {
            return Ok(());
        }
        self.checksums
            .add(&self.name, Record::new(address, bytes, sha256))
    }
}
