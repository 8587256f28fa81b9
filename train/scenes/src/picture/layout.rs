//! Where everything stands: a pure function of the scene, in parts of the picture's side.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::PictureError;
use super::artwork::{Gallery, Look};
use super::cluster::Cluster;
use crate::concepts::{PlaceKind, SizeClass};
use crate::scene::{Resolved, Shown, Size};

/// How many arrangements are tried; the one with the least overlap wins.
const TRIALS: usize = 60;
/// Nearest that anything comes to the edge.
pub const EDGE: f32 = 0.025;
/// Longest side of a drawing, in parts of the picture's.
const LARGEST: f32 = 0.74;
/// Shortest, so that it can be recognised.
const SMALLEST: f32 = 0.12;

/// Longer side of what is pictured alone.
const ALONE: std::ops::Range<f32> = 0.66..0.9;

/// One object's place. Lengths are parts of the picture's side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Its artwork.
    pub look: Look,
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

impl Placed {
    /// Its lower edge.
    pub fn foot(&self) -> f32 {
        self.y + self.height / 2.0
    }
}

/// Places the objects of a scene, farthest first.
///
/// # Errors
///
/// Where an object has no artwork.
pub fn arrange(
    scene: &Resolved,
    gallery: &Gallery,
    seed: u64,
) -> Result<Vec<Placed>, PictureError> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let sizes = match scene.place.kind {
        PlaceKind::Plain => vec![rng.random_range(ALONE)],
        _ => sizes(&scene.groups),
    };
    let groups: Vec<(usize, &Shown)> = scene.groups.iter().enumerate().collect();
    let mut clusters = Vec::with_capacity(groups.len());
    let mut left = groups.as_slice();
    if let (Some(relation), [one, two, rest @ ..]) = (scene.relation, left) {
        let pair = [*one, *two];
        clusters.push(Cluster::related(
            &mut rng, relation, pair, &sizes, scene, gallery,
        )?);
        left = rest;
    }
    for (index, group) in left {
        let size = sizes[*index];
        clusters.push(Cluster::of_group(
            &mut rng, *index, group, scene, size, gallery,
        )?);
    }
    let mut best: Option<(f32, Vec<(f32, f32)>)> = None;
    let trials = if clusters.len() > 1 { TRIALS } else { 1 };
    for _ in 0..trials {
        let centres: Vec<_> = clusters.iter().map(|c| c.try_centre(&mut rng)).collect();
        let cost = overlap(&clusters, &centres);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, centres));
        }
    }
    let (_, centres) = best.unwrap_or_default();
    let mut placed: Vec<Vec<Placed>> = clusters
        .iter()
        .zip(centres)
        .map(|(cluster, centre)| cluster.at(centre).collect())
        .collect();
    // A cluster keeps its own order: what stands on something is drawn after it.
    let nearest = |cluster: &[Placed]| cluster.iter().map(Placed::foot).fold(0.0, f32::max);
    placed.sort_by(|a, b| nearest(a).total_cmp(&nearest(b)));
    let mut placed: Vec<Placed> = placed.into_iter().flatten().collect();
    if scene.place.kind == PlaceKind::Plain {
        for object in &mut placed {
            (object.x, object.y) = (0.5, 0.5);
            object.rotation = 0.0;
            object.mirrored = false;
            object.grounded = false;
        }
    }
    Ok(placed)
}

/// The longer side of each group's drawings: the more there are the smaller, by the size they have in the world, and as
/// remarkable as the scene says.
fn sizes(groups: &[Shown]) -> Vec<f32> {
    let natural = |group: &Shown| match group.object.size {
        SizeClass::Tiny => 0.62,
        SizeClass::Small => 0.8,
        SizeClass::Medium => 1.0,
        SizeClass::Large => 1.2,
    };
    let crowd: f32 = groups
        .iter()
        .map(|group| f32::from(group.count) * natural(group) * natural(group))
        .sum();
    let base = 0.54 / crowd.max(0.7).powf(0.42);
    let remarkable = |group: &Shown| match group.size {
        Some(Size::Large) => 1.5,
        Some(Size::Small) => 0.5,
        None => 1.0,
    };
    groups
        .iter()
        .map(|group| (base * natural(group) * remarkable(group)).clamp(SMALLEST, LARGEST))
        .collect()
}

/// How much the clusters hide of one another: the overlap of their boxes, plus a little for standing close.
fn overlap(clusters: &[Cluster], centres: &[(f32, f32)]) -> f32 {
    let mut cost = 0.0;
    for (i, (first, a)) in clusters.iter().zip(centres).enumerate() {
        // Close to the middle is a little better than close to the edge.
        cost += 0.02 * (a.0 - 0.5).abs() / clusters.len() as f32;
        for (second, b) in clusters.iter().zip(centres).skip(i + 1) {
            if first.meets(*a, second, *b) {
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

/// The area two drawings' boxes share, slightly shrunk since drawings rarely fill their corners, as a part of the smaller one.
fn shared(a: &Placed, b: &Placed) -> f32 {
    let dx = 0.49 * (a.width + b.width) - (a.x - b.x).abs();
    let dy = 0.49 * (a.height + b.height) - (a.y - b.y).abs();
    dx.max(0.0) * dy.max(0.0) / a.size.min(b.size).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::scene_list;
    use crate::scene::{Relation, Split};

    #[test]
    fn everything_is_in_the_picture_large_and_hardly_hidden() {
        let gallery = Gallery::default();
        let mut hidden = 0;
        let scenes = scene_list(Split::Train, 1500, 11);
        for scene in &scenes {
            let resolved = scene.resolve().unwrap();
            let placed = arrange(&resolved, &gallery, scene.seed).unwrap();
            let total: u8 = scene.groups.iter().map(|g| g.count).sum();
            assert_eq!(placed.len(), usize::from(total));
            for object in &placed {
                assert!(object.size >= 0.075, "{scene:?} {}", object.size);
                let (half_width, half_height) = (object.width / 2.0, object.height / 2.0);
                let inside = object.x >= half_width - 0.02
                    && object.x + half_width <= 1.02
                    && object.y >= half_height - 0.03
                    && object.y + half_height <= 1.02;
                assert!(inside, "{scene:?} {object:?}");
            }
            let related =
                |a: &Placed, b: &Placed| scene.relation.is_some() && a.group < 2 && b.group < 2;
            for (i, a) in placed.iter().enumerate() {
                let others = placed[i + 1..].iter().filter(|b| !related(a, b));
                let most = others.map(|b| shared(a, b)).fold(0.0, f32::max);
                hidden += usize::from(most > 0.3);
            }
        }
        assert!(
            hidden < scenes.len() / 20,
            "{hidden} objects are partly hidden"
        );
    }

    #[test]
    fn two_dogs_are_two_dogs() {
        let gallery = Gallery::default();
        for scene in scene_list(Split::Train, 200, 4) {
            let resolved = scene.resolve().unwrap();
            let placed = arrange(&resolved, &gallery, scene.seed).unwrap();
            for (index, group) in resolved.groups.iter().enumerate() {
                let of_group = placed.iter().filter(|p| p.group == index);
                assert_eq!(of_group.clone().count(), usize::from(group.count));
                for object in of_group {
                    assert_eq!(object.look, Look::new(group.object, group.colour));
                }
            }
        }
    }

    #[test]
    fn relations_can_be_seen() {
        let gallery = Gallery::default();
        let mut seen = 0;
        for scene in scene_list(Split::Train, 1500, 6) {
            let Some(relation) = scene.relation else {
                continue;
            };
            seen += 1;
            let resolved = scene.resolve().unwrap();
            let placed = arrange(&resolved, &gallery, scene.seed).unwrap();
            let of = |group| placed.iter().filter(move |p| p.group == group);
            let (Some(one), Some(two)) = (of(0).next(), of(1).next()) else {
                panic!("{scene:?}");
            };
            match relation {
                Relation::On => {
                    assert!(one.foot() < two.y + 0.3 * two.height, "{scene:?}");
                    assert!(one.foot() > two.y - 0.55 * two.height, "{scene:?}");
                }
                Relation::Under => assert!(one.y > two.y, "{scene:?}"),
                Relation::NextTo => assert!((one.x - two.x).abs() > 0.05, "{scene:?}"),
                Relation::InFrontOf => {
                    assert!(one.foot() > two.foot(), "{scene:?}");
                    let order = |group| placed.iter().position(|p| p.group == group);
                    assert!(order(0) > order(1));
                }
            }
        }
        assert!(seen > 200);
    }
}
