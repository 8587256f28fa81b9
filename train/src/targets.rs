//! What the speech model's outputs should match: the frozen towers' view of captions and pictures.

use std::path::Path;

use burn::prelude::*;
use saysee_voices::corpus::CorpusReader;

use crate::embeddings;
use crate::error::TrainError;
use crate::losses::{self, SCALE};
use crate::model::head::{HeadOutput, HybridPlus};
use crate::model::towers::{Towers, host};
use crate::vocabulary::FIRST_WORD;

/// How much each objective of the heads counts.
pub struct Weights {
    /// Naming of the keywords.
    pub naming: f32,
    /// Their number.
    pub quantity: f32,
    /// The text tower's view of what is said.
    pub text: f32,
    /// The image tower's view of what is meant.
    pub picture: f32,
}

/// What is used.
pub const WEIGHTS: Weights = Weights {
    naming: 1.0,
    quantity: 0.5,
    text: 0.5,
    picture: 0.5,
};

/// How much nearness to what the text tower says counts beside being nearer to it than to other texts. Others of a batch
/// are seldom alike, so that being nearer alone is learnt from a few words of a sentence.
const NEAR: f32 = 6.0;

/// What the speech model's outputs should match.
pub struct Targets {
    towers: Towers,
    table: Tensor<2>,
    scenes: Vec<f32>,
    width: usize,
    /// The scene each clip of the corpus describes, where it describes one.
    scene_of_clip: Vec<Option<usize>>,
}

impl Targets {
    /// Targets for the clips of a corpus; `folder` is where `saysee-train towers` wrote.
    ///
    /// # Errors
    /// When the embeddings of the scenes are missing.
    pub fn new(
        towers: Towers,
        folder: &Path,
        corpus: &CorpusReader,
        device: &Device,
    ) -> Result<Self, TrainError> {
        let (scenes, width) = embeddings::read(&folder.join("scenes.safetensors"))?;
        let count = scenes.len() / width;
        let scene_of_clip = corpus
            .clips()
            .iter()
            .map(|clip| scene_index(&clip.scene).filter(|&scene| scene < count))
            .collect();
        let data = towers.text.rows().into_data();
        Ok(Self {
            table: Tensor::from_data(data, device),
            towers,
            scenes,
            width,
            scene_of_clip,
        })
    }

    /// The frozen towers.
    pub fn towers(&self) -> &Towers {
        &self.towers
    }

    /// The token table `[vocabulary, embedding]`, rows L2-normalised.
    pub fn table(&self) -> Tensor<2> {
        self.table.clone()
    }

    /// The loss of the heads' outputs for clips that say `words`, and what it is made of: naming of
    /// the slots, their quantity, agreement with the text, agreement with the picture.
    pub fn losses(
        &self,
        head: &HybridPlus,
        output: &HeadOutput,
        clips: &[Vec<usize>],
        words: &[Vec<u16>],
        device: &Device,
    ) -> (Tensor<1>, [f32; 4]) {
        let (naming, quantity) = keyword_losses(head, output, self.table(), words, device);

        let known: Vec<i64> = (0..words.len())
            .filter(|&row| {
                words[row]
                    .iter()
                    .all(|&word| usize::from(word) >= FIRST_WORD)
            })
            .map(|row| row as i64)
            .collect();
        let said: Vec<Vec<u16>> = known
            .iter()
            .map(|&row| words[row as usize].clone())
            .collect();
        let mut keys = said.clone();
        keys.iter_mut().for_each(|words| words.sort_unstable());
        let text = if said.len() < 2 {
            Tensor::zeros([1], device)
        } else {
            let rows = Tensor::from_data(TensorData::new(known, [said.len()]), device);
            let own = output.parallel.clone().select(0, rows);
            let texts = self.texts(&said, device);
            let near = losses::apart(own.clone(), texts.clone());
            losses::contrastive(own, texts, losses::same_pairs(&keys, device), SCALE) + near * NEAR
        };
        let (rows, pictures, scenes) = self.pictures(clips, device);
        let picture = if scenes.len() < 2 {
            Tensor::zeros([1], device)
        } else {
            let own = output.parallel.clone().select(0, rows);
            losses::contrastive(own, pictures, losses::same_pairs(&scenes, device), SCALE)
        };
        let shown = [&naming, &quantity, &text, &picture].map(|loss| host(loss.clone())[0]);
        let w = WEIGHTS;
        let loss = naming * w.naming + quantity * w.quantity + text * w.text + picture * w.picture;
        (loss, shown)
    }

    /// Embeddings of what is said, `[batch, embedding]`.
    fn texts(&self, words: &[Vec<u16>], device: &Device) -> Tensor<2> {
        let shape = [words.len(), self.width];
        Tensor::from_data(
            TensorData::new(self.towers.embed_texts(words), shape),
            device,
        )
    }

    /// Of a batch of clips: the rows that describe a scene, their pictures' embeddings, and the scenes.
    fn pictures(
        &self,
        clips: &[Vec<usize>],
        device: &Device,
    ) -> (Tensor<1, Int>, Tensor<2>, Vec<usize>) {
        let (mut rows, mut values, mut scenes) = (Vec::new(), Vec::new(), Vec::new());
        for (row, clips) in clips.iter().enumerate() {
            if let [clip] = clips[..]
                && let Some(scene) = self.scene_of_clip[clip]
            {
                rows.push(row as i64);
                values
                    .extend_from_slice(&self.scenes[scene * self.width..(scene + 1) * self.width]);
                scenes.push(scene);
            }
        }
        let count = rows.len();
        let rows = Tensor::from_data(TensorData::new(rows, [count]), device);
        (
            rows,
            Tensor::from_data(TensorData::new(values, [count, self.width]), device),
            scenes,
        )
    }
}

/// Naming of the slots by the rows of `table`, and whether as many fire as words are said.
pub fn keyword_losses(
    head: &HybridPlus,
    output: &HeadOutput,
    table: Tensor<2>,
    words: &[Vec<u16>],
    device: &Device,
) -> (Tensor<1>, Tensor<1>) {
    let slots = words.iter().map(Vec::len).max().unwrap_or(1).max(1);
    let counts: Vec<f32> = words.iter().map(|words| words.len() as f32).collect();
    let counts = Tensor::<2>::from_data(TensorData::new(counts, [words.len(), 1]), device);
    let naming = losses::naming(head.keywords(output, &counts, slots), table, words);
    let quantity = (output.alpha.clone().sum_dim(1) - counts).abs().mean();
    (naming, quantity)
}

/// "t0042" -> 41: listings name scenes by a letter for the split and a number from 1.
pub fn scene_index(id: &str) -> Option<usize> {
    let number: usize = id.get(1..)?.parse().ok()?;
    number.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::scene_index;

    #[test]
    fn scene_names_are_numbers_from_one() {
        assert_eq!(scene_index("t0042"), Some(41));
        assert_eq!(scene_index("s12000"), Some(11_999));
        assert_eq!(scene_index("s0000"), None);
        assert_eq!(scene_index(""), None);
        assert_eq!(scene_index("word"), None);
    }
}
