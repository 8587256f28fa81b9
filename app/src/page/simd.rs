//! Which of the two builds of the worker a browser can run.

use js_sys::{Uint8Array, WebAssembly};

use crate::logic::address::Address;

/// A module whose one function is a relaxed dot product of bytes.
const PROBE: [u8; 40] = [
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // a module of version 1
    0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, // a type: nothing to a vector
    0x03, 0x02, 0x01, 0x00, // a function of it
    0x0a, 0x13, 0x01, 0x11, 0x00, // its code, without locals:
    0x41, 0x01, 0xfd, 0x0f, // 1 in all sixteen bytes
    0x41, 0x02, 0xfd, 0x0f, // 2 in all of them
    0x41, 0x03, 0xfd, 0x0f, // 3
    0xfd, 0x93, 0x02, 0x0b, // i32x4.relaxed_dot_i8x16_i7x16_add_s
];

/// The worker's name without extension.
pub fn worker(address: &Address) -> &'static str {
    let bytes = Uint8Array::from(PROBE.as_slice());
    let understood = WebAssembly::validate(&bytes).unwrap_or(false);
    if understood && !address.plain_simd {
        "worker_relaxed"
    } else {
        "worker"
    }
}
