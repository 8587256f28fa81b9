//! `pack.json`: what a pack is made of.

use serde::{Deserialize, Serialize};

/// Name of the manifest inside a pack's folder.
pub const MANIFEST_FILE: &str = "pack.json";
/// What `format` says in a pack.
pub const FORMAT: &str = "saysee-pack";
/// The version of the format that is read and written.
pub const VERSION: u32 = 1;
/// Most bytes a shard may have.
pub const MAX_SHARD_BYTES: u64 = 8 << 20;

/// The whole of `pack.json`. [`Manifest::parse`] reads and checks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Name of the pack, also its folder.
    pub name: String,
    /// Name of the space its embeddings live in; a gallery must have the same.
    pub embedding_space: String,
    /// Number format of the weight matrices.
    pub weights: WeightFormat,
    /// The network.
    pub model: Model,
    /// What an utterance may be.
    pub limits: Limits,
    /// What keywords are named with.
    pub vocabulary: Vocabulary,
    /// The files with the tensors.
    pub shards: Vec<Shard>,
    /// SPDX name of the licence.
    pub licence: String,
    /// Who is to be credited.
    pub attribution: Vec<String>,
    /// Where the weights come from; free form.
    pub provenance: serde_json::Value,
    /// What was measured; free form.
    pub quality: serde_json::Value,
}

/// Number format of weight matrices. Vectors are `f32` in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightFormat {
    /// 32-bit floats.
    F32,
    /// 16-bit floats.
    F16,
    /// 8-bit integers with one `f32` scale for 32 inputs.
    Q8,
}

/// The network, from samples to embeddings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Samples to features.
    pub front_end: FrontEnd,
    /// Strided convolutions before the blocks, in order.
    pub subsampling: Vec<Subsampling>,
    /// The blocks.
    pub encoder: Encoder,
    /// Whether each hidden state is layer-normalised (no affine) before the weighted sum.
    pub normalise_hidden_states: bool,
    /// What turns the weighted sum into an embedding and keywords.
    pub head: Head,
}

/// Samples to features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FrontEnd {
    /// Normalised log-mel energies.
    LogMel(LogMelConfig),
}

/// Normalised log-mel energies (docs/architecture.md, "The front end").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogMelConfig {
    /// Samples a second: 16 000.
    pub sample_rate: u32,
    /// Samples in a window.
    pub window: usize,
    /// Samples between two windows.
    pub hop: usize,
    /// Length of the transform; windows are padded with zeros to it. A power of two.
    pub fft: usize,
    /// Mel filters.
    pub mels: usize,
    /// Lower edge of the first filter.
    pub low_hz: f32,
    /// Upper edge of the last filter.
    pub high_hz: f32,
    /// Added to the energy before the logarithm.
    pub log_offset: f32,
    /// Nothing is more than this below the loudest value of the utterance.
    pub floor_db: f32,
    /// Divisor after the mean is taken away.
    pub scale: f32,
}

/// One strided convolution of the subsampling, followed by GELU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subsampling {
    /// Taps.
    pub kernel: usize,
    /// Input frames an output frame.
    pub stride: usize,
    /// Zero frames on either side.
    pub padding: usize,
}

/// The blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Encoder {
    /// Pre-norm blocks of a gated depthwise convolution, attention and feed-forward.
    ConvolutionalTransformer(ConvolutionalTransformer),
}

/// Sizes of [`Encoder::ConvolutionalTransformer`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvolutionalTransformer {
    /// Channels.
    pub width: usize,
    /// Blocks.
    pub layers: usize,
    /// Attention heads; divides `width`.
    pub heads: usize,
    /// Width inside the feed-forward part.
    pub feed_forward: usize,
    /// Taps of the depthwise convolution; odd.
    pub kernel: usize,
}

/// From the weighted sum of hidden states to an embedding and keywords.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Head {
    /// One attention block over a CLS row and all frames; CLS gives the embedding, frames give keywords.
    HybridPlus(HybridPlus),
}

/// Sizes of [`Head::HybridPlus`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HybridPlus {
    /// Attention heads; divides the encoder's width.
    pub heads: usize,
    /// Numbers in an embedding.
    pub embedding: usize,
    /// How frames are grouped into keywords.
    pub firing: Firing,
    /// Least cosine for a keyword to be reported.
    pub keyword_threshold: f32,
}

/// Integrate-and-fire, as the pack describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Firing {
    /// Taps of the convolution before the weights; odd.
    pub convolution_kernel: usize,
    /// Weight a last, unfired slot needs to be kept.
    pub tail_threshold: f32,
    /// Most keywords in an utterance.
    pub cap: usize,
}

/// What an utterance may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Longest utterance.
    pub max_seconds: f32,
}

/// What keywords are named with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// Row `i` of `vocabulary.table` is the embedding of `tokens[i]`.
    pub tokens: Vec<String>,
    /// Rows before this one (padding, unknown) are never reported.
    pub first_allowed: usize,
}

/// One file of tensors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// Plain file name inside the pack's folder.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
}
