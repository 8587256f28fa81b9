//! The SaySee engine: speech in, matching pictures and keywords with times out.
//!
//! ```text
//! audio     chunks at any rate -> 16 kHz; the log-mel front end on the CPU
//! pack      the network's folder, gallery: the pictures' folder, format: what they have in common
//! ops       the operations a network is made of, implemented by cpu and gpu
//! graph     the network, written once over the operations
//! engine    a pack on the faster backend: an utterance in, an answer out
//! live      an utterance in progress: what to hear when, what to show meanwhile
//! index     ranking by score
//! profile   operations that keep account of themselves
//! ```
//!
//! The engine knows no page and no file system: it is handed samples and bytes. docs/architecture.md
//! tells what the network computes.

pub mod audio;
pub mod cpu;
pub mod engine;
pub mod error;
pub mod format;
pub mod gallery;
pub mod gpu;
pub mod graph;
pub mod index;
pub mod live;
pub mod ops;
pub mod pack;
pub mod phonetic;
pub mod profile;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use engine::{
    Answer, BackendChoice, BackendKind, BackendReport, BackendTime, Engine, EngineLoader,
    EngineOptions, Keyword, Match, StartTimes, Timing,
};
pub use error::EngineError;
