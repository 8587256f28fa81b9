//! Scenes as the towers learn from them: pictures, captions, what stands where, and which concepts are shown.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use saysee_scenes::listing::Entry;
use saysee_scenes::{Caption, Renderer, concepts};

use super::kinds::Kinds;
use super::pictures::{PICTURE_VALUES, push_bytes, push_view, value};
use super::places::{Here, Standing, View, what_is_at};
use crate::error::TrainError;
use crate::model::image_tower::{PICTURE_SIZE, PLACES};
use crate::vocabulary::Vocabulary;

/// Places that the scenes of a batch are of.
const PLACES_A_BATCH: usize = 3;
/// Names that the emoji of a batch are told by.
const NAMES_A_BATCH: usize = 256;

/// Scenes with their pictures drawn once, at the size the tower looks at.
pub struct SceneData {
    entries: Vec<Entry>,
    planes: Vec<u8>,
    words: Vec<Vec<Vec<u16>>>,
    /// What each caption of each scene is about, as [`Kinds::direction`] counts.
    meant: Vec<Vec<Vec<u16>>>,
    shown: Vec<HashSet<usize>>,
    standing: Vec<Vec<Standing>>,
    objects: usize,
    concepts: usize,
    /// Scenes of each place.
    by_place: Vec<Vec<usize>>,
    crowds: Pictures,
    alone: Pictures,
    /// Content tokens of the captions of what is alone.
    called: Vec<Vec<Vec<u16>>>,
    /// Which kind each of those is.
    kinds: Vec<u16>,
}

/// Pictures that are no scenes.
#[derive(Default)]
struct Pictures {
    planes: Vec<u8>,
    standing: Vec<Vec<Standing>>,
}

/// How many pictures of each sort a batch has.
#[derive(Clone, Copy, Debug)]
pub struct BatchSizes {
    /// Scenes.
    pub scenes: usize,
    /// Emoji alone.
    pub alone: usize,
    /// Crowds.
    pub crowds: usize,
}

/// One batch of scenes and emoji with a caption each, and of crowds.
pub struct SceneBatch {
    /// Planes of the pictures, one after another: scenes, then emoji, then crowds.
    pub planes: Vec<f32>,
    /// Content tokens of one caption a scene, then of one an emoji.
    pub words: Vec<Vec<u16>>,
    /// `[scenes, concepts]`: 1 where a concept is shown that is no object.
    pub shown: Vec<f32>,
    /// What those captions are about, as [`Kinds::direction`] counts.
    pub meant: Vec<Vec<u16>>,
    /// What those pictures show, in the same way.
    pub seen: Vec<Vec<u16>>,
    /// Captions of emoji: those of the batch, then others.
    pub names: Vec<Vec<u16>>,
    /// Places of the batch of which it is known what stands there; `None`: nothing does.
    pub standing: Vec<(usize, Option<u16>)>,
}

impl SceneData {
    /// Draws every scene; calls `progress` after each.
    ///
    /// # Errors
    /// When a scene names what the renderer does not know.
    pub fn new(
        entries: Vec<Entry>,
        kinds: &Kinds,
        vocabulary: &Vocabulary,
        mut progress: impl FnMut(),
    ) -> Result<Self, TrainError> {
        let objects = concepts::objects().len();
        let ids: HashMap<&str, usize> = concepts::all()
            .iter()
            .take(concepts::shown())
            .enumerate()
            .map(|(index, concept)| (concept.id, index))
            .collect();
        let renderer = Renderer::new();
        let mut planes = Vec::with_capacity(entries.len() * PICTURE_VALUES);
        let mut words = Vec::with_capacity(entries.len());
        let mut meant = Vec::with_capacity(entries.len());
        let mut shown = Vec::with_capacity(entries.len());
        let mut standing = Vec::with_capacity(entries.len());
        for entry in &entries {
            push_bytes(&renderer.render(&entry.scene, PICTURE_SIZE)?, &mut planes);
            words.push(
                entry
                    .captions
                    .iter()
                    .map(|caption| vocabulary.encode(&caption.content))
                    .collect(),
            );
            let about = |caption: &Caption| -> Vec<u16> {
                let concepts = caption.concepts.iter();
                let meant: BTreeSet<u16> = concepts
                    .filter_map(|name| Some(kinds.direction(*ids.get(name.as_str())?)))
                    .collect();
                meant.into_iter().collect()
            };
            meant.push(entry.captions.iter().map(about).collect());
            let names = entry.scene.resolve()?.concepts().into_iter();
            let others = names.filter_map(|name| ids.get(name)?.checked_sub(objects));
            shown.push(others.collect());
            let groups = entry.scene.groups.iter();
            // Objects are the first of the concepts, and of the kinds of drawings.
            let drawn: Vec<Option<u16>> = groups
                .map(|group| ids.get(group.object.as_str()).map(|&id| id as u16))
                .collect();
            let placed = renderer.objects(&entry.scene)?;
            let known = placed
                .iter()
                .filter_map(|placed| Some(Standing::new(drawn[placed.group]?, placed)));
            standing.push(known.collect());
            progress();
        }
        Ok(Self {
            by_place: by_place(&entries),
            entries,
            planes,
            words,
            meant,
            shown,
            standing,
            objects: kinds.objects(),
            concepts: ids.len() - objects,
            crowds: Pictures::default(),
            alone: Pictures::default(),
            called: Vec::new(),
            kinds: Vec::new(),
        })
    }

    /// Draws crowds too; calls `progress` after each.
    ///
    /// # Errors
    /// Never for what the lists hold.
    pub fn with_crowds(
        mut self,
        count: usize,
        mut progress: impl FnMut(),
    ) -> Result<Self, TrainError> {
        let renderer = Renderer::new();
        for seed in 0..count as u64 {
            let crowd = renderer.crowd(seed, PICTURE_SIZE)?;
            push_bytes(&crowd.picture, &mut self.crowds.planes);
            let objects = crowd.objects.iter();
            let standing = objects.map(|(object, placed)| Standing::new(*object as u16, placed));
            self.crowds.standing.push(standing.collect());
            progress();
        }
        Ok(self)
    }

    /// Draws the emoji that can be asked for, each alone, too.
    ///
    /// # Errors
    /// Never for what the lists hold.
    pub fn with_emoji(
        mut self,
        kinds: &Kinds,
        vocabulary: &Vocabulary,
    ) -> Result<Self, TrainError> {
        let renderer = Renderer::new();
        for (kind, emoji) in kinds.alone() {
            let picture = renderer.emoji(emoji.character, PICTURE_SIZE)?;
            push_bytes(&picture, &mut self.alone.planes);
            let placed = renderer.alone(emoji.character)?;
            self.alone.standing.push(vec![Standing::new(kind, &placed)]);
            let captions = emoji.captions.iter();
            let words = captions.map(|caption| vocabulary.encode(&caption.content));
            self.called.push(words.collect());
            self.kinds.push(kind);
        }
        Ok(self)
    }

    /// The scenes.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Concepts a picture is asked about: those that are no objects.
    pub fn concepts(&self) -> usize {
        self.concepts
    }

    /// The planes of a stretch of scenes.
    pub fn planes(&self, scenes: Range<usize>) -> Vec<f32> {
        planes(&self.planes, scenes)
    }

    /// The planes of a stretch of the emoji.
    pub fn emoji_planes(&self, emoji: Range<usize>) -> Vec<f32> {
        planes(&self.alone.planes, emoji)
    }

    /// Content tokens of the first caption of each emoji.
    pub fn emoji_names(&self) -> Vec<Vec<u16>> {
        self.called
            .iter()
            .map(|captions| captions[0].clone())
            .collect()
    }

    /// Places of a stretch of pictures where an object stands, and which.
    pub fn standing(&self, scenes: Range<usize>) -> Vec<(usize, u16)> {
        let pictures = self.standing[scenes].iter().enumerate();
        let places = pictures.flat_map(|(row, objects)| known(row, objects, View::default()));
        places
            .filter_map(|(place, kind)| Some((place, kind?)))
            .collect()
    }

    /// Content tokens of a scene's captions.
    pub fn words(&self, scene: usize) -> &[Vec<u16>] {
        &self.words[scene]
    }

    /// The batch of a step: pictures at random, shifted, mirrored, brightened a little. Scenes are of a few places
    /// only, so that it is not enough to tell those apart.
    pub fn batch(&self, sizes: BatchSizes, seed: u64, step: usize) -> SceneBatch {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(step as u64);
        let size = sizes.scenes;
        let pictures = size + sizes.alone + sizes.crowds;
        let mut batch = SceneBatch {
            planes: Vec::with_capacity(pictures * PICTURE_VALUES),
            words: Vec::new(),
            shown: vec![0.0; size * self.concepts],
            meant: Vec::new(),
            seen: Vec::new(),
            names: Vec::new(),
            standing: Vec::new(),
        };
        let chosen: Vec<&Vec<usize>> = (0..PLACES_A_BATCH)
            .map(|_| &self.by_place[rng.random_range(0..self.by_place.len())])
            .collect();
        for row in 0..size {
            let place = chosen[row % PLACES_A_BATCH];
            let scene = place[rng.random_range(0..place.len())];
            let view = push_varied(&self.planes, scene, &mut rng, &mut batch.planes);
            batch
                .standing
                .extend(known(row, &self.standing[scene], view));
            let caption = rng.random_range(0..self.words[scene].len());
            batch.words.push(self.words[scene][caption].clone());
            batch.meant.push(self.meant[scene][caption].clone());
            batch.seen.push(self.seen(scene));
            for &concept in &self.shown[scene] {
                batch.shown[row * self.concepts + concept] = 1.0;
            }
        }
        for row in size..pictures {
            let alone = row < size + sizes.alone;
            let pictures = if alone { &self.alone } else { &self.crowds };
            let index = rng.random_range(0..pictures.standing.len());
            let view = push_varied(&pictures.planes, index, &mut rng, &mut batch.planes);
            batch
                .standing
                .extend(known(row, &pictures.standing[index], view));
            if alone {
                let name = any(&self.called[index], &mut rng);
                batch.words.push(name.clone());
                batch.meant.push(vec![self.kinds[index]]);
                batch.seen.push(vec![self.kinds[index]]);
                batch.names.push(name);
            }
        }
        for _ in sizes.alone..sizes.alone.max(NAMES_A_BATCH) {
            let index = rng.random_range(0..self.called.len());
            batch.names.push(any(&self.called[index], &mut rng));
        }
        batch
    }

    /// What a scene shows, as [`Kinds::direction`] counts.
    fn seen(&self, scene: usize) -> Vec<u16> {
        let drawings = self.standing[scene].iter().map(|standing| standing.kind);
        let others = self.shown[scene].iter();
        let seen: BTreeSet<u16> = drawings
            .chain(others.map(|&concept| (self.objects + concept) as u16))
            .collect();
        seen.into_iter().collect()
    }
}

fn planes(pictures: &[u8], range: Range<usize>) -> Vec<f32> {
    let bytes = &pictures[range.start * PICTURE_VALUES..range.end * PICTURE_VALUES];
    bytes.iter().map(|&byte| value(byte)).collect()
}

fn any(captions: &[Vec<u16>], rng: &mut ChaCha8Rng) -> Vec<u16> {
    captions[rng.random_range(0..captions.len())].clone()
}

/// The places of picture `row` of a batch of which it is known what stands there.
fn known(
    row: usize,
    drawings: &[Standing],
    view: View,
) -> impl Iterator<Item = (usize, Option<u16>)> + use<> {
    let places = (row * PLACES * PLACES..).zip(what_is_at(drawings, view));
    places.filter_map(|(place, here)| match here {
        Here::Kind(kind) => Some((place, Some(kind))),
        Here::Nothing => Some((place, None)),
        Here::Unsure => None,
    })
}

/// The scenes of each place, in the order of the places' names.
fn by_place(entries: &[Entry]) -> Vec<Vec<usize>> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (scene, entry) in entries.iter().enumerate() {
        let place = places.entry(entry.scene.place.as_str());
        place.or_default().push(scene);
    }
    places.into_values().collect()
}

/// Appends the planes of a picture among `pictures` as a view of it.
fn push_varied(pictures: &[u8], index: usize, rng: &mut ChaCha8Rng, planes: &mut Vec<f32>) -> View {
    let picture = &pictures[index * PICTURE_VALUES..(index + 1) * PICTURE_VALUES];
    let view = View {
        across: rng.random_range(-4..=4),
        down: rng.random_range(-4..=4),
        mirrored: rng.random_bool(0.5),
    };
    let (gain, lift) = (
        rng.random_range(0.9..1.1f32),
        rng.random_range(-0.06..0.06f32),
    );
    let start = planes.len();
    push_view(picture, view, planes);
    planes[start..]
        .iter_mut()
        .for_each(|value| *value = *value * gain + lift);
    view
}
