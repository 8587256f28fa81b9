//! Downloads that go well.

use std::fs;
use std::time::Duration;

use saysee_fetch::{CHECKSUMS, FetchError, Fetched, Options, Progress, catalogue, download};

use crate::site::{Act, Site};
use crate::world::{SIZE, World, digest, downloaded, mismatch, range};

#[test]
fn a_whole_file() {
    let mut world = World::new();
    let fetched = world.fetch().unwrap();
    assert_eq!(
        fetched,
        Fetched {
            file: world.file(),
            bytes: SIZE as u64,
            sha256: digest(&world.bytes),
            arrival: downloaded(0),
            is_first_use: true,
        }
    );
    world.assert_whole();
    assert_eq!(world.site.ranges(), [None]);
    let total = Some(SIZE as u64);
    let step = |done| Progress::Downloading {
        done,
        total,
        resumed_from: 0,
    };
    assert_eq!(world.steps.first(), Some(&step(0)));
    assert_eq!(world.steps.last(), Some(&step(SIZE as u64)));
    let list: serde_json::Value =
        serde_json::from_slice(&fs::read(world.folder.path().join(CHECKSUMS)).unwrap()).unwrap();
    let entry = &list["file.bin"];
    assert_eq!(entry["url"], world.site.address());
    assert_eq!(entry["bytes"], SIZE);
    assert_eq!(entry["sha256"], fetched.sha256.to_string());
    assert!(entry["date"].as_str().unwrap().starts_with("20"));
}

#[test]
fn without_a_length_the_end_of_the_answer_counts() {
    for act in [Act::Chunked, Act::NoLength] {
        let mut world = World::new();
        world.site.then([act]);
        world.fetch().unwrap();
        world.assert_whole();
        assert!(
            world
                .steps
                .iter()
                .all(|step| matches!(step, Progress::Downloading { total: None, .. }))
        );
    }
}

#[test]
fn a_redirect_is_followed_with_the_range() {
    let mut world = World::new();
    world.begin(100_000);
    let store = Site::new(world.bytes.clone());
    world
        .site
        .then([Act::Redirect(format!("{}/blob?sig=1", store.base))]);
    assert_eq!(world.fetch().unwrap().arrival, downloaded(100_000));
    world.assert_whole();
    let asked = store.asked();
    assert_eq!(asked[0].path, "/blob?sig=1");
    assert_eq!(asked[0].range, range(100_000));
    assert_eq!(asked[0].if_range.as_deref(), Some("\"one\""));
    let mut world = World::new();
    world
        .site
        .then((0..20).map(|_| Act::Redirect("/folder/file.bin".to_owned())));
    let error = world.fetch().unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
}

#[test]
fn two_at_once_are_kept_apart() {
    let mut world = World::new();
    world.site.then([Act::StallAfter(100_000)]);
    let (address, file) = (world.site.address(), world.file());
    let mut second = None;
    let options = world.options.clone();
    world.options.stall = Duration::from_millis(200);
    download(&address, &file, &world.options, &mut |step| {
        if second.is_none() && matches!(step, Progress::Downloading { done: 1.., .. }) {
            second = Some(download(&address, &file, &options, &mut |_| {}));
        }
    })
    .unwrap();
    let error = second.unwrap().unwrap_err();
    assert!(
        matches!(&error, FetchError::Busy { file: found } if *found == file),
        "{error}"
    );
    world.assert_whole();
}

#[test]
fn entries_of_the_catalogue_come_from_a_mirror() {
    let world = World::new();
    let options = Options {
        mirror: Some(format!("{}/copy/", world.site.base)),
        ..world.options.clone()
    };
    let folder = world.folder.path().join("new").join("folder");
    let entry = catalogue::find("speechclip-hybrid-plus-base-flickr").unwrap();
    let fetched = entry.fetch(&folder, &options, &mut |_| {}).unwrap();
    assert_eq!(
        fetched.file,
        folder.join("speechclip-hybrid-plus-base-flickr.ckpt")
    );
    assert!(fs::read(fetched.file).unwrap() == world.bytes);
    let path = entry
        .address
        .strip_prefix("https://huggingface.co")
        .unwrap();
    assert_eq!(world.site.asked()[0].path, format!("/copy{path}"));
    // The merges are known byte for byte, and these are not they.
    let merges = entry.needed().next().unwrap();
    let (mismatch, _) = mismatch(merges.fetch(&folder, &options, &mut |_| {}));
    assert_eq!(mismatch.expected.to_string(), merges.sha256.unwrap());
}
