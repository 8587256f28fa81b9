//! The two towers of the joint space.

use std::ops::Range;
use std::path::Path;

use super::image_tower::ImageTower;
use super::text_tower::TextTower;
use crate::checkpoint::Checkpoint;
use crate::data::kinds::Kinds;
use crate::data::pictures;
use crate::error::TrainError;
use crate::vocabulary::Vocabulary;
use burn::prelude::*;

/// Width of the joint embedding space.
pub const EMBEDDING: usize = 128;
/// Items embedded at a time.
const CHUNK: usize = 64;

/// The two towers of the joint space.
#[derive(Module, Debug)]
pub struct Towers {
    /// Pixels -> embedding.
    pub image: ImageTower,
    /// Words -> embedding.
    pub text: TextTower,
}

impl Towers {
    /// Fresh weights.
    pub fn new(vocabulary: usize, objects: usize, concepts: usize, device: &Device) -> Self {
        Self {
            image: ImageTower::new(objects, concepts, EMBEDDING, device),
            text: TextTower::new(vocabulary, EMBEDDING, device),
        }
    }

    /// The frozen towers that `saysee-train towers` left in `folder`, ready for inference.
    ///
    /// # Errors
    /// When there is no checkpoint, or it is of another shape.
    pub fn load(folder: &Path) -> Result<Self, TrainError> {
        let words = Vocabulary::default().tokens().len();
        let kinds = Kinds::new()?;
        let fresh = Self::new(words, kinds.objects(), kinds.concepts(), &Device::flex());
        Checkpoint::new(folder.join("checkpoint")).model(fresh)
    }

    /// Width of the joint space.
    pub fn embedding(&self) -> usize {
        self.text.table.dims()[1]
    }

    fn device(&self) -> Device {
        self.text.table.val().device()
    }

    /// Embeddings of `count` pictures, one after another; `planes` gives those of a stretch of them.
    pub fn embed_pictures(
        &self,
        planes: impl Fn(Range<usize>) -> Vec<f32>,
        count: usize,
    ) -> Vec<f32> {
        let mut values = Vec::with_capacity(count * self.embedding());
        for start in (0..count).step_by(CHUNK) {
            let range = start..(start + CHUNK).min(count);
            values.extend(self.embed_planes(planes(range.clone()), range.len()));
        }
        values
    }

    /// Embeddings of pictures given as planes.
    pub fn embed_planes(&self, planes: Vec<f32>, count: usize) -> Vec<f32> {
        let pictures = pictures::tensor(planes, count, &self.device());
        host(self.image.forward(pictures).embedding)
    }

    /// Embeddings of captions, one after another.
    pub fn embed_texts(&self, captions: &[Vec<u16>]) -> Vec<f32> {
        let device = self.device();
        captions
            .chunks(CHUNK)
            .flat_map(|chunk| host(self.text.forward(chunk, &device)))
            .collect()
    }
}

/// A tensor's values on the host.
pub fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    // Flex tensors are f32 in main memory: reading one cannot fail.
    tensor.into_data().iter::<f32>().collect()
}
