//! Scenes as the towers learn from them: pictures, captions, and which concepts are shown.

use std::collections::{HashMap, HashSet};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use saysee_scenes::listing::Entry;
use saysee_scenes::{Renderer, concepts};

use super::pictures::{PICTURE_VALUES, push_bytes, push_view, value};
use crate::error::TrainError;
use crate::model::image_tower::PICTURE_SIZE;
use crate::vocabulary::Vocabulary;

/// Scenes with their pictures drawn once, at the size the tower looks at.
pub struct SceneData {
    entries: Vec<Entry>,
    planes: Vec<u8>,
    words: Vec<Vec<Vec<u16>>>,
    shown: Vec<HashSet<usize>>,
    concepts: usize,
}

/// One batch of pictures with a caption each.
pub struct SceneBatch {
    /// Planes of the pictures, one after another.
    pub planes: Vec<f32>,
    /// Content tokens of one caption a picture.
    pub words: Vec<Vec<u16>>,
    /// `[batch, concepts]`: 1 where a concept is shown.
    pub shown: Vec<f32>,
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
            progress();
        }
        Ok(Self {
            entries,
            planes,
            words,
            shown,
            concepts: ids.len(),
        })
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

    /// Content tokens of a scene's captions.
    pub fn words(&self, scene: usize) -> &[Vec<u16>] {
        &self.words[scene]
    }

    /// The batch of a step: scenes at random, shifted, mirrored, brightened a little.
    pub fn batch(&self, size: usize, seed: u64, step: usize) -> SceneBatch {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(step as u64);
        let mut batch = SceneBatch {
            planes: Vec::with_capacity(size * PICTURE_VALUES),
            words: Vec::new(),
            shown: vec![0.0; size * self.concepts],
        };
        for row in 0..size {
            let scene = rng.random_range(0..self.entries.len());
            self.push_varied(scene, &mut rng, &mut batch.planes);
            let captions = &self.words[scene];
            batch
                .words
                .push(captions[rng.random_range(0..captions.len())].clone());
            for &concept in &self.shown[scene] {
                batch.shown[row * self.concepts + concept] = 1.0;
            }
        }
        batch
    }

    fn push_varied(&self, scene: usize, rng: &mut ChaCha8Rng, planes: &mut Vec<f32>) {
        let picture = &self.planes[scene * PICTURE_VALUES..(scene + 1) * PICTURE_VALUES];
        let (across, down) = (rng.random_range(-4..=4), rng.random_range(-4..=4));
        let mirrored = rng.random_bool(0.5);
        let (gain, lift) = (
            rng.random_range(0.9..1.1f32),
            rng.random_range(-0.06..0.06f32),
        );
        let start = planes.len();
        push_view(picture, across, down, mirrored, planes);
        planes[start..]
            .iter_mut()
            .for_each(|value| *value = *value * gain + lift);
    }
}
