//! How pictures travel when their order changes: from where they were to where they are.

use std::collections::HashMap;
use std::ops::Range;

/// A place in the grid, pixels from its top left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Width: pictures that become first also grow.
    pub width: f64,
}

/// Height of a card with its caption, at most, for its width.
const TALLEST: f64 = 1.6;

impl Place {
    /// Whether any of a card there may be seen. `screen`: from where to where the grid is on the screen, pixels from its top.
    fn is_seen(&self, screen: &Range<f64>) -> bool {
        self.y < screen.end && self.y + TALLEST * self.width > screen.start
    }
}

/// What a picture does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Motion {
    /// Starts displaced and scaled so that it appears where it was, then glides home.
    Glide {
        /// Where it was, relative to where it is.
        dx: f64,
        /// Where it was, relative to where it is.
        dy: f64,
        /// How wide it was, relative to how wide it is.
        scale: f64,
    },
    /// Was not there before.
    Appear,
}

/// Longest way a picture glides: from further away it would fly across the whole page, so it fades in instead.
const LONGEST_GLIDE: f64 = 1600.0;

/// Motions of the pictures that moved, by gallery position. Pictures that stay put have none, nor have those that are neither
/// seen before nor after it: each that moves is drawn anew as a layer of its own.
pub fn motions(
    before: &HashMap<usize, Place>,
    after: &HashMap<usize, Place>,
    screen: &Range<f64>,
) -> HashMap<usize, Motion> {
    // The very first layout is not a change.
    if before.is_empty() {
        return HashMap::new();
    }
    after
        .iter()
        .filter_map(|(item, new)| {
            let old = before.get(item);
            if !new.is_seen(screen) && !old.is_some_and(|old| old.is_seen(screen)) {
                return None;
            }
            let Some(old) = old else {
                return Some((*item, Motion::Appear));
            };
            let (dx, dy) = (old.x - new.x, old.y - new.y);
            let scale = if new.width > 0.0 {
                old.width / new.width
            } else {
                1.0
            };
            if dx.hypot(dy) > LONGEST_GLIDE {
                return Some((*item, Motion::Appear));
            }
            let still = dx.abs() < 0.5 && dy.abs() < 0.5 && (scale - 1.0).abs() < 0.01;
            (!still).then_some((*item, Motion::Glide { dx, dy, scale }))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYWHERE: Range<f64> = f64::NEG_INFINITY..f64::INFINITY;

    fn grid(places: &[(usize, f64, f64, f64)]) -> HashMap<usize, Place> {
        places
            .iter()
            .map(|(item, x, y, width)| {
                let place = Place {
                    x: *x,
                    y: *y,
                    width: *width,
                };
                (*item, place)
            })
            .collect()
    }

    #[test]
    fn a_first_layout_does_not_move() {
        assert!(motions(&HashMap::new(), &grid(&[(1, 0.0, 0.0, 100.0)]), &EVERYWHERE).is_empty());
    }

    #[test]
    fn what_moved_glides_and_what_is_new_appears() {
        let before = grid(&[
            (1, 0.0, 0.0, 200.0),
            (2, 200.0, 0.0, 100.0),
            (3, 300.0, 0.0, 100.0),
        ]);
        let after = grid(&[
            (2, 0.0, 0.0, 200.0),
            (3, 300.0, 0.0, 100.0),
            (9, 200.0, 0.0, 100.0),
        ]);
        let motions = motions(&before, &after, &EVERYWHERE);
        assert_eq!(
            motions[&2],
            Motion::Glide {
                dx: 200.0,
                dy: 0.0,
                scale: 0.5
            }
        );
        assert_eq!(motions[&9], Motion::Appear);
        assert!(!motions.contains_key(&3));
        assert!(!motions.contains_key(&1));
    }

    #[test]
    fn far_travellers_appear() {
        let motions = motions(
            &grid(&[(1, 0.0, 9_000.0, 100.0)]),
            &grid(&[(1, 0.0, 0.0, 100.0)]),
            &EVERYWHERE,
        );
        assert_eq!(motions[&1], Motion::Appear);
    }

    #[test]
    fn what_nobody_sees_stays_still() {
        let before = grid(&[
            (1, 0.0, 0.0, 100.0),
            (2, 0.0, 900.0, 100.0),
            (3, 0.0, 700.0, 100.0),
        ]);
        let after = grid(&[
            (1, 0.0, 900.0, 100.0),
            (2, 0.0, 700.0, 100.0),
            (3, 0.0, 0.0, 100.0),
            (4, 100.0, 900.0, 100.0),
        ]);
        let motions = motions(&before, &after, &(50.0..600.0));
        assert!(motions.contains_key(&1) && motions.contains_key(&3));
        assert!(!motions.contains_key(&2) && !motions.contains_key(&4));
    }
}
