//! Zip archives: made, and with their checksums made right.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

/// Most bytes unpacked for the sake of a checksum.
const MOST_UNPACKED: u64 = 1 << 20;

/// An archive, of packed entries or not.
pub fn made(is_packed: bool, entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (name, bytes) in entries {
        let packed = if is_packed {
            pack(bytes)
        } else {
            bytes.to_vec()
        };
        let start = archive.len() as u32;
        // What both headers have: version, flags, method, time, checksum, sizes, lengths of name and extra field.
        let mut common = b"\x14\0\0\0".to_vec();
        common.extend(if is_packed { 8_u16 } else { 0 }.to_le_bytes());
        common.extend([0; 4]);
        for value in [
            crc32fast::hash(bytes),
            packed.len() as u32,
            bytes.len() as u32,
        ] {
            common.extend(value.to_le_bytes());
        }
        common.extend((name.len() as u32).to_le_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(name.as_bytes());
        archive.extend(packed);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(start.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, size) = (archive.len() as u32, directory.len() as u32);
    let count = (entries.len() as u16).to_le_bytes();
    archive.extend(directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([count, count].concat());
    archive.extend([size, start].map(u32::to_le_bytes).concat());
    archive.extend([0; 2]);
    archive
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// The archive with the checksum of every entry that can be found made that of its bytes.
pub fn with_right_checksums(archive: &[u8]) -> Vec<u8> {
    let mut fixed = archive.to_vec();
    let mut at = 0;
    while let Some(header) = find(archive, at, b"PK\x01\x02") {
        if let Some(checksum) = checksum(archive, header) {
            fixed[header + 16..header + 20].copy_from_slice(&checksum.to_le_bytes());
        }
        at = header + 4;
    }
    fixed
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let found = rest.windows(what.len()).position(|window| window == what)?;
    Some(from + found)
}

/// The checksum of the bytes that a header in the directory describes.
fn checksum(archive: &[u8], header: usize) -> Option<u32> {
    // All fields are there, so that the checksum can be replaced.
    archive.get(header..header + 46)?;
    let wide = |at: usize| -> Option<usize> {
        let bytes = archive.get(at..at + 4)?.first_chunk::<4>()?;
        usize::try_from(u32::from_le_bytes(*bytes)).ok()
    };
    let short = |at: usize| -> Option<usize> {
        let bytes = archive.get(at..at + 2)?.first_chunk::<2>()?;
        Some(u16::from_le_bytes(*bytes).into())
    };
    let local = wide(header + 42)?;
    let data = local + 30 + short(local.checked_add(26)?)? + short(local + 28)?;
    let packed = archive.get(data..data.checked_add(wide(header + 20)?)?)?;
    if short(header + 10)? == 0 {
        return Some(crc32fast::hash(packed));
    }
    let mut bytes = Vec::new();
    DeflateDecoder::new(packed)
        .take(MOST_UNPACKED)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(crc32fast::hash(&bytes))
}
