//! The rays around the record button: where the loudness of the last seconds goes.

use crate::logic::level::Level;

/// Rays all around.
pub const RAYS: usize = 48;

/// One ray.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ray {
    /// How far it reaches, `[0, 1]`.
    pub length: f32,
    /// How clearly it is drawn, `[0, 1]`.
    pub strength: f32,
    /// Whether that moment was cut off.
    pub clipped: bool,
}

/// The rays, clockwise from the top. The newest reading is at the top; older ones run down both sides and fade.
pub fn rays(level: &Level) -> Vec<Ray> {
    let half = RAYS / 2;
    let newest_first: Vec<_> = level.readings().rev().take(half + 1).copied().collect();
    (0..RAYS)
        .map(|index| {
            let age = index.min(RAYS - index);
            let reading = newest_first.get(age);
            Ray {
                length: reading.map_or(0.0, |reading| reading.level * reading.level),
                strength: 1.0 - 0.75 * age as f32 / half as f32,
                clipped: reading.is_some_and(|reading| reading.clipped),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_at_the_top_and_both_sides_agree() {
        let mut level = Level::new(16_000.0);
        level.push(&[0.01; 16_000]);
        level.push(&[0.5; 1_600]);
        let rays = rays(&level);
        assert_eq!(rays.len(), RAYS);
        assert!(rays[0].length > rays[1].length && rays[0].strength > rays[1].strength);
        for side in 1..RAYS / 2 {
            assert_eq!(rays[side], rays[RAYS - side]);
        }
    }

    #[test]
    fn before_there_is_sound_nothing_sticks_out() {
        assert!(
            rays(&Level::new(16_000.0))
                .iter()
                .all(|ray| ray.length == 0.0)
        );
    }
}
