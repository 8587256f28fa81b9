//! How the speech model does on sentences and scenes it does not learn from, while it learns.

use std::sync::Arc;

use burn::prelude::*;
use saysee_degrade::Preset;
use saysee_scenes::Split;
use saysee_scenes::listing::entries;

use crate::data::kinds::Kinds;
use crate::data::scenes::SceneData;
use crate::data::speech::SpeechData;
use crate::description::front_end;
use crate::error::TrainError;
use crate::model::speech::SpeechModel;
use crate::model::towers::{Towers, host};
use crate::names::{edits, greedy};
use crate::retrieval::recall;
use crate::targets::{Targets, scene_index};
use crate::vocabulary::Vocabulary;

/// Scenes of the dev split that utterances are matched against.
const SCENES: usize = 400;
/// Seed of the dev listing.
const SCENE_SEED: u64 = 1;
/// Utterances looked at together.
const CHUNK: usize = 32;

/// Utterances whose phones are looked at.
const PHONE_UTTERANCES: usize = 160;

/// How well phones are heard, clean and in noise. Clean speech alone says little about a microphone.
pub struct PhoneValidation {
    data: Arc<SpeechData>,
}

impl PhoneValidation {
    /// On the first utterances of a corpus.
    pub fn new(data: Arc<SpeechData>) -> Self {
        Self { data }
    }

    /// One line: edits a phone, of clean speech and under each preset.
    ///
    /// # Errors
    /// When the corpus cannot be read.
    pub fn report(&self, model: &SpeechModel) -> Result<String, TrainError> {
        let device = model.phones.weight.val().device();
        let mut line = "dev phone errors".to_owned();
        for preset in [None, Some(Preset::Mild), Some(Preset::Harsh)] {
            let (mut wrong, mut spoken) = (0, 0);
            let total = self.data.len().min(PHONE_UTTERANCES);
            for start in (0..total).step_by(CHUNK) {
                let range = start..(start + CHUNK).min(total);
                let batch = self.data.plain_batch(range, preset)?;
                let (features, mask) = batch.tensors(front_end().mels, &device);
                let (states, mask) = model.encode(features, &mask);
                let heard = model.phone_log_probabilities(&states);
                let [_, frames, symbols] = heard.dims();
                let heard = host(heard);
                for (row, phones) in batch.phones.iter().enumerate() {
                    let own = &heard[row * frames * symbols..][..mask.lengths[row] * symbols];
                    wrong += edits(&greedy(own, symbols), phones);
                    spoken += phones.len();
                }
            }
            let name = preset.map_or("clean", Preset::name);
            let share = wrong as f64 / spoken.max(1) as f64;
            line.push_str(&format!(" {name} {share:.3}"));
        }
        Ok(line)
    }
}

/// Dev utterances and the dev pictures they describe.
pub struct Validation {
    data: Arc<SpeechData>,
    pictures: Vec<f32>,
    width: usize,
}

impl Validation {
    /// Draws and embeds the dev scenes.
    ///
    /// # Errors
    /// When a scene cannot be drawn.
    pub fn new(towers: &Towers, data: Arc<SpeechData>) -> Result<Self, TrainError> {
        let scenes = SceneData::new(
            entries(Split::Dev, SCENES, SCENE_SEED)?,
            &Kinds::new()?,
            &Vocabulary::default(),
            || (),
        )?;
        Ok(Self {
            data,
            pictures: towers.embed_pictures(|range| scenes.planes(range), SCENES),
            width: towers.embedding(),
        })
    }

    /// One line: recall against the dev pictures, words named right when their number is known, and
    /// utterances whose words were counted right.
    ///
    /// # Errors
    /// When the corpus cannot be read.
    pub fn report(&self, model: &SpeechModel, targets: &Targets) -> Result<String, TrainError> {
        let device = model.phones.weight.val().device();
        let table = Tensor::<2>::from_data(targets.table().into_data(), &device);
        let (mut queries, mut own) = (Vec::new(), Vec::new());
        let (mut named, mut spoken, mut counted) = (0usize, 0usize, 0usize);
        let total = self.data.len();
        for start in (0..total).step_by(CHUNK) {
            let batch = self
                .data
                .plain_batch(start..(start + CHUNK).min(total), None)?;
            let mels = batch.features.len()
                / batch.lengths.len()
                / batch.lengths.iter().max().copied().unwrap_or(1).max(1);
            let (features, mask) = batch.tensors(mels, &device);
            let (states, mask) = model.encode(features, &mask);
            let output = model.head(&states, &mask);
            let size = batch.words.len();
            let slots = batch.words.iter().map(Vec::len).max().unwrap_or(1).max(1);
            let counts: Vec<f32> = batch.words.iter().map(|words| words.len() as f32).collect();
            let counts = Tensor::<2>::from_data(TensorData::new(counts, [size, 1]), &device);
            let keywords = model.head.keywords(&output, &counts, slots);
            let best = keywords
                .matmul(table.clone().transpose().unsqueeze::<3>())
                .argmax(2);
            let best: Vec<i64> = best.into_data().iter::<i64>().collect();
            let sums = host(output.alpha.sum_dim(1));
            for (row, words) in batch.words.iter().enumerate() {
                spoken += words.len();
                let guesses = &best[row * slots..];
                named += words
                    .iter()
                    .zip(guesses)
                    .filter(|&(&word, &guess)| i64::from(word) == guess)
                    .count();
                counted += usize::from((sums[row] - words.len() as f32).abs() < 0.5);
            }
            let parallel = host(output.parallel);
            for (row, clips) in batch.clips.iter().enumerate() {
                if let Some(scene) = scene_index(&self.data.corpus().clips()[clips[0]].scene) {
                    queries.extend_from_slice(&parallel[row * self.width..(row + 1) * self.width]);
                    own.push(scene);
                }
            }
        }
        let at = |k| recall(&queries, &self.pictures, self.width, &own, k);
        Ok(format!(
            "dev R@1 {:.3} R@10 {:.3} named {:.3} counted {:.3}",
            at(1),
            at(10),
            named as f64 / spoken.max(1) as f64,
            counted as f64 / total.max(1) as f64
        ))
    }
}
