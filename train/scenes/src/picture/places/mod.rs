//! The backgrounds, drawn.
//!
//! Every place is a function that draws onto a [`Canvas`] with its own random details, so that no two beaches are quite
//! the same. The ground reaches up to about [`HORIZON`] percent, and nothing drawn here can be mistaken for an object of the
//! table: no flowers in the sea, no conifers in the forest, no crescent in the night sky.

mod fields;
mod indoors;
mod land;
mod sky;
mod water;

use rand::Rng;

use super::canvas::Canvas;
use crate::concepts::BackgroundId;

/// Where the ground begins, in percent from the top.
pub const HORIZON: f32 = 62.0;

/// What a place means for the things put into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Things hover at any height instead of standing on the ground.
    pub afloat: bool,
    /// So dark that things need a light rim instead of a shadow.
    pub dark: bool,
}

/// How things are placed and lit in a place.
pub fn setting(id: BackgroundId) -> Setting {
    Setting {
        afloat: id == BackgroundId::Underwater,
        dark: matches!(
            id,
            BackgroundId::Night | BackgroundId::Space | BackgroundId::Stage
        ),
    }
}

/// Draws everything behind the objects.
pub fn draw(id: BackgroundId, canvas: &mut Canvas<'_>, rng: &mut impl Rng) {
    match id {
        BackgroundId::Beach => water::beach(canvas, rng),
        BackgroundId::Underwater => water::underwater(canvas, rng),
        BackgroundId::Lake => water::lake(canvas, rng),
        BackgroundId::Rain => sky::rain(canvas, rng),
        BackgroundId::Night => sky::night(canvas, rng),
        BackgroundId::Space => sky::space(canvas, rng),
        BackgroundId::Snow => land::snow(canvas, rng),
        BackgroundId::Forest => land::forest(canvas, rng),
        BackgroundId::Farm => fields::farm(canvas, rng),
        BackgroundId::Mountains => land::mountains(canvas, rng),
        BackgroundId::Desert => land::desert(canvas, rng),
        BackgroundId::Garden => fields::garden(canvas, rng),
        BackgroundId::City => indoors::city(canvas, rng),
        BackgroundId::Kitchen => indoors::kitchen(canvas, rng),
        BackgroundId::Stage => indoors::stage(canvas, rng),
        BackgroundId::Bedroom => indoors::bedroom(canvas, rng),
    }
}

/// Draws what falls in front of the objects; `false` where nothing does.
pub fn draw_in_front(id: BackgroundId, canvas: &mut Canvas<'_>, rng: &mut impl Rng) -> bool {
    match id {
        BackgroundId::Rain => sky::falling_rain(canvas, rng, 26),
        BackgroundId::Snow => land::falling_snow(canvas, rng, 26),
        BackgroundId::Underwater => water::bubbles(canvas, rng, 5),
        _ => return false,
    }
    true
}
