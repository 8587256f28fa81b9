//! Makes the bundled pack: image and text towers from composed scenes, a speech encoder from
//! synthesised voices, the hybrid+ heads on top, evaluation and export. One command a step; see
//! `docs/training.md`.

pub mod checkpoint;
pub mod commands;
pub mod data;
pub mod description;
pub mod embeddings;
pub mod error;
pub mod losses;
pub mod model;
pub mod progress;
pub mod retrieval;
pub mod schedule;
pub mod targets;
pub mod tensors;
pub mod validation;
pub mod vocabulary;
