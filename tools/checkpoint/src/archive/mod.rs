//! The zip archive of `torch.save`: `<prefix>/data.pkl`, `<prefix>/data/<key>` for each storage, and
//! for newer files `<prefix>/byteorder`. Nothing but the directory is read before it is asked for.

mod directory;
mod entry;
mod fields;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};

use self::directory::Entry;
use crate::container::Storage;
use crate::error::CheckpointError as Error;
use crate::pickle::MAX_PICKLE_BYTES;

const PICKLE: &str = "data.pkl";
const BYTE_ORDER: &str = "byteorder";

/// An open archive of `torch.save`.
#[derive(Debug)]
pub(crate) struct Archive {
    file: File,
    /// Bytes of the whole file.
    length: u64,
    /// Folder of the entries, with a slash at its end unless it is empty.
    prefix: String,
    entries: Vec<Entry>,
    /// Where in `entries` an entry is, by its name without the prefix.
    places: HashMap<String, usize>,
}

impl Archive {
    /// Reads the directory.
    ///
    /// # Errors
    /// A [`CheckpointError`](crate::CheckpointError) when it is damaged or is that of another kind of archive.
    pub(crate) fn open(name: &str, mut file: File) -> Result<Self, Error> {
        let length = file
            .metadata()
            .map_err(|error| Error::io(name, &error))?
            .len();
        let entries = directory::read(&mut file, length).map_err(|error| {
            let problem = format!(
                "the archive's directory, at the end of the file, is missing or damaged ({error})"
            );
            Error::truncated(name, problem)
        })?;
        let prefix = prefix(name, &entries)?;
        let mut places = HashMap::with_capacity(entries.len());
        for (place, entry) in entries.iter().enumerate() {
            let inside = str::from_utf8(&entry.name)
                .ok()
                .and_then(|name| name.strip_prefix(&prefix));
            if let Some(inside) = inside
                && places.insert(inside.to_owned(), place).is_some()
            {
                return Err(Error::entry(name, inside, "the archive has it twice"));
            }
        }
        let mut archive = Self {
            file,
            length,
            prefix,
            entries,
            places,
        };
        archive.check_byte_order(name)?;
        Ok(archive)
    }

    /// The pickle's entry.
    pub(crate) fn pickle_name(&self) -> String {
        self.full(PICKLE)
    }

    /// All of the pickle.
    pub(crate) fn pickle(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        self.small(name, PICKLE, MAX_PICKLE_BYTES)?
            .ok_or_else(|| Error::entry(name, &self.full(PICKLE), "it is missing"))
    }

    /// The entry of a storage, checked to lie in the file.
    pub(crate) fn storage(&self, name: &str, key: &str) -> Result<Storage, Error> {
        let inside = format!("data/{key}");
        let entry = self.full(&inside);
        let Some(place) = self.places.get(&inside) else {
            return Err(Error::entry(name, &entry, "it is missing"));
        };
        let bytes = self.entries[*place]
            .check(self.length)
            .map_err(|problem| Error::entry(name, &entry, problem))?;
        Ok(Storage {
            name: entry,
            bytes,
            place: *place as u64,
        })
    }

    /// See [`Container::with`](crate::container::Container::with). The checksum of an entry is looked at when all of it is read.
    pub(crate) fn with<T>(
        &mut self,
        storage: &Storage,
        start: u64,
        bytes: u64,
        read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> io::Result<T> {
        self.entries[storage.place as usize].with(&mut self.file, start, bytes, read)
    }

    fn check_byte_order(&mut self, name: &str) -> Result<(), Error> {
        match self.small(name, BYTE_ORDER, 16)?.as_deref() {
            // Files from before the entry existed were all little-endian.
            None | Some(b"little") => Ok(()),
            Some(_) => Err(Error::unsupported(
                name,
                "a byte order other than little-endian",
                "save the checkpoint again on a little-endian machine",
            )),
        }
    }

    /// The name of an entry in the archive.
    fn full(&self, inside: &str) -> String {
        format!("{}{inside}", self.prefix)
    }

    /// All of an entry of at most `most` bytes; `None` if there is no such entry.
    fn small(&mut self, name: &str, inside: &str, most: u64) -> Result<Option<Vec<u8>>, Error> {
        let Some(place) = self.places.get(inside) else {
            return Ok(None);
        };
        let entry = &self.entries[*place];
        let refuse = |problem: String| Error::entry(name, &self.full(inside), problem);
        let bytes = entry.check(self.length).map_err(refuse)?;
        if bytes > most {
            return Err(refuse(format!(
                "{bytes} bytes, where at most {most} are read"
            )));
        }
        let content = entry.with(&mut self.file, 0, bytes, |reader| {
            let mut content = Vec::new();
            reader.read_to_end(&mut content)?;
            Ok(content)
        });
        match content {
            Ok(content) if content.len() as u64 == bytes => Ok(Some(content)),
            Ok(content) => Err(Error::entry(
                name,
                &self.full(inside),
                format!("{} bytes, where {bytes} were expected", content.len()),
            )),
            Err(error) => Err(Error::entry(name, &self.full(inside), error.to_string())),
        }
    }
}

/// The folder of the one pickle named `data.pkl`.
fn prefix(name: &str, entries: &[Entry]) -> Result<String, Error> {
    let mut prefixes = entries.iter().filter_map(|entry| {
        let prefix = str::from_utf8(&entry.name).ok()?.strip_suffix(PICKLE)?;
        (prefix.is_empty() || prefix.ends_with('/')).then_some(prefix)
    });
    match (prefixes.next(), prefixes.next()) {
        (Some(prefix), None) => Ok(prefix.to_owned()),
        (Some(_), Some(_)) => Err(Error::not_a_checkpoint(
            name,
            "a zip archive with several data.pkl; give one checkpoint at a time",
        )),
        (None, _) => Err(Error::not_a_checkpoint(
            name,
            "a zip archive without a data.pkl, so not one of torch.save; if the checkpoint is packed inside, unpack it",
        )),
    }
}
