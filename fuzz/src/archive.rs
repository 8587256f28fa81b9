//! Zip archives with their checksums made right.

use std::io::Read as _;

use flate2::read::DeflateDecoder;

/// Most bytes unpacked for the sake of a checksum.
const MOST_UNPACKED: u64 = 1 << 20;

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
