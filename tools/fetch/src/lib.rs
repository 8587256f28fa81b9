//! Downloads what the command line needs from the outside: the published checkpoints of the SpeechCLIP
//! family and CLIP's list of merges, each under a short name ([`catalogue`]).
//!
//! Checkpoints are 1 to 3 GB, so a download must survive a bad connection. [`download`] writes to
//! `FILE.part`, keeps beside it what the server said of the file, and goes on from there: by itself
//! after a dropped or stalled connection, and in a later call after everything else. `FILE` itself
//! appears only once, whole and checked.
//!
//! No checksums of the checkpoints are known here. The first download of a file is therefore taken on
//! trust and its SHA-256 kept in `checksums.json` in the same folder; every later fetch, from wherever,
//! must have the same one. Where a checksum is known beforehand it is asked of the first download too.
//!
//! ```no_run
//! # fn main() -> Result<(), saysee_fetch::FetchError> {
//! use saysee_fetch::{Options, Progress, catalogue};
//!
//! let entry = catalogue::find("speechclip-parallel-base-flickr")?;
//! let fetched = entry.fetch("checkpoints".as_ref(), &Options::default(), &mut |progress| {
//!     if let Progress::Downloading { done, total, .. } = progress {
//!         eprintln!("{done} of {total:?} bytes");
//!     }
//! })?;
//! println!("{} {}", fetched.sha256, fetched.file.display());
//! # Ok(())
//! # }
//! ```

mod address;
pub mod catalogue;
mod checksums;
mod digest;
mod download;
mod error;
mod options;
mod origin;
mod part;
mod progress;
mod server;
mod space;
mod transfer;

pub use checksums::CHECKSUMS;
pub use digest::{Digest, NotADigest};
pub use download::{Arrival, Fetched, download};
pub use error::{FetchError, Mismatch};
pub use options::Options;
pub use progress::Progress;
