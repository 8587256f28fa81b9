//! Where a file is asked for: the published address, or the same path on a mirror.

use ureq::http::Uri;

use crate::FetchError;

/// An address that has been looked at.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    /// What is asked for.
    pub request: String,
    /// The same without a user's name and password, for messages and for what is written down.
    pub shown: String,
    /// Whether nothing may travel unencrypted.
    pub is_encrypted: bool,
    /// Whether the server is this machine.
    pub is_local: bool,
}

impl Address {
    /// The published address `published`, or its path under `mirror`.
    pub fn new(published: &str, mirror: Option<&str>) -> Result<Self, FetchError> {
        let uri = parsed(published)?;
        let Some(mirror) = mirror else {
            return Ok(Self::from_uri(&uri));
        };
        let base = parsed(mirror)?;
        if base.query().is_some() {
            return Err(refused(
                mirror,
                "a mirror's address ends with its path, without `?`",
            ));
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let joined = format!("{}{path}", mirror.trim_end_matches('/'));
        Ok(Self::from_uri(&parsed(&joined)?))
    }

    fn from_uri(uri: &Uri) -> Self {
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let host = authority.rsplit('@').next().unwrap_or_default();
        let scheme = uri.scheme_str().unwrap_or_default();
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Self {
            request: uri.to_string(),
            shown: format!("{scheme}://{host}{path}"),
            is_encrypted: scheme == "https",
            is_local: matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]")),
        }
    }
}

fn parsed(address: &str) -> Result<Uri, FetchError> {
    let uri: Uri = address
        .parse()
        .map_err(|problem| refused(address, &format!("it is no web address ({problem})")))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none_or(str::is_empty) {
        return Err(refused(
            address,
            "it must begin with https:// or http:// and name a server",
        ));
    }
    Ok(uri)
}

fn refused(address: &str, problem: &str) -> FetchError {
    FetchError::Address {
        address: address.to_owned(),
        problem: problem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHED: &str = "https://files.example/models/a%2B/x%3D1.ckpt";

    fn request(mirror: Option<&str>) -> String {
        Address::new(PUBLISHED, mirror).unwrap().request
    }

    #[test]
    fn a_mirror_has_the_same_paths() {
        assert_eq!(request(None), PUBLISHED);
        let here = "http://127.0.0.1:8000/models/a%2B/x%3D1.ckpt";
        assert_eq!(request(Some("http://127.0.0.1:8000/")), here);
        assert_eq!(request(Some("http://127.0.0.1:8000")), here);
        assert_eq!(
            request(Some("https://m.example/copy/")),
            "https://m.example/copy/models/a%2B/x%3D1.ckpt"
        );
    }

    #[test]
    fn passwords_are_not_shown() {
        let address = Address::new(PUBLISHED, Some("https://me:secret@m.example")).unwrap();
        assert!(address.request.contains("me:secret@"));
        assert_eq!(address.shown, "https://m.example/models/a%2B/x%3D1.ckpt");
        assert!(address.is_encrypted && !address.is_local);
        let address = Address::new(PUBLISHED, Some("http://me:secret@localhost:1")).unwrap();
        assert!(!address.is_encrypted && address.is_local);
    }

    #[test]
    fn other_addresses_are_refused() {
        for mirror in [
            "",
            "m.example",
            "/srv/mirror",
            "ftp://m.example",
            "https://",
            "https://m.example/?a=b",
            "http://m.exa mple",
        ] {
            let error = Address::new(PUBLISHED, Some(mirror)).unwrap_err();
            assert!(
                matches!(error, FetchError::Address { .. }),
                "{mirror}: {error}"
            );
        }
    }
}
