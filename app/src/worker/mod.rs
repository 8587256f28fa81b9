//! The worker: owns the engine, off the page's thread.
//!
//! ```text
//! inbox.rs     what the page says, in order          outbox.rs   what is said to it
//! loading.rs   pack and gallery to an engine         session.rs  utterances to answers
//! files.rs     their files, wherever they are        storage.rs  what is kept for the next visit
//! problems.rs  the engine's errors as a visitor's problems    bench.rs    how long everything takes
//! helpers.rs   threads, where there are some
//! ```

mod bench;
mod files;
mod helpers;
mod inbox;
mod loading;
mod outbox;
mod problems;
mod session;
mod storage;

use wasm_bindgen_futures::spawn_local;

use crate::logic::problem::{Code, Problem};
use crate::protocol::{Report, VERSION};

/// Starts the worker: listens, says hello, and serves until the page ends it.
pub fn start() {
    // A panic here would otherwise be seen by nobody: the page waits for an answer that never comes.
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        // Nobody hears what a helper says: the thread that asked it panics in its place.
        helpers::lose(panic);
        let problem = Problem::new(Code::EngineFailed, panic.to_string());
        outbox::send(&Report::Unavailable { problem });
    }));
    helpers::start();
    let inbox = inbox::listen();
    outbox::send(&Report::Hello { version: VERSION });
    spawn_local(session::serve(inbox));
}
