//! Why a merges file or a text was refused.

use super::{MAX_MERGES, MAX_TEXT_BYTES, MAX_VOCABULARY_BYTES};

/// A merges file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenizerError {
    /// The file starts as gzip does, but does not unpack.
    #[error("merges file: damaged gzip data ({problem}); fetch bpe_simple_vocab_16e6.txt.gz again")]
    Compression {
        /// What the decompressor said.
        problem: String,
    },
    /// The file is longer than a merges file can be.
    #[error(
        "merges file: more than {MAX_VOCABULARY_BYTES} bytes of text; CLIP's has about 3 million"
    )]
    TooLarge,
    /// The file is not UTF-8.
    #[error(
        "merges file: not UTF-8 text after {valid} bytes; CLIP's is bpe_simple_vocab_16e6.txt.gz"
    )]
    NotText {
        /// Bytes before the first that is no text.
        valid: usize,
    },
    /// The first line is not the header.
    #[error(
        "merges file: its first line has no `#version`; give the file as published, with all its lines"
    )]
    Header,
    /// A line is not a merge of two symbols that exist by then.
    #[error("merges file, line {line}: {problem}; only the first {MAX_MERGES} merges are read")]
    Merge {
        /// Line number, counted from 1.
        line: usize,
        /// What is wrong and what would be right.
        problem: String,
    },
}

/// A text that does not fit the text tower.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// More tokens than there is room for.
    #[error(
        "the text is {tokens} tokens long with its start and end, and the network takes {context}; shorten it"
    )]
    TooManyTokens {
        /// Tokens of the text, start and end included.
        tokens: usize,
        /// Positions of the network.
        context: usize,
    },
    /// A text no one would type.
    #[error("the text has {bytes} bytes, more than {MAX_TEXT_BYTES}; shorten it")]
    TooLong {
        /// Bytes of the text as given.
        bytes: usize,
    },
    /// No room for start and end.
    #[error("{context} positions are no room for a text: the start and the end alone take 2")]
    Context {
        /// Positions asked for.
        context: usize,
    },
}
