//! What a caller may choose about a download.

use std::time::Duration;

use crate::Digest;

/// How to download. [`Options::default`] suits large files on an ordinary connection.
#[derive(Clone, Debug)]
pub struct Options {
    /// Another server with the same files under the same paths: `https://host/prefix` stands in for
    /// the scheme and host of the published address.
    pub mirror: Option<String>,
    /// The checksum the file must have, where it is known beforehand.
    pub sha256: Option<Digest>,
    /// The largest file that is accepted, in bytes.
    pub max_bytes: u64,
    /// How often to try again in a row without getting any further.
    pub retries: u32,
    /// How long to wait before the first of those tries; each further wait is twice as long, up to
    /// half a minute.
    pub pause: Duration,
    /// How long the server may be silent before the connection counts as lost.
    pub stall: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mirror: None,
            sha256: None,
            max_bytes: 8 << 30,
            retries: 5,
            pause: Duration::from_secs(1),
            stall: Duration::from_secs(30),
        }
    }
}
