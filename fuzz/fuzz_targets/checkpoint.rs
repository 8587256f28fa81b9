//! A checkpoint as a zip archive, with its checksums made right.

#![no_main]

use libfuzzer_sys::fuzz_target;
use saysee_checkpoint::Checkpoint;
use saysee_checkpoint::testing::{Tensor, archive};
use saysee_fuzz::archive::with_right_checksums;
use saysee_fuzz::{allocation, checkpoint, pickle, scratch, seed};

fn seeds() -> Vec<Vec<u8>> {
    let plain = Tensor {
        class: "FloatStorage",
        key: "0",
        elements: 6,
        offset: 0,
        shape: &[2, 3],
        stride: &[3, 1],
    };
    let transposed = Tensor {
        shape: &[3, 2],
        stride: &[1, 3],
        ..plain
    };
    let longs = Tensor {
        class: "LongStorage",
        key: "1",
        elements: 2,
        offset: 1,
        shape: &[],
        stride: &[],
    };
    let weights = pickle::checkpoint(&[("a.weight", plain), ("b", transposed), ("c", longs)]);
    let entries: [(&str, &[u8]); 4] = [
        ("m/data.pkl", &weights),
        ("m/byteorder", b"little"),
        ("m/data/0", &[63; 24]),
        ("m/data/1", &[0; 16]),
    ];
    vec![
        archive(false, &entries),
        archive(true, &entries),
        archive(false, &[]),
    ]
}

fuzz_target!(
    init: {
        seed::write(seeds);
        allocation::limit(256 << 20);
    },
    |input: &[u8]| {
        let file = scratch::file("model.ckpt", &with_right_checksums(input));
        if let Some(opened) = checkpoint::told(Checkpoint::open(file), "model.ckpt") {
            checkpoint::read(&opened, "model.ckpt");
        }
    }
);
