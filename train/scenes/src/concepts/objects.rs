//! What is pictured with artwork, as the lists in `lists/` say.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::english::plural;
use super::lists::{fields, lines, tags};

/// How an object usually behaves: decides in which places it may stand, whether it is up in the air, and which verbs fit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Habit {
    /// Walks on the ground.
    Animal,
    /// Lives in the water.
    Swimmer,
    /// Is usually up in the air.
    Flyer,
    /// A human being or something shaped like one.
    Person,
    /// Drives or rolls.
    Vehicle,
    /// Swims on water.
    Boat,
    /// Flies, and is a machine.
    Aircraft,
    /// Grows.
    Plant,
    /// Is eaten or drunk.
    Food,
    /// Anything else that stays where it is put.
    Thing,
    /// People go into it, or could walk on it; never indoors.
    Building,
    /// Belongs into the sky.
    Sky,
    /// A sign, a face, a hand: pictured alone, never in a scene.
    Symbol,
}

/// How large an object is drawn among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SizeClass {
    /// A bee.
    Tiny,
    /// A mouse, an apple.
    Small,
    /// A dog, a guitar.
    Medium,
    /// A horse, a bus, a house.
    Large,
}

/// One spoken form of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noun {
    /// "dog"; empty for what is only plural ("scissors").
    pub singular: &'static str,
    /// "dogs"; equal to `singular` for "sheep", empty for what is not counted ("cheese").
    pub plural: &'static str,
}

impl Noun {
    /// The form that is always there.
    pub fn main(&self) -> &'static str {
        if self.singular.is_empty() {
            self.plural
        } else {
            self.singular
        }
    }
}

/// Something pictured with artwork.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its main name; used in scene files.
    pub id: &'static str,
    /// The artwork, as the emoji Twemoji draws.
    pub emoji: &'static str,
    /// Spoken forms, the main one first. Never empty.
    pub names: Vec<Noun>,
    /// Where it may stand and what it does.
    pub habit: Habit,
    /// How large it is drawn.
    pub size: SizeClass,
    /// Artwork for each colour it comes in, as (colour id, emoji); empty for most.
    pub variants: Vec<(&'static str, &'static str)>,
    /// Whether its artwork may be dyed in [`super::DYES`].
    pub dyed: bool,
    /// The colours it always has: "a grey elephant" is true of every elephant here.
    pub natural: Vec<&'static str>,
    /// Whether something may stand on it.
    pub holds: bool,
    /// Whether something may stand under it.
    pub shelters: bool,
    /// Never indoors.
    pub outdoors: bool,
    /// Only where there is water.
    pub water: bool,
    /// Never mirrored, since it shows writing.
    pub fixed: bool,
    /// What many of it are called: "herd".
    pub collective: Option<&'static str>,
    /// What it can be seen doing, as marked phrases: "playing {golf}".
    pub doing: Vec<&'static str>,
}

impl Object {
    /// Whether there can be two of it.
    pub fn countable(&self) -> bool {
        let counted = |noun: &Noun| !noun.singular.is_empty() && !noun.plural.is_empty();
        self.names.iter().all(counted)
    }

    /// Whether it hovers instead of standing on the ground.
    pub fn aloft(&self) -> bool {
        matches!(self.habit, Habit::Flyer | Habit::Aircraft | Habit::Sky)
    }

    /// Whether it shows writing or has a side by convention, so that a mirror would spoil it.
    pub fn reads(&self) -> bool {
        self.habit == Habit::Symbol || self.fixed
    }

    /// The ids of the colours it comes in.
    pub fn colours(&self) -> Vec<&'static str> {
        if self.dyed {
            super::DYES.iter().map(|dye| dye.id).collect()
        } else {
            self.variants.iter().map(|(colour, _)| *colour).collect()
        }
    }

    /// The emoji to draw for a colour; the plain one where the object does not come in that colour.
    pub fn artwork(&self, colour: Option<&str>) -> &'static str {
        colour
            .and_then(|wanted| self.variants.iter().find(|(name, _)| *name == wanted))
            .map_or(self.emoji, |(_, emoji)| emoji)
    }
}

const LISTS: [&str; 7] = [
    include_str!("../../lists/animals.txt"),
    include_str!("../../lists/people.txt"),
    include_str!("../../lists/vehicles.txt"),
    include_str!("../../lists/food.txt"),
    include_str!("../../lists/nature.txt"),
    include_str!("../../lists/things.txt"),
    include_str!("../../lists/symbols.txt"),
];

/// Every object, in a fixed order.
pub fn objects() -> &'static [Object] {
    static OBJECTS: LazyLock<Vec<Object>> = LazyLock::new(|| {
        LISTS
            .iter()
            .flat_map(|list| lines(list))
            .map(read)
            .collect()
    });
    &OBJECTS
}

/// The object with this id.
pub fn object(id: &str) -> Option<&'static Object> {
    static BY_ID: LazyLock<BTreeMap<&'static str, &'static Object>> =
        LazyLock::new(|| objects().iter().map(|o| (o.id, o)).collect());
    BY_ID.get(id).copied()
}

/// One line of a list. The lists are part of this crate: a line that cannot be read is a mistake in it, which the tests
/// below find.
fn read(line: &'static str) -> Object {
    let [emoji, names, rest] = fields(line);
    let tags = tags(rest);
    let names: Vec<Noun> = names.split(',').map(|name| noun(name.trim())).collect();
    let habit = match tags.words.first() {
        Some(&"animal") => Habit::Animal,
        Some(&"swimmer") => Habit::Swimmer,
        Some(&"flyer") => Habit::Flyer,
        Some(&"person") => Habit::Person,
        Some(&"vehicle") => Habit::Vehicle,
        Some(&"boat") => Habit::Boat,
        Some(&"aircraft") => Habit::Aircraft,
        Some(&"plant") => Habit::Plant,
        Some(&"food") => Habit::Food,
        Some(&"thing") => Habit::Thing,
        Some(&"building") => Habit::Building,
        Some(&"sky") => Habit::Sky,
        Some(&"symbol") => Habit::Symbol,
        other => panic!("{line}: {other:?} is no habit"),
    };
    let has = |word: &str| tags.words.contains(&word);
    let size = if has("tiny") {
        SizeClass::Tiny
    } else if has("small") {
        SizeClass::Small
    } else if has("large") || habit == Habit::Building {
        SizeClass::Large
    } else {
        SizeClass::Medium
    };
    let pairs = |list: &'static str| {
        let pair = |entry: &'static str| entry.split_once('=').unwrap_or((entry, ""));
        list.split(',').map(pair).collect()
    };
    Object {
        id: names[0].main(),
        emoji,
        habit,
        size,
        variants: tags.value("variants").map(pairs).unwrap_or_default(),
        dyed: has("dyed"),
        natural: super::COLOUR_IDS
            .iter()
            .copied()
            .filter(|id| has(id))
            .collect(),
        holds: has("holds"),
        shelters: has("shelters"),
        outdoors: has("outdoors") || habit == Habit::Building,
        water: has("water"),
        fixed: has("fixed"),
        collective: tags.value("group"),
        doing: tags
            .value("does")
            .map(|list| list.split(';').collect())
            .unwrap_or_default(),
        names,
    }
}

fn noun(text: &'static str) -> Noun {
    match text.split_once('/') {
        None => Noun {
            singular: text,
            plural: plural(text).leak(),
        },
        Some((name, "-pl")) => Noun {
            singular: "",
            plural: name,
        },
        Some((name, "-")) => Noun {
            singular: name,
            plural: "",
        },
        // "bearded man/bearded men" and "policeman/policemen": the plural is written out.
        Some((name, plural)) => Noun {
            singular: name,
            plural,
        },
    }
}
