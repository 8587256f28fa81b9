//! The SaySee engine: speech in, matching pictures and keywords with times out.
//!
//! The engine knows no page and no file system: it is handed samples and bytes.

pub mod audio;
pub mod cpu;
pub mod error;
pub mod format;
pub mod gallery;
pub mod gpu;
pub mod graph;
pub mod ops;
pub mod pack;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use error::EngineError;
