//! Weather and time of day.

use std::sync::LazyLock;

use super::lists::{entries, fields, lines};
use super::phrase::{Phrase, marked};

/// Whether a condition is of the clock or of the sky.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConditionKind {
    /// A time of day.
    Time,
    /// A weather.
    Weather,
}

/// A weather or a time of day, and how captions speak of it.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Used in scene files.
    pub id: &'static str,
    /// Weather or time.
    pub kind: ConditionKind,
    /// "in the rain": after what is there.
    pub said: Vec<Phrase>,
    /// "rainy": before the name of a place; may be empty.
    pub adjectives: Vec<Phrase>,
    /// "it is raining": a sentence of its own.
    pub clauses: Vec<Phrase>,
}

/// Every condition, in a fixed order.
pub fn conditions() -> &'static [Condition] {
    static CONDITIONS: LazyLock<Vec<Condition>> = LazyLock::new(|| {
        lines(include_str!("../../lists/conditions.txt"))
            .map(read)
            .collect()
    });
    &CONDITIONS
}

/// The condition with this id.
pub fn condition(id: &str) -> Option<&'static Condition> {
    conditions().iter().find(|condition| condition.id == id)
}

fn read(line: &'static str) -> Condition {
    let [id, kind, said, adjectives, clauses] = fields(line);
    let phrases = |field| entries(field).map(|text| marked(id, text)).collect();
    Condition {
        id,
        kind: match kind {
            "time" => ConditionKind::Time,
            "weather" => ConditionKind::Weather,
            other => panic!("{line}: {other} is neither time nor weather"),
        },
        said: phrases(said),
        adjectives: phrases(adjectives),
        clauses: phrases(clauses),
    }
}
