//! A pack: the folder that holds a network (`pack.json` and safetensors shards; docs/pack-format.md).

mod check;
mod check_model;
mod load;
mod manifest;
mod model;
mod phones;
mod piece;
mod plan;
mod weight;
mod words;
mod write;

pub use crate::format::{FormatError as PackError, Source, SourceError};
pub use load::{Loader, Pack, read_tokenizer};
pub use manifest::{
    FORMAT, Limits, MANIFEST_FILE, MAX_EXCLUDED, MAX_SHARD_BYTES, Manifest, Shard, TextFrame,
    VERSION, VERSION_WITHOUT_PHONES, Vocabulary, WeightFormat,
};
pub use model::{
    BatchNorm, ConvolutionalTransformer, Encoder, Firing, FrontEnd, Head, HeadBlock, Hubert,
    ImageConvolutions, ImageStage, ImageTower, ImageTransformer, Keywords, LogMel, LogMelConfig,
    Model, Pixels, Projection, Segments, Slots, Stride, Subsampling, TextTower, Waveform,
    WaveformNorm,
};
pub use phones::{PhoneStates, Phones};
pub use plan::{Piece, Storage, TensorPlan, plan};
pub use weight::{GROUP, WeightData};
pub use write::{FloatTensor, PackFiles, write, write_to};

#[cfg(test)]
mod tests;
