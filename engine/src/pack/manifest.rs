//! `pack.json`: what a pack is made of.

use serde::{Deserialize, Serialize};

use super::model::Model;
use super::phones::Phones;

/// Name of the manifest inside a pack's folder.
pub const MANIFEST_FILE: &str = "pack.json";
/// What `format` says in a pack.
pub const FORMAT: &str = "saysee-pack";
/// The newest version of the format. A pack without phones is written as [`VERSION_WITHOUT_PHONES`].
pub const VERSION: u32 = 3;
/// The oldest version that is read; it differs from [`VERSION`] in that it cannot have phones.
pub const VERSION_WITHOUT_PHONES: u32 = 2;
/// Most rows of the vocabulary that can be kept from being keywords.
pub const MAX_EXCLUDED: usize = 4;
/// Most bytes a shard may have.
pub const MAX_SHARD_BYTES: u64 = 8 << 20;

/// The whole of `pack.json`. [`Manifest::parse`] reads and checks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`] or [`VERSION_WITHOUT_PHONES`].
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
    /// How the words of the vocabulary sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phones: Option<Phones>,
    /// The byte-pair merges that turn free text into the text tower's tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<Shard>,
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
    /// Linear layers as 8-bit integers with one `f32` scale for 32 inputs, other matrices as 16-bit floats.
    Q8,
    /// Linear layers as 4-bit integers with one `f32` scale for 32 inputs, other matrices as 16-bit floats.
    Q4,
}

/// What an utterance may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Longest utterance.
    pub max_seconds: f32,
}

/// What keywords are named with: the rows of `vocabulary.table`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// Row `i` of the table is the embedding of `tokens[i]`.
    pub tokens: Vec<String>,
    /// What the tokenizer calls the rows; empty when a row's number is its only name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<u32>,
    /// Rows that are never a keyword, at most [`MAX_EXCLUDED`].
    pub excluded: Vec<usize>,
    /// The rows that frame a text.
    pub frame: TextFrame,
}

/// The rows of the vocabulary that the text tower reads around the keywords.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextFrame {
    /// Comes first.
    pub start: usize,
    /// Follows the last keyword; the text tower's answer is read here.
    pub end: usize,
    /// Fills the rest.
    pub padding: usize,
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
