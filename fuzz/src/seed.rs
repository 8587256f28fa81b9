//! Inputs to start from.

use std::path::PathBuf;

/// Writes a target's first inputs into the folder that `SAYSEE_FUZZ_SEEDS` names, if it does.
pub fn write(make: impl FnOnce() -> Vec<Vec<u8>>) {
    let Some(folder) = std::env::var_os("SAYSEE_FUZZ_SEEDS").map(PathBuf::from) else {
        return;
    };
    for (number, bytes) in make().into_iter().enumerate() {
        let path = folder.join(format!("seed-{number}"));
        std::fs::write(&path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}
