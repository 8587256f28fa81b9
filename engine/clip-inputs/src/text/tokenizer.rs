//! Text to token ids, and ids to text.

use std::borrow::Cow;

use super::bytes::ids_by_byte;
use super::clean::clean;
use super::merges::read_text;
use super::vocabulary::{BYTES, Vocabulary};
use super::words::{Word, words};
use super::{MAX_TEXT_BYTES, TextError, TokenizerError, bpe};

/// What fills the positions after the end token.
const PADDING: u32 = 0;

/// CLIP's tokenizer.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    vocabulary: Vocabulary,
    /// Token ids of the bytes.
    bytes: [u32; 256],
}

/// One token, for display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it stands for, without a mark of the word's end. Bytes that are not whole characters,
    /// as of half an emoji, are shown as U+FFFD.
    pub text: Cow<'a, str>,
    /// Whether a word ends with it (`</w>` in the merges file): where not, the next token goes on
    /// without a gap.
    pub ends_word: bool,
}

impl Tokenizer {
    /// Reads OpenAI's merges file, `bpe_simple_vocab_16e6.txt`, as text or packed with gzip. Its
    /// first line is a header; the next [`MAX_MERGES`](super::MAX_MERGES), or as many as there are,
    /// become tokens 512 onwards. A file with fewer gives a smaller vocabulary, whose start and end
    /// follow its last merge.
    ///
    /// # Errors
    /// [`TokenizerError`] when the file does not unpack, is longer than
    /// [`MAX_VOCABULARY_BYTES`](super::MAX_VOCABULARY_BYTES), is no text, or has a line that is no merge.
    pub fn from_merges(bytes: &[u8]) -> Result<Self, TokenizerError> {
        Ok(Self {
            vocabulary: Vocabulary::from_text(&read_text(bytes)?)?,
            bytes: ids_by_byte(),
        })
    }

    /// Number of tokens: 49408 with CLIP's own file.
    pub fn vocabulary_size(&self) -> usize {
        self.vocabulary.len()
    }

    /// Id of the start token: 49406 with CLIP's own file.
    pub fn start(&self) -> u32 {
        self.vocabulary.len() as u32 - 2
    }

    /// Id of the end token, the largest there is: 49407 with CLIP's own file.
    pub fn end(&self) -> u32 {
        self.vocabulary.len() as u32 - 1
    }

    /// The ids of `text`, without start and end. Where the text spells `<|startoftext|>` or
    /// `<|endoftext|>` they are there all the same, as in the reference. Takes time in proportion to
    /// the text, whatever it says, but for a logarithm.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        for word in words(&clean(text)) {
            match word {
                Word::Start => ids.push(self.start()),
                Word::End => ids.push(self.end()),
                Word::Plain(word) => ids.extend(self.encode_word(word)),
            }
        }
        ids
    }

    /// Start, the text's ids and end, however many they are; `context` is what is going to read them.
    ///
    /// # Errors
    /// [`TextError`] when the text has more than [`MAX_TEXT_BYTES`] bytes, or `context` is below 2.
    pub fn encode_framed(&self, text: &str, context: usize) -> Result<Vec<u32>, TextError> {
        if context < 2 {
            return Err(TextError::Context { context });
        }
        if text.len() > MAX_TEXT_BYTES {
            return Err(TextError::TooLong { bytes: text.len() });
        }
        let mut ids = self.encode(text);
        ids.insert(0, self.start());
        ids.push(self.end());
        Ok(ids)
    }

    /// `context` ids (77 for every published CLIP): start, the text's, end, and zeros. The text
    /// tower's result is that of the first end token.
    ///
    /// # Errors
    /// [`TextError`] when the text has more than `context` tokens with start and end, or more than
    /// [`MAX_TEXT_BYTES`] bytes, or `context` is below 2.
    pub fn encode_padded(&self, text: &str, context: usize) -> Result<Vec<u32>, TextError> {
        let ids = self.encode_framed(text, context)?;
        if ids.len() > context {
            return Err(TextError::TooManyTokens {
                tokens: ids.len(),
                context,
            });
        }
        Ok(pad(ids, context))
    }

    /// Like [`encode_padded`](Self::encode_padded), but the tokens of a longer text that do not fit
    /// before the end token are left out, as with the reference's `truncate=True`.
    ///
    /// # Errors
    /// [`TextError`] when the text has more than [`MAX_TEXT_BYTES`] bytes, or `context` is below 2.
    pub fn encode_truncated(&self, text: &str, context: usize) -> Result<Vec<u32>, TextError> {
        let mut ids = self.encode_framed(text, context)?;
        if ids.len() > context {
            ids.truncate(context - 1);
            ids.push(self.end());
        }
        Ok(pad(ids, context))
    }

    /// The text of `ids`, with a space after each word. Bytes that are not UTF-8 together, and ids
    /// that are no token, become U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        let mut bytes = Vec::new();
        for id in ids {
            match self.vocabulary.get(*id) {
                Some((token, ends_word)) => {
                    bytes.extend_from_slice(token);
                    bytes.extend(ends_word.then_some(b' '));
                }
                None => bytes.extend("\u{FFFD}".bytes()),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// One token for display, such as on a keyword's chip. None when `id` is no token.
    pub fn token(&self, id: u32) -> Option<Token<'_>> {
        let (bytes, ends_word) = self.vocabulary.get(id)?;
        Some(Token {
            text: String::from_utf8_lossy(bytes),
            ends_word,
        })
    }

    fn encode_word(&self, word: &str) -> Vec<u32> {
        let mut symbols: Vec<u32> = word
            .bytes()
            .map(|byte| self.bytes[usize::from(byte)])
            .collect();
        if let Some(last) = symbols.last_mut() {
            *last += BYTES;
        }
        bpe::merge(&self.vocabulary, &symbols)
    }
}

fn pad(mut ids: Vec<u32>, context: usize) -> Vec<u32> {
    ids.resize(context, PADDING);
    ids
}
