//! The places and the ways people say that something is there.

use super::{Concept, Kind, Noun, word};

/// Which place to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the place its name says")]
pub enum BackgroundId {
    Beach,
    Forest,
    Snow,
    City,
    Kitchen,
    Night,
    Underwater,
    Farm,
    Stage,
    Mountains,
    Desert,
    Rain,
    Garden,
    Space,
    Lake,
    Bedroom,
}

/// A place, and how captions speak of it.
#[derive(Clone, Copy, Debug)]
pub struct Background {
    /// Its entry in the table of concepts; `words` are the content words it can be recognised by.
    pub concept: Concept,
    /// Which place to draw.
    pub id: BackgroundId,
    /// "on the beach": follows what is there. The first is the plainest.
    pub places: &'static [&'static str],
    /// "a beach": names the whole picture, before "with two dogs".
    pub heads: &'static [&'static str],
}

macro_rules! background {
    ($id:literal, $kind:ident, [$($word:literal),+], [$($place:literal),+], [$($head:literal),+]) => {
        Background {
            concept: word($id, Kind::Background, &[$(Noun { singular: $word, plural: "" }),+]),
            id: BackgroundId::$kind,
            places: &[$($place),+],
            heads: &[$($head),+],
        }
    };
}

/// Every background, in a fixed order.
pub fn backgrounds() -> &'static [Background] {
    BACKGROUNDS
}

/// The background with this id.
pub(super) fn find(id: &str) -> Option<&'static Background> {
    BACKGROUNDS.iter().find(|b| b.concept.id == id)
}

#[rustfmt::skip]
const BACKGROUNDS: &[Background] = &[
    background!("beach", Beach, ["beach", "seaside", "shore"],
        ["on the beach", "at the beach", "at the seaside", "on the shore", "on a beach"],
        ["a beach", "the seaside", "the beach"]),
    background!("forest", Forest, ["forest", "woods"],
        ["in the forest", "in the woods", "in a forest", "deep in the forest"],
        ["a forest", "the woods", "the forest"]),
    background!("snow", Snow, ["snow", "winter"],
        ["in the snow", "in the winter", "on the snow", "in winter"],
        ["a winter scene", "a field of snow", "snow"]),
    background!("city", City, ["city", "street", "town"],
        ["in the city", "on the street", "in town", "in the street", "in a big city"],
        ["a city", "a street", "the town", "a city street"]),
    background!("kitchen", Kitchen, ["kitchen"],
        ["in the kitchen", "in a kitchen"],
        ["a kitchen", "the kitchen"]),
    background!("night", Night, ["night", "stars", "sky"],
        ["at night", "under the stars", "under the night sky", "in the night"],
        ["the night sky", "a night", "a sky full of stars"]),
    background!("underwater", Underwater, ["underwater", "sea", "ocean"],
        ["in the sea", "under the sea", "underwater", "in the ocean", "at the bottom of the sea"],
        ["the sea", "the ocean", "an underwater scene"]),
    background!("farm", Farm, ["farm", "barn"],
        ["on the farm", "at the farm", "on a farm", "near the barn", "in front of the barn"],
        ["a farm", "the farm", "a barn"]),
    background!("stage", Stage, ["stage", "theatre"],
        ["on the stage", "on stage", "in the theatre", "on a stage"],
        ["a stage", "the stage", "a theatre"]),
    background!("mountains", Mountains, ["mountains", "mountain"],
        ["in the mountains", "on the mountain", "on a mountain", "in front of the mountains"],
        ["the mountains", "a mountain", "mountains"]),
    background!("desert", Desert, ["desert", "dunes"],
        ["in the desert", "in a desert", "on the dunes", "among the dunes"],
        ["a desert", "the desert", "the dunes"]),
    background!("rain", Rain, ["rain", "storm"],
        ["in the rain", "out in the rain", "in a storm", "in the pouring rain"],
        ["the rain", "a storm", "heavy rain"]),
    background!("garden", Garden, ["garden", "flowers"],
        ["in the garden", "in a garden", "among the flowers", "between the flowers"],
        ["a garden", "the garden", "a garden full of flowers"]),
    background!("space", Space, ["space", "moon"],
        ["on the moon", "in space", "in outer space", "on the surface of the moon"],
        ["the moon", "outer space", "the surface of the moon"]),
    background!("lake", Lake, ["lake", "river", "water"],
        ["by the lake", "at the lake", "by the river", "by the water", "near a lake"],
        ["a lake", "the lake", "a river"]),
    background!("bedroom", Bedroom, ["bedroom"],
        ["in the bedroom", "in a bedroom"],
        ["a bedroom", "the bedroom"]),
];

#[cfg(test)]
mod tests {
    use super::super::is_content;
    use super::*;

    #[test]
    fn every_phrase_names_its_own_place() {
        for background in BACKGROUNDS {
            let own: Vec<_> = background
                .concept
                .words
                .iter()
                .map(|n| n.singular)
                .collect();
            for phrase in background.places.iter().chain(background.heads) {
                let content: Vec<_> = phrase.split(' ').filter(|w| is_content(w)).collect();
                assert!(!content.is_empty(), "{phrase:?} says nothing");
                for said in content {
                    assert!(
                        own.contains(&said),
                        "{phrase:?}: {said:?} is another concept's word"
                    );
                }
            }
        }
    }
}
