//! A pack: the folder that holds a network (`pack.json` and safetensors shards; docs/pack-format.md).

mod check;
mod load;
mod manifest;
mod plan;
mod weight;
mod write;

pub use crate::format::{FormatError as PackError, Source, SourceError};
pub use load::{Loader, Pack};
pub use manifest::{
    ConvolutionalTransformer, Encoder, FORMAT, Firing, FrontEnd, Head, HybridPlus, Limits,
    LogMelConfig, MANIFEST_FILE, MAX_SHARD_BYTES, Manifest, Model, Shard, Subsampling, VERSION,
    Vocabulary, WeightFormat,
};
pub use plan::{Storage, TensorPlan, plan};
pub use weight::{Q8_GROUP, WeightData};
pub use write::{FloatTensor, PackFiles, write};

#[cfg(test)]
mod tests;
