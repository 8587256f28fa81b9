//! What the command line of SaySee is made of: one module a command, and the conversion of checkpoints.

pub mod commands;
pub mod convert;
pub mod failure;
mod folder;
mod picture;
pub mod recording;
mod session;
mod staging;
