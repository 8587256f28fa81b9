//! Objects that are placed together: the members of a group, or two groups that stand to each other as the scene says.

use rand::{Rng, RngExt};

use super::PictureError;
use super::artwork::{Gallery, Look};
use super::layout::{EDGE, Placed};
use super::places::HORIZON;
use crate::concepts::{Habit, Object, SizeClass};
use crate::scene::{Relation, Resolved, Shown};

/// From one object of a group to the next, in widths.
const STEP: f32 = 1.03;
/// Tallest that a cluster on the ground may be.
const TALLEST: f32 = 0.86;

/// Objects around a common centre.
pub struct Cluster {
    objects: Vec<Placed>,
    half_width: f32,
    half_height: f32,
    /// Lowest and highest centre of the cluster.
    heights: (f32, f32),
}

impl Cluster {
    /// The members of one group.
    ///
    /// # Errors
    ///
    /// Where the object has no artwork.
    pub fn of_group(
        rng: &mut impl Rng,
        index: usize,
        group: &Shown,
        scene: &Resolved,
        size: f32,
        gallery: &Gallery,
    ) -> Result<Self, PictureError> {
        let afloat = scene.place.kind.afloat();
        let aloft = afloat || group.object.aloft();
        let objects = row(rng, index, group, scene, size, gallery)?;
        Ok(Self::around(objects, aloft, afloat))
    }

    /// The first two groups of a scene, as they stand to each other.
    ///
    /// # Errors
    ///
    /// Where an object has no artwork.
    pub fn related(
        rng: &mut impl Rng,
        relation: Relation,
        [(first, one), (second, two)]: [(usize, &Shown); 2],
        sizes: &[f32],
        scene: &Resolved,
        gallery: &Gallery,
    ) -> Result<Self, PictureError> {
        let other_size = match relation {
            Relation::On | Relation::Under => sizes[second].max(0.4),
            Relation::InFrontOf => sizes[second].max(0.46),
            Relation::NextTo => sizes[second],
        };
        let mut others = row(rng, second, two, scene, other_size, gallery)?;
        let base = reach(&others);
        let own_size = match relation {
            Relation::On => sizes[first].min(0.62 * base.width.max(base.height * 0.6)),
            Relation::Under if two.object.habit != Habit::Sky => {
                sizes[first].min(0.5 * base.height.max(base.width * 0.8))
            }
            Relation::InFrontOf => sizes[first].min(0.6 * base.width.max(base.height)),
            _ => sizes[first],
        };
        let mut own = row(rng, first, one, scene, own_size, gallery)?;
        let mine = reach(&own);
        let (dx, dy) = match relation {
            Relation::On => {
                let top = gallery.top(others[0].look)?;
                let seat = base.top + (top + 0.05) * base.height;
                (
                    rng.random_range(-0.06..0.06) * base.width,
                    seat - mine.bottom,
                )
            }
            Relation::Under if two.object.habit == Habit::Sky => (
                rng.random_range(-0.1..0.1) * base.width,
                base.bottom + 0.06 - mine.top,
            ),
            Relation::Under => {
                let side = if rng.random_bool(0.5) { 0.2 } else { -0.2 };
                (side * base.width, base.bottom + 0.02 - mine.bottom)
            }
            Relation::InFrontOf => {
                let side = rng.random_range(-0.26..0.26);
                (side * base.width, base.bottom + 0.05 - mine.bottom)
            }
            Relation::NextTo => {
                let side = if rng.random_bool(0.5) { 1.0 } else { -1.0 };
                let apart = 0.5 * (base.width + mine.width) + 0.015;
                (
                    side * apart,
                    base.bottom - mine.bottom + rng.random_range(-0.01..0.02),
                )
            }
        };
        for object in &mut own {
            object.x += dx;
            object.y += dy;
            object.grounded &= relation != Relation::On;
        }
        // The first group is drawn over the second.
        others.append(&mut own);
        Ok(Self::around(others, false, false))
    }

    /// Objects around the middle of what they cover.
    fn around(mut objects: Vec<Placed>, aloft: bool, afloat: bool) -> Self {
        let covered = reach(&objects);
        let widest = 1.0 - 2.0 * EDGE;
        let tallest = if aloft { widest } else { TALLEST };
        let scale = (widest / covered.width)
            .min(tallest / covered.height)
            .min(1.0);
        let centre = (
            covered.left + covered.width / 2.0,
            covered.top + covered.height / 2.0,
        );
        for object in &mut objects {
            object.x = (object.x - centre.0) * scale;
            object.y = (object.y - centre.1) * scale;
            object.size *= scale;
            object.width *= scale;
            object.height *= scale;
        }
        let (half_width, half_height) = (covered.width * scale / 2.0, covered.height * scale / 2.0);
        let heights = if afloat {
            (EDGE + half_height, 0.955 - half_height)
        } else if aloft {
            let high = EDGE + half_height;
            (high, (0.44 - half_height).max(high))
        } else {
            let foot = HORIZON / 100.0 + 0.09;
            let least = EDGE + half_height;
            (
                (foot - half_height).max(least),
                (0.955 - half_height).max(least),
            )
        };
        Self {
            objects,
            half_width,
            half_height,
            heights,
        }
    }

    /// A random centre that keeps everything in the picture.
    pub fn try_centre(&self, rng: &mut impl Rng) -> (f32, f32) {
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

    /// The objects with the cluster at a centre.
    pub fn at(&self, (x, y): (f32, f32)) -> impl Iterator<Item = Placed> + '_ {
        self.objects.iter().map(move |object| Placed {
            x: object.x + x,
            y: object.y + y,
            ..*object
        })
    }

    /// Whether two clusters' boxes overlap.
    pub fn meets(&self, own: (f32, f32), other: &Self, its: (f32, f32)) -> bool {
        self.half_width + other.half_width > (own.0 - its.0).abs()
            && self.half_height + other.half_height > (own.1 - its.1).abs()
    }
}

/// What objects cover together.
struct Reach {
    left: f32,
    top: f32,
    bottom: f32,
    width: f32,
    height: f32,
}

fn reach(objects: &[Placed]) -> Reach {
    let least = |f: fn(&Placed) -> f32| objects.iter().map(f).fold(f32::INFINITY, f32::min);
    let most = |f: fn(&Placed) -> f32| objects.iter().map(f).fold(f32::NEG_INFINITY, f32::max);
    let (left, right) = (
        least(|o| o.x - o.width / 2.0),
        most(|o| o.x + o.width / 2.0),
    );
    let (top, bottom) = (least(|o| o.y - o.height / 2.0), most(Placed::foot));
    Reach {
        left,
        top,
        bottom,
        width: right - left,
        height: bottom - top,
    }
}

/// The members of a group side by side.
fn row(
    rng: &mut impl Rng,
    index: usize,
    group: &Shown,
    scene: &Resolved,
    size: f32,
    gallery: &Gallery,
) -> Result<Vec<Placed>, PictureError> {
    let look = Look::new(group.object, group.colour);
    let shape = gallery.shape(look.emoji)?;
    let afloat = scene.place.kind.afloat();
    let aloft = afloat || group.object.aloft();
    let columns = columns(group.count, aloft);
    let widest = (1.0 - 2.0 * EDGE) / (f32::from(columns) * shape.0 * STEP);
    let size = size.min(widest) * rng.random_range(0.95..1.0);
    let tilt = tilt(group.object, afloat);
    let mirrored = rng.random_bool(0.5);
    let objects = offsets(
        rng,
        group.count,
        columns,
        (shape.0 * size, shape.1 * size),
        aloft,
    );
    Ok(objects
        .into_iter()
        .map(|(x, y)| {
            let size = size * rng.random_range(0.96..1.0);
            Placed {
                look,
                group: index,
                x,
                y,
                size,
                width: shape.0 * size,
                height: shape.1 * size,
                rotation: if tilt > 0.0 {
                    rng.random_range(-tilt..tilt)
                } else {
                    0.0
                },
                mirrored: !group.object.reads() && (mirrored ^ rng.random_bool(0.15)),
                grounded: !aloft,
            }
        })
        .collect())
}

/// How far things lean, in degrees.
fn tilt(object: &Object, afloat: bool) -> f32 {
    match object.habit {
        Habit::Building | Habit::Symbol => 0.0,
        _ if afloat && object.size != SizeClass::Large => 10.0,
        Habit::Flyer | Habit::Aircraft => 8.0,
        Habit::Food | Habit::Thing => 5.0,
        Habit::Sky => 2.0,
        _ => 2.5,
    }
}

/// How many stand in one row: on the ground all but many, in the air two and three.
fn columns(count: u8, aloft: bool) -> u8 {
    match count {
        0..=2 => count.max(1),
        3 if aloft => 2,
        3 => 3,
        4 => 2,
        _ => 3,
    }
}

/// Where the members of a group are around its centre.
fn offsets(
    rng: &mut impl Rng,
    count: u8,
    columns: u8,
    (width, height): (f32, f32),
    aloft: bool,
) -> Vec<(f32, f32)> {
    let stagger = if aloft { 0.16 } else { 0.05 };
    let mut nudge = || rng.random_range(-stagger..stagger) * height;
    let rows = count.div_ceil(columns);
    let mut places = Vec::with_capacity(usize::from(count));
    for row in 0..rows {
        // Fewer in the back row, which is drawn first.
        let in_row = if row == 0 {
            count - (rows - 1) * columns
        } else {
            columns
        };
        let depth = if aloft { 1.02 } else { 0.62 };
        for column in 0..in_row {
            let x = (f32::from(column) - f32::from(in_row - 1) / 2.0) * width * STEP;
            let y = f32::from(row) * height * depth;
            places.push((x, y + nudge()));
        }
    }
    places
}

/// A value of a range, its middle where the range is empty.
fn between(rng: &mut impl Rng, (low, high): (f32, f32)) -> f32 {
    if low < high {
        rng.random_range(low..high)
    } else {
        (low + high) / 2.0
    }
}
