//! The numeric loops of the engine's CPU path: products of matrices, convolutions, attention, norms, and the search of a gallery.
//!
//! A crate of its own because a crate is what a build optimises alike: the page is small everywhere and fast here (the
//! profiles in `Cargo.toml`). Operands are the caller's to get right: what does not fit panics. `saysee_engine::cpu` checks them, and
//! knows networks, packs and errors.
//!
//! ```text
//! matrix.rs        matrices                          shape.rs        what operations are told
//! product.rs       products of floats                bytes.rs        products in eight bits
//! packed.rs        either                            tiles/          the smallest products, for each instruction set
//! convolution.rs   over time                         first_convolution.rs  HuBERT's first one with its norm
//! attention.rs     multi-head attention              norm.rs         norms, scales and shifts
//! activation.rs    functions of one number           lanes.rs        loops, eight numbers at a time
//! search.rs        one query, many rows              pool.rs         threads
//! ```

mod activation;
mod attention;
mod bytes;
mod convolution;
mod first_convolution;
mod lanes;
mod matrix;
mod norm;
mod packed;
mod pool;
mod product;
#[cfg(any(test, feature = "testing"))]
mod random;
mod search;
mod shape;
mod tiles;

pub use attention::{On, Part, attend, weights};
pub use bytes::{PackedBytes, block_of};
pub use convolution::{convolve, depthwise, grouped};
pub use first_convolution::{MOST_TAPS, normalised};
pub use matrix::Matrix;
pub use norm::{
    channel_norm, gated_linear_unit, layer_norm, normalise_rows, scale_add, scale_shift,
    softmax_rows,
};
pub use packed::Product;
pub use pool::Pool;
pub use product::{Finish, PackedFloats, Rows};
#[cfg(any(test, feature = "testing"))]
pub use random::Random;
pub use search::{GROUP, scores};
pub use shape::{Activation, Attention, Convolution};
pub use tiles::InstructionSet;
