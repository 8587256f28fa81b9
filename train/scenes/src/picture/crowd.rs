//! Pictures full of objects, to learn them from: a scene shows one to three kinds of things, a crowd up to sixteen.

use image::RgbImage;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};

use super::artwork::Look;
use super::layout::{EDGE, Placed};
use super::weather::Sky;
use super::{PictureError, Renderer, check_size, edge, to_rgb};
use crate::concepts::{self, Condition, ConditionKind, Habit, Object, PLAIN, Place};

/// Objects on a side.
const SIDE: std::ops::RangeInclusive<usize> = 2..=4;
/// Longer side of a drawing, in parts of the room it has.
const FILLS: std::ops::Range<f32> = 0.6..1.15;
/// How far a drawing is from the middle of its room, in parts of that.
const ASIDE: f32 = 0.15;

/// A picture full of objects.
pub struct Crowd {
    /// The picture.
    pub picture: RgbImage,
    /// Its objects, as numbers of [`concepts::objects`], and where they are; what hides others comes after them.
    pub objects: Vec<(usize, Placed)>,
}

impl Renderer {
    /// The crowd of a seed, `size` pixels square, in any place, time and weather.
    ///
    /// # Errors
    ///
    /// Where the size is unreasonable.
    pub fn crowd(&self, seed: u64, size: u32) -> Result<Crowd, PictureError> {
        check_size(size)?;
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        let places: Vec<&Place> = concepts::places()
            .iter()
            .filter(|place| place.id != PLAIN)
            .collect();
        let place = places[rng.random_range(0..places.len())];
        let mut condition = |kind| {
            let some: Vec<&Condition> = concepts::conditions()
                .iter()
                .filter(|condition| condition.kind == kind)
                .collect();
            let chosen = some[rng.random_range(0..some.len())].id;
            rng.random_bool(0.25).then_some(chosen)
        };
        let time = condition(ConditionKind::Time);
        let sky = Sky::new(time, condition(ConditionKind::Weather));
        let backdrop = self.backdrop(place, sky, seed, size)?;
        let mut picture = backdrop.behind.clone();
        let objects = self.gather(rng)?;
        let edge = edge(place, sky);
        for (_, placed) in &objects {
            self.draw_object(&mut picture, placed, edge)?;
        }
        let picture = to_rgb(&picture)?;
        Ok(Crowd { picture, objects })
    }

    fn gather(&self, rng: &mut impl Rng) -> Result<Vec<(usize, Placed)>, PictureError> {
        let of_scenes: Vec<(usize, &Object)> = concepts::objects()
            .iter()
            .enumerate()
            .filter(|(_, object)| object.habit != Habit::Symbol)
            .collect();
        let side = rng.random_range(SIDE);
        let room = 1.0 / side as f32;
        let mut gathered = Vec::with_capacity(side * side);
        for cell in 0..side * side {
            let (index, object) = of_scenes[rng.random_range(0..of_scenes.len())];
            let colours = object.colours();
            let colour = match colours.len() {
                0 => None,
                count => rng
                    .random_bool(0.5)
                    .then_some(colours[rng.random_range(0..count)]),
            };
            let look = Look::new(object, colour);
            let (width, height) = self.gallery.shape(look.emoji)?;
            let longer = room * rng.random_range(FILLS);
            let mut middle = |cell: usize, extent: f32| {
                let middle = (cell as f32 + 0.5 + rng.random_range(-ASIDE..ASIDE)) * room;
                let least = EDGE + extent * longer / 2.0;
                middle.clamp(least.min(0.5), (1.0 - least).max(0.5))
            };
            let (x, y) = (middle(cell % side, width), middle(cell / side, height));
            let placed = Placed {
                look,
                group: cell,
                x,
                y,
                size: longer,
                width: width * longer,
                height: height * longer,
                rotation: rng.random_range(-6.0..6.0),
                mirrored: rng.random_bool(0.3) && !object.reads(),
                grounded: false,
            };
            gathered.push((index, placed));
        }
        Ok(gathered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_a_crowd() {
        let renderer = Renderer::new();
        for seed in 0..24 {
            let crowd = renderer.crowd(seed, 64).unwrap();
            assert!([4, 9, 16].contains(&crowd.objects.len()));
            for (index, placed) in &crowd.objects {
                let object = &concepts::objects()[*index];
                assert_ne!(object.habit, Habit::Symbol);
                for (middle, extent) in [(placed.x, placed.width), (placed.y, placed.height)] {
                    let half = extent / 2.0;
                    assert!(
                        middle - half > -0.02 && middle + half < 1.02,
                        "{} of {seed}",
                        object.id
                    );
                }
            }
            assert_eq!(crowd.picture, renderer.crowd(seed, 64).unwrap().picture);
        }
    }
}
