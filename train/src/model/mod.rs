//! The networks in Burn, as they are trained.
//!
//! Their forward passes are, number for number, those of the engine's graph: a test exports each
//! with random weights and runs both.

pub mod block;
pub mod encoder;
pub mod head;
pub mod image_tower;
pub mod mask;
pub mod speech;
pub mod text_tower;
pub mod towers;
