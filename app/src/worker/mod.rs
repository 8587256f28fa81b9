//! The worker: owns the engine, off the page's thread.
//!
//! ```text
//! inbox.rs     what the page says, in order          outbox.rs   what is said to it
//! loading.rs   pack and gallery to an engine         session.rs  utterances to answers
//! kernels.rs   which of them a GPU likes best
//! files.rs     their files, wherever they are        storage.rs  what is kept for the next visit
//! insight.rs   what is found out after an answer     reading.rs  typed text, by reader.rs
//! problems.rs  the engine's errors as a visitor's problems    bench.rs    how long everything takes
//! helpers.rs   threads, where there are some
//! ```

mod bench;
mod files;
mod helpers;
mod inbox;
mod insight;
mod kernels;
mod loading;
mod outbox;
mod problems;
mod reader;
mod reading;
mod session;
mod storage;

use wasm_bindgen_futures::spawn_local;

use crate::logic::problem::{Code, Problem};
use crate::protocol::{Report, VERSION};

/// Starts the worker: listens, says hello, and serves until the page ends it.
pub fn start() {
    // What visitors get is built without panic messages (tools/build-page): a panic stops the worker there, and the page hears of
    // it as an error of the worker. Builders read why. The build with threads has messages too: a helper that just stopped would
    // leave the worker waiting, so its panic becomes the worker's.
    if cfg!(any(debug_assertions, target_feature = "atomics")) {
        std::panic::set_hook(Box::new(|panic| {
            console_error_panic_hook::hook(panic);
            helpers::lose(panic);
            let problem = Problem::new(Code::EngineFailed, panic.to_string());
            outbox::send(&Report::Unavailable { problem });
        }));
    }
    helpers::start();
    let inbox = inbox::listen();
    outbox::send(&Report::Hello { version: VERSION });
    spawn_local(session::serve(inbox));
}
