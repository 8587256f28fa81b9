//! Where everything stands: a pure function of the scene, in parts of the picture's side.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};

use super::PictureError;
use super::artwork::Gallery;
use super::places::{HORIZON, Setting};
use crate::concepts::Habit;
use crate::scene::Shown;

/// How many arrangements are tried; the one with the least overlap wins.
const TRIALS: usize = 90;
/// From one object of a group to the next, in widths.
const STEP: f32 = 1.03;
/// Nearest that anything comes to the edge.
const EDGE: f32 = 0.025;

/// One object's place. Lengths are parts of the picture's side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Its artwork.
    pub emoji: &'static str,
    /// Which group it belongs to.
    pub group: usize,
    /// Centre of the drawing, from the left.
    pub x: f32,
    /// Centre of the drawing, from the top.
    pub y: f32,
    /// Longer side of the drawing.
    pub size: f32,
    /// Width of the drawing.
    pub width: f32,
    /// Height of the drawing.
    pub height: f32,
    /// Clockwise, in degrees.
    pub rotation: f32,
    /// Seen from the other side.
    pub mirrored: bool,
    /// Stands on the ground, so that it has a shadow there.
    pub grounded: bool,
}

/// Places the objects of a scene, farthest first.
///
/// # Errors
///
/// Where an object has no artwork.
pub fn arrange(
    groups: &[Shown],
    setting: Setting,
    gallery: &Gallery,
    seed: u64,
) -> Result<Vec<Placed>, PictureError> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let total: u8 = groups.iter().map(|group| group.count).sum();
    let size = match total {
        0 | 1 => 0.5,
        2 => 0.4,
        3 => 0.34,
        4 => 0.295,
        _ => 0.265,
    };
    let mut clusters = Vec::with_capacity(groups.len());
    for (index, group) in groups.iter().enumerate() {
        let shape = gallery.shape(group.object.artwork(group.colour))?;
        clusters.push(Cluster::new(&mut rng, index, group, setting, size, shape));
    }
    let mut best: Option<(f32, Vec<(f32, f32)>)> = None;
    for _ in 0..TRIALS {
        let centres: Vec<_> = clusters.iter().map(|c| c.try_centre(&mut rng)).collect();
        let cost = overlap(&clusters, &centres);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, centres));
        }
    }
    let (_, centres) = best.unwrap_or_default();
    let mut placed: Vec<Placed> = clusters
        .iter()
        .zip(centres)
        .flat_map(|(cluster, centre)| cluster.at(centre))
        .collect();
    placed.sort_by(|a, b| (a.y + a.height / 2.0).total_cmp(&(b.y + b.height / 2.0)));
    Ok(placed)
}

/// The objects of one group around a common centre.
struct Cluster {
    objects: Vec<Placed>,
    half_width: f32,
    half_height: f32,
    /// Lowest and highest centre of the cluster.
    heights: (f32, f32),
}

impl Cluster {
    fn new(
        rng: &mut impl Rng,
        index: usize,
        group: &Shown,
        setting: Setting,
        size: f32,
        shape: (f32, f32),
    ) -> Self {
        let aloft = setting.afloat || group.object.habit == Habit::Flyer;
        let mut size = size * rng.random_range(0.95..1.06);
        if !aloft {
            // On the ground they stand in one row.
            let row = f32::from(group.count) * shape.0 * STEP;
            size = size.min((1.0 - 2.0 * EDGE) / row);
        }
        let (width, height) = (shape.0 * size, shape.1 * size);
        let tilt = match group.object.habit {
            Habit::Flyer => 9.0,
            Habit::Food | Habit::Thing if !setting.afloat => 6.0,
            _ if setting.afloat => 10.0,
            _ => 3.0,
        };
        let mirrored = rng.random_bool(0.5);
        let objects = offsets(rng, group.count, width, height, aloft)
            .into_iter()
            .map(|(x, y)| {
                let size = size * rng.random_range(0.96..1.0);
                Placed {
                    emoji: group.object.artwork(group.colour),
                    group: index,
                    x,
                    y,
                    size,
                    width: shape.0 * size,
                    height: shape.1 * size,
                    rotation: rng.random_range(-tilt..tilt),
                    mirrored: mirrored ^ rng.random_bool(0.15),
                    grounded: !aloft,
                }
            })
            .collect::<Vec<_>>();
        let reach = |extent: fn(&Placed) -> f32| objects.iter().map(extent).fold(0.0, f32::max);
        let half_width = reach(|o| o.x.abs() + o.width / 2.0);
        let half_height = reach(|o| o.y.abs() + o.height / 2.0);
        let heights = if setting.afloat {
            (EDGE + half_height, 0.93 - half_height)
        } else if aloft {
            (
                EDGE + half_height,
                (0.44 - half_height).max(EDGE + half_height),
            )
        } else {
            let foot = HORIZON / 100.0 + 0.09;
            (foot - half_height, 0.955 - half_height)
        };
        Self {
            objects,
            half_width,
            half_height,
            heights,
        }
    }

    fn try_centre(&self, rng: &mut impl Rng) -> (f32, f32) {
        let sides = (EDGE + self.half_width, 1.0 - EDGE - self.half_width);
        // The far and the near end of the ground leave most room for one another.
        let (high, low) = self.heights;
        let y = match rng.random_range(0..10) {
            0..2 => high,
            2..4 => low.max(high),
            _ => between(rng, self.heights),
        };
        (between(rng, sides), y)
    }

    fn at(&self, (x, y): (f32, f32)) -> impl Iterator<Item = Placed> + '_ {
        self.objects.iter().map(move |object| Placed {
            x: object.x + x,
            y: object.y + y,
            ..*object
        })
    }
}

/// Where the members of a group are around its centre: side by side on the ground, two below a third in the air.
fn offsets(rng: &mut impl Rng, count: u8, width: f32, height: f32, aloft: bool) -> Vec<(f32, f32)> {
    let step = width * STEP;
    let stagger = if aloft { 0.3 } else { 0.07 };
    let mut nudge = || rng.random_range(-stagger..stagger) * height;
    match count {
        0 | 1 => vec![(0.0, 0.0)],
        2 => vec![(-step / 2.0, nudge()), (step / 2.0, nudge())],
        _ if !aloft => vec![(-step, nudge()), (0.0, nudge()), (step, nudge())],
        _ => {
            let lift = height * 0.51;
            vec![(0.0, -lift), (-step / 2.0, lift), (step / 2.0, lift)]
        }
    }
}

/// A value of a range, its middle where the range is empty.
fn between(rng: &mut impl Rng, (low, high): (f32, f32)) -> f32 {
    if low < high {
        rng.random_range(low..high)
    } else {
        (low + high) / 2.0
    }
}

/// How much the groups hide of one another: the overlap of their boxes, plus a little for standing close.
fn overlap(clusters: &[Cluster], centres: &[(f32, f32)]) -> f32 {
    let mut cost = 0.0;
    for (i, (first, a)) in clusters.iter().zip(centres).enumerate() {
        // Close to the middle is a little better than close to the edge.
        cost += 0.02 * (a.0 - 0.5).abs() / clusters.len() as f32;
        for (second, b) in clusters.iter().zip(centres).skip(i + 1) {
            let dx = first.half_width + second.half_width - (a.0 - b.0).abs();
            let dy = first.half_height + second.half_height - (a.1 - b.1).abs();
            if dx > 0.0 && dy > 0.0 {
                for one in first.at(*a) {
                    for other in second.at(*b) {
                        cost += shared(&one, &other);
                    }
                }
            }
        }
    }
    cost
}

/// The area two drawings' boxes share, slightly shrunk since drawings rarely fill their corners.
fn shared(a: &Placed, b: &Placed) -> f32 {
    let dx = 0.49 * (a.width + b.width) - (a.x - b.x).abs();
    let dy = 0.49 * (a.height + b.height) - (a.y - b.y).abs();
    dx.max(0.0) * dy.max(0.0) / a.size.min(b.size).powi(2)
}

#[cfg(test)]
mod tests {
    use super::super::places;
    use super::*;
    use crate::lists::scene_list;
    use crate::scene::Split;

    #[test]
    fn everything_is_in_the_picture_large_and_hardly_hidden() {
        let gallery = Gallery::default();
        let mut hidden = 0;
        let scenes = scene_list(Split::Train, 1000, 11);
        for scene in &scenes {
            let (background, groups) = scene.resolve().unwrap();
            let setting = places::setting(background.id);
            let placed = arrange(&groups, setting, &gallery, scene.seed).unwrap();
            let total: u8 = groups.iter().map(|g| g.count).sum();
            assert_eq!(placed.len(), usize::from(total));
            let least = if total <= 2 { 0.28 } else { 0.2 };
            for object in &placed {
                assert!(object.size >= least, "{}: {}", object.emoji, object.size);
                let (half_width, half_height) = (object.width / 2.0, object.height / 2.0);
                assert!(
                    object.x >= half_width - 0.01 && object.x + half_width <= 1.01,
                    "{object:?}"
                );
                assert!(
                    object.y >= half_height - 0.02 && object.y + half_height <= 1.01,
                    "{object:?}"
                );
            }
            for (i, a) in placed.iter().enumerate() {
                let most = placed[i + 1..]
                    .iter()
                    .map(|b| shared(a, b))
                    .fold(0.0, f32::max);
                assert!(most < 0.5, "{scene:?} {most}");
                hidden += usize::from(most > 0.2);
            }
        }
        assert!(
            hidden < scenes.len() / 25,
            "{hidden} objects are partly hidden"
        );
    }

    #[test]
    fn two_dogs_are_two_dogs() {
        let gallery = Gallery::default();
        for scene in scene_list(Split::Train, 200, 4) {
            let (background, groups) = scene.resolve().unwrap();
            let setting = places::setting(background.id);
            let placed = arrange(&groups, setting, &gallery, scene.seed).unwrap();
            for (index, group) in groups.iter().enumerate() {
                let of_group = placed.iter().filter(|p| p.group == index);
                assert_eq!(of_group.clone().count(), usize::from(group.count));
                for object in of_group {
                    assert_eq!(object.emoji, group.object.artwork(group.colour));
                }
            }
        }
    }
}
