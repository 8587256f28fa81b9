//! Twemoji drawings as sprites: trimmed to what is drawn, with a soft shadow or a light rim, at a few sizes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use resvg::tiny_skia::{IntSize, Pixmap, PixmapPaint, Transform};
use resvg::usvg;
use twemoji_assets::svg::SvgTwemojiAsset;

use super::PictureError;
use super::dye::dye;
use crate::concepts::{DYES, Object};

/// Side of the trial picture that finds what a drawing covers.
const TRIAL: u32 = 72;
/// Room around a sprite for its shadow, as a part of its size.
const MARGIN: f32 = 0.1;
/// Sprites up to this size are kept; larger ones are made when needed.
const KEPT_UP_TO: u32 = 112;

/// One drawing, ready to be rasterised.
struct Artwork {
    tree: usvg::Tree,
    /// What is drawn, in the drawing's own units: left, top, width, height.
    covers: (f32, f32, f32, f32),
    /// Where something set down upon its middle would rest, as a part of its height from the top.
    top: f32,
}

/// A rasterised drawing with room around it.
pub struct Sprite {
    pub pixels: Pixmap,
    /// Longer side of the drawing itself.
    pub size: f32,
    /// Room on each side.
    pub margin: f32,
    /// Width and height of the drawing itself.
    pub extent: (f32, f32),
}

/// A drawing as a scene shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Look {
    /// As the emoji Twemoji draws.
    pub emoji: &'static str,
    /// Id of the colour it is dyed in.
    pub dyed: Option<&'static str>,
}

impl Look {
    /// An object in one of its colours.
    pub fn new(object: &Object, colour: Option<&'static str>) -> Self {
        Self {
            emoji: object.artwork(colour),
            dyed: colour.filter(|_| object.dyed),
        }
    }
}

/// What is around a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// Nothing.
    Bare,
    /// A soft shadow.
    Shadow,
    /// A light rim, for dark places.
    Rim,
}

/// What is drawn, its size, and what is around it.
type SpriteKey = (Look, u32, Edge);

/// All drawings, parsed when first needed.
#[derive(Default)]
pub struct Gallery {
    artworks: Mutex<HashMap<&'static str, Arc<Artwork>>>,
    sprites: Mutex<HashMap<SpriteKey, Arc<Sprite>>>,
}

impl Gallery {
    /// A sprite of at least `size` pixels on its longer side.
    ///
    /// # Errors
    ///
    /// Where Twemoji has no such drawing or it cannot be drawn.
    pub fn sprite(&self, look: Look, size: f32, edge: Edge) -> Result<Arc<Sprite>, PictureError> {
        let bucket = bucket(size);
        let key = (look, bucket, edge);
        let kept = |s: &Mutex<HashMap<SpriteKey, Arc<Sprite>>>| {
            s.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(&key)
                .cloned()
        };
        if let Some(sprite) = kept(&self.sprites) {
            return Ok(sprite);
        }
        let artwork = self.artwork(look.emoji)?;
        let sprite = Arc::new(artwork.rasterise(look, bucket as f32, edge)?);
        if bucket <= KEPT_UP_TO {
            let mut sprites = self.sprites.lock().unwrap_or_else(PoisonError::into_inner);
            sprites.insert(key, Arc::clone(&sprite));
        }
        Ok(sprite)
    }

    /// Width and height of a drawing whose longer side is 1.
    ///
    /// # Errors
    ///
    /// As [`Gallery::sprite`].
    pub fn shape(&self, emoji: &'static str) -> Result<(f32, f32), PictureError> {
        let (_, _, width, height) = self.artwork(emoji)?.covers;
        let longer = width.max(height);
        Ok((width / longer, height / longer))
    }

    /// Where something set down upon the middle of a drawing would rest, as a part of its height from the top.
    ///
    /// # Errors
    ///
    /// As [`Gallery::sprite`].
    pub fn top(&self, look: Look) -> Result<f32, PictureError> {
        Ok(self.artwork(look.emoji)?.top)
    }

    fn artwork(&self, emoji: &'static str) -> Result<Arc<Artwork>, PictureError> {
        let mut artworks = self.artworks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(artwork) = artworks.get(emoji) {
            return Ok(Arc::clone(artwork));
        }
        let artwork = Arc::new(Artwork::parse(emoji)?);
        artworks.insert(emoji, Arc::clone(&artwork));
        Ok(artwork)
    }
}

/// Twemoji's drawing of an emoji, with or without the selector that asks for a picture instead of a letter.
fn asset(emoji: &str) -> Option<&'static SvgTwemojiAsset> {
    SvgTwemojiAsset::from_emoji(emoji)
        .or_else(|| SvgTwemojiAsset::from_emoji(&emoji.replace('\u{FE0F}', "")))
}

/// What Unicode calls an emoji.
pub fn label(emoji: &str) -> Option<&'static str> {
    asset(emoji).and_then(|asset| asset.label)
}

/// The next of a row of sizes about a sixth apart, so that few sizes serve all and none is shrunk much.
fn bucket(size: f32) -> u32 {
    let size = (size.ceil() as u32).max(8);
    let step = (size.next_power_of_two() / 8).max(2);
    size.next_multiple_of(step)
}

impl Artwork {
    fn parse(emoji: &'static str) -> Result<Self, PictureError> {
        let asset = asset(emoji).ok_or(PictureError::NoArtwork(emoji))?;
        let svg: &str = asset;
        let tree = usvg::Tree::from_str(svg, &usvg::Options::default())
            .map_err(|source| PictureError::Artwork { emoji, source })?;
        let side = tree.size().width().max(tree.size().height());
        let scale = TRIAL as f32 / side;
        let mut trial = pixmap(TRIAL, TRIAL)?;
        resvg::render(
            &tree,
            Transform::from_scale(scale, scale),
            &mut trial.as_mut(),
        );
        let drawn = |at: &usize| trial.pixels()[*at].alpha() > 8;
        let width = TRIAL as usize;
        let (mut left, mut top, mut right, mut bottom) = (width, width, 0, 0);
        for at in (0..width * width).filter(drawn) {
            let (x, y) = (at % width, at / width);
            left = left.min(x);
            top = top.min(y);
            right = right.max(x + 1);
            bottom = bottom.max(y + 1);
        }
        if left >= right {
            return Err(PictureError::NoArtwork(emoji));
        }
        let units = |pixels: usize| pixels as f32 / scale;
        // The first drawn pixel of each column around the middle, on average.
        let middle = (left + right) / 2;
        let around = (right - left).div_ceil(8).max(1);
        let columns = middle.saturating_sub(around)..(middle + around).min(width);
        let firsts: Vec<usize> = columns
            .filter_map(|x| (top..bottom).find(|y| drawn(&(y * width + x))))
            .collect();
        let first = firsts.iter().sum::<usize>() as f32 / firsts.len().max(1) as f32;
        Ok(Self {
            tree,
            covers: (
                units(left),
                units(top),
                units(right - left),
                units(bottom - top),
            ),
            top: (first - top as f32) / (bottom - top) as f32,
        })
    }

    fn rasterise(&self, look: Look, size: f32, edge: Edge) -> Result<Sprite, PictureError> {
        let (left, top, width, height) = self.covers;
        let scale = size / width.max(height);
        let margin = (size * MARGIN).ceil();
        let extent = (width * scale, height * scale);
        let side = |length: f32| (length + 2.0 * margin).ceil() as u32;
        let mut drawing = pixmap(side(extent.0), side(extent.1))?;
        let place = Transform::from_row(
            scale,
            0.0,
            0.0,
            scale,
            margin - left * scale,
            margin - top * scale,
        );
        resvg::render(&self.tree, place, &mut drawing.as_mut());
        if let Some(colour) = look
            .dyed
            .and_then(|id| DYES.iter().find(|dye| dye.id == id))
        {
            dye(&mut drawing, colour);
        }
        let under = match edge {
            Edge::Bare => None,
            Edge::Rim => halo(&drawing, size * 0.035, 0.0, 255, 0.55),
            Edge::Shadow => halo(&drawing, size * 0.03, size * 0.02, 0, 0.3),
        };
        let pixels = match under {
            None => drawing,
            Some(mut pixels) => {
                let paint = PixmapPaint::default();
                pixels.draw_pixmap(0, 0, drawing.as_ref(), &paint, Transform::identity(), None);
                pixels
            }
        };
        Ok(Sprite {
            pixels,
            size,
            margin,
            extent,
        })
    }
}

fn pixmap(width: u32, height: u32) -> Result<Pixmap, PictureError> {
    Pixmap::new(width, height).ok_or(PictureError::Size(width.max(height)))
}

/// The drawing's silhouette, blurred and moved down, in a grey of the given opacity.
fn halo(drawing: &Pixmap, blur: f32, down: f32, grey: u8, opacity: f32) -> Option<Pixmap> {
    let (width, height) = (drawing.width() as usize, drawing.height() as usize);
    let down = down.round() as usize;
    let mut alpha = vec![0.0_f32; width * height];
    for (at, pixel) in drawing.pixels().iter().enumerate() {
        if let Some(target) = alpha.get_mut(at + down * width) {
            *target = f32::from(pixel.alpha());
        }
    }
    // Two box blurs are close enough to a soft edge.
    let radius = blur.round().max(1.0) as usize;
    for _ in 0..2 {
        for row in alpha.chunks_exact_mut(width) {
            box_blur(row, radius);
        }
        let mut column = vec![0.0; height];
        for x in 0..width {
            for (y, value) in column.iter_mut().enumerate() {
                *value = alpha[y * width + x];
            }
            box_blur(&mut column, radius);
            for (y, value) in column.iter().enumerate() {
                alpha[y * width + x] = *value;
            }
        }
    }
    let data = alpha
        .iter()
        .flat_map(|a| {
            let a = (a * opacity).round().clamp(0.0, 255.0) as u8;
            let premultiplied = (u16::from(grey) * u16::from(a) / 255) as u8;
            [premultiplied, premultiplied, premultiplied, a]
        })
        .collect();
    Pixmap::from_vec(data, IntSize::from_wh(width as u32, height as u32)?)
}

fn box_blur(values: &mut [f32], radius: usize) {
    let mut sums = Vec::with_capacity(values.len() + 1);
    sums.push(0.0);
    let mut sum = 0.0;
    for value in values.iter() {
        sum += value;
        sums.push(sum);
    }
    let window = (2 * radius + 1) as f32;
    for (i, value) in values.iter_mut().enumerate() {
        let (from, to) = (
            i.saturating_sub(radius),
            (i + radius + 1).min(sums.len() - 1),
        );
        *value = (sums[to] - sums[from]) / window;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::concepts;

    #[test]
    fn every_object_has_artwork_in_every_colour() {
        let gallery = Gallery::default();
        for object in concepts::objects() {
            let colours = object.colours().into_iter().map(Some);
            for colour in colours.chain([None]) {
                let sprite = gallery.sprite(Look::new(object, colour), 30.0, Edge::Shadow);
                assert!(sprite.unwrap().size >= 30.0, "{}", object.id);
            }
        }
    }

    #[test]
    fn no_two_objects_share_their_artwork() {
        let mut seen = std::collections::BTreeSet::new();
        for object in concepts::objects() {
            assert!(seen.insert(object.emoji), "{}", object.id);
        }
    }

    #[test]
    fn sizes_are_rounded_up_by_at_most_a_quarter() {
        for size in 8..400 {
            let rounded = bucket(size as f32);
            assert!(
                rounded >= size && rounded * 4 <= size * 5,
                "{size} -> {rounded}"
            );
        }
    }
}
