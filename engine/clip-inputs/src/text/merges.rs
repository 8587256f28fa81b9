//! Reading the merges file: gzip or plain text, bounded before it is believed.

use std::io::Read;

use super::{MAX_MERGES, MAX_VOCABULARY_BYTES, TokenizerError};
use crate::shown;

const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];

/// The file's text, unpacked when it is gzip.
///
/// # Errors
/// [`TokenizerError`] for damaged gzip data, for what is no UTF-8, and for more than
/// [`MAX_VOCABULARY_BYTES`] bytes, packed or not.
pub(super) fn read_text(bytes: &[u8]) -> Result<String, TokenizerError> {
    let unpacked = if bytes.starts_with(&GZIP_MAGIC) {
        let mut unpacked = Vec::new();
        // One byte more than allowed tells a file that is too long from one that just fits.
        flate2::read::GzDecoder::new(bytes)
            .take(MAX_VOCABULARY_BYTES as u64 + 1)
            .read_to_end(&mut unpacked)
            .map_err(|error| TokenizerError::Compression {
                problem: shown(&error.to_string()),
            })?;
        unpacked
    } else if bytes.len() > MAX_VOCABULARY_BYTES {
        return Err(TokenizerError::TooLarge);
    } else {
        bytes.to_vec()
    };
    if unpacked.len() > MAX_VOCABULARY_BYTES {
        return Err(TokenizerError::TooLarge);
    }
    String::from_utf8(unpacked).map_err(|error| TokenizerError::NotText {
        valid: error.utf8_error().valid_up_to(),
    })
}

/// The two parts of each merge with its line number, from the second line on. The published file goes
/// on far beyond the [`MAX_MERGES`] that CLIP uses.
///
/// # Errors
/// [`TokenizerError::Header`] when the first line is not the header, which is skipped: without the
/// check a file that lost it would shift every id by one. [`TokenizerError::Merge`] for a line that
/// is not two parts with one space between them.
pub(super) fn pairs(
    text: &str,
) -> Result<impl Iterator<Item = Result<Pair<'_>, TokenizerError>>, TokenizerError> {
    let mut lines = text.lines();
    if !lines.next().is_some_and(|line| line.contains("#version")) {
        return Err(TokenizerError::Header);
    }
    let pairs = lines.take(MAX_MERGES).zip(2..).map(|(line, number)| {
        let mut parts = line.split(' ').filter(|part| !part.is_empty());
        match (parts.next(), parts.next(), parts.next()) {
            (Some(left), Some(right), None) => Ok(Pair {
                line: number,
                left,
                right,
            }),
            _ => Err(TokenizerError::Merge {
                line: number,
                problem: "not two symbols with a space between them".to_owned(),
            }),
        }
    });
    Ok(pairs)
}

/// One line of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    /// Line number, counted from 1.
    pub(super) line: usize,
    /// What comes first.
    pub(super) left: &'a str,
    /// What follows it.
    pub(super) right: &'a str,
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn packed_and_plain_are_the_same() {
        let text = "#version: 0.2\na b\n";
        assert_eq!(read_text(text.as_bytes()).unwrap(), text);
        assert_eq!(read_text(&gzip(text.as_bytes())).unwrap(), text);
    }

    #[test]
    fn what_unpacks_without_end_is_refused() {
        let bomb = gzip(&vec![b'a'; MAX_VOCABULARY_BYTES + 1]);
        assert!(bomb.len() < MAX_VOCABULARY_BYTES / 100);
        assert_eq!(read_text(&bomb), Err(TokenizerError::TooLarge));
        let plain = vec![b'a'; MAX_VOCABULARY_BYTES + 1];
        assert_eq!(read_text(&plain), Err(TokenizerError::TooLarge));
    }

    #[test]
    fn damage_is_told() {
        let mut packed = gzip(b"#version: 0.2\na b\n");
        packed.truncate(packed.len() - 4);
        assert!(matches!(
            read_text(&packed),
            Err(TokenizerError::Compression { .. })
        ));
        let mut packed = gzip(b"#version: 0.2\na b\n");
        let checksum = packed.len() - 8;
        packed[checksum] ^= 1;
        assert!(matches!(
            read_text(&packed),
            Err(TokenizerError::Compression { .. })
        ));
        assert_eq!(
            read_text(b"#version\xFF"),
            Err(TokenizerError::NotText { valid: 8 })
        );
    }

    #[test]
    fn lines_are_pairs_after_a_header() {
        let text = "\"x#version: 0.2\r\na b\r\nab c</w>\r\n";
        let read: Result<Vec<_>, _> = pairs(text).unwrap().collect();
        let pair = |line, left, right| Pair { line, left, right };
        assert_eq!(read.unwrap(), [pair(2, "a", "b"), pair(3, "ab", "c</w>")]);
        assert_eq!(pairs("a b\nb c\n").err(), Some(TokenizerError::Header));
        assert_eq!(pairs("").err(), Some(TokenizerError::Header));
        for bad in ["a", "a b c", "", "a\u{3000}b"] {
            let text = format!("#version: 0.2\na b\n{bad}\nb c\n");
            let error = pairs(&text).unwrap().find_map(Result::err);
            assert!(
                matches!(error, Some(TokenizerError::Merge { line: 3, .. })),
                "{bad:?}"
            );
        }
    }
}
