//! Checksums: recorded on first use, asked of everything after it.

use std::fs;

use saysee_fetch::{Arrival, CHECKSUMS, FetchError, Progress};

use crate::site::noise;
use crate::world::{SIZE, World, digest, mismatch, range};

#[test]
fn a_file_that_is_there_is_checked_without_the_server() {
    let mut world = World::new();
    world.fetch().unwrap();
    world.site.asked();
    let fetched = world.fetch().unwrap();
    assert_eq!(fetched.arrival, Arrival::AlreadyThere);
    assert_eq!(fetched.sha256, digest(&world.bytes));
    assert!(!fetched.is_first_use);
    assert!(world.site.asked().is_empty());
    let total = SIZE as u64;
    assert_eq!(
        world.steps.last(),
        Some(&Progress::Checking { done: total, total })
    );
}

#[test]
fn a_damaged_file_is_noticed_and_kept() {
    let mut world = World::new();
    let first = world.fetch().unwrap().sha256;
    let mut damaged = world.bytes.clone();
    damaged[SIZE / 2] ^= 1;
    fs::write(world.file(), &damaged).unwrap();
    let (mismatch, told) = mismatch(world.fetch());
    assert_eq!(
        (mismatch.expected, mismatch.found),
        (first, digest(&damaged))
    );
    assert!(
        told.contains(CHECKSUMS) && told.contains("delete the file"),
        "{told}"
    );
    assert!(fs::read(world.file()).unwrap() == damaged);
    fs::remove_file(world.file()).unwrap();
    assert!(!world.fetch().unwrap().is_first_use);
    world.assert_whole();
}

#[test]
fn another_file_at_the_address_is_noticed() {
    let mut world = World::new();
    let first = world.fetch().unwrap().sha256;
    fs::remove_file(world.file()).unwrap();
    world.bytes = noise(3, SIZE);
    let bytes = world.bytes.clone();
    world.site.change(|served| served.bytes = bytes);
    world.site.asked();
    for _ in 0..2 {
        let (mismatch, told) = mismatch(world.fetch());
        assert_eq!(mismatch.file, world.part());
        assert_eq!(
            (mismatch.expected, mismatch.found),
            (first, digest(&world.bytes))
        );
        assert!(
            told.contains("trust") && told.contains("remove `file.bin`"),
            "{told}"
        );
        assert!(!world.file().exists());
    }
    // The way out does not download everything again: only the last byte is asked for, to see whether
    // the server still has that file.
    fs::remove_file(world.folder.path().join(CHECKSUMS)).unwrap();
    assert!(world.fetch().unwrap().is_first_use);
    world.assert_whole();
    let last = range(SIZE - 1);
    assert_eq!(world.site.ranges(), [None, last.clone(), last]);
}

#[test]
fn a_known_checksum_is_asked_of_the_first_download() {
    let mut world = World::new();
    world.options.sha256 = Some(digest(b"another file"));
    let (mismatch, told) = mismatch(world.fetch());
    assert_eq!(mismatch.file, world.part());
    assert!(told.contains("known of it beforehand"), "{told}");
    assert!(!world.folder.path().join(CHECKSUMS).exists());
    world.options.sha256 = Some(digest(&world.bytes));
    assert!(!world.fetch().unwrap().is_first_use);
    world.assert_whole();
}

#[test]
fn a_file_of_unknown_origin_is_not_taken_for_a_download() {
    let mut world = World::new();
    fs::write(world.file(), &world.bytes).unwrap();
    let error = world.fetch().unwrap_err();
    assert!(
        matches!(&error, FetchError::Unrecorded { file } if *file == world.file()),
        "{error}"
    );
    assert!(world.site.asked().is_empty());
    // Known beforehand, it is as good as downloaded.
    world.options.sha256 = Some(digest(&world.bytes));
    assert_eq!(world.fetch().unwrap().arrival, Arrival::AlreadyThere);
    world.options.sha256 = None;
    assert_eq!(world.fetch().unwrap().arrival, Arrival::AlreadyThere);
    world.assert_whole();
}
