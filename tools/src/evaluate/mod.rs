//! Measuring a pack on utterances of which is known what they say (docs/evaluation.md).
//!
//! ```text
//! manifest.rs   what the utterances are            listen.rs    each of them through the engine
//! figures.rs    what that comes to, by group       print.rs     the same as tables
//! ```

pub mod figures;
pub mod listen;
pub mod manifest;
pub mod print;
