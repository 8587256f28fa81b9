//! What a picture shows, before any pixel is drawn: a place, its weather and time of day, and one to three groups of objects.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::concepts::{self, Condition, ConditionKind, Object, PLAIN, Place};

/// Most groups a scene can have.
pub const MAX_GROUPS: usize = 3;
/// Most objects a group can have.
pub const MAX_COUNT: u8 = 5;

/// How the first group stands to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// Right upon it.
    On,
    /// Below it, sheltered.
    Under,
    /// Side by side.
    NextTo,
    /// Nearer, hiding a little of it.
    InFrontOf,
}

/// Much larger or smaller than it would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// "a huge dog"
    Large,
    /// "a tiny dog"
    Small,
}

impl Size {
    /// Id of the concept.
    pub fn id(self) -> &'static str {
        match self {
            Self::Large => "large",
            Self::Small => "small",
        }
    }
}

/// Equal objects that belong together: "two red balls".
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Group {
    /// Id of an object.
    pub object: String,
    /// How many there are, 1 to [`MAX_COUNT`].
    pub count: u8,
    /// Id of the colour, for objects that come in several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// Where it is remarkable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
}

/// Everything that decides a picture: what is in it, and the seed of all small variation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SceneSpec {
    /// Id of a place.
    pub place: String,
    /// Id of a time of day, where it is not plain daylight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Id of a weather, where it is remarkable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weather: Option<String>,
    /// 1 to [`MAX_GROUPS`] groups of different objects.
    pub groups: Vec<Group>,
    /// How the first group stands to the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// Decides positions, sizes, mirroring and the details of the place.
    pub seed: u64,
}

/// A scene that names something this crate does not know, or too much of it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SceneError {
    /// No place has this id.
    #[error("there is no place {0:?} in the lists")]
    UnknownPlace(String),
    /// No weather or time of day has this id.
    #[error("there is no {what} {id:?} in the lists")]
    UnknownCondition {
        /// "weather" or "time of day".
        what: &'static str,
        /// The id asked for.
        id: String,
    },
    /// No object has this id.
    #[error("there is no object {0:?} in the lists")]
    UnknownObject(String),
    /// The object does not come in this colour.
    #[error("object {object:?} does not come in {colour:?}")]
    UnknownColour {
        /// The object's id.
        object: String,
        /// The colour asked for.
        colour: String,
    },
    /// A count outside 1 to [`MAX_COUNT`].
    #[error("{count} of {object:?}: a group has 1 to {MAX_COUNT} objects")]
    Count {
        /// The object's id.
        object: String,
        /// The count asked for.
        count: u8,
    },
    /// A number of groups outside 1 to [`MAX_GROUPS`].
    #[error("{0} groups: a scene has 1 to {MAX_GROUPS}")]
    Groups(usize),
    /// A relation needs a second group.
    #[error("a relation between the first group and a second one that is not there")]
    Relation,
}

/// Which part of all compositions a scene belongs to.
///
/// The parts differ in *what is shown together*, never only in the random details, so that a test picture's combination of
/// place and objects has not been seen in training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Seen in training: 88 % of all combinations.
    Train,
    /// For choosing checkpoints: 4 %.
    Dev,
    /// For the bundled gallery and the numbers reported on it: 8 %.
    Test,
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Split::Train => "train",
            Split::Dev => "dev",
            Split::Test => "test",
        })
    }
}

/// A group with its entry of the lists.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// The object.
    pub object: &'static Object,
    /// How many.
    pub count: u8,
    /// In which colour.
    pub colour: Option<&'static str>,
    /// How large, where that is remarkable.
    pub size: Option<Size>,
}

/// A scene with its entries of the lists.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Where.
    pub place: &'static Place,
    /// When.
    pub time: Option<&'static Condition>,
    /// In which weather.
    pub weather: Option<&'static Condition>,
    /// What.
    pub groups: Vec<Shown>,
    /// How the first group stands to the second.
    pub relation: Option<Relation>,
}

impl SceneSpec {
    /// The split this scene's combination of place and objects belongs to. Pictures of one thing alone are for training.
    pub fn split(&self) -> Split {
        if self.place == PLAIN {
            return Split::Train;
        }
        match stable_hash(&self.combination()) % 25 {
            0 | 1 => Split::Test,
            2 => Split::Dev,
            _ => Split::Train,
        }
    }

    /// The place and the objects, without order, counts, colours and seed: what the splits are disjoint in.
    pub fn combination(&self) -> String {
        let mut objects: Vec<&str> = self.groups.iter().map(|g| g.object.as_str()).collect();
        objects.sort_unstable();
        format!("{}: {}", self.place, objects.join(", "))
    }

    /// Looks everything up in the lists.
    ///
    /// # Errors
    ///
    /// Where the scene names something unknown or too much of something.
    pub fn resolve(&self) -> Result<Resolved, SceneError> {
        let place = concepts::place(&self.place)
            .ok_or_else(|| SceneError::UnknownPlace(self.place.clone()))?;
        if !(1..=MAX_GROUPS).contains(&self.groups.len()) {
            return Err(SceneError::Groups(self.groups.len()));
        }
        if self.relation.is_some() && self.groups.len() < 2 {
            return Err(SceneError::Relation);
        }
        let groups = self.groups.iter().map(Group::resolve);
        Ok(Resolved {
            place,
            time: resolve_condition(self.time.as_deref(), ConditionKind::Time)?,
            weather: resolve_condition(self.weather.as_deref(), ConditionKind::Weather)?,
            groups: groups.collect::<Result<_, _>>()?,
            relation: self.relation,
        })
    }
}

impl Resolved {
    /// Ids of all concepts the picture shows: whatever of them a caption says is true.
    pub fn concepts(&self) -> Vec<&'static str> {
        let mut ids = Vec::new();
        if self.place.id != PLAIN {
            ids.push(self.place.id);
        }
        ids.extend(self.time.into_iter().chain(self.weather).map(|c| c.id));
        for group in &self.groups {
            ids.push(group.object.id);
            ids.extend(concepts::number(group.count));
            if group.count > 2 {
                ids.push("several");
            }
            match group.colour {
                Some(colour) => ids.push(colour),
                None => ids.extend(&group.object.natural),
            }
            ids.extend(group.size.map(Size::id));
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

fn resolve_condition(
    id: Option<&str>,
    kind: ConditionKind,
) -> Result<Option<&'static Condition>, SceneError> {
    let Some(id) = id else { return Ok(None) };
    let found = concepts::condition(id).filter(|condition| condition.kind == kind);
    let unknown = || SceneError::UnknownCondition {
        what: match kind {
            ConditionKind::Time => "time of day",
            ConditionKind::Weather => "weather",
        },
        id: id.to_owned(),
    };
    found.map(Some).ok_or_else(unknown)
}

impl Group {
    fn resolve(&self) -> Result<Shown, SceneError> {
        let object = concepts::object(&self.object)
            .ok_or_else(|| SceneError::UnknownObject(self.object.clone()))?;
        if !(1..=MAX_COUNT).contains(&self.count) {
            return Err(SceneError::Count {
                object: self.object.clone(),
                count: self.count,
            });
        }
        let colour = match &self.colour {
            None => None,
            Some(wanted) => {
                let known = object.colours().into_iter().find(|colour| colour == wanted);
                let unknown = || SceneError::UnknownColour {
                    object: self.object.clone(),
                    colour: wanted.clone(),
                };
                Some(known.ok_or_else(unknown)?)
            }
        };
        Ok(Shown {
            object,
            count: self.count,
            colour,
            size: self.size,
        })
    }
}

/// FNV-1a: the same on every machine and in every release, unlike the standard library's hasher. The final mix spreads
/// the low bits, which are what the splits look at.
pub(crate) fn stable_hash(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(object: &str, count: u8, colour: Option<&str>) -> SceneSpec {
        SceneSpec {
            place: "beach".into(),
            time: None,
            weather: None,
            groups: vec![Group {
                object: object.into(),
                count,
                colour: colour.map(Into::into),
                size: None,
            }],
            relation: None,
            seed: 0,
        }
    }

    #[test]
    fn unknown_and_excessive_scenes_are_refused() {
        assert!(scene("dog", 2, None).resolve().is_ok());
        assert!(matches!(
            scene("yeti", 1, None).resolve(),
            Err(SceneError::UnknownObject(_))
        ));
        assert!(matches!(
            scene("dog", 9, None).resolve(),
            Err(SceneError::Count { .. })
        ));
        assert!(matches!(
            scene("book", 1, Some("purple")).resolve(),
            Err(SceneError::UnknownColour { .. })
        ));
        let mut spec = scene("dog", 1, None);
        spec.relation = Some(Relation::On);
        assert!(matches!(spec.resolve(), Err(SceneError::Relation)));
        spec.relation = None;
        spec.weather = Some("night".into());
        assert!(matches!(
            spec.resolve(),
            Err(SceneError::UnknownCondition { .. })
        ));
    }

    #[test]
    fn a_picture_shows_number_colour_and_place() {
        let shown = scene("book", 3, Some("red")).resolve().unwrap().concepts();
        assert_eq!(shown, ["beach", "book", "red", "several", "three"]);
    }
}
