//! The tokens: what each stands for, and which two make which.

use std::collections::HashMap;

use super::bytes::{byte_of, bytes_by_id};
use super::merges::{Pair, pairs};
use super::{END, START, TokenizerError};
use crate::shown;

/// Marks, in the merges file, a symbol that ends a word.
const WORD_END: &str = "</w>";

/// Number of byte symbols; the same again end a word.
pub(super) const BYTES: u32 = 256;

/// Bytes and the word end of one token.
type Symbol = (Vec<u8>, bool);

/// All tokens by id: 256 bytes, the 256 again at the end of a word, the merges, start and end.
#[derive(Clone, Debug)]
pub(super) struct Vocabulary {
    /// The tokens' bytes one after another.
    bytes: Vec<u8>,
    /// Where each token's bytes end.
    ends: Vec<usize>,
    /// Whether each token ends a word.
    word_ends: Vec<bool>,
    /// The token two tokens make. Its id grows with the line, so that it also says which goes first.
    merges: HashMap<(u32, u32), u32>,
}

impl Vocabulary {
    /// Builds the tokens from the merges file's text.
    ///
    /// # Errors
    /// [`TokenizerError`] when the header is missing, or a line is no merge of two symbols that are
    /// bytes or were merged before it, or makes a symbol that is there already. The published file is
    /// so, and merging depends on it: a merge then never makes room for an earlier one.
    pub(super) fn from_text(text: &str) -> Result<Self, TokenizerError> {
        let mut tokens = Self {
            bytes: Vec::new(),
            ends: Vec::new(),
            word_ends: Vec::new(),
            merges: HashMap::new(),
        };
        let mut ids = HashMap::<Symbol, u32>::new();
        for ends_word in [false, true] {
            for byte in bytes_by_id() {
                ids.insert((vec![byte], ends_word), tokens.push(&[byte], ends_word));
            }
        }
        for pair in pairs(text)? {
            let pair = pair?;
            let refuse = |problem| TokenizerError::Merge {
                line: pair.line,
                problem,
            };
            let (merge, symbol) = join(&ids, pair).map_err(refuse)?;
            let id = tokens.push(&symbol.0, symbol.1);
            if ids.insert(symbol, id).is_some() {
                let (left, right) = (shown(pair.left), shown(pair.right));
                let problem = format!("{left}{right} is there already");
                return Err(refuse(problem));
            }
            tokens.merges.insert(merge, id);
        }
        tokens.push(START.as_bytes(), false);
        tokens.push(END.as_bytes(), false);
        Ok(tokens)
    }

    /// Adds a token and gives its id.
    fn push(&mut self, bytes: &[u8], ends_word: bool) -> u32 {
        let id = self.ends.len() as u32;
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len());
        self.word_ends.push(ends_word);
        id
    }

    /// Number of tokens.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A token's bytes and whether it ends a word.
    pub(super) fn get(&self, id: u32) -> Option<(&[u8], bool)> {
        let index = id as usize;
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        Some((self.bytes.get(start..end)?, *self.word_ends.get(index)?))
    }

    /// The token that `left` and `right` make together.
    pub(super) fn merged(&self, left: u32, right: u32) -> Option<u32> {
        self.merges.get(&(left, right)).copied()
    }
}

/// The ids of a line's two symbols, and the symbol they make.
fn join(ids: &HashMap<Symbol, u32>, pair: Pair<'_>) -> Result<((u32, u32), Symbol), String> {
    let find = |part: &str| {
        let symbol =
            parse(part).ok_or_else(|| format!("\"{}\" has characters of no byte", shown(part)))?;
        match ids.get(&symbol) {
            Some(id) => Ok((*id, symbol)),
            None => Err(format!(
                "\"{}\" is no byte and no line before makes it",
                shown(part)
            )),
        }
    };
    let (left, (mut bytes, left_ends)) = find(pair.left)?;
    let (right, (right_bytes, ends_word)) = find(pair.right)?;
    if left_ends {
        return Err(format!(
            "\"{}\" ends a word and cannot be first",
            shown(pair.left)
        ));
    }
    bytes.extend(right_bytes);
    Ok(((left, right), (bytes, ends_word)))
}

/// Reads a symbol as the merges file writes it.
fn parse(part: &str) -> Option<Symbol> {
    let (characters, ends_word) = match part.strip_suffix(WORD_END) {
        Some(word) => (word, true),
        None => (part, false),
    };
    let bytes = characters.chars().map(byte_of).collect::<Option<_>>()?;
    Some((bytes, ends_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(lines: &str) -> Result<Vocabulary, TokenizerError> {
        Vocabulary::from_text(&format!("#version: 0.2\n{lines}"))
    }

    #[test]
    fn ids_are_bytes_then_merges_then_start_and_end() {
        let tokens = vocabulary("a b\nab c</w>\nÃ ©\n").unwrap();
        assert_eq!(tokens.len(), 512 + 3 + 2);
        assert_eq!(tokens.get(0), Some((b"!".as_slice(), false)));
        assert_eq!(tokens.get(256), Some((b"!".as_slice(), true)));
        assert_eq!(tokens.get(512), Some((b"ab".as_slice(), false)));
        assert_eq!(tokens.get(513), Some((b"abc".as_slice(), true)));
        assert_eq!(tokens.get(514), Some(("é".as_bytes(), false)));
        assert_eq!(tokens.get(515), Some((START.as_bytes(), false)));
        assert_eq!(tokens.get(516), Some((END.as_bytes(), false)));
        assert_eq!(tokens.get(517), None);
        assert_eq!(tokens.merged(512, 256 + 66), Some(513));
        assert_eq!(tokens.merged(512, 66), None);
    }

    #[test]
    fn a_line_that_is_no_merge_is_named() {
        for (lines, line, hint) in [
            ("a b\nac d\n", 3, "\"ac\" is no byte"),
            ("a b\na b\n", 3, "ab is there already"),
            ("a b\nb c\nab c\na bc\n", 5, "abc is there already"),
            ("a</w> b\n", 2, "cannot be first"),
            ("a 日\n", 2, "no byte"),
            ("a </w>\n", 2, "no byte"),
        ] {
            let error = vocabulary(lines).unwrap_err();
            assert!(
                matches!(&error, TokenizerError::Merge { line: found, .. } if *found == line),
                "{error}"
            );
            assert!(error.to_string().contains(hint), "{error}");
        }
    }
}
