//! Free text as CLIP's text tower takes it: byte-level BPE with a vocabulary read at run time.
//!
//! ```text
//! clean       repairs (fixes), character references (html), white space, lower case
//! words       splitting at the reference's pattern
//! bpe         merging a word's bytes into tokens
//! vocabulary  the tokens, from the merges file (merges, bytes)
//! ```
//!
//! The ids are those of OpenAI's reference tokenizer. Its clean-up is followed in full except for two
//! repairs that no typed text needs: guessing back text that went through a wrong encoding, and
//! removing terminal colours.

mod bpe;
mod bytes;
mod clean;
mod error;
mod fixes;
mod html;
mod merges;
mod tokenizer;
mod vocabulary;
mod words;

pub use error::{TextError, TokenizerError};
pub use tokenizer::{Token, Tokenizer};

/// Most merges taken from a file: with 512 bytes, start and end they make CLIP's 49408 tokens.
pub const MAX_MERGES: usize = 48_894;
/// Most bytes of merges file, unpacked. The published one has 3.1 million.
pub const MAX_VOCABULARY_BYTES: usize = 16 << 20;
/// Most bytes of text to be fitted into a context.
pub const MAX_TEXT_BYTES: usize = 64 << 10;
/// Positions of the text tower in every published CLIP.
pub const CONTEXT: usize = 77;

/// The start token, written out.
const START: &str = "<|startoftext|>";
/// The end token, written out.
const END: &str = "<|endoftext|>";
