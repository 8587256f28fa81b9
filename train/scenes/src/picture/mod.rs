//! Pictures of scenes: Twemoji artwork on drawn backgrounds, at any size.

mod artwork;
mod canvas;
mod layout;
mod places;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use image::RgbImage;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use resvg::tiny_skia::{Color, FilterQuality, Pixmap, PixmapPaint, Transform};
use resvg::usvg;

use crate::concepts::BackgroundId;
use crate::scene::{SceneError, SceneSpec};
use artwork::Gallery;
use canvas::Canvas;
pub use layout::Placed;

/// Who made the artwork and under which licence; to be shown wherever the pictures are.
pub const CREDIT: &str = "Twemoji graphics, copyright Twitter, Inc and other contributors, licensed under CC BY 4.0 \
(https://creativecommons.org/licenses/by/4.0/), composed over backgrounds drawn by SaySee";

/// The licence of the composed pictures, as their gallery entries name it.
pub const LICENCE: &str = "CC BY 4.0";

/// Smallest and largest side of a picture, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 16..=4096;
/// How many different drawings there are of each place.
const VARIANTS: u64 = 48;
/// Backgrounds up to this side are kept.
const KEPT_UP_TO: u32 = 128;

/// Why a picture could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The scene is not one this crate knows.
    #[error(transparent)]
    Scene(#[from] SceneError),
    /// Twemoji has no drawing of this emoji.
    #[error("Twemoji has no artwork for {0}: choose another emoji in the table of objects")]
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
    backgrounds: Mutex<HashMap<(BackgroundId, u64, u32), Arc<Layers>>>,
}

/// A place without objects.
struct Layers {
    behind: Pixmap,
    in_front: Option<Pixmap>,
}

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
        if !SIDES.contains(&size) {
            return Err(PictureError::Size(size));
        }
        let (background, groups) = scene.resolve()?;
        let setting = places::setting(background.id);
        let layers = self.layers(background.id, scene.seed % VARIANTS, size)?;
        let mut picture = layers.behind.clone();
        let objects = layout::arrange(&groups, setting, &self.gallery, scene.seed)?;
        let mut canvas = Canvas::new(&mut picture);
        for object in objects.iter().filter(|o| o.grounded) {
            ground_shadow(&mut canvas, object);
        }
        for object in &objects {
            self.draw_object(&mut picture, object, setting.dark)?;
        }
        if let Some(in_front) = &layers.in_front {
            let paint = PixmapPaint::default();
            picture.draw_pixmap(0, 0, in_front.as_ref(), &paint, Transform::identity(), None);
        }
        let rgb = picture
            .pixels()
            .iter()
            .flat_map(|p| [p.red(), p.green(), p.blue()]);
        RgbImage::from_raw(size, size, rgb.collect()).ok_or(PictureError::Size(size))
    }

    /// Where the objects of a scene are, farthest first.
    ///
    /// # Errors
    ///
    /// Where the scene names something unknown.
    pub fn objects(&self, scene: &SceneSpec) -> Result<Vec<Placed>, PictureError> {
        let (background, groups) = scene.resolve()?;
        layout::arrange(
            &groups,
            places::setting(background.id),
            &self.gallery,
            scene.seed,
        )
    }

    fn layers(
        &self,
        id: BackgroundId,
        variant: u64,
        size: u32,
    ) -> Result<Arc<Layers>, PictureError> {
        let key = (id, variant, size);
        let kept = self
            .backgrounds
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        if let Some(layers) = kept {
            return Ok(layers);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(variant);
        let mut behind = Pixmap::new(size, size).ok_or(PictureError::Size(size))?;
        behind.fill(Color::WHITE);
        places::draw(id, &mut Canvas::new(&mut behind), &mut rng);
        let mut in_front = Pixmap::new(size, size).ok_or(PictureError::Size(size))?;
        let something = places::draw_in_front(id, &mut Canvas::new(&mut in_front), &mut rng);
        let layers = Arc::new(Layers {
            behind,
            in_front: something.then_some(in_front),
        });
        if size <= KEPT_UP_TO {
            self.backgrounds
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(key, Arc::clone(&layers));
        }
        Ok(layers)
    }

    fn draw_object(
        &self,
        picture: &mut Pixmap,
        object: &Placed,
        rim: bool,
    ) -> Result<(), PictureError> {
        let side = picture.width() as f32;
        let size = object.size * side;
        let sprite = self.gallery.sprite(object.emoji, size, rim)?;
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

fn ground_shadow(canvas: &mut Canvas<'_>, object: &Placed) {
    let (x, foot) = (object.x * 100.0, (object.y + object.height / 2.0) * 100.0);
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
