//! The checksums of all files of a folder, each as its first download had it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::{Digest, FetchError};

/// The file, in the folder of the downloads, that keeps what each of them had as SHA-256. A JSON object:
/// for each file's name its `url`, `bytes`, `sha256` and the `date` of its first download (UTC).
pub const CHECKSUMS: &str = "checksums.json";

/// Stays empty. The list itself is replaced as a whole, so a lock on it would be a lock on its past.
const LOCK: &str = ".checksums.lock";

/// What is kept of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Where it first came from.
    pub url: String,
    /// Its size.
    pub bytes: u64,
    /// Its checksum.
    pub sha256: Digest,
    /// When it first came, RFC 3339, UTC.
    pub date: String,
}

impl Record {
    /// A record made now.
    pub fn new(url: &str, bytes: u64, sha256: Digest) -> Self {
        Self {
            url: url.to_owned(),
            bytes,
            sha256,
            date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        }
    }
}

/// The list of one folder.
pub(crate) struct Checksums {
    folder: PathBuf,
}

impl Checksums {
    /// The list of `folder`, which need not have one yet.
    pub fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Where the list is.
    pub fn file(&self) -> PathBuf {
        self.folder.join(CHECKSUMS)
    }

    /// What is known of a file, by its name in the folder.
    pub fn find(&self, name: &str) -> Result<Option<Record>, FetchError> {
        Ok(self.read()?.remove(name))
    }

    /// Adds a file. One that is already there stays as it is: the first download counts.
    pub fn add(&self, name: &str, record: Record) -> Result<(), FetchError> {
        let lock = self.folder.join(LOCK);
        let held = File::options().create(true).append(true).open(&lock);
        let held = held.map_err(FetchError::io("written", &lock))?;
        match held.lock() {
            // Some network disks have no locks: two downloads at once are then the user's to avoid.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
            result => result.map_err(FetchError::io("locked", &lock))?,
        }
        let mut records = self.read()?;
        records.entry(name.to_owned()).or_insert(record);
        let file = self.file();
        let json = serde_json::to_string_pretty(&records).map_err(|error| self.damaged(&error))?;
        replace(&file, json.as_bytes()).map_err(FetchError::io("written", &file))
    }

    fn read(&self) -> Result<BTreeMap<String, Record>, FetchError> {
        let file = self.file();
        match fs::read(&file) {
            Ok(json) => serde_json::from_slice(&json).map_err(|error| self.damaged(&error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(FetchError::io("read", &file)(error)),
        }
    }

    fn damaged(&self, error: &serde_json::Error) -> FetchError {
        FetchError::Record {
            file: self.file(),
            problem: error.to_string(),
        }
    }
}

/// Writes a small file so that it is, at any moment, either the old one or the new one.
pub(crate) fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let mut new = File::create(&name)?;
    new.write_all(content)?;
    new.sync_all()?;
    drop(new);
    fs::rename(&name, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(byte: &str) -> Record {
        Record::new("http://x/f", 3, byte.repeat(64).parse().unwrap())
    }

    #[test]
    fn the_first_record_of_a_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let checksums = Checksums::of(folder.path());
        assert_eq!(checksums.find("f").unwrap(), None);
        checksums.add("f", record("a")).unwrap();
        checksums.add("g", record("b")).unwrap();
        checksums.add("f", record("c")).unwrap();
        assert_eq!(
            checksums.find("f").unwrap().unwrap().sha256,
            record("a").sha256
        );
        assert_eq!(
            checksums.find("g").unwrap().unwrap().sha256,
            record("b").sha256
        );
        assert!(checksums.find("f").unwrap().unwrap().date.ends_with('Z'));
    }

    #[test]
    fn many_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for number in 0..8 {
                let checksums = Checksums::of(folder.path());
                scope.spawn(move || checksums.add(&number.to_string(), record("a")).unwrap());
            }
        });
        assert_eq!(Checksums::of(folder.path()).read().unwrap().len(), 8);
    }

    #[test]
    fn a_damaged_list_is_neither_believed_nor_overwritten() {
        for damage in ["", "[]", "{\"f\": {\"sha256\": \"12\"}}"] {
            let folder = tempfile::tempdir().unwrap();
            let checksums = Checksums::of(folder.path());
            fs::write(checksums.file(), damage).unwrap();
            assert!(matches!(
                checksums.find("f"),
                Err(FetchError::Record { .. })
            ));
            assert!(checksums.add("f", record("a")).is_err());
            assert_eq!(fs::read_to_string(checksums.file()).unwrap(), damage);
        }
    }
}
