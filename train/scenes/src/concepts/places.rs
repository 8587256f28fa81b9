//! The places, and the ways people say that something is there.

use std::sync::LazyLock;

use super::lists::{entries, fields, lines};
use super::phrase::{Phrase, marked};

/// What a place means for what may stand in it and for its weather.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlaceKind {
    /// Open country.
    Land,
    /// Shores: things stand, boats and fish are near.
    Water,
    /// Streets and squares.
    City,
    /// No weather, no buildings, no vehicles.
    Indoors,
    /// Everything floats.
    Underwater,
    /// Everything floats, without air.
    Space,
    /// Everything floats, high up.
    Air,
    /// Nowhere: one thing alone on a coloured ground.
    Plain,
}

impl PlaceKind {
    /// Whether it can rain there or be night.
    pub fn outdoors(self) -> bool {
        matches!(self, Self::Land | Self::Water | Self::City | Self::Air)
    }

    /// Whether things float at any height instead of standing on the ground.
    pub fn afloat(self) -> bool {
        matches!(self, Self::Underwater | Self::Space | Self::Air)
    }
}

/// A place, and how captions speak of it.
#[derive(Clone, Debug)]
pub struct Place {
    /// Used in scene files.
    pub id: &'static str,
    /// What may be there.
    pub kind: PlaceKind,
    /// "on the beach": follows what is there. The first is the plainest. Empty for the plain place alone.
    pub wheres: Vec<Phrase>,
    /// "a beach": names the whole picture.
    pub heads: Vec<Phrase>,
}

/// The place of pictures that show one thing alone.
pub const PLAIN: &str = "plain";

/// Every place, in a fixed order.
pub fn places() -> &'static [Place] {
    static PLACES: LazyLock<Vec<Place>> = LazyLock::new(|| {
        lines(include_str!("../../lists/places.txt"))
            .map(read)
            .collect()
    });
    &PLACES
}

/// The place with this id.
pub fn place(id: &str) -> Option<&'static Place> {
    places().iter().find(|place| place.id == id)
}

fn read(line: &'static str) -> Place {
    let [id, kind, wheres, heads] = fields(line);
    let phrases = |field| entries(field).map(|text| marked(id, text)).collect();
    Place {
        id,
        kind: match kind {
            "land" => PlaceKind::Land,
            "water" => PlaceKind::Water,
            "city" => PlaceKind::City,
            "indoors" => PlaceKind::Indoors,
            "underwater" => PlaceKind::Underwater,
            "space" => PlaceKind::Space,
            "air" => PlaceKind::Air,
            "plain" => PlaceKind::Plain,
            other => panic!("{line}: {other} is no kind of place"),
        },
        wheres: phrases(wheres),
        heads: phrases(heads),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_phrases_that_name_it() {
        assert!(places().len() > 36);
        for place in places().iter().filter(|place| place.id != PLAIN) {
            assert!(place.wheres.len() >= 3 && !place.heads.is_empty());
            for phrase in place.wheres.iter().chain(&place.heads) {
                assert!(
                    phrase.iter().any(|word| word.concept.is_some()),
                    "{phrase:?}"
                );
            }
        }
    }
}
