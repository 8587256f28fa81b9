//! What a server said of a file: enough to go on later with the same one and no other.

use serde::{Deserialize, Serialize};

/// A file as its server describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    /// Where it was asked for.
    pub address: String,
    /// Its `ETag`, quotes included.
    pub etag: Option<String>,
    /// Its `Last-Modified`, as the server wrote it.
    pub last_modified: Option<String>,
    /// Bytes of the whole file.
    pub length: Option<u64>,
}

impl Origin {
    /// What to send as `If-Range`, so that the server sends the rest only of the very same file.
    /// A weak tag is of no use for that: it stays the same when bytes change.
    pub fn validator(&self) -> Option<&str> {
        let strong = self.etag.as_deref().filter(|tag| tag.starts_with('"'));
        strong.or(self.last_modified.as_deref())
    }

    /// Whether a part of the file can be continued later.
    pub fn is_resumable(&self) -> bool {
        self.validator().is_some() && self.length.is_some()
    }

    /// Whether `rest`, a server's description of the rest it sends, is of this same file. Servers that
    /// do not know `If-Range` send the rest of whatever they have now.
    pub fn is_continued_by(&self, rest: &Self) -> bool {
        let agree = |old: &Option<String>, new: &Option<String>| {
            old.is_none() || new.is_none() || old == new
        };
        self.length == rest.length
            && agree(&self.etag, &rest.etag)
            && agree(&self.last_modified, &rest.last_modified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(etag: Option<&str>, last_modified: Option<&str>, length: Option<u64>) -> Origin {
        Origin {
            address: "http://x".to_owned(),
            etag: etag.map(str::to_owned),
            last_modified: last_modified.map(str::to_owned),
            length,
        }
    }

    #[test]
    fn only_what_tells_bytes_apart_is_a_validator() {
        assert_eq!(
            origin(Some("\"a\""), Some("d"), None).validator(),
            Some("\"a\"")
        );
        assert_eq!(
            origin(Some("W/\"a\""), Some("d"), None).validator(),
            Some("d")
        );
        assert_eq!(origin(Some("W/\"a\""), None, None).validator(), None);
        assert!(origin(None, Some("d"), Some(5)).is_resumable());
        assert!(!origin(None, Some("d"), None).is_resumable());
        assert!(!origin(None, None, Some(5)).is_resumable());
    }

    #[test]
    fn the_rest_of_another_file_is_seen() {
        let begun = origin(Some("\"a\""), Some("d"), Some(5));
        assert!(begun.is_continued_by(&origin(None, None, Some(5))));
        assert!(begun.is_continued_by(&begun));
        assert!(!begun.is_continued_by(&origin(Some("\"b\""), None, Some(5))));
        assert!(!begun.is_continued_by(&origin(None, Some("e"), Some(5))));
        assert!(!begun.is_continued_by(&origin(None, None, Some(6))));
    }
}
