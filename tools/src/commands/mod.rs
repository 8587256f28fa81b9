//! One file a command.

pub mod bench;
pub mod convert;
pub mod embed;
pub mod evaluate;
pub mod fetch;
pub mod index;
pub mod inspect;
pub mod manifest;
pub mod matching;
pub mod query;
pub mod random_pack;
