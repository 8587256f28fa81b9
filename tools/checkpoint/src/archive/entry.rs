//! Reading the bytes of an entry, all or some, and comparing their checksum.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use crc32fast::Hasher;
use flate2::bufread::DeflateDecoder;

use super::directory::Entry;
use super::fields::Fields;

/// Numbers of the ways of packing that are read.
pub(super) const STORED: u16 = 0;
pub(super) const DEFLATED: u16 = 8;
/// Fewest bytes of the header before an entry's bytes; its name and extra field follow.
pub(super) const HEADER_SIZE: u64 = 30;
const HEADER: u32 = 0x0403_4b50;
/// Deflate makes nothing smaller than this part of what it was.
const MOST_DEFLATION: u64 = 1032;
/// Weights hardly shrink when packed. An entry of more bytes than [`FREELY_DEFLATED`] that shrinks beyond
/// this part is none of weights, but of bytes made to fill the memory.
const USUAL_DEFLATION: u64 = 16;
const FREELY_DEFLATED: u64 = 64 << 20;

impl Entry {
    /// The size of an entry, if a file of `length` bytes can hold it and it is packed in a way that is read.
    ///
    /// # Errors
    /// Why it is not read, and what to do about it.
    pub(super) fn check(&self, length: u64) -> Result<u64, String> {
        let (packed, bytes) = (self.packed, self.bytes);
        if self.is_encrypted {
            return Err("it is encrypted, which torch.save never does".to_owned());
        }
        if self
            .header
            .checked_add(HEADER_SIZE + self.name.len() as u64)
            .and_then(|start| start.checked_add(packed))
            .is_none_or(|end| end > length)
        {
            return Err(format!(
                "its {packed} bytes reach beyond the end of the file"
            ));
        }
        let is_possible = match self.method {
            STORED => bytes == packed,
            DEFLATED => bytes <= packed.saturating_mul(MOST_DEFLATION),
            other => {
                return Err(format!(
                    "it is packed by method {other}; repack the archive without compression"
                ));
            }
        };
        if !is_possible {
            return Err(format!("{packed} bytes cannot hold {bytes}"));
        }
        if bytes > FREELY_DEFLATED && bytes / USUAL_DEFLATION > packed {
            return Err(format!(
                "{packed} bytes unpack to {bytes}, which is no weights; repack the archive without compression"
            ));
        }
        Ok(bytes)
    }

    /// Calls `read` with a reader of `bytes` bytes from byte `start`. If that is all of the entry, its checksum
    /// is compared with that of what was read.
    ///
    /// # Errors
    /// What the system says, what is damaged, or what `read` returns.
    pub(super) fn with<T>(
        &self,
        file: &mut File,
        start: u64,
        bytes: u64,
        read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> io::Result<T> {
        let data = self.data(file)?;
        let is_whole = start == 0 && bytes == self.bytes;
        if self.method == STORED {
            file.seek(SeekFrom::Start(data.saturating_add(start)))?;
            let mut reader = Summed::new(file.take(bytes));
            let value = read(&mut reader)?;
            if is_whole {
                reader.compare(self.checksum)?;
            }
            return Ok(value);
        }
        file.seek(SeekFrom::Start(data))?;
        let packed = BufReader::new(file.take(self.packed));
        let mut reader = Summed::new(DeflateDecoder::new(packed));
        io::copy(&mut (&mut reader).take(start), &mut io::sink())?;
        let value = read(&mut (&mut reader).take(bytes))?;
        if is_whole {
            reader.compare(self.checksum)?;
        }
        Ok(value)
    }

    /// Where its bytes start: its name and extra field may be of other lengths there than in the directory.
    fn data(&self, file: &mut File) -> io::Result<u64> {
        file.seek(SeekFrom::Start(self.header))?;
        let mut header = [0; HEADER_SIZE as usize];
        file.read_exact(&mut header)?;
        let lengths = |mut fields: Fields| {
            fields.signature(HEADER)?;
            fields.take(22_usize)?;
            Some(u64::from(fields.u16()?) + u64::from(fields.u16()?))
        };
        lengths(Fields(&header))
            .and_then(|lengths| (self.header + HEADER_SIZE).checked_add(lengths))
            .ok_or_else(|| damaged("its header is damaged"))
    }
}

fn damaged(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

/// A reader that keeps the checksum of what it read.
struct Summed<R> {
    reader: R,
    sum: Hasher,
}

impl<R: Read> Summed<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            sum: Hasher::new(),
        }
    }

    /// That all was read, and that it is what it should be.
    fn compare(mut self, checksum: u32) -> io::Result<()> {
        if self.reader.read(&mut [0])? != 0 {
            return Err(damaged("it has more bytes than the archive says"));
        }
        if self.sum.finalize() != checksum {
            return Err(damaged("its checksum is not that of its bytes"));
        }
        Ok(())
    }
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.sum.update(&buffer[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{archive, file};

    fn open(bytes: &[u8]) -> (tempfile::TempDir, File, Entry) {
        let (folder, path) = file("a.zip", bytes);
        let mut file = File::open(path).unwrap();
        let entries = super::super::directory::read(&mut file, bytes.len() as u64).unwrap();
        (folder, file, entries.into_iter().next().unwrap())
    }

    fn read(file: &mut File, entry: &Entry, start: u64, count: u64) -> io::Result<Vec<u8>> {
        entry.with(file, start, count, |reader| {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes)?;
            Ok(bytes)
        })
    }

    #[test]
    fn all_or_some_of_the_bytes_are_read() {
        let content = b"0123456789".repeat(1000);
        for is_packed in [false, true] {
            let bytes = archive(is_packed, &[("a", &content), ("b", b"")]);
            let (_folder, mut file, entry) = open(&bytes);
            assert_eq!(entry.check(bytes.len() as u64), Ok(10_000));
            assert_eq!(read(&mut file, &entry, 0, 10_000).unwrap(), content);
            assert_eq!(read(&mut file, &entry, 9_995, 5).unwrap(), b"56789");
            assert_eq!(read(&mut file, &entry, 0, 3).unwrap(), b"012");
        }
    }

    #[test]
    fn damage_is_told() {
        for is_packed in [false, true] {
            let (_folder, mut file, entry) = open(&archive(is_packed, &[("a", &[7; 99])]));
            let wrong = Entry {
                checksum: 1,
                ..entry
            };
            let error = read(&mut file, &wrong, 0, 99).unwrap_err();
            assert!(error.to_string().contains("checksum"), "{error}");
            let elsewhere = Entry { header: 1, ..wrong };
            let error = read(&mut file, &elsewhere, 0, 99).unwrap_err();
            assert!(error.to_string().contains("header"), "{error}");
        }
        let (_folder, mut file, entry) = open(&archive(true, &[("a", &[7; 99])]));
        let shorter = Entry { bytes: 98, ..entry };
        let error = read(&mut file, &shorter, 0, 98).unwrap_err();
        assert!(error.to_string().contains("more bytes"), "{error}");
    }

    #[test]
    fn sizes_that_cannot_be_are_refused() {
        let entry = |method, packed, bytes| Entry {
            name: b"abc".to_vec(),
            is_encrypted: false,
            method,
            checksum: 0,
            packed,
            bytes,
            header: 67,
        };
        let giga = 1 << 30;
        let length = 2 * giga;
        let refusal = |entry: Entry| entry.check(length).unwrap_err();
        assert_eq!(entry(STORED, giga, giga).check(length), Ok(giga));
        assert_eq!(
            entry(STORED, length - 100, length - 100).check(length),
            Ok(length - 100)
        );
        assert!(refusal(entry(STORED, length - 99, length - 99)).contains("beyond"));
        assert!(refusal(entry(STORED, u64::MAX, u64::MAX)).contains("beyond"));
        assert!(refusal(entry(STORED, 5, 6)).contains("cannot hold"));
        assert!(refusal(entry(STORED, 6, 5)).contains("cannot hold"));
        assert!(refusal(entry(DEFLATED, 1, 1033)).contains("cannot hold"));
        assert_eq!(entry(DEFLATED, 100, 100_000).check(length), Ok(100_000));
        assert_eq!(entry(DEFLATED, giga / 8, giga).check(length), Ok(giga));
        assert!(refusal(entry(DEFLATED, giga / 32, giga)).contains("no weights"));
        assert!(refusal(entry(12, 5, 5)).contains("method 12"));
        let encrypted = Entry {
            is_encrypted: true,
            ..entry(STORED, 5, 5)
        };
        assert!(refusal(encrypted).contains("encrypted"));
    }
}
