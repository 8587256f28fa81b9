//! Splitting clean text into words, as the reference's pattern does:
//!
//! ```text
//! <\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
//! ```
//!
//! At each place the first alternative that fits is taken, as far as it goes.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::{END, START};

/// Ends of contracted words that stand alone, in the pattern's order.
const CONTRACTIONS: [&str; 7] = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

/// One match of the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// The start token, written out.
    Start,
    /// The end token, written out.
    End,
    /// Anything else, to be merged.
    Plain(&'a str),
}

/// What a character counts as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Letter,
    Number,
    Other,
}

/// Unicode's general categories L and N. The standard library's `is_alphabetic` is another set: it
/// takes combining vowel signs and circled letters for letters.
fn kind(character: char) -> Kind {
    // The combining iota fits no alternative of the reference's pattern: ignoring case it is a letter,
    // otherwise it is none.
    if character.is_whitespace() || character == '\u{345}' {
        return Kind::Space;
    }
    match character.general_category_group() {
        GeneralCategoryGroup::Letter => Kind::Letter,
        GeneralCategoryGroup::Number => Kind::Number,
        _ => Kind::Other,
    }
}

/// The words of `text`, which is in lower case.
pub(super) fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|character| kind(character) == Kind::Space);
        let (word, after) = rest.split_at(word_length(rest)?);
        rest = after;
        Some(match word {
            START => Word::Start,
            END => Word::End,
            _ => Word::Plain(word),
        })
    })
}

/// Bytes of the word at the start of `text`, or none when nothing is left.
fn word_length(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    let fixed = [START, END]
        .iter()
        .chain(&CONTRACTIONS)
        .find_map(|word| fixed_length(text, word));
    if fixed.is_some() {
        return fixed;
    }
    let wanted = kind(first);
    if wanted == Kind::Number {
        return Some(first.len_utf8());
    }
    Some(
        text.find(|character| kind(character) != wanted)
            .unwrap_or(text.len()),
    )
}

/// Bytes that `word` takes at the start of `text`. The reference's pattern ignores case, and "ſ" is
/// the one character of lower-case text that this matters for: it is an "s" to the pattern.
fn fixed_length(text: &str, word: &str) -> Option<usize> {
    let mut characters = text.chars();
    for expected in word.chars() {
        let found = characters.next()?;
        if found != expected && (found, expected) != ('ſ', 's') {
            return None;
        }
    }
    Some(text.len() - characters.as_str().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Vec<&str> {
        words(text)
            .map(|word| match word {
                Word::Start => "START",
                Word::End => "END",
                Word::Plain(word) => word,
            })
            .collect()
    }

    #[test]
    fn letters_run_on_numbers_do_not() {
        assert_eq!(plain("abc12 3½x"), ["abc", "1", "2", "3", "½", "x"]);
        assert_eq!(
            plain("http://a.b/?c=d"),
            ["http", "://", "a", ".", "b", "/?", "c", "=", "d"]
        );
        assert_eq!(plain(" "), [""; 0]);
        assert_eq!(plain(""), [""; 0]);
    }

    #[test]
    fn contractions_stand_alone_unless_other_signs_took_the_quote() {
        assert_eq!(
            plain("it's we'll i'd"),
            ["it", "'s", "we", "'ll", "i", "'d"]
        );
        assert_eq!(plain("'small"), ["'s", "mall"]);
        assert_eq!(plain("o'clock"), ["o", "'", "clock"]);
        assert_eq!(plain("!'s"), ["!'", "s"]);
        assert_eq!(plain("it'ſ"), ["it", "'ſ"]);
    }

    #[test]
    fn start_and_end_are_one_word_each() {
        assert_eq!(
            plain("<|startoftext|>a<|endoftext|>"),
            ["START", "a", "END"]
        );
        // No token, but one word to the pattern.
        assert_eq!(plain("<|ſtartoftext|>"), ["<|ſtartoftext|>"]);
        assert_eq!(plain("!<|endoftext|>"), ["!<|", "endoftext", "|>"]);
        assert_eq!(plain("<|endoftext"), ["<|", "endoftext"]);
    }

    #[test]
    fn letters_are_what_unicode_calls_letters() {
        // A combining dot, a vowel sign and a circled letter are alphabetic, and no letters.
        assert_eq!(plain("i\u{307}s"), ["i", "\u{307}", "s"]);
        assert_eq!(plain("क\u{93E}"), ["क", "\u{93E}"]);
        assert_eq!(plain("aⓐ"), ["a", "ⓐ"]);
        assert_eq!(plain("a!\u{345}?"), ["a", "!", "?"]);
        // Roman numerals and superscripts are numbers.
        assert_eq!(plain("ⅳ²"), ["ⅳ", "²"]);
        assert_eq!(plain("日本語🐶🏖\u{FE0F}"), ["日本語", "🐶🏖\u{FE0F}"]);
    }
}
