//! Packs of random weights in published sizes: what they say means nothing, how long they take means everything.

mod shapes;

pub use shapes::{Shape, manifest};

use saysee_engine::pack::{Manifest, PackError, write_to};
use saysee_engine::testing::{self, Random};

/// Writes the pack of `manifest` with weights that are the same for the same `seed`; `file` takes each file as it is
/// made. One tensor and one shard are in memory at a time.
///
/// # Errors
/// What `file` returns, and a [`PackError`] for a network that the format cannot hold.
pub fn write<E: From<PackError>>(
    manifest: Manifest,
    seed: u64,
    file: impl FnMut(&str, Vec<u8>) -> Result<(), E>,
) -> Result<Manifest, E> {
    let mut random = Random::new(seed);
    write_to(
        manifest,
        |plan| Ok::<_, E>(testing::tensor(plan, &mut random)),
        file,
    )
}
