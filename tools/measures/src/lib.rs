//! How well a network understands speech, as plain functions of plain numbers and words (docs/evaluation.md).
//!
//! ```text
//! recall.rs      pictures for speech, speech for pictures, words for a clip that is one word
//! keywords.rs    hit rates, and precision, recall, F1 and duplicates of words
//! boundaries.rs  when words begin and end: precision, recall, F1, R-value
//! confusions.rs  what is taken for what
//! words.rs       a text's words, and those that say nothing of a picture
//! bootstrap.rs   how sure a number is
//! ```
//!
//! Nothing here knows of packs, engines or files.

pub mod bootstrap;
pub mod boundaries;
pub mod confusions;
pub mod keywords;
pub mod recall;
pub mod words;

pub use bootstrap::{Estimate, estimate};
