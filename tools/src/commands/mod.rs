//! One file a command.

pub mod bench;
pub mod embed;
pub mod inspect;
pub mod query;
