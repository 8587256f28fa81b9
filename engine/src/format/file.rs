//! Names, lengths and hashes of the files a manifest announces.

use sha2::{Digest, Sha256};

use super::FormatError;

/// Whether `name` is a plain file name: letters, digits, `.`, `_` and `-`, not starting with a dot,
/// at most 128 long. Nothing else is ever fetched, so a manifest cannot reach outside its folder.
pub fn is_file_name(name: &str) -> bool {
    !name.starts_with('.')
        && (1..=128).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// SHA-256 as 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Checks what a manifest says about a file of tensors, before the file is fetched.
pub(crate) fn check_announcement(
    manifest: &str,
    field: &str,
    file: &str,
    bytes: u64,
    sha256: &str,
    most: u64,
) -> Result<(), FormatError> {
    if !is_file_name(file) {
        let problem = format!("{file:?} is not a plain file name (letters, digits, '.', '_', '-')");
        return Err(FormatError::field(
            manifest,
            format!("{field}.file"),
            problem,
        ));
    }
    if !(8..=most).contains(&bytes) {
        let problem = format!("{bytes} is not in 8..={most}");
        return Err(FormatError::field(
            manifest,
            format!("{field}.bytes"),
            problem,
        ));
    }
    let is_hash = sha256.len() == 64
        && sha256
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hash {
        let problem = "not 64 lower-case hexadecimal digits";
        return Err(FormatError::field(
            manifest,
            format!("{field}.sha256"),
            problem,
        ));
    }
    Ok(())
}

/// Checks bytes against what the manifest announced.
pub(crate) fn verify(
    file: &str,
    bytes: &[u8],
    expected_bytes: u64,
    sha256: &str,
) -> Result<(), FormatError> {
    if bytes.len() as u64 != expected_bytes {
        return Err(FormatError::Size {
            file: file.to_owned(),
            bytes: bytes.len() as u64,
            expected: expected_bytes.to_string(),
        });
    }
    let found = sha256_hex(bytes);
    if found != sha256 {
        return Err(FormatError::Checksum {
            file: file.to_owned(),
            found,
            expected: sha256.to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_files() {
        for good in ["weights-1.safetensors", "a", "A_b.c"] {
            assert!(is_file_name(good), "{good}");
        }
        let long = "x".repeat(129);
        for bad in [
            "",
            ".",
            "..",
            "../x",
            "/etc/passwd",
            "a/b",
            "a\\b",
            "http://x",
            "C:x",
            "a b",
            "%2e%2e",
            &long,
        ] {
            assert!(!is_file_name(bad), "{bad}");
        }
    }

    #[test]
    fn the_hash_is_sha_256() {
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
