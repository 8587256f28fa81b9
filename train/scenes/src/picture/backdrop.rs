//! A place without objects, in a weather, at a time of day.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use resvg::tiny_skia::{Color, Pixmap, PixmapPaint, Transform};

use super::PictureError;
use super::canvas::{Canvas, rgb};
use super::places;
use super::weather::Sky;
use crate::concepts::{Place, PlaceKind};

/// What is behind the objects and what is in front of them.
pub struct Backdrop {
    /// Opaque.
    pub behind: Pixmap,
    /// Rain, flakes, bubbles; often nothing.
    pub in_front: Option<Pixmap>,
}

impl Backdrop {
    /// Draws a place; `variant` decides its details.
    ///
    /// # Errors
    ///
    /// Where the size is unreasonable.
    pub fn draw(place: &Place, sky: Sky, variant: u64, size: u32) -> Result<Self, PictureError> {
        let layer = || Pixmap::new(size, size).ok_or(PictureError::Size(size));
        let mut rng = ChaCha8Rng::seed_from_u64(variant);
        let mut behind = layer()?;
        behind.fill(Color::WHITE);
        if place.kind == PlaceKind::Plain {
            plain(&mut behind, &mut rng);
            return Ok(Self {
                behind,
                in_front: None,
            });
        }
        if place.kind.outdoors() {
            sky.draw(&mut Canvas::new(&mut behind), &mut rng);
        }
        let mut ground = layer()?;
        places::draw(place.id, &mut Canvas::new(&mut ground), &mut rng);
        sky.light(&mut ground);
        let paint = PixmapPaint::default();
        behind.draw_pixmap(0, 0, ground.as_ref(), &paint, Transform::identity(), None);
        sky.veil(&mut Canvas::new(&mut behind), &mut rng);
        let mut in_front = layer()?;
        let mut canvas = Canvas::new(&mut in_front);
        let falls = sky.front(&mut canvas, &mut rng);
        let own = places::draw_in_front(place.id, &mut canvas, &mut rng);
        Ok(Self {
            behind,
            in_front: (falls || own).then_some(in_front),
        })
    }
}

/// A quiet ground for one thing alone: most often nearly white.
fn plain(behind: &mut Pixmap, rng: &mut ChaCha8Rng) {
    let grounds = [
        0xFFFFFF, 0xF4F4F6, 0xFBF6EC, 0xEEF4FA, 0xEFF7EE, 0xFBEFF2, 0x23262E,
    ];
    let ground = grounds[rng.random_range(0..grounds.len())];
    behind.fill(rgb(ground));
}
