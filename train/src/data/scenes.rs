//! Scenes as the towers learn from them: pictures, captions, and which concepts are shown.

use std::collections::{BTreeMap, HashMap, HashSet};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use saysee_scenes::listing::Entry;
use saysee_scenes::{Renderer, concepts};

use super::pictures::{PICTURE_VALUES, push_bytes, push_view, value};
use super::places::{Standing, View, concepts_at};
use crate::error::TrainError;
use crate::model::image_tower::{PICTURE_SIZE, PLACES};
use crate::vocabulary::Vocabulary;

/// Places that the scenes of a batch are of.
const PLACES_A_BATCH: usize = 3;

/// Scenes with their pictures drawn once, at the size the tower looks at.
pub struct SceneData {
    entries: Vec<Entry>,
    planes: Vec<u8>,
    words: Vec<Vec<Vec<u16>>>,
    shown: Vec<HashSet<usize>>,
    standing: Vec<Vec<Standing>>,
    concepts: usize,
    /// Scenes of each place.
    by_place: Vec<Vec<usize>>,
    crowds: Vec<u8>,
    crowded: Vec<Vec<Standing>>,
}

/// One batch of scenes with a caption each, and of crowds.
pub struct SceneBatch {
    /// Planes of the pictures, one after another: scenes, then crowds.
    pub planes: Vec<f32>,
    /// Content tokens of one caption a scene.
    pub words: Vec<Vec<u16>>,
    /// `[scenes, concepts]`: 1 where a concept is shown.
    pub shown: Vec<f32>,
    /// Places of the batch where an object stands, and which concept it is.
    pub standing: Vec<(usize, u16)>,
}

impl SceneData {
    /// Draws every scene; calls `progress` after each.
    ///
    /// # Errors
    /// When a scene names what the renderer does not know.
    pub fn new(
        entries: Vec<Entry>,
        vocabulary: &Vocabulary,
        mut progress: impl FnMut(),
    ) -> Result<Self, TrainError> {
        let ids: HashMap<&str, usize> = concepts::all()
            .iter()
            .take(concepts::shown())
            .enumerate()
            .map(|(index, concept)| (concept.id, index))
            .collect();
        let renderer = Renderer::new();
        let mut planes = Vec::with_capacity(entries.len() * PICTURE_VALUES);
        let mut words = Vec::with_capacity(entries.len());
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
            let names = entry.scene.resolve()?.concepts().into_iter();
            shown.push(names.filter_map(|name| ids.get(name).copied()).collect());
            let groups = entry.scene.groups.iter();
            let objects: Vec<Option<u16>> = groups
                .map(|group| ids.get(group.object.as_str()).map(|&id| id as u16))
                .collect();
            let placed = renderer.objects(&entry.scene)?;
            let known = placed
                .iter()
                .filter_map(|placed| Some(Standing::new(objects[placed.group]?, placed)));
            standing.push(known.collect());
            progress();
        }
        Ok(Self {
            by_place: by_place(&entries),
            entries,
            planes,
            words,
            shown,
            standing,
            concepts: ids.len(),
            crowds: Vec::new(),
            crowded: Vec::new(),
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
            push_bytes(&crowd.picture, &mut self.crowds);
            // Objects are the first of the concepts.
            let objects = crowd.objects.iter();
            let standing = objects.map(|(object, placed)| Standing::new(*object as u16, placed));
            self.crowded.push(standing.collect());
            progress();
        }
        Ok(self)
    }

    /// The scenes.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Concepts a picture is asked about.
    pub fn concepts(&self) -> usize {
        self.concepts
    }

    /// The planes of a stretch of pictures.
    pub fn planes(&self, scenes: std::ops::Range<usize>) -> Vec<f32> {
        let bytes = &self.planes[scenes.start * PICTURE_VALUES..scenes.end * PICTURE_VALUES];
        bytes.iter().map(|&byte| value(byte)).collect()
    }

    /// Places of a stretch of pictures where an object stands, and which concept it is.
    pub fn standing(&self, scenes: std::ops::Range<usize>) -> Vec<(usize, u16)> {
        let pictures = self.standing[scenes].iter().enumerate();
        let places = pictures.flat_map(|(row, objects)| {
            let places = concepts_at(objects, View::default()).into_iter();
            (row * PLACES * PLACES..).zip(places)
        });
        places
            .filter_map(|(place, concept)| Some((place, concept?)))
            .collect()
    }

    /// Content tokens of a scene's captions.
    pub fn words(&self, scene: usize) -> &[Vec<u16>] {
        &self.words[scene]
    }

    /// The batch of a step: scenes and crowds at random, shifted, mirrored, brightened a little. Scenes are of a few places
    /// only, so that it is not enough to tell those apart.
    pub fn batch(&self, size: usize, crowds: usize, seed: u64, step: usize) -> SceneBatch {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(step as u64);
        let mut batch = SceneBatch {
            planes: Vec::with_capacity(size * PICTURE_VALUES),
            words: Vec::new(),
            shown: vec![0.0; size * self.concepts],
            standing: Vec::new(),
        };
        let chosen: Vec<&Vec<usize>> = (0..PLACES_A_BATCH)
            .map(|_| &self.by_place[rng.random_range(0..self.by_place.len())])
            .collect();
        for row in 0..size {
            let place = chosen[row % PLACES_A_BATCH];
            let scene = place[rng.random_range(0..place.len())];
            let view = push_varied(&self.planes, scene, &mut rng, &mut batch.planes);
            batch.stand(row, &self.standing[scene], view);
            let captions = &self.words[scene];
            batch
                .words
                .push(captions[rng.random_range(0..captions.len())].clone());
            for &concept in &self.shown[scene] {
                batch.shown[row * self.concepts + concept] = 1.0;
            }
        }
        for row in size..size + crowds {
            let crowd = rng.random_range(0..self.crowded.len());
            let view = push_varied(&self.crowds, crowd, &mut rng, &mut batch.planes);
            batch.stand(row, &self.crowded[crowd], view);
        }
        batch
    }
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

impl SceneBatch {
    /// Notes which objects stand where in picture `row`.
    fn stand(&mut self, row: usize, objects: &[Standing], view: View) {
        let places = (row * PLACES * PLACES..).zip(concepts_at(objects, view));
        let standing = places.filter_map(|(place, concept)| Some((place, concept?)));
        self.standing.extend(standing);
    }
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
