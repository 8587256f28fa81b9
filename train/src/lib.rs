//! Makes the bundled pack: image and text towers from composed scenes, a speech encoder from
//! synthesised voices, the hybrid+ heads on top, evaluation and export. One command a step; see
//! `docs/training.md`.

pub mod anchor;
pub mod checkpoint;
pub mod commands;
pub mod curves;
pub mod data;
pub mod description;
pub mod embeddings;
pub mod error;
pub mod from_pack;
pub mod losses;
pub mod model;
pub mod names;
pub mod progress;
pub mod retrieval;
pub mod run;
pub mod schedule;
pub mod targets;
pub mod teacher;
pub mod tensors;
pub mod validation;
pub mod vocabulary;
