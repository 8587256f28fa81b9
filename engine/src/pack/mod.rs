//! A pack: the folder that holds a network (`pack.json` and safetensors shards; docs/pack-format.md).
//!
//! Everything in it is outside input. Sizes are bounded before anything large is allocated, and
//! every refusal is a [`PackError`] that names the file and the field or tensor.

mod error;
mod manifest;
mod weight;

pub use error::PackError;
pub use manifest::{
    ConvolutionalTransformer, Encoder, Firing, FrontEnd, Head, HybridPlus, Limits, LogMelConfig,
    MANIFEST_FILE, Manifest, Model, Shard, Subsampling, Vocabulary, WeightFormat,
};
pub use weight::{Q8_GROUP, WeightData};
