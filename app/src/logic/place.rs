//! Where a pack or a gallery lies: beside the page, or behind an address that a visitor gave.

use crate::logic::address::is_safe_name;

/// Longest address taken.
const LONGEST: usize = 2048;

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder of this name beside the page.
    Bundled(String),
    /// A folder behind this address, which ends in `/`.
    Elsewhere(String),
    /// An address that is not used, and why not.
    Refused(String),
}

/// The pack of a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pack {
    /// One that lies somewhere.
    At(Place),
    /// A folder of this name that the visitor chose.
    Chosen(String),
}

impl Pack {
    /// Whether it comes with the page.
    pub fn is_bundled(&self) -> bool {
        matches!(self, Self::At(Place::Bundled(_)))
    }
}

impl Place {
    /// Reads a value of the page's address, percent-encoded or not. `None` when it is neither a plain name nor
    /// looks like a URL.
    pub fn parse(value: &str) -> Option<Self> {
        if is_safe_name(value) {
            return Some(Self::Bundled(value.to_owned()));
        }
        let decoded = decode(value)?;
        let (scheme, rest) = decoded.split_once("://")?;
        Some(match folder(scheme, rest) {
            Ok(address) => Self::Elsewhere(address),
            Err(problem) => Self::Refused(format!("{decoded}: {problem}")),
        })
    }
}

/// The folder `scheme://rest`, with a `/` at its end.
fn folder(scheme: &str, rest: &str) -> Result<String, &'static str> {
    let scheme = scheme.to_ascii_lowercase();
    if scheme != "https" && scheme != "http" {
        return Err("only https and http addresses are read");
    }
    if rest.len() > LONGEST {
        return Err("the address is too long");
    }
    if rest
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || c == '\\')
    {
        return Err("an address has no spaces or backslashes");
    }
    if rest.contains(['?', '#']) {
        return Err("a folder's address has no “?” or “#”");
    }
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() {
        return Err("the address names no server");
    }
    if host.contains('@') {
        return Err("names and passwords do not belong into addresses");
    }
    // The manifest itself may be what somebody copied.
    let folder = rest
        .strip_suffix("pack.json")
        .or_else(|| rest.strip_suffix("gallery.json"))
        .filter(|folder| folder.ends_with('/'))
        .unwrap_or(rest);
    let slash = if folder.ends_with('/') { "" } else { "/" };
    Ok(format!("{scheme}://{folder}{slash}"))
}

/// Undoes percent-encoding; `None` when what comes out is not text.
fn decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elsewhere(address: &str) -> Option<Place> {
        Some(Place::Elsewhere(address.to_owned()))
    }

    #[test]
    fn addresses_of_folders_are_taken() {
        let cases = [
            (
                "https://a.example/packs/base",
                "https://a.example/packs/base/",
            ),
            ("https://a.example", "https://a.example/"),
            ("HTTP://127.0.0.1:8000/p/", "http://127.0.0.1:8000/p/"),
            ("https%3A%2F%2Fa.example%2Fp%2F", "https://a.example/p/"),
            ("https://a.example/p/pack.json", "https://a.example/p/"),
            ("https://a.example/g/gallery.json", "https://a.example/g/"),
            (
                "https://a.example/my-pack.json",
                "https://a.example/my-pack.json/",
            ),
        ];
        for (given, taken) in cases {
            assert_eq!(Place::parse(given), elsewhere(taken), "{given}");
        }
    }

    #[test]
    fn other_addresses_are_refused_with_a_reason() {
        for hostile in [
            "ftp://a.example/p",
            "file:///etc/",
            "javascript://%0aalert(1)",
            "https://",
            "https:///p",
            "https://me:secret@a.example/p",
            "https://a.example/p?x=1",
            "https://a.example/p#x",
            "https://a.example/a b",
            "https://a.example\\p",
        ] {
            let place = Place::parse(hostile);
            assert!(
                matches!(place, Some(Place::Refused(_))),
                "{hostile}: {place:?}"
            );
        }
        let long = format!("https://a.example/{}", "x".repeat(LONGEST));
        assert!(matches!(Place::parse(&long), Some(Place::Refused(_))));
    }

    #[test]
    fn what_is_no_address_is_not_one() {
        for text in [
            "../secret",
            "a/b",
            "a%2Fb",
            "//other.host",
            "%ff://x",
            "",
            "javascript:alert(1)",
        ] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }

    #[test]
    fn half_an_escape_stands_for_itself() {
        assert_eq!(decode("a%2").as_deref(), Some("a%2"));
        assert_eq!(decode("a%zz%41").as_deref(), Some("a%zzA"));
        assert_eq!(decode("%é").as_deref(), Some("%é"));
    }
}
