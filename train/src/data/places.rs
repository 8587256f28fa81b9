//! Which object stands at which of the image tower's places: what a picture's composer knows, and its captions do not say.

use saysee_scenes::Placed;

use crate::model::image_tower::{PICTURE_SIZE, PLACES};

/// The part of a drawing's box that the drawing surely fills, from its centre.
const FILLED: f32 = 0.42;
/// Pixels between two places.
const APART: f32 = PICTURE_SIZE as f32 / PLACES as f32;
/// Where the first place is centred, in pixels.
const FIRST: f32 = 2.0;

/// An object of a picture: the concept it is, and its box in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Which concept.
    pub concept: u16,
    centre: [f32; 2],
    half: [f32; 2],
}

/// How a view of a picture was taken: see [`super::pictures::push_view`].
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    /// Pixels to the right.
    pub across: i32,
    /// Pixels down.
    pub down: i32,
    /// Seen in a mirror.
    pub mirrored: bool,
}

impl Standing {
    /// The object of a concept where it was placed.
    pub fn new(concept: u16, placed: &Placed) -> Self {
        let side = PICTURE_SIZE as f32;
        Self {
            concept,
            centre: [placed.x * side, placed.y * side],
            half: [placed.width * side * FILLED, placed.height * side * FILLED],
        }
    }

    /// Where its centre is in a view.
    fn seen(&self, view: View) -> [f32; 2] {
        let x = self.centre[0] - view.across as f32;
        let x = if view.mirrored {
            PICTURE_SIZE as f32 - x
        } else {
            x
        };
        [x, self.centre[1] - view.down as f32]
    }
}

/// The concept at each of the `PLACES * PLACES` places of a view, where there is one. Objects come farthest first and hide
/// what is behind them; one that covers the middle of no place is at the nearest.
pub fn concepts_at(objects: &[Standing], view: View) -> Vec<Option<u16>> {
    let mut places = vec![None; PLACES * PLACES];
    for object in objects {
        let centre = object.seen(view);
        let covered = [0, 1].map(|axis| covered(centre[axis], object.half[axis]));
        for row in covered[1].clone() {
            for column in covered[0].clone() {
                places[row * PLACES + column] = Some(object.concept);
            }
        }
    }
    places
}

/// The places on one axis whose middle is within `half` of `centre`; the nearest where there are none.
fn covered(centre: f32, half: f32) -> std::ops::RangeInclusive<usize> {
    let place = |pixels: f32| (pixels - FIRST) / APART;
    let last = (PLACES - 1) as f32;
    let low = place(centre - half).ceil().clamp(0.0, last);
    let high = place(centre + half).floor().clamp(0.0, last);
    if low <= high {
        low as usize..=high as usize
    } else {
        let nearest = place(centre).round().clamp(0.0, last) as usize;
        nearest..=nearest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(concept: u16, centre: [f32; 2], half: [f32; 2]) -> Standing {
        Standing {
            concept,
            centre,
            half,
        }
    }

    #[test]
    fn objects_are_where_they_cover_the_middle_of_a_place() {
        // Columns 1 and 2 (18 and 34), row 3 (50).
        let wide = standing(7, [26.0, 50.0], [9.0, 4.0]);
        let places = concepts_at(&[wide], View::default());
        let found: Vec<usize> = (0..36).filter(|&place| places[place].is_some()).collect();
        assert_eq!(found, [19, 20]);
        // What is too small for any is at the nearest: column 1, row 0.
        let small = standing(8, [20.5, 6.0], [1.0, 1.0]);
        let places = concepts_at(&[wide, small], View::default());
        assert_eq!((places[1], places[19]), (Some(8), Some(7)));
    }

    #[test]
    fn views_move_and_mirror() {
        let object = standing(7, [18.0, 18.0], [2.0, 2.0]);
        let view = View {
            across: 2,
            down: -1,
            mirrored: true,
        };
        // 18 - 2 = 16 from the right is 80 from the left: column 5 (82), row 1 (18).
        assert_eq!(concepts_at(&[object], view)[6 + 5], Some(7));
    }
}
