//! Pictures of scenes: Twemoji artwork on drawn backgrounds, at any size.

mod artwork;
mod backdrop;
mod canvas;
mod cluster;
mod crowd;
mod dye;
mod layout;
mod places;
mod weather;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use image::RgbImage;
use resvg::tiny_skia::{Color, FilterQuality, Pixmap, PixmapPaint, Transform};
use resvg::usvg;

use crate::concepts::Place;
use crate::scene::{SceneError, SceneSpec};
use artwork::{Edge, Gallery};
pub use artwork::{Look, label};
use backdrop::Backdrop;
use canvas::Canvas;
pub use crowd::Crowd;
pub use layout::Placed;
use weather::Sky;

/// Who made the artwork and under which licence; to be shown wherever the pictures are.
pub const CREDIT: &str = "Twemoji graphics, copyright Twitter, Inc and other contributors, licensed under CC BY 4.0 \
(https://creativecommons.org/licenses/by/4.0/), composed over backgrounds drawn by SaySee";

/// The licence of the composed pictures, as their gallery entries name it.
pub const LICENCE: &str = "CC BY 4.0";

/// Smallest and largest side of a picture, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 16..=4096;
/// Longer side of an emoji alone, in parts of the picture's.
const EMOJI: f32 = 0.84;
/// How many different drawings there are of each place in plain daylight.
const VARIANTS: u64 = 24;
/// Backdrops up to this side are kept.
const KEPT_UP_TO: u32 = 128;
/// So many of them at most: about 150 MB at 96 pixels.
const MOST_KEPT: usize = 4096;

/// Why a picture could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The scene is not one this crate knows.
    #[error(transparent)]
    Scene(#[from] SceneError),
    /// Twemoji has no drawing of this emoji.
    #[error("Twemoji has no artwork for {0}: choose another emoji in the lists")]
    NoArtwork(&'static str),
    /// The drawing is not an SVG that can be read.
    #[error("the artwork of {emoji} cannot be read: {source}")]
    Artwork {
        /// Which emoji.
        emoji: &'static str,
        /// What the SVG reader said.
        source: usvg::Error,
    },
    /// A picture of no or of absurd size.
    #[error("{0} pixels: a picture's side is from {min} to {max}", min = SIDES.start(), max = SIDES.end())]
    Size(u32),
}

/// Draws scenes, keeping what several pictures share. May be used from several threads.
#[derive(Default)]
pub struct Renderer {
    gallery: Gallery,
    backdrops: Mutex<HashMap<BackdropKey, Arc<Backdrop>>>,
}

/// Place, weather and time of day, variant, size.
type BackdropKey = (&'static str, Sky, u64, u32);

impl Renderer {
    /// A renderer with nothing drawn yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The picture of a scene, `size` pixels square: the same composition at every size.
    ///
    /// # Errors
    ///
    /// Where the scene names something unknown, or the size is unreasonable.
    pub fn render(&self, scene: &SceneSpec, size: u32) -> Result<RgbImage, PictureError> {
        check_size(size)?;
        let resolved = scene.resolve()?;
        let sky = Sky::new(scene.time.as_deref(), scene.weather.as_deref());
        let backdrop = self.backdrop(resolved.place, sky, scene.seed, size)?;
        let mut picture = backdrop.behind.clone();
        let objects = layout::arrange(&resolved, &self.gallery, scene.seed)?;
        let mut canvas = Canvas::new(&mut picture);
        for object in objects.iter().filter(|o| o.grounded) {
            ground_shadow(&mut canvas, object);
        }
        let edge = edge(resolved.place, sky);
        for object in &objects {
            self.draw_object(&mut picture, object, edge)?;
        }
        if let Some(in_front) = &backdrop.in_front {
            let paint = PixmapPaint::default();
            picture.draw_pixmap(0, 0, in_front.as_ref(), &paint, Transform::identity(), None);
        }
        to_rgb(&picture)
    }

    /// An emoji alone on white, `size` pixels square.
    ///
    /// # Errors
    ///
    /// Where Twemoji has no drawing of it, or the size is unreasonable.
    pub fn emoji(&self, emoji: &'static str, size: u32) -> Result<RgbImage, PictureError> {
        check_size(size)?;
        let mut picture = Pixmap::new(size, size).ok_or(PictureError::Size(size))?;
        picture.fill(Color::WHITE);
        self.draw_object(&mut picture, &self.alone(emoji)?, Edge::Bare)?;
        to_rgb(&picture)
    }

    /// Where [`Renderer::emoji`] puts it.
    ///
    /// # Errors
    ///
    /// Where Twemoji has no drawing of it.
    pub fn alone(&self, emoji: &'static str) -> Result<Placed, PictureError> {
        let (width, height) = self.gallery.shape(emoji)?;
        Ok(Placed {
            look: Look { emoji, dyed: None },
            group: 0,
            x: 0.5,
            y: 0.5,
            size: EMOJI,
            width: width * EMOJI,
            height: height * EMOJI,
            rotation: 0.0,
            mirrored: false,
            grounded: false,
        })
    }

    /// Where the objects of a scene are, farthest first.
    ///
    /// # Errors
    ///
    /// Where the scene names something unknown.
    pub fn objects(&self, scene: &SceneSpec) -> Result<Vec<Placed>, PictureError> {
        layout::arrange(&scene.resolve()?, &self.gallery, scene.seed)
    }

    fn backdrop(
        &self,
        place: &'static Place,
        sky: Sky,
        seed: u64,
        size: u32,
    ) -> Result<Arc<Backdrop>, PictureError> {
        // Fewer variants of each of the many weathers.
        let variants = if sky == Sky::default() {
            VARIANTS
        } else {
            VARIANTS / 4
        };
        let variant = seed % variants;
        let key = (place.id, sky, variant, size);
        let lock = || {
            self.backdrops
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(kept) = lock().get(&key).cloned() {
            return Ok(kept);
        }
        let backdrop = Arc::new(Backdrop::draw(place, sky, variant, size)?);
        let mut kept = lock();
        if size <= KEPT_UP_TO && kept.len() < MOST_KEPT {
            kept.insert(key, Arc::clone(&backdrop));
        }
        Ok(backdrop)
    }

    fn draw_object(
        &self,
        picture: &mut Pixmap,
        object: &Placed,
        edge: Edge,
    ) -> Result<(), PictureError> {
        let side = picture.width() as f32;
        let size = object.size * side;
        let sprite = self.gallery.sprite(object.look, size, edge)?;
        let scale = size / sprite.size;
        let flip = if object.mirrored { -1.0 } else { 1.0 };
        let centre = (
            -sprite.margin - sprite.extent.0 / 2.0,
            -sprite.margin - sprite.extent.1 / 2.0,
        );
        let transform = Transform::from_translate(centre.0, centre.1)
            .post_scale(scale * flip, scale)
            .post_rotate(object.rotation)
            .post_translate(object.x * side, object.y * side);
        let paint = PixmapPaint {
            quality: FilterQuality::Bilinear,
            ..PixmapPaint::default()
        };
        picture.draw_pixmap(0, 0, sprite.pixels.as_ref(), &paint, transform, None);
        Ok(())
    }
}

/// Refuses a picture of no or of absurd size.
fn check_size(size: u32) -> Result<(), PictureError> {
    match SIDES.contains(&size) {
        true => Ok(()),
        false => Err(PictureError::Size(size)),
    }
}

/// What is around drawings in a place, so that they stand out.
fn edge(place: &Place, sky: Sky) -> Edge {
    if sky.dark() || places::dark(place) {
        Edge::Rim
    } else {
        Edge::Shadow
    }
}

/// An opaque picture without its alpha.
fn to_rgb(picture: &Pixmap) -> Result<RgbImage, PictureError> {
    let pixels = picture.pixels().iter();
    let rgb = pixels
        .flat_map(|p| [p.red(), p.green(), p.blue()])
        .collect();
    let side = picture.width();
    RgbImage::from_raw(side, side, rgb).ok_or(PictureError::Size(side))
}

fn ground_shadow(canvas: &mut Canvas<'_>, object: &Placed) {
    let (x, foot) = (object.x * 100.0, object.foot() * 100.0);
    let reach = object.width * 46.0;
    for (part, opacity) in [(1.0, 0.09), (0.86, 0.1), (0.68, 0.11)] {
        canvas.ellipse(
            x,
            foot - reach * 0.04,
            reach * part,
            reach * 0.17 * part,
            canvas::rgba(0x101828, opacity),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::scene_list;
    use crate::scene::Split;

    #[test]
    fn pictures_depend_on_nothing_but_the_scene() {
        let scenes = scene_list(Split::Train, 6, 2);
        let (first, second) = (Renderer::new(), Renderer::new());
        for scene in &scenes {
            let once = first.render(scene, 64).unwrap();
            assert_eq!(once, first.render(scene, 64).unwrap());
            assert_eq!(once, second.render(scene, 64).unwrap());
        }
        assert_ne!(
            first.render(&scenes[0], 64).unwrap(),
            first.render(&scenes[1], 64).unwrap()
        );
    }

    #[test]
    fn a_picture_looks_the_same_at_every_size() {
        let renderer = Renderer::new();
        for scene in scene_list(Split::Train, 12, 9) {
            let small = renderer.render(&scene, 48).unwrap();
            let large = renderer.render(&scene, 192).unwrap();
            let shrunk = image::imageops::thumbnail(&large, 48, 48);
            let difference: u64 = small
                .iter()
                .zip(shrunk.iter())
                .map(|(a, b)| u64::from(a.abs_diff(*b)))
                .sum();
            let mean = difference as f64 / small.len() as f64;
            assert!(mean < 8.0, "{scene:?} differs by {mean}");
        }
    }

    #[test]
    fn absurd_sizes_are_refused() {
        let scene = &scene_list(Split::Train, 1, 2)[0];
        let renderer = Renderer::new();
        assert!(matches!(
            renderer.render(scene, 0),
            Err(PictureError::Size(0))
        ));
        assert!(renderer.render(scene, 1 << 20).is_err());
    }
}
