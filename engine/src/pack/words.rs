//! Typed text by the words of a pack's vocabulary: the way in for packs whose text tower reads whole words.

use super::manifest::{TextFrame, Vocabulary};

impl TextFrame {
    /// The first of these rows with start and end around them, at most `most` in all.
    pub fn around(&self, mut rows: Vec<u32>, most: usize) -> Vec<u32> {
        rows.truncate(most.saturating_sub(2));
        let mut framed = vec![self.start as u32];
        framed.append(&mut rows);
        framed.push(self.end as u32);
        framed
    }
}

impl Vocabulary {
    /// The rows that stand for the words of `text` that the vocabulary has, start and end of the text included, at
    /// most `most` in all; `None` when it has none of them. Case and punctuation do not matter, and a word that is
    /// missing is looked for without and with its plural's "s".
    pub fn typed_words(&self, text: &str, most: usize) -> Option<Vec<u32>> {
        let rows: Vec<u32> = text
            .split(|character: char| !(character.is_alphanumeric() || character == '\''))
            .filter(|word| !word.is_empty())
            .filter_map(|word| self.row_of(&word.to_lowercase()))
            .collect();
        (!rows.is_empty()).then(|| self.frame.around(rows, most))
    }

    fn row_of(&self, word: &str) -> Option<u32> {
        let other = match word.strip_suffix('s') {
            Some(single) => single.to_owned(),
            None => format!("{word}s"),
        };
        let find = |wanted: &str| {
            let mut rows = self.tokens.iter().enumerate();
            rows.find(|(row, token)| *token == wanted && !self.excluded.contains(row))
        };
        let (row, _) = find(word).or_else(|| find(&other))?;
        u32::try_from(row).ok()
    }
}

#[cfg(test)]
mod tests {
    use crate::pack::{TextFrame, Vocabulary};

    fn vocabulary() -> Vocabulary {
        Vocabulary {
            tokens: ["<start>", "<end>", "dogs", "beach", "two"]
                .map(str::to_owned)
                .to_vec(),
            ids: Vec::new(),
            excluded: vec![0, 1],
            frame: TextFrame {
                start: 0,
                end: 1,
                padding: 0,
            },
        }
    }

    #[test]
    fn known_words_are_framed_and_others_passed_over() {
        let rows = vocabulary().typed_words("Two DOGS, on the beach!", 24);
        assert_eq!(rows, Some(vec![0, 4, 2, 3, 1]));
    }

    #[test]
    fn the_other_number_will_do() {
        let vocabulary = vocabulary();
        assert_eq!(vocabulary.typed_words("dog", 24), Some(vec![0, 2, 1]));
        assert_eq!(vocabulary.typed_words("beachs", 24), Some(vec![0, 3, 1]));
    }

    #[test]
    fn what_frames_a_text_is_no_word_and_long_texts_are_cut() {
        let vocabulary = vocabulary();
        assert_eq!(vocabulary.typed_words("<start> quasar", 24), None);
        assert_eq!(vocabulary.typed_words("", 24), None);
        let rows = vocabulary.typed_words("two two two two", 4);
        assert_eq!(rows, Some(vec![0, 4, 4, 1]));
    }
}
