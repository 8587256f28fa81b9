//! What the networks learn from, batch by batch. Everything about a batch follows from the seed and
//! the step, so that a run that was interrupted goes on exactly as it would have.

pub mod frames;
pub mod kinds;
pub mod listing;
pub mod pictures;
pub mod places;
pub mod scenes;
pub mod speech;
