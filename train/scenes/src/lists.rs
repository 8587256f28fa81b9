//! Lists of scenes: random ones for training, carefully different ones for looking pictures up.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};

use crate::sampling::{sample, sample_alone};
use crate::scene::{SceneSpec, Split, stable_hash};

/// Of a hundred training scenes, how many show one thing alone.
const ALONE: u32 = 12;

/// Scenes of a split for one purpose, the same for the same seed; a longer list begins with the shorter one.
///
/// The dev and test lists are made for looking pictures up: they show every object about equally often, and no two scenes
/// share two facts (a place and an object, or two objects), so that naming two of them names one picture.
pub fn scene_list(split: Split, count: usize, seed: u64) -> Vec<SceneSpec> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ stable_hash(&split.to_string()));
    if split == Split::Train {
        return (0..count)
            .map(|_| match rng.random_range(0..100) {
                0..ALONE => sample_alone(&mut rng),
                _ => sample(&mut rng, split),
            })
            .collect();
    }
    let mut list = LookupList::default();
    for _ in 0..count {
        list.add(&mut rng, split);
    }
    list.scenes
}

/// Grows a dev or test list scene by scene.
#[derive(Default)]
struct LookupList {
    scenes: Vec<SceneSpec>,
    shown: BTreeMap<String, usize>,
    facts: BTreeSet<(String, String)>,
    combinations: BTreeSet<String>,
}

impl LookupList {
    const CANDIDATES: usize = 48;
    const ATTEMPTS: usize = 4000;

    /// Draws candidates that share no two facts with the list and keeps the one whose concepts were shown least.
    fn add(&mut self, rng: &mut impl Rng, split: Split) {
        let mut best: Option<(usize, SceneSpec)> = None;
        let mut candidates = 0;
        for attempt in 0.. {
            let enough = candidates >= Self::CANDIDATES || attempt >= Self::ATTEMPTS;
            if enough && best.is_some() {
                break;
            }
            let scene = sample(rng, split);
            if self.combinations.contains(&scene.combination()) {
                continue;
            }
            let fresh = fact_pairs(&scene).iter().all(|p| !self.facts.contains(p));
            if fresh || attempt >= Self::ATTEMPTS {
                candidates += 1;
                let familiarity = self.familiarity(&scene);
                if best.as_ref().is_none_or(|(least, _)| familiarity < *least) {
                    best = Some((familiarity, scene));
                }
            }
        }
        if let Some((_, scene)) = best {
            self.facts.extend(fact_pairs(&scene));
            self.combinations.insert(scene.combination());
            for name in names(&scene) {
                *self.shown.entry(name).or_default() += 1;
            }
            self.scenes.push(scene);
        }
    }

    /// How often the scene's objects were shown before, in thousandths, with its place as a tie-breaker.
    fn familiarity(&self, scene: &SceneSpec) -> usize {
        let shown = |name: &String| self.shown.get(name).copied().unwrap_or(0);
        let objects: usize = scene.groups.iter().map(|g| shown(&g.object)).sum();
        objects * 1000 / scene.groups.len() + shown(&scene.place)
    }
}

fn names(scene: &SceneSpec) -> Vec<String> {
    std::iter::once(&scene.place)
        .chain(scene.groups.iter().map(|g| &g.object))
        .cloned()
        .collect()
}

fn fact_pairs(scene: &SceneSpec) -> Vec<(String, String)> {
    let mut names = names(scene);
    names[1..].sort_unstable();
    let mut pairs = Vec::new();
    for (i, first) in names.iter().enumerate() {
        for second in &names[i + 1..] {
            pairs.push((first.clone(), second.clone()));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{concepts, listing};

    #[test]
    fn the_same_seed_gives_the_same_scenes() {
        assert_eq!(
            scene_list(Split::Train, 50, 7),
            scene_list(Split::Train, 50, 7)
        );
        assert_ne!(
            scene_list(Split::Train, 50, 7),
            scene_list(Split::Train, 50, 8)
        );
        let long = scene_list(Split::Test, 40, 7);
        assert_eq!(long[..20], scene_list(Split::Test, 20, 7));
    }

    #[test]
    fn splits_share_no_combination() {
        let combinations = |split, count| -> BTreeSet<String> {
            scene_list(split, count, 1)
                .iter()
                .map(SceneSpec::combination)
                .collect()
        };
        let train = combinations(Split::Train, 3000);
        let dev = combinations(Split::Dev, 150);
        let test = combinations(Split::Test, 150);
        assert!(train.is_disjoint(&dev) && train.is_disjoint(&test) && dev.is_disjoint(&test));
    }

    #[test]
    fn test_scenes_are_found_by_any_two_facts_and_cover_nearly_everything() {
        let scenes = scene_list(Split::Test, 700, 1);
        let mut seen = BTreeSet::new();
        let mut shown = BTreeSet::new();
        for scene in &scenes {
            assert_eq!(scene.split(), Split::Test);
            for pair in fact_pairs(scene) {
                assert!(seen.insert(pair.clone()), "{pair:?} twice");
            }
            shown.extend(names(scene));
        }
        let objects = concepts::objects().iter();
        let objects = objects.filter(|o| o.habit != concepts::Habit::Symbol);
        let missing = objects.filter(|o| !shown.contains(o.id)).count();
        assert!(missing < 20, "{missing} objects are never shown");
    }

    #[test]
    fn the_layout_of_the_lists_has_not_changed() {
        // The listings that a corpus of voices was made from must come out again: change the expected sums knowingly.
        let sum = |split| {
            let mut lines = Vec::new();
            listing::write_lines(&listing::entries(split, 60, 1).unwrap(), &mut lines).unwrap();
            stable_hash(&String::from_utf8(lines).unwrap())
        };
        let expected: [u64; 3] = [
            0x71d4_48b5_cae4_1c8c,
            0x40ac_d2b2_5af4_2cae,
            0x6db8_6c05_7b3c_67c9,
        ];
        assert_eq!([Split::Train, Split::Dev, Split::Test].map(sum), expected);
    }
}
