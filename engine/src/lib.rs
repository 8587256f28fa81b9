//! The SaySee engine: speech in, matching pictures and keywords with times out.
//!
//! The engine knows no page and no file system: it is handed samples and bytes.

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
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use engine::{
    Answer, BackendChoice, BackendKind, BackendReport, BackendTime, Engine, Keyword, Match, Timing,
};
pub use error::EngineError;
