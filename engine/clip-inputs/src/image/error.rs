//! Why a picture was refused.

use super::MAX_PIXELS;

/// A picture that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// A side is 0.
    #[error("the picture is {width} x {height} pixels; both sides need at least 1")]
    Empty {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// More pixels than are worked on.
    #[error(
        "the picture is {width} x {height} pixels, more than {MAX_PIXELS} in all; make it smaller first"
    )]
    TooLarge {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// The pixels are not as many as the sides say.
    #[error(
        "{bytes} bytes of pixels for a picture of {width} x {height}; 8-bit RGB is 3 for each pixel"
    )]
    Length {
        /// Bytes given.
        bytes: usize,
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// The preprocessing itself cannot be.
    #[error("preprocessing field `{field}` is {found}; {expected}")]
    Preprocessing {
        /// Field of [`Preprocessing`](super::Preprocessing).
        field: &'static str,
        /// Its value.
        found: String,
        /// What it may be.
        expected: String,
    },
    /// The file is of no format this build reads.
    #[error("not a picture this build reads ({problem}); give PNG, JPEG, WebP or GIF")]
    Format {
        /// What the decoder said.
        problem: String,
    },
    /// The file is damaged, or would take too much memory.
    #[error("the picture could not be read: {problem}; save it again as 8-bit PNG or JPEG")]
    Decode {
        /// What the decoder said.
        problem: String,
    },
}
