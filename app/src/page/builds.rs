//! Which of the builds of the worker a browser can run.

use js_sys::{Reflect, Uint8Array, WebAssembly};
use leptos::prelude::window;
use wasm_bindgen::JsValue;

use crate::logic::address::Address;

/// Most threads that are used unasked: more than most processors have fast cores.
const MOST_THREADS: usize = 8;

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

/// A build of the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Build {
    /// Its name without extension.
    pub name: &'static str,
    /// Threads it computes with, itself among them.
    pub threads: usize,
}

/// The builds to try one after another, the best one first. The last one is not known to fail.
pub fn to_try(address: &Address) -> Vec<Build> {
    let build = |name| Build { name, threads: 1 };
    if address.plain_simd || !relaxed_simd() {
        return vec![build("worker")];
    }
    let threads = threads(address);
    let threaded = Build {
        name: "worker_threads",
        threads,
    };
    let shared = (threads > 1).then_some(threaded);
    shared
        .into_iter()
        .chain([build("worker_relaxed")])
        .collect()
}

fn relaxed_simd() -> bool {
    let bytes = Uint8Array::from(PROBE.as_slice());
    WebAssembly::validate(&bytes).unwrap_or(false)
}

/// How many threads to compute with: one unless the page is cross-origin isolated, without which browsers share no memory,
/// and the browser has what asynchronous code on shared memory takes.
fn threads(address: &Address) -> usize {
    let get = |object: &JsValue, key: &str| Reflect::get(object, &JsValue::from_str(key));
    let window = window();
    let isolated = get(&window, "crossOriginIsolated").is_ok_and(|isolated| isolated.is_truthy());
    let atomics = get(&window, "Atomics").and_then(|atomics| get(&atomics, "waitAsync"));
    if !isolated || !atomics.is_ok_and(|wait| wait.is_function()) {
        return 1;
    }
    let processors = window.navigator().hardware_concurrency() as usize;
    address.threads.unwrap_or(processors.min(MOST_THREADS))
}
