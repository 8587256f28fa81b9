//! The backgrounds, drawn.
//!
//! Every place is a function that draws onto a [`Canvas`] with its own random details, so that no two beaches are quite
//! the same. The ground reaches up to about [`HORIZON`] percent, and nothing drawn here can be mistaken for an object of the
//! table: no flowers in the sea, no conifers in the forest, no crescent in the night sky.

mod fields;
mod halls;
mod indoors;
mod land;
mod leisure;
mod shore;
mod sky;
mod town;
mod water;
mod wild;

use rand::rngs::ChaCha8Rng;

use super::canvas::Canvas;
use crate::concepts::Place;

/// Where the ground begins, in percent from the top.
pub const HORIZON: f32 = 62.0;

/// Draws a place's ground and what stands on it, over a sky that is already there.
type Painter = fn(&mut Canvas<'_>, &mut ChaCha8Rng);

/// The drawing of a place; `None` for ids that are not in the lists.
fn painter(id: &str) -> Option<Painter> {
    Some(match id {
        "beach" => water::beach,
        "forest" => land::forest,
        "jungle" => wild::jungle,
        "snow" => land::snow,
        "ice" => shore::ice,
        "street" => town::street,
        "city" => town::city,
        "village" => town::village,
        "road" => wild::road,
        "park" => leisure::park,
        "playground" => leisure::playground,
        "garden" => fields::garden,
        "farm" => fields::farm,
        "field" => wild::field,
        "mountains" => land::mountains,
        "desert" => land::desert,
        "canyon" => wild::canyon,
        "savanna" => wild::savanna,
        "lake" => water::lake,
        "river" => shore::river,
        "waterfall" => shore::waterfall,
        "swamp" => shore::swamp,
        "harbour" => shore::harbour,
        "underwater" => water::underwater,
        "sky" => sky::air,
        "space" => sky::space,
        "lava field" => wild::lava_field,
        "cave" => halls::cave,
        "castle hall" => halls::castle_hall,
        "kitchen" => indoors::kitchen,
        "bedroom" => indoors::bedroom,
        "bathroom" => halls::bathroom,
        "living room" => halls::living_room,
        "classroom" => halls::classroom,
        "library" => halls::library,
        "supermarket" => halls::supermarket,
        "stage" => indoors::stage,
        "gym" => halls::gym,
        "arena" => leisure::football_pitch,
        "fairground" => leisure::fairground,
        "market" => town::market,
        _ => return None,
    })
}

/// Draws everything behind the objects.
pub fn draw(id: &str, canvas: &mut Canvas<'_>, rng: &mut ChaCha8Rng) {
    if let Some(paint) = painter(id) {
        paint(canvas, rng);
    }
}

/// Draws what floats in front of the objects; `false` where nothing does.
pub fn draw_in_front(id: &str, canvas: &mut Canvas<'_>, rng: &mut ChaCha8Rng) -> bool {
    if id == "underwater" {
        water::bubbles(canvas, rng, 5);
    }
    id == "underwater"
}

/// So dark that things need a light rim instead of a shadow.
pub fn dark(place: &Place) -> bool {
    matches!(place.id, "space" | "stage" | "cave")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::concepts::{PLAIN, places};

    #[test]
    fn every_place_is_drawn() {
        for place in places().iter().filter(|place| place.id != PLAIN) {
            assert!(painter(place.id).is_some(), "{}", place.id);
        }
    }
}
