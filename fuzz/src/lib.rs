//! What the fuzz targets have in common.
//!
//! Checksums and lengths that would stop nearly every input at the door are made right before it is
//! read, so that what lies behind them is reached; that wrong ones are refused is for the tests to show.

pub mod allocation;
pub mod archive;
pub mod checkpoint;
pub mod message;
pub mod pickle;
pub mod png;
pub mod scratch;
pub mod seed;

/// The parts of an input that are separated by zeros, the last one with all that is left.
pub fn parts<const N: usize>(input: &[u8]) -> [&[u8]; N] {
    let mut parts = input.splitn(N, |byte| *byte == 0);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}
