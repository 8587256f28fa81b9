//! A checkpoint changed or cut in thousands of ways: opening it and reading what is left is refused or
//! works, but never panics, and never takes long.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use saysee_checkpoint::{Checkpoint, DType};

const FIXTURES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/fixtures/checkpoints"
);

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

/// A copy of a fixture that can be changed and restored.
struct Copy {
    whole: Vec<u8>,
    path: PathBuf,
    file: File,
    _folder: tempfile::TempDir,
}

impl Copy {
    fn of(fixture: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let whole = std::fs::read(format!("{FIXTURES}/hybrid_plus_base/{fixture}")).unwrap();
        let path = folder.path().join(fixture);
        std::fs::write(&path, &whole).unwrap();
        std::fs::write(folder.path().join("config.json"), "{}").unwrap();
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        Self {
            whole,
            path,
            file,
            _folder: folder,
        }
    }

    fn write(&mut self, place: usize, bytes: &[u8]) {
        self.file.seek(SeekFrom::Start(place as u64)).unwrap();
        self.file.write_all(bytes).unwrap();
    }

    fn restore(&mut self, place: usize, count: usize) {
        let end = self.whole.len().min(place + count);
        let original = self.whole[place..end].to_vec();
        self.write(place, &original);
        self.file.set_len(self.whole.len() as u64).unwrap();
    }

    /// Opens the file as it is and reads some of it; how many tensors could be read.
    fn attempt(&self, random: &mut Random) -> Option<usize> {
        let checkpoint = Checkpoint::open(&self.path).ok()?;
        let names: Vec<_> = checkpoint.tensors().keys().collect();
        let mut read = 0;
        for _ in 0..8.min(names.len()) {
            let name = names[random.below(names.len())];
            let info = &checkpoint.tensors()[name];
            let done = match info.dtype {
                DType::F32 if !info.shape.is_empty() && random.below(2) == 0 => {
                    checkpoint.read_rows_f32(name, 0..info.shape[0] / 2).is_ok()
                }
                DType::F32 => checkpoint.read_f32(name).is_ok(),
                _ => checkpoint.read_i64(name).is_ok(),
            };
            read += usize::from(done);
        }
        Some(read)
    }
}

/// Where changes matter most: the start of the file, with the pickle or header, the directory at its end, and anywhere.
fn place(random: &mut Random, length: usize) -> usize {
    match random.below(4) {
        0 => random.below(30_000.min(length)),
        1 => length - 1 - random.below(20_000.min(length)),
        2 => length - 1 - random.below(200.min(length)),
        _ => random.below(length),
    }
}

fn change_everywhere(fixture: &str, rounds: usize, seed: u64) {
    let mut copy = Copy::of(fixture);
    let mut random = Random(seed);
    assert_eq!(copy.attempt(&mut random), Some(8));
    let mut opened = 0;
    for _ in 0..rounds {
        let places: Vec<_> = (0..=random.below(3))
            .map(|_| place(&mut random, copy.whole.len()))
            .collect();
        for place in &places {
            let bytes: Vec<u8> = match random.below(3) {
                // One bit, one byte, or a run of the extreme values that lengths are made of.
                0 => vec![copy.whole[*place] ^ (1 << random.below(8))],
                1 => vec![random.below(256) as u8],
                _ => vec![[0xff, 0x7f, 0x80, 0][random.below(4)]; 1 + random.below(8)],
            };
            let most = copy.whole.len() - place;
            copy.write(*place, &bytes[..bytes.len().min(most)]);
        }
        opened += usize::from(copy.attempt(&mut random).is_some());
        for place in places {
            copy.restore(place, 8);
        }
    }
    assert!(
        opened > rounds / 50,
        "hardly anything was tested: {opened} of {rounds}"
    );
    assert_eq!(copy.attempt(&mut random), Some(8));
}

#[test]
fn a_changed_archive_never_panics() {
    change_everywhere("model.ckpt", 3_000, 1);
}

#[test]
fn a_changed_safetensors_file_never_panics() {
    change_everywhere("state_dict.safetensors", 1_000, 2);
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    for (fixture, seed) in [("model.ckpt", 3), ("state_dict.safetensors", 4)] {
        let copy = Copy::of(fixture);
        let mut random = Random(seed);
        let mut lengths: Vec<_> = (0..300)
            .map(|_| place(&mut random, copy.whole.len()))
            .collect();
        lengths.extend(0..32);
        // From the longest to the shortest, so that nothing has to be restored.
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        for length in lengths {
            copy.file.set_len(length as u64).unwrap();
            let error = Checkpoint::open(&copy.path).unwrap_err().to_string();
            assert!(error.contains(fixture), "{error}");
        }
    }
}
