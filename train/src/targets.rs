//! What the speech model's outputs should match: the frozen towers' view of captions and pictures.

use std::path::Path;

use burn::prelude::*;
use saysee_voices::corpus::CorpusReader;

use crate::embeddings;
use crate::error::TrainError;
use crate::model::head::normalise;
use crate::model::towers::Towers;

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
        let data = normalise(towers.text.table.val()).into_data();
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

    /// Embeddings of what is said, `[batch, embedding]`.
    pub fn texts(&self, words: &[Vec<u16>], device: &Device) -> Tensor<2> {
        let shape = [words.len(), self.width];
        Tensor::from_data(
            TensorData::new(self.towers.embed_texts(words), shape),
            device,
        )
    }

    /// Of a batch of clips: the rows that describe a scene, their pictures' embeddings, and the scenes.
    pub fn pictures(
        &self,
        clips: &[usize],
        device: &Device,
    ) -> (Tensor<1, Int>, Tensor<2>, Vec<usize>) {
        let (mut rows, mut values, mut scenes) = (Vec::new(), Vec::new(), Vec::new());
        for (row, &clip) in clips.iter().enumerate() {
            if let Some(scene) = self.scene_of_clip[clip] {
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
