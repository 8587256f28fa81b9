//! The pickle of a checkpoint, in an archive that is whole, with storages of some sizes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use saysee_checkpoint::Checkpoint;
use saysee_checkpoint::testing::{Tensor, archive};
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
    let halves = Tensor {
        class: "HalfStorage",
        key: "1",
        elements: 200,
        offset: 3,
        shape: &[4, 5, 2],
        stride: &[10, 1, 5],
    };
    let bools = Tensor {
        class: "BoolStorage",
        shape: &[],
        stride: &[],
        ..plain
    };
    let mut seeds = vec![pickle::checkpoint(&[
        ("a", plain),
        ("b", halves),
        ("c", bools),
    ])];
    for protocol in 2..=5 {
        let mut pickle = scratch::fixture(&format!("checkpoints/pickles/protocol-{protocol}.pkl"));
        // A list of numbers, that takes most of it, teaches nothing.
        pickle.truncate(1500);
        seeds.push(pickle);
    }
    seeds
}

fuzz_target!(
    init: {
        seed::write(seeds);
        allocation::limit(256 << 20);
    },
    |input: &[u8]| {
        let whole = archive(
            false,
            &[
                ("data.pkl", input),
                ("data/0", &[63; 24]),
                ("data/1", &[60; 4096]),
                ("data/2", &[]),
            ],
        );
        let file = scratch::file("model.ckpt", &whole);
        if let Some(opened) = checkpoint::told(Checkpoint::open(file), "model.ckpt") {
            assert!(opened.config().is_object());
            checkpoint::read(&opened, "model.ckpt");
        }
    }
);
