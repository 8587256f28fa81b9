//! Pictures as CLIP's image tower takes them, equal to the reference to the last bit.
//!
//! ```text
//! decode      a file's bytes -> 8-bit RGB (feature `decode`)
//! frame       which part of the scaled picture the square is
//! resample    bicubic scaling with 8-bit results, as Pillow does it
//! preprocess  all of it, then mean and deviation
//! ```

#[cfg(feature = "decode")]
mod decode;
mod error;
mod frame;
mod preprocess;
mod resample;

#[cfg(feature = "decode")]
pub use decode::{Rgb, decode};
pub use error::ImageError;
pub use preprocess::Preprocessing;

/// Most pixels a picture may have.
pub const MAX_PIXELS: usize = 100_000_000;
/// Longest side of a tower's input.
pub const MAX_SIZE: usize = 1024;

/// Refuses sides of 0 and more than [`MAX_PIXELS`].
fn check_sides(width: usize, height: usize) -> Result<(), ImageError> {
    if width == 0 || height == 0 {
        return Err(ImageError::Empty { width, height });
    }
    match width.checked_mul(height) {
        Some(pixels) if pixels <= MAX_PIXELS => Ok(()),
        _ => Err(ImageError::TooLarge { width, height }),
    }
}
