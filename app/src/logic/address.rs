//! What the page's address asks for: `?backend=gpu|cpu&sample=ID&pack=NAME|URL&gallery=NAME|URL&simd=plain&threads=N`, `?dev`, and `?bench`, of
//! which the worker reads the rest.
//!
//! Addresses are written by strangers. Names become parts of paths, so only plain ones pass;
//! anything else is ignored and the default stands. What is a URL is used or refused aloud ([`Place`]).

use crate::logic::place::Place;
use crate::protocol::BackendChoice;

/// Longest pack, gallery or sample name taken from an address.
const LONGEST_NAME: usize = 64;

/// Most threads that may be asked for.
const MOST_THREADS: usize = 64;

/// The pack that comes with the page.
pub const BUNDLED_PACK: &str = "scenes-mini";

/// What one visit was asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Which backend to run on.
    pub backend: BackendChoice,
    /// A bundled utterance to ask at once.
    pub sample: Option<String>,
    /// Folder under `assets/packs/`, or of another server.
    pub pack: Place,
    /// Folder under `assets/galleries/`, or of another server.
    pub gallery: Place,
    /// Whether to measure instead of listening.
    pub bench: bool,
    /// Whether to do without the service worker, as one does who changes the page.
    pub developing: bool,
    /// Whether to do without relaxed SIMD, to see what browsers that lack it do.
    pub plain_simd: bool,
    /// How many threads to compute with, where there may be several.
    pub threads: Option<usize>,
}

impl Default for Address {
    fn default() -> Self {
        Self {
            backend: BackendChoice::Auto,
            sample: None,
            pack: Place::Bundled(BUNDLED_PACK.to_owned()),
            gallery: Place::Bundled("scenes".to_owned()),
            bench: false,
            developing: false,
            plain_simd: false,
            threads: None,
        }
    }
}

impl Address {
    /// Reads a query string, with or without its leading `?`.
    pub fn parse(query: &str) -> Self {
        let mut address = Self::default();
        let value = |key: &str| value(query, key);
        let name = |key: &str| {
            value(key)
                .filter(|text| is_safe_name(text))
                .map(str::to_owned)
        };

        address.backend = match value("backend") {
            Some("gpu") => BackendChoice::Gpu,
            Some("cpu") => BackendChoice::Cpu,
            _ => BackendChoice::Auto,
        };
        address.sample = name("sample");
        if let Some(pack) = value("pack").and_then(Place::parse) {
            address.pack = pack;
        }
        if let Some(gallery) = value("gallery").and_then(Place::parse) {
            address.gallery = gallery;
        }
        address.bench = value("bench").is_some();
        address.developing = value("dev").is_some();
        address.plain_simd = value("simd") == Some("plain");
        let threads = value("threads").and_then(|count| count.parse().ok());
        address.threads = threads.filter(|count| (1..=MOST_THREADS).contains(count));
        address
    }
}

/// The value of `key` in a query string, empty for a key without one. The first of repeated keys wins.
pub(crate) fn value<'a>(query: &'a str, key: &str) -> Option<&'a str> {
    query
        .trim_start_matches('?')
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .find(|(name, _)| *name == key)
        .map(|(_, value)| value)
}

/// Whether a name can be one part of a path: letters, digits, `-`, `_` and inner single dots.
pub fn is_safe_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.chars().all(plain)
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
}

/// Whether a path of a manifest stays below its folder: safe names joined by `/`.
pub fn is_safe_path(path: &str) -> bool {
    path.split('/').all(is_safe_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_address_asks_for_the_bundled_model() {
        for query in ["", "?", "?&&", "?backend", "?backend=quantum"] {
            assert_eq!(Address::parse(query), Address::default(), "{query}");
        }
    }

    #[test]
    fn every_part_is_read() {
        let address = Address::parse("?backend=cpu&sample=two-dogs&pack=base_q8&gallery=photos.v2");
        assert_eq!(address.backend, BackendChoice::Cpu);
        assert_eq!(address.sample.as_deref(), Some("two-dogs"));
        assert_eq!(address.pack, Place::Bundled("base_q8".to_owned()));
        assert_eq!(address.gallery, Place::Bundled("photos.v2".to_owned()));
        assert_eq!(Address::parse("backend=gpu").backend, BackendChoice::Gpu);
        assert!(Address::parse("simd=plain").plain_simd && !address.plain_simd);
        assert!(Address::parse("?dev").developing && !address.developing);
    }

    #[test]
    fn threads_are_a_number_within_reason() {
        for (query, threads) in [
            ("?threads=2", Some(2)),
            ("?threads=1", Some(1)),
            ("?threads=0", None),
            ("?threads=65", None),
            ("?threads=all", None),
            ("?threads", None),
        ] {
            assert_eq!(Address::parse(query).threads, threads, "{query}");
        }
    }

    #[test]
    fn a_bench_is_asked_for_by_name() {
        for query in ["?bench", "?bench=", "?backend=quantum&bench=1"] {
            assert!(Address::parse(query).bench, "{query}");
        }
        assert!(!Address::parse("?seconds=2&benches").bench);
    }

    #[test]
    fn packs_and_galleries_may_be_elsewhere() {
        let address = Address::parse(
            "?pack=https%3A%2F%2Fpacks.example%2Fbase&gallery=http://127.0.0.1:8000/g/",
        );
        assert_eq!(
            address.pack,
            Place::Elsewhere("https://packs.example/base/".to_owned())
        );
        assert_eq!(
            address.gallery,
            Place::Elsewhere("http://127.0.0.1:8000/g/".to_owned())
        );
    }

    #[test]
    fn names_that_leave_their_folder_are_ignored() {
        for hostile in [
            "../secret",
            "a/b",
            "a%2Fb",
            "..",
            ".hidden",
            "//other.host",
            "",
            "a b",
            "naïve",
        ] {
            let address = Address::parse(&format!(
                "?pack={hostile}&gallery={hostile}&sample={hostile}"
            ));
            assert_eq!(address, Address::default(), "{hostile}");
        }
        assert!(!is_safe_name(&"a".repeat(LONGEST_NAME + 1)));
    }

    #[test]
    fn paths_are_safe_names_joined() {
        assert!(is_safe_path("pictures/s0001.webp"));
        for hostile in [
            "/etc/passwd",
            "pictures/../../x",
            "https://a.b/c.png",
            "pictures//x",
            "",
        ] {
            assert!(!is_safe_path(hostile), "{hostile}");
        }
    }
}
