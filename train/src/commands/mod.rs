//! The steps of making a pack, one command each.

pub mod evaluate;
pub mod export;
pub mod gallery;
pub mod heads;
pub mod names;
pub mod phones;
pub mod speech;
pub mod towers;
