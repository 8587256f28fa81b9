//! Everything a picture can show and a caption can say, read from the lists in `lists/`.
//!
//! [`objects`] are pictured with Twemoji artwork, [`places`] and [`conditions`] are drawn by this crate, [`qualities`] say how
//! many, in which colour and how large. Each is a *concept* with an id and several words; [`vocabulary`] is the closed set of
//! content words. Every other word of a caption is a function word.

#![allow(
    clippy::panic,
    reason = "the lists are part of the program, and tests read every line of them"
)]

mod conditions;
pub mod english;
mod lists;
mod objects;
pub mod phrase;
mod places;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

pub use conditions::{Condition, ConditionKind, condition, conditions};
pub use objects::{Habit, Noun, Object, SizeClass, object, objects};
pub use places::{PLAIN, Place, PlaceKind, place, places};
pub use words::{COLOUR_IDS, DYES, Dye, Quality, Says, number, qualities, quality};

use phrase::{Phrase, marked, name};

/// What part of a picture a concept names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Something pictured with artwork.
    Object,
    /// Where everything stands.
    Place,
    /// Weather or time of day.
    Condition,
    /// Number, colour or size.
    Quality,
    /// Heard and understood, but nothing is pictured.
    Heard,
}

/// A thing that can be said, and shown unless it is only [`Kind::Heard`].
#[derive(Clone, Debug)]
pub struct Concept {
    /// Unique name.
    pub id: &'static str,
    /// What part of a picture it names.
    pub kind: Kind,
    /// Every way it is said.
    pub phrases: Vec<Phrase>,
}

/// Every concept that a picture can show, in a fixed order, then those that are only heard.
pub fn all() -> &'static [Concept] {
    static ALL: LazyLock<Vec<Concept>> = LazyLock::new(collect);
    &ALL
}

/// How many concepts a picture can show: the first ones of [`all`].
pub fn shown() -> usize {
    all().iter().filter(|c| c.kind != Kind::Heard).count()
}

fn collect() -> Vec<Concept> {
    let objects = objects().iter().map(|object| {
        let forms = object.names.iter().flat_map(|n| [n.singular, n.plural]);
        let forms = forms
            .filter(|form| !form.is_empty())
            .map(|form| name(object.id, form));
        let doing = object.doing.iter().map(|text| marked(object.id, text));
        (object.id, Kind::Object, forms.chain(doing).collect())
    });
    let places = places()
        .iter()
        .filter(|place| place.id != PLAIN)
        .map(|place| {
            let phrases = place.wheres.iter().chain(&place.heads).cloned().collect();
            (place.id, Kind::Place, phrases)
        });
    let conditions = conditions().iter().map(|condition| {
        let phrases = condition.said.iter();
        let phrases = phrases
            .chain(&condition.adjectives)
            .chain(&condition.clauses);
        (condition.id, Kind::Condition, phrases.cloned().collect())
    });
    let qualities = qualities().iter().map(|quality| {
        let phrases = quality
            .words
            .iter()
            .map(|word| name(quality.id, word))
            .collect();
        (quality.id, Kind::Quality, phrases)
    });
    let heard = heard().map(|word| (word, Kind::Heard, vec![name(word, word)]));
    let every = objects
        .chain(places)
        .chain(conditions)
        .chain(qualities)
        .chain(heard);
    every
        .map(|(id, kind, phrases)| Concept { id, kind, phrases })
        .collect()
}

/// Names that are understood when heard although there is no artwork for them.
fn heard() -> impl Iterator<Item = &'static str> {
    lists::lines(include_str!("../../lists/heard.txt")).flat_map(lists::entries)
}

/// What each content word can mean: word -> ids of concepts.
pub fn meanings() -> &'static BTreeMap<&'static str, BTreeSet<&'static str>> {
    static MEANINGS: LazyLock<BTreeMap<&'static str, BTreeSet<&'static str>>> =
        LazyLock::new(|| {
            let mut meanings: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
            for word in all().iter().flat_map(|c| &c.phrases).flatten() {
                if let Some(concept) = word.concept {
                    meanings.entry(word.text).or_default().insert(concept);
                }
            }
            meanings
        });
    &MEANINGS
}

/// Every content word a caption can contain: lower case, single words, sorted, unique.
pub fn vocabulary() -> Vec<String> {
    meanings().keys().map(|word| (*word).to_owned()).collect()
}

/// Whether `word` is a content word.
pub fn is_content(word: &str) -> bool {
    meanings().contains_key(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_is_large_enough_and_consistent() {
        let in_scenes = objects()
            .iter()
            .filter(|o| o.habit != Habit::Symbol)
            .count();
        assert!(in_scenes >= 600, "{in_scenes} objects in scenes");
        assert!(places().len() >= 40);
        let words = vocabulary();
        assert!(words.len() >= 1500, "{} words", words.len());
        for word in &words {
            assert!(
                word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase()),
                "{word:?}"
            );
        }
        let ids: BTreeSet<_> = all().iter().map(|c| c.id).collect();
        assert_eq!(ids.len(), all().len(), "ids are unique");
    }

    #[test]
    fn no_name_means_two_objects() {
        let mut owner = BTreeMap::new();
        for object in objects() {
            let forms = object.names.iter().flat_map(|n| [n.singular, n.plural]);
            for form in forms
                .filter(|form| !form.is_empty())
                .collect::<BTreeSet<_>>()
            {
                if let Some(other) = owner.insert(form, object.id) {
                    panic!("{form:?} names both {other} and {}", object.id);
                }
            }
        }
    }

    #[test]
    fn colours_are_known() {
        for object in objects() {
            for colour in object.colours().iter().chain(&object.natural) {
                assert!(COLOUR_IDS.contains(colour), "{colour}");
            }
        }
    }
}
