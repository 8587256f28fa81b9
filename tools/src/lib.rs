//! What the command line of SaySee is made of: one module a command, the conversion of checkpoints, and
//! packs of random weights.

pub mod bench;
pub mod commands;
pub mod convert;
pub mod datasets;
pub mod evaluate;
pub mod failure;
mod folder;
mod picture;
pub mod random;
mod reader;
pub mod recording;
mod session;
mod staging;
