//! Downloads that are interrupted, by the server or by their caller.

use std::fs;
use std::time::{Duration, Instant};

use saysee_fetch::{FetchError, Progress};

use crate::site::{Act, Site, noise};
use crate::world::{SIZE, World, digest, downloaded, range};

#[test]
fn a_dropped_connection_is_taken_up_again() {
    let mut world = World::new();
    world
        .site
        .then([Act::DropAfter(100_000), Act::Hang, Act::DropAfter(50_000)]);
    assert_eq!(world.fetch().unwrap().arrival, downloaded(0));
    world.assert_whole();
    assert_eq!(
        world.site.ranges(),
        [None, range(100_000), range(100_000), range(150_000)]
    );
    assert_eq!((world.retries(), world.restarts()), (3, 0));
}

#[test]
fn progress_begins_the_count_of_tries_anew() {
    let mut world = World::new();
    world.options.retries = 1;
    world.site.then([70_000; 4].map(Act::DropAfter));
    world.fetch().unwrap();
    world.assert_whole();
    assert_eq!(world.site.asked().len(), 5);
    // A few bytes each time are no progress.
    let mut world = World::new();
    world.options.retries = 1;
    world.site.then([10; 9].map(Act::DropAfter));
    let error = world.fetch().unwrap_err();
    assert!(
        matches!(
            error,
            FetchError::Interrupted {
                attempts: 2,
                done: 20,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_later_call_goes_on() {
    let mut world = World::new();
    world.begin(123_456);
    assert!(!world.file().exists());
    let fetched = world.fetch().unwrap();
    assert_eq!(fetched.arrival, downloaded(123_456));
    assert_eq!(fetched.sha256, digest(&world.bytes));
    world.assert_whole();
    let asked = world.site.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].range, range(123_456));
    assert_eq!(asked[0].if_range.as_deref(), Some("\"one\""));
    let checked = Progress::Checking {
        done: 123_456,
        total: 123_456,
    };
    assert!(world.steps.contains(&checked));
    let from_there = |step: &Progress| {
        matches!(
            step,
            Progress::Downloading {
                resumed_from: 123_456,
                ..
            }
        )
    };
    assert!(world.steps.iter().any(from_there));
}

#[test]
fn a_date_will_do_where_there_is_no_strong_tag() {
    let mut world = World::new();
    world
        .site
        .change(|served| served.etag = Some("W/\"one\"".to_owned()));
    world.begin(100_000);
    assert_eq!(world.fetch().unwrap().arrival, downloaded(100_000));
    world.assert_whole();
    let date = world.site.asked()[0].if_range.clone().unwrap();
    assert!(date.ends_with("GMT"), "{date}");
}

#[test]
fn without_tag_and_date_nothing_is_continued() {
    let mut world = World::new();
    world
        .site
        .change(|served| (served.etag, served.last_modified) = (None, None));
    world.begin(100_000);
    assert_eq!(world.fetch().unwrap().arrival, downloaded(0));
    world.assert_whole();
    assert_eq!(world.site.ranges(), [None]);
}

#[test]
fn a_changed_file_is_begun_anew() {
    for act in [Act::Serve, Act::IgnoreIfRange, Act::IgnoreRange] {
        let mut world = World::new();
        world.begin(100_000);
        world.bytes = noise(2, SIZE + 7);
        let bytes = world.bytes.clone();
        world.site.change(|served| {
            served.bytes = bytes;
            served.etag = Some("\"two\"".to_owned());
        });
        world.site.then([act.clone()]);
        assert_eq!(world.fetch().unwrap().arrival, downloaded(0), "{act:?}");
        world.assert_whole();
        assert_eq!(world.restarts(), 1, "{act:?}");
    }
}

#[test]
fn a_file_that_became_shorter_is_begun_anew() {
    let mut world = World::new();
    world.begin(100_000);
    world.bytes = noise(2, 5_000);
    let bytes = world.bytes.clone();
    world.site.change(|served| served.bytes = bytes);
    assert_eq!(world.fetch().unwrap().arrival, downloaded(0));
    world.assert_whole();
    assert_eq!(world.site.ranges(), [range(100_000), None]);
}

#[test]
fn a_server_without_ranges_sends_everything_again() {
    let mut world = World::new();
    world.begin(100_000);
    world.site.then([Act::IgnoreRange]);
    assert_eq!(world.fetch().unwrap().arrival, downloaded(0));
    world.assert_whole();
    assert_eq!(world.restarts(), 1);
    // The same connection lost at the same place for ever ends some time.
    let mut world = World::new();
    world.site.change(|served| served.etag = None);
    world.site.change(|served| served.last_modified = None);
    world.site.then([100_000; 9].map(Act::DropAfter));
    let error = world.fetch().unwrap_err();
    assert!(matches!(error, FetchError::Interrupted { .. }), "{error}");
    assert!(world.site.asked().len() <= 5);
}

#[test]
fn another_address_does_not_continue_the_part() {
    let mut world = World::new();
    world.begin(100_000);
    let other = Site::new(world.bytes.clone());
    world.options.mirror = Some(other.base.clone());
    assert_eq!(world.fetch().unwrap().arrival, downloaded(0));
    world.assert_whole();
    assert_eq!(other.ranges(), [None]);
    assert!(world.site.asked().is_empty());
}

#[test]
fn a_damaged_description_of_the_part_is_no_description() {
    for damage in ["", "{", "[1]"] {
        let mut world = World::new();
        world.begin(100_000);
        fs::write(world.folder.path().join("file.bin.part.json"), damage).unwrap();
        assert_eq!(world.fetch().unwrap().arrival, downloaded(0));
        world.assert_whole();
    }
}

#[test]
fn a_silent_server_is_noticed() {
    let mut world = World::new();
    world.options.stall = Duration::from_millis(300);
    world
        .site
        .then([Act::StallAfter(100_000), Act::StallAfter(0)]);
    let begun = Instant::now();
    world.fetch().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    world.assert_whole();
    let silent = |step: &&Progress| matches!(step, Progress::Retrying { problem, .. } if problem.contains("silent"));
    assert_eq!(
        world.steps.iter().filter(silent).count(),
        2,
        "{:?}",
        world.steps
    );
}

#[test]
fn passing_refusals_are_waited_out() {
    let mut world = World::new();
    world.site.then([
        Act::Status(500, ""),
        Act::Status(503, "Retry-After: 0\r\n"),
        Act::Status(429, ""),
    ]);
    world.fetch().unwrap();
    world.assert_whole();
    assert_eq!(world.retries(), 3);
    let mut world = World::new();
    world.site.then(vec![Act::Status(502, ""); 9]);
    let error = world.fetch().unwrap_err();
    assert!(error.to_string().contains("502"), "{error}");
    assert_eq!(world.site.asked().len(), 4);
}
