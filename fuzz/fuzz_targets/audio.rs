//! A recording: wav, flac, ogg or mp3.

#![no_main]

use libfuzzer_sys::fuzz_target;
use saysee_fuzz::{allocation, message, scratch, seed};

// The module itself: the crate it is in takes as long to build as all the rest, and needs none of this.
#[allow(dead_code, reason = "not all of the module is used")]
#[path = "../../tools/src/recording.rs"]
mod recording;

/// Longest recording taken, as in the packs.
const MOST_SECONDS: f32 = 15.0;

fn seeds() -> Vec<Vec<u8>> {
    let whole = [
        "audio/tone-16k-mono.wav",
        "audio/tone-44k-stereo.flac",
        "audio/tone-44k-stereo.mp3",
        "audio/tone-48k-mono.ogg",
    ]
    .map(scratch::fixture);
    // The beginnings, which are faster to read, as well.
    let begun = whole.iter().map(|bytes| bytes[..bytes.len() / 4].to_vec());
    begun.chain(whole.clone()).collect()
}

fuzz_target!(
    init: {
        seed::write(seeds);
        allocation::limit(256 << 20);
    },
    |input: &[u8]| {
        let file = scratch::file("recording", input);
        match recording::read(&file, MOST_SECONDS) {
            Ok(recording) => assert!(!recording.samples.is_empty()),
            Err(error) => message::check(&error, "recording"),
        }
    }
);
