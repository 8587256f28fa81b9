//! What a file is, by its first bytes: its name says little, and what people have instead of a
//! checkpoint is worth a word of its own.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use crate::CheckpointError;
use crate::error::CheckpointError as Error;

/// Bytes looked at: to the signature of a tar archive.
const LOOKED_AT: u64 = 264;
/// What files of PyTorch before 1.6 start with: a pickle of the number 0x1950a86a20f9469cfc6c.
const LEGACY: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
const SAVE_AGAIN: &str =
    "load it in PyTorch 1.6 or newer and save it again with torch.save, which writes a zip archive";

/// The forms that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A zip archive, as `torch.save` writes.
    Zip,
    /// A safetensors file.
    Safetensors,
}

/// Looks at the start of a file, and leaves it there.
///
/// # Errors
/// A [`CheckpointError`] that says what the file is instead.
pub(crate) fn kind(name: &str, file: &mut File) -> Result<Kind, CheckpointError> {
    let io = |error| Error::io(name, &error);
    let mut start = Vec::new();
    file.take(LOOKED_AT).read_to_end(&mut start).map_err(io)?;
    let length = file.seek(SeekFrom::End(0)).map_err(io)?;
    file.rewind().map_err(io)?;
    by_start(name, &start, length)
}

fn by_start(name: &str, start: &[u8], length: u64) -> Result<Kind, CheckpointError> {
    let not = |problem: &str| Err(Error::not_a_checkpoint(name, problem));
    if start.starts_with(b"PK\x03\x04") {
        return Ok(Kind::Zip);
    }
    // A safetensors file: the length of the header, and the header, which is JSON. Looked for first, since
    // such a length can start like most of what is below.
    if let [a, b, c, d, 0, 0, 0, 0, b'{', ..] = *start {
        let header = u64::from(u32::from_le_bytes([a, b, c, d]));
        if header > length.saturating_sub(8) {
            let problem = format!("a header of {header} bytes in a file of {length}");
            return Err(Error::truncated(name, problem));
        }
        return Ok(Kind::Safetensors);
    }
    if start.is_empty() {
        return not("it is empty");
    }
    if start.starts_with(LEGACY) {
        let what = "the format of torch.save before PyTorch 1.6";
        return Err(Error::unsupported(name, what, SAVE_AGAIN));
    }
    if start.get(257..262) == Some(b"ustar") {
        let what = "a tar archive, the oldest format of torch.save,";
        return Err(Error::unsupported(name, what, SAVE_AGAIN));
    }
    if start.starts_with(b"\x1f\x8b") {
        let way_out = "unpack it with gunzip first";
        return Err(Error::unsupported(name, "a gzip archive", way_out));
    }
    if start.starts_with(b"version https://git-lfs") {
        return not(
            "it is a Git LFS pointer to the file; fetch the file itself with `git lfs pull`",
        );
    }
    let text = start.trim_ascii_start();
    if text.starts_with(b"<") {
        return not("it is a web page; download the file the page is about");
    }
    if start.first() == Some(&0x80) {
        return not("it is a bare pickle without weights beside it");
    }
    not("it is neither a zip archive nor a safetensors file")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(start: &[u8]) -> CheckpointError {
        by_start("x", start, start.len() as u64).unwrap_err()
    }

    #[test]
    fn what_is_read_is_recognised() {
        assert_eq!(by_start("x", b"PK\x03\x04\0\0", 6), Ok(Kind::Zip));
        let flat = b"\x02\0\0\0\0\0\0\0{}";
        assert_eq!(by_start("x", flat, 10), Ok(Kind::Safetensors));
        assert!(matches!(
            by_start("x", flat, 9),
            Err(Error::Truncated { .. })
        ));
    }

    #[test]
    fn a_header_of_any_length_is_one() {
        for first in [*b"\x80\x02", *b"\x1f\x8b", *b" <", *b"<\n"] {
            let header = usize::from(u16::from_le_bytes(first));
            let flat = [&first[..], &[0; 6], b"{"].concat();
            assert_eq!(
                by_start("x", &flat, 8 + header as u64),
                Ok(Kind::Safetensors)
            );
        }
    }

    #[test]
    fn what_people_have_instead_is_named() {
        for (start, words) in [
            (&b""[..], "empty"),
            (
                b"version https://git-lfs.github.com/spec/v1\n",
                "git lfs pull",
            ),
            (b"\n<!DOCTYPE html>", "web page"),
            (b"\x80\x02}q\0.", "bare pickle"),
            (b"PK\x05\x06", "neither"),
            (b"RIFF....WAVE", "neither"),
        ] {
            let error = refusal(start);
            assert!(matches!(error, Error::NotACheckpoint { .. }), "{error}");
            assert!(error.to_string().contains(words), "{error}");
        }
        let mut tar = vec![0; 300];
        tar[257..262].copy_from_slice(b"ustar");
        let legacy = [LEGACY, b".\x80\x02M\xe9\x03."].concat();
        for (start, words) in [
            (&tar[..], "tar archive"),
            (&legacy, "before PyTorch 1.6"),
            (b"\x1f\x8b\x08", "gunzip"),
        ] {
            let error = refusal(start);
            assert!(matches!(error, Error::Unsupported { .. }), "{error}");
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
