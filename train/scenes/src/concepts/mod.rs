//! The table of everything a picture can show and a caption can say.
//!
//! [`objects`] are pictured with Twemoji artwork, [`backgrounds`] are drawn by this crate, [`NUMBERS`] and [`COLOURS`] say how
//! many and which one. [`vocabulary`] is the closed set of content words; every other word of a caption is a function word.

mod backgrounds;
mod objects;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

pub use backgrounds::{Background, BackgroundId, backgrounds};
pub use objects::objects;

/// What part of a scene a concept names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Something pictured with artwork, in groups of one to three.
    Object,
    /// The place everything stands in.
    Background,
    /// How many objects a group has.
    Number,
    /// Which variant of an object is shown.
    Colour,
}

/// How an object usually behaves: decides where it is placed and which verbs fit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Habit {
    /// Walks on the ground.
    Animal,
    /// Lives in the water.
    Swimmer,
    /// Is usually up in the air.
    Flyer,
    /// A human being or something shaped like one.
    Person,
    /// Drives, rolls or sails.
    Vehicle,
    /// Grows.
    Plant,
    /// Is eaten or drunk.
    Food,
    /// Anything else that stays where it is put.
    Thing,
}

/// One spoken form of a concept. A form may be two words ("ice cream"): each is then a content word of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noun {
    /// "dog"
    pub singular: &'static str,
    /// "dogs"; equal to `singular` for "sheep", empty for what is not counted ("cheese").
    pub plural: &'static str,
}

/// A thing that can be said and shown.
#[derive(Clone, Copy, Debug)]
pub struct Concept {
    /// Stable name, used in scene files.
    pub id: &'static str,
    /// What part of a scene it names.
    pub kind: Kind,
    /// The artwork, as the emoji Twemoji draws; empty for what is not an object.
    pub emoji: &'static str,
    /// Where it goes and what it does; [`Habit::Thing`] for what is not an object.
    pub habit: Habit,
    /// Spoken forms, the main one first. Never empty.
    pub words: &'static [Noun],
    /// Artwork for each colour it comes in, as (colour id, emoji); empty for most.
    pub colours: &'static [(&'static str, &'static str)],
}

impl Concept {
    /// Whether there can be two of it.
    pub fn countable(&self) -> bool {
        self.words.iter().all(|noun| !noun.plural.is_empty())
    }

    /// The emoji to draw for a colour; the plain one where the concept does not come in that colour.
    pub fn artwork(&self, colour: Option<&str>) -> &'static str {
        colour
            .and_then(|wanted| self.colours.iter().find(|(name, _)| *name == wanted))
            .map_or(self.emoji, |(_, emoji)| emoji)
    }
}

const fn word(id: &'static str, kind: Kind, words: &'static [Noun]) -> Concept {
    Concept {
        id,
        kind,
        emoji: "",
        habit: Habit::Thing,
        words,
        colours: &[],
    }
}

macro_rules! plain_words {
    ($kind:expr, $($id:literal),+) => {
        &[$(word($id, $kind, &[Noun { singular: $id, plural: "" }])),+]
    };
}

/// The counts a caption can name; the first is 2.
pub const NUMBERS: &[Concept] = plain_words!(Kind::Number, "two", "three");

/// The colours some objects come in.
pub const COLOURS: &[Concept] = plain_words!(
    Kind::Colour,
    "red",
    "blue",
    "green",
    "yellow",
    "purple",
    "black",
    "white"
);

/// The number word for a group of `count`, or `None` for a single object and for counts no caption names.
pub fn number_word(count: u8) -> Option<&'static str> {
    NUMBERS
        .get(usize::from(count).checked_sub(2)?)
        .map(|number| number.id)
}

/// The object with this id.
pub fn object(id: &str) -> Option<&'static Concept> {
    static BY_ID: LazyLock<BTreeMap<&'static str, &'static Concept>> =
        LazyLock::new(|| objects().iter().map(|c| (c.id, c)).collect());
    BY_ID.get(id).copied()
}

/// The background with this id.
pub fn background(id: &str) -> Option<&'static Background> {
    backgrounds::find(id)
}

/// Every concept: objects, backgrounds, numbers, colours.
pub fn all() -> impl Iterator<Item = &'static Concept> {
    objects()
        .iter()
        .chain(backgrounds().iter().map(|b| &b.concept))
        .chain(NUMBERS)
        .chain(COLOURS)
}

fn vocabulary_set() -> &'static BTreeSet<&'static str> {
    static WORDS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
        all()
            .flat_map(|concept| concept.words)
            .flat_map(|noun| [noun.singular, noun.plural])
            .flat_map(str::split_whitespace)
            .collect()
    });
    &WORDS
}

/// Every content word a caption can contain: lower case, single words, sorted, unique.
pub fn vocabulary() -> Vec<String> {
    vocabulary_set().iter().map(|w| (*w).to_owned()).collect()
}

/// Whether `word` is a content word.
pub fn is_content(word: &str) -> bool {
    vocabulary_set().contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_large_enough_and_consistent() {
        assert!(objects().len() >= 110, "{} objects", objects().len());
        assert!(backgrounds().len() >= 14);
        let words = vocabulary();
        assert!((300..=480).contains(&words.len()), "{} words", words.len());
        for word in &words {
            assert!(word.chars().all(|c| c.is_ascii_lowercase()), "{word:?}");
        }
        let ids: BTreeSet<_> = all().map(|c| c.id).collect();
        assert_eq!(ids.len(), all().count(), "ids are unique");
    }

    #[test]
    fn no_spoken_form_names_two_concepts() {
        let mut owner = BTreeMap::new();
        for concept in all() {
            let forms: BTreeSet<_> = concept
                .words
                .iter()
                .flat_map(|n| [n.singular, n.plural])
                .filter(|form| !form.is_empty())
                .collect();
            for form in forms {
                if let Some(other) = owner.insert(form, concept.id) {
                    panic!("{form:?} names both {other} and {}", concept.id);
                }
            }
        }
    }

    #[test]
    fn colours_are_known() {
        for concept in objects() {
            for (colour, _) in concept.colours {
                assert!(COLOURS.iter().any(|c| c.id == *colour), "{colour}");
            }
        }
    }
}
