//! SHA-256 checksums as they are written: 64 hexadecimal digits.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::Progress;

/// Bytes read from a file or from the network at once.
pub(crate) const BLOCK: usize = 128 * 1024;

/// The SHA-256 of a file.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest([u8; 32]);

/// A text that is no SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no SHA-256: 64 hexadecimal digits are needed")]
pub struct NotADigest(pub String);

impl Digest {
    /// The checksum of everything a hasher was given.
    pub(crate) fn of(hasher: Sha256) -> Self {
        Self(hasher.finalize().into())
    }

    /// The checksum of a whole file, telling how far it is.
    pub(crate) fn of_file(file: &mut File, progress: &mut dyn FnMut(Progress)) -> io::Result<Self> {
        let total = file.metadata()?.len();
        let mut hasher = Sha256::new();
        feed(&mut hasher, file, total, progress)?;
        Ok(Self::of(hasher))
    }
}

/// Gives a hasher the next `total` bytes, or all up to the end where there are fewer. Tells how many.
pub(crate) fn feed(
    hasher: &mut Sha256,
    from: &mut dyn Read,
    total: u64,
    progress: &mut dyn FnMut(Progress),
) -> io::Result<u64> {
    let mut from = from.take(total);
    let mut block = vec![0; BLOCK];
    let mut done = 0;
    loop {
        progress(Progress::Checking { done, total });
        let count = match from.read(&mut block) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            count => count?,
        };
        if count == 0 {
            return Ok(done);
        }
        hasher.update(&block[..count]);
        done += count as u64;
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let refused = || NotADigest(text.to_owned());
        let digits: Vec<u8> = text
            .chars()
            .map(|digit| digit.to_digit(16).map(|digit| digit as u8))
            .collect::<Option<_>>()
            .ok_or_else(refused)?;
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect();
        if digits.len() != 64 {
            return Err(refused());
        }
        Ok(Self(bytes.try_into().map_err(|_| refused())?))
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = NotADigest;

    fn try_from(text: String) -> Result<Self, NotADigest> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The checksum of no bytes at all, as FIPS 180-4's algorithm gives it.
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn written_and_read_back() {
        let digest = Digest::of(Sha256::new());
        assert_eq!(digest.to_string(), EMPTY);
        assert_eq!(EMPTY.parse(), Ok(digest));
        assert_eq!(EMPTY.to_uppercase().parse(), Ok(digest));
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(json, format!("\"{EMPTY}\""));
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "e3",
            &EMPTY[1..],
            &format!("{EMPTY}0"),
            &EMPTY.replace('e', "g"),
            &EMPTY.replace('e', "é"),
        ] {
            assert_eq!(text.parse::<Digest>(), Err(NotADigest(text.to_owned())));
        }
    }
}
