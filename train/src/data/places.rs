//! Which drawing stands at which of the image tower's places, and where nothing does: what a picture's composer knows, and its
//! captions do not say.

use saysee_scenes::Placed;

use crate::model::image_tower::{PICTURE_SIZE, PLACES};

/// The part of a drawing's box that the drawing surely fills, from its centre.
const FILLED: f32 = 0.42;
/// The part of it, and a little more, outside which nothing of the drawing is.
const REACHES: f32 = 0.6;
/// Pixels between two places.
const APART: f32 = PICTURE_SIZE as f32 / PLACES as f32;
/// Where the first place is centred, in pixels.
const FIRST: f32 = 2.0;

/// A drawing in a picture: which kind it is, and its box in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Which kind.
    pub kind: u16,
    centre: [f32; 2],
    size: [f32; 2],
}

/// What is at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// A drawing of this kind.
    Kind(u16),
    /// None.
    Nothing,
    /// The edge of one, perhaps.
    Unsure,
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
    /// The drawing of a kind where it was placed.
    pub fn new(kind: u16, placed: &Placed) -> Self {
        let side = PICTURE_SIZE as f32;
        Self {
            kind,
            centre: [placed.x * side, placed.y * side],
            size: [placed.width * side, placed.height * side],
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

/// What is at each of the `PLACES * PLACES` places of a view. Drawings come farthest first and hide what is behind them; one
/// that covers the middle of no place is at the nearest.
pub fn what_is_at(drawings: &[Standing], view: View) -> Vec<Here> {
    let mut places = vec![Here::Nothing; PLACES * PLACES];
    let mut fill = |drawing: &Standing, part: f32, here: Here| {
        let centre = drawing.seen(view);
        let covered = [0, 1].map(|axis| covered(centre[axis], drawing.size[axis] * part));
        for row in covered[1].clone() {
            for column in covered[0].clone() {
                places[row * PLACES + column] = here;
            }
        }
    };
    for drawing in drawings {
        fill(drawing, REACHES, Here::Unsure);
        fill(drawing, FILLED, Here::Kind(drawing.kind));
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

    fn standing(kind: u16, centre: [f32; 2], size: [f32; 2]) -> Standing {
        Standing { kind, centre, size }
    }

    #[test]
    fn drawings_are_where_they_cover_the_middle_of_a_place() {
        // Columns 1 and 2 (18 and 34), row 3 (50).
        let wide = standing(7, [26.0, 50.0], [21.0, 9.0]);
        let places = what_is_at(&[wide], View::default());
        let found: Vec<usize> = (0..36)
            .filter(|&place| places[place] == Here::Kind(7))
            .collect();
        assert_eq!(found, [19, 20]);
        // What is too small for any is at the nearest: column 1, row 0.
        let small = standing(8, [20.5, 6.0], [2.0, 2.0]);
        let places = what_is_at(&[wide, small], View::default());
        assert_eq!((places[1], places[19]), (Here::Kind(8), Here::Kind(7)));
    }

    #[test]
    fn at_an_edge_nobody_is_sure() {
        // From column 1 (18) to 3 (50), whose middles are near its edges; row 3.
        let drawing = standing(7, [34.0, 50.0], [30.0, 9.0]);
        let row = &what_is_at(&[drawing], View::default())[18..24];
        assert_eq!(row[0], Here::Nothing);
        assert_eq!(row[1..4], [Here::Unsure, Here::Kind(7), Here::Unsure]);
        assert_eq!(row[4], Here::Nothing);
    }

    #[test]
    fn views_move_and_mirror() {
        let drawing = standing(7, [18.0, 18.0], [5.0, 5.0]);
        let view = View {
            across: 2,
            down: -1,
            mirrored: true,
        };
        // 18 - 2 = 16 from the right is 80 from the left: column 5 (82), row 1 (18).
        assert_eq!(what_is_at(&[drawing], view)[6 + 5], Here::Kind(7));
    }
}
