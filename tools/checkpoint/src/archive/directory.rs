//! The directory of a zip archive: which entries there are, and where their bytes lie.
//!
//! The zip crates reserve memory for as many entries as a file says it has, before they look at one: a
//! few gigabytes of nothing then make them ask for more memory than there is, which ends the process.
//! Here the directory is bounded first, and read whole.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::fields::Fields;

/// Most bytes of a directory: that of a large checkpoint takes 0.3 MB.
const MAX_DIRECTORY: u64 = 16 << 20;
/// Most bytes of comment that may follow the last record.
const MAX_COMMENT: usize = 0xffff;
/// What stands in a 32-bit field whose value is in a 64-bit one elsewhere.
const ELSEWHERE: u64 = 0xffff_ffff;
/// The same of a 16-bit field.
const ELSEWHERE_16: u64 = 0xffff;

const END: u32 = 0x0605_4b50;
const END_SIZE: usize = 22;
const LOCATOR: u32 = 0x0706_4b50;
const LOCATOR_SIZE: usize = 20;
const WIDE_END: u32 = 0x0606_4b50;
const WIDE_END_SIZE: usize = 56;
const HEADER: u32 = 0x0201_4b50;
const HEADER_SIZE: u64 = 46;
/// The extra field of a header with its 64-bit values.
const WIDE_FIELD: u16 = 1;

/// An entry, as the directory has it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) is_encrypted: bool,
    /// How it is packed: 0 is not at all, 8 is deflate.
    pub(super) method: u16,
    /// CRC-32 of its bytes.
    pub(super) checksum: u32,
    /// Bytes it takes in the file.
    pub(super) packed: u64,
    /// Bytes it has.
    pub(super) bytes: u64,
    /// Where its header starts, which is followed by its bytes.
    pub(super) header: u64,
}

/// Where the directory is.
#[derive(Clone, Copy)]
struct Extent {
    entries: u64,
    bytes: u64,
    start: u64,
}

/// Reads the directory of a file of `length` bytes.
///
/// # Errors
/// What the system says, and what is missing or wrong.
pub(super) fn read(file: &mut File, length: u64) -> io::Result<Vec<Entry>> {
    let most = (END_SIZE + MAX_COMMENT + LOCATOR_SIZE) as u64;
    let from = length.saturating_sub(most);
    let tail = bytes_at(file, from, length - from)?;
    let at = end_record(&tail).ok_or_else(|| damaged("there is no end record"))?;
    let end = from + at as u64;
    let mut extent = extent(&tail[at..]).ok_or_else(|| damaged("there is no whole end record"))?;
    if extent.entries == ELSEWHERE_16 || extent.bytes == ELSEWHERE || extent.start == ELSEWHERE {
        let before = at.checked_sub(LOCATOR_SIZE).map(|before| &tail[before..]);
        if let Some(place) = before.and_then(located) {
            let record = bytes_at(file, place, WIDE_END_SIZE as u64)?;
            extent =
                wide_extent(&record).ok_or_else(|| damaged("there is no 64-bit end record"))?;
        }
    }
    let Extent {
        entries,
        bytes,
        start,
    } = extent;
    if start.checked_add(bytes).is_none_or(|last| last > end) {
        return Err(damaged("it reaches beyond its end record"));
    }
    if bytes > MAX_DIRECTORY || entries > bytes / HEADER_SIZE {
        return Err(damaged(&format!(
            "{entries} entries in {bytes} bytes are not what a checkpoint has"
        )));
    }
    let directory = bytes_at(file, start, bytes)?;
    let mut fields = Fields(&directory);
    (0..entries)
        .map(|number| {
            let header = header(&mut fields);
            header.ok_or_else(|| damaged(&format!("header {number} of {entries} is damaged")))
        })
        .collect()
}

fn damaged(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

/// Some bytes of the file, fewer where it ends.
fn bytes_at(file: &mut File, start: u64, count: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where in the end of a file its last record starts: the one with a comment that reaches to the end.
fn end_record(tail: &[u8]) -> Option<usize> {
    let last = tail.len().checked_sub(END_SIZE)?;
    (0..=last).rev().find(|at| {
        let mut fields = Fields(&tail[*at..]);
        let comment = fields
            .signature(END)
            .and_then(|()| fields.take(16_usize))
            .and_then(|_| fields.u16());
        comment.is_some_and(|comment| usize::from(comment) == fields.0.len())
    })
}

fn extent(record: &[u8]) -> Option<Extent> {
    let mut fields = Fields(record);
    fields.signature(END)?;
    // Numbers of disks, and the entries on this one.
    fields.take(6_usize)?;
    Some(Extent {
        entries: fields.u16()?.into(),
        bytes: fields.u32()?.into(),
        start: fields.u32()?.into(),
    })
}

/// The place of the 64-bit end record.
fn located(record: &[u8]) -> Option<u64> {
    let mut fields = Fields(record);
    fields.signature(LOCATOR)?;
    fields.take(4_usize)?;
    fields.u64()
}

fn wide_extent(record: &[u8]) -> Option<Extent> {
    let mut fields = Fields(record);
    fields.signature(WIDE_END)?;
    // Its size, versions, numbers of disks, and the entries on this one.
    fields.take(28_usize)?;
    Some(Extent {
        entries: fields.u64()?,
        bytes: fields.u64()?,
        start: fields.u64()?,
    })
}

fn header(fields: &mut Fields) -> Option<Entry> {
    fields.signature(HEADER)?;
    // Versions.
    fields.take(4_usize)?;
    let flags = fields.u16()?;
    let method = fields.u16()?;
    // Time and date.
    fields.take(4_usize)?;
    let checksum = fields.u32()?;
    let (mut packed, mut bytes) = (fields.u32()?.into(), fields.u32()?.into());
    let (name, extra, comment) = (fields.u16()?, fields.u16()?, fields.u16()?);
    // Number of the disk, attributes.
    fields.take(8_usize)?;
    let mut header = fields.u32()?.into();
    let name = fields.take(name)?.to_vec();
    let extra = fields.take(extra)?;
    fields.take(comment)?;
    widen(extra, [&mut bytes, &mut packed, &mut header])?;
    Some(Entry {
        name,
        is_encrypted: flags & 1 == 1,
        method,
        checksum,
        packed,
        bytes,
        header,
    })
}

/// Replaces the values that did not fit, which follow each other in an extra field.
fn widen(extra: &[u8], values: [&mut u64; 3]) -> Option<()> {
    let mut fields = Fields(extra);
    // What is no field, as some tools pad with, ends them.
    while let (Some(kind), Some(size)) = (fields.u16(), fields.u16()) {
        let Some(content) = fields.take(size) else {
            break;
        };
        if kind == WIDE_FIELD {
            let mut content = Fields(content);
            for value in values.into_iter().filter(|value| **value == ELSEWHERE) {
                *value = content.u64()?;
            }
            break;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{archive, file};

    fn directory(bytes: &[u8]) -> io::Result<Vec<Entry>> {
        let (_folder, path) = file("a.zip", bytes);
        read(&mut File::open(path).unwrap(), bytes.len() as u64)
    }

    fn problem(bytes: &[u8]) -> String {
        directory(bytes).unwrap_err().to_string()
    }

    fn names(bytes: &[u8]) -> Vec<Vec<u8>> {
        let entries = directory(bytes).unwrap().into_iter();
        entries.map(|entry| entry.name).collect()
    }

    #[test]
    fn entries_are_listed_in_order() {
        let bytes = archive(false, &[("a", b"123456789"), ("b/c", b"")]);
        let entries = directory(&bytes).unwrap();
        let expected = Entry {
            name: b"a".to_vec(),
            is_encrypted: false,
            method: 0,
            checksum: 0xcbf4_3926,
            packed: 9,
            bytes: 9,
            header: 0,
        };
        assert_eq!(entries[0], expected);
        assert_eq!((&*entries[1].name, entries[1].bytes), (&b"b/c"[..], 0));
        assert_eq!(names(&archive(false, &[])), [b""; 0]);
    }

    #[test]
    fn a_comment_may_follow_and_hold_anything() {
        let mut bytes = archive(false, &[("a", b"1")]);
        let end = bytes.len() - 2;
        let comment = b"PK\x05\x06 is how the last record of an archive starts";
        bytes[end..].copy_from_slice(&(comment.len() as u16).to_le_bytes());
        bytes.extend(comment);
        assert_eq!(names(&bytes), [b"a"]);
        bytes.push(0);
        assert_eq!(problem(&bytes), "there is no end record");
    }

    #[test]
    fn values_that_do_not_fit_are_read_from_the_extra_field() {
        let [mut bytes, mut packed, mut header] = [ELSEWHERE, 7, ELSEWHERE];
        let mut extra = b"\x99\x99\x02\0ab\x01\0\x10\0".to_vec();
        extra.extend([1_u64 << 40, 1 << 41].map(u64::to_le_bytes).concat());
        widen(&extra, [&mut bytes, &mut packed, &mut header]).unwrap();
        assert_eq!([bytes, packed, header], [1 << 40, 7, 1 << 41]);
        // Another value that is not there; no such field; padding that is no field.
        let mut rest = ELSEWHERE;
        extra[6..10].copy_from_slice(b"\x01\0\x08\0");
        assert!(widen(&extra, [&mut bytes, &mut rest, &mut ELSEWHERE.clone()]).is_none());
        for extra in [&b""[..], b"\0", b"\x02\0\x08\0", b"\x02\0\0\0"] {
            let mut value = ELSEWHERE;
            widen(extra, [&mut value, &mut 0, &mut 0]).unwrap();
            assert_eq!(value, ELSEWHERE);
        }
    }

    #[test]
    fn what_is_not_there_is_told() {
        let whole = archive(false, &[("a", b"1"), ("b", b"2")]);
        let end = whole.len() - END_SIZE;
        assert_eq!(problem(b""), "there is no end record");
        assert_eq!(problem(&whole[..end]), "there is no end record");
        let changed = |at: usize, new: &[u8]| {
            let mut bytes = whole.clone();
            bytes[at..at + new.len()].copy_from_slice(new);
            problem(&bytes)
        };
        assert!(changed(end - 47, b"x").contains("header 1 of 2"));
        assert!(changed(end + 10, b"\x03\0").contains("3 entries in 94 bytes"));
        assert!(changed(end + 12, b"\xff").contains("beyond"));
        assert!(changed(end + 19, b"\x7f").contains("beyond"));
        // An end record that points at a 64-bit one, without a locator before it.
        assert!(changed(end + 16, b"\xff\xff\xff\xff").contains("beyond"));
    }
}
