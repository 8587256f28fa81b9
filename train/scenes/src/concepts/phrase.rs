//! Words in a row, each knowing whether it is a content word and of which concept.

/// One spoken word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Lower-case letters.
    pub text: &'static str,
    /// The concept it names; `None` for function words.
    pub concept: Option<&'static str>,
}

/// Words in a row.
pub type Phrase = Vec<Word>;

/// Words of names that carry no meaning of their own: "cup of coffee", "house with a garden".
const CONNECTING: [&str; 9] = ["of", "with", "a", "the", "and", "on", "in", "o", "an"];

/// A phrase whose content words stand in braces, all of one concept: "in the {living} {room}", or, where a list cannot have
/// spaces, "playing_{golf}".
pub fn marked(concept: &'static str, text: &'static str) -> Phrase {
    text.split([' ', '_'])
        .map(|word| {
            let inner = word.strip_prefix('{').and_then(|w| w.strip_suffix('}'));
            Word {
                text: inner.unwrap_or(word),
                concept: inner.map(|_| concept),
            }
        })
        .collect()
}

/// A name: every word of it is a content word but the connecting ones.
pub fn name(concept: &'static str, text: &'static str) -> Phrase {
    text.split_whitespace()
        .map(|word| Word {
            text: word,
            concept: (!CONNECTING.contains(&word)).then_some(concept),
        })
        .collect()
}

/// Function words.
pub fn plain(text: &'static str) -> Phrase {
    text.split_whitespace()
        .map(|text| Word {
            text,
            concept: None,
        })
        .collect()
}
