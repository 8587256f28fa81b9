//! Synthesised speech for training and evaluation: engines, voices, pronunciations, corpora.
//!
//! [`engines`] says a text in a [`Voice`]; [`phones`] tells how it is pronounced; [`corpus`] keeps many such clips on
//! disk and [`builder`] makes them from [`captions`]; the crate `saysee-degrade` turns a clean clip into what a
//! microphone in a room would have heard.

pub mod audio;
pub mod builder;
pub mod captions;
pub mod corpus;
pub mod engines;
pub mod phones;
pub mod plan;
pub mod voice;

pub use voice::{EngineKind, Voice};
