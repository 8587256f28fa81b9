//! Words and their token ids, shared by the text tower, the keywords and the pack.

use std::collections::HashMap;

/// The token before the words of a text.
pub const START: u16 = 0;
/// The token after them; the text tower's answer is read there.
pub const END: u16 = 1;
/// What stands for a word that is not in the vocabulary: no token that can be read or named.
pub const UNKNOWN: u16 = END;
/// The first token that a keyword may be.
pub const FIRST_WORD: usize = 2;

/// Words and their token ids.
pub struct Vocabulary {
    tokens: Vec<String>,
    ids: HashMap<String, u16>,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self::new(saysee_scenes::concepts::vocabulary())
    }
}

impl Vocabulary {
    /// Tokens `<start>`, `<end>`, then the words.
    pub fn new(words: Vec<String>) -> Self {
        let mut tokens = vec!["<start>".to_owned(), "<end>".to_owned()];
        tokens.extend(words);
        let ids = tokens
            .iter()
            .enumerate()
            .map(|(id, token)| (token.clone(), id as u16))
            .collect();
        Self { tokens, ids }
    }

    /// Every token, by id.
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// Token ids of words.
    pub fn encode(&self, words: &[String]) -> Vec<u16> {
        words
            .iter()
            .map(|word| self.ids.get(word).copied().unwrap_or(UNKNOWN))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_after_the_special_tokens() {
        let vocabulary = Vocabulary::new(vec!["beach".into(), "dogs".into()]);
        let ids = vocabulary.encode(&["dogs".into(), "quasar".into(), "beach".into()]);
        assert_eq!(ids, [3, UNKNOWN, 2]);
        assert_eq!(vocabulary.tokens()[ids[0] as usize], "dogs");
        assert_eq!(
            usize::from(vocabulary.encode(&["beach".into()])[0]),
            FIRST_WORD
        );
    }
}
