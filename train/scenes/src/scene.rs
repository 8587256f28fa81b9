//! What a picture shows: one background and one to three groups of objects, before any pixel is drawn.

use std::fmt;

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::concepts::{self, Background, Concept};

/// Most groups a scene can have.
pub const MAX_GROUPS: usize = 3;
/// Most objects a group can have.
pub const MAX_COUNT: u8 = 3;

/// Equal objects that belong together: "two red balls".
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Group {
    /// Id of an object of the table.
    pub object: String,
    /// How many there are, 1 to [`MAX_COUNT`].
    pub count: u8,
    /// Id of the colour, for objects that come in several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
}

/// Everything that decides a picture: what is in it, and the seed of all small variation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SceneSpec {
    /// Id of a background of the table.
    pub background: String,
    /// The objects from left to right, 1 to [`MAX_GROUPS`] groups of different objects.
    pub groups: Vec<Group>,
    /// Decides positions, sizes, mirroring and the details of the background.
    pub seed: u64,
}

/// A scene that names something this crate does not know, or too much of it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SceneError {
    /// No background has this id.
    #[error("background {0:?} is not in the table of concepts")]
    UnknownBackground(String),
    /// No object has this id.
    #[error("object {0:?} is not in the table of concepts")]
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
}

/// Which part of all compositions a scene belongs to.
///
/// The parts differ in *what is shown together*, never only in the random details, so that a test picture's combination of
/// background and objects has not been seen in training.
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

/// A group with its entry of the table.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The object's entry.
    pub object: &'static Concept,
    /// How many.
    pub count: u8,
    /// In which colour.
    pub colour: Option<&'a str>,
}

impl SceneSpec {
    /// Draws a scene of this split. Which objects and background occur is uniform; most groups are one object.
    pub fn sample(rng: &mut impl Rng, split: Split) -> Self {
        loop {
            let scene = Self::sample_any(rng);
            if scene.split() == split {
                return scene;
            }
        }
    }

    fn sample_any(rng: &mut impl Rng) -> Self {
        let objects = concepts::objects();
        let background = rng.random_range(0..concepts::backgrounds().len());
        let wanted = match rng.random_range(0..100) {
            0..35 => 1,
            35..85 => 2,
            _ => MAX_GROUPS,
        };
        let mut groups: Vec<Group> = Vec::with_capacity(wanted);
        while groups.len() < wanted {
            let object = &objects[rng.random_range(0..objects.len())];
            if groups.iter().all(|g| g.object != object.id) {
                // Never so many that they would have to be drawn too small: 3, 4 or 5 objects in all.
                let shown: u8 = groups.iter().map(|g| g.count).sum();
                let still_to_come = wanted - groups.len() - 1;
                let room = (wanted + 2 - still_to_come) as u8 - shown;
                groups.push(Group::sample(rng, object, room));
            }
        }
        Self {
            background: concepts::backgrounds()[background].concept.id.to_owned(),
            groups,
            seed: rng.random(),
        }
    }

    /// The split this scene's combination of background and objects belongs to.
    pub fn split(&self) -> Split {
        match stable_hash(&self.combination()) % 25 {
            0 | 1 => Split::Test,
            2 => Split::Dev,
            _ => Split::Train,
        }
    }

    /// The background and the objects, without order, counts, colours and seed: what the splits are disjoint in.
    pub fn combination(&self) -> String {
        let mut objects: Vec<&str> = self.groups.iter().map(|g| g.object.as_str()).collect();
        objects.sort_unstable();
        format!("{}: {}", self.background, objects.join(", "))
    }

    /// Looks everything up in the table of concepts.
    ///
    /// # Errors
    ///
    /// Where the scene names something unknown or too much of something.
    pub fn resolve(&self) -> Result<(&'static Background, Vec<Shown<'_>>), SceneError> {
        let background = concepts::background(&self.background)
            .ok_or_else(|| SceneError::UnknownBackground(self.background.clone()))?;
        if !(1..=MAX_GROUPS).contains(&self.groups.len()) {
            return Err(SceneError::Groups(self.groups.len()));
        }
        let groups = self
            .groups
            .iter()
            .map(Group::resolve)
            .collect::<Result<_, _>>()?;
        Ok((background, groups))
    }
}

impl Group {
    /// A group of up to `room` times `object`.
    fn sample(rng: &mut impl Rng, object: &Concept, room: u8) -> Self {
        let count = if !object.countable() {
            1
        } else {
            match rng.random_range(0..100) {
                0..55 => 1,
                55..80 => 2,
                _ => 3,
            }
        };
        let colours: Vec<&str> = object.colours.iter().map(|(colour, _)| *colour).collect();
        Self {
            object: object.id.to_owned(),
            count: count.min(room).min(MAX_COUNT),
            colour: colours.choose(rng).map(|colour| (*colour).to_owned()),
        }
    }

    fn resolve(&self) -> Result<Shown<'_>, SceneError> {
        let object = concepts::object(&self.object)
            .ok_or_else(|| SceneError::UnknownObject(self.object.clone()))?;
        if !(1..=MAX_COUNT).contains(&self.count) {
            return Err(SceneError::Count {
                object: self.object.clone(),
                count: self.count,
            });
        }
        if let Some(colour) = &self.colour
            && !object.colours.iter().any(|(name, _)| name == colour)
        {
            return Err(SceneError::UnknownColour {
                object: self.object.clone(),
                colour: colour.clone(),
            });
        }
        Ok(Shown {
            object,
            count: self.count,
            colour: self.colour.as_deref(),
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
    use crate::lists::scene_list;

    #[test]
    fn unknown_and_excessive_scenes_are_refused() {
        let scene = |object: &str, count, colour: Option<&str>| SceneSpec {
            background: "beach".into(),
            groups: vec![Group {
                object: object.into(),
                count,
                colour: colour.map(Into::into),
            }],
            seed: 0,
        };
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
            scene("car", 1, Some("purple")).resolve(),
            Err(SceneError::UnknownColour { .. })
        ));
    }

    #[test]
    fn sampled_scenes_resolve() {
        for scene in scene_list(Split::Train, 500, 3) {
            let (_, groups) = scene.resolve().unwrap();
            assert!(groups.iter().map(|g| g.count).sum::<u8>() <= 5);
        }
    }
}
