//! The network, written once over [`Ops`]: samples -> frames -> embedding, keywords, scores.
//!
//! ```text
//! front_end.rs   log-mel features and strided convolutions      waveform.rs   HuBERT's convolutions
//!   growing.rs       an utterance that is heard again while it grows
//! encoder.rs     the bundled model's blocks                     hubert.rs     HuBERT's
//!   transformer.rs   attention, feed-forward, blocks              mixture.rs  the weighted sum of hidden states
//! head.rs        the block over CLS rows and frames, the parallel embedding
//!   keywords.rs      slots, the vocabulary's nearest tokens       projection.rs
//! phones.rs      which phone each frame holds
//! text_tower.rs  keywords or typed text to an embedding         image_tower.rs  pixels to one
//!                                                                 image_convolutions.rs
//! rereading.rs   keywords as they were named in the end, read by the text tower, and the search by them
//! measure.rs     the encoder alone, the search alone, and the time of each stage
//! ```
//!
//! Every intermediate has a name, and [`Stages`] keeps them all for whoever wants to look.

pub mod encoder;
pub mod front_end;
mod growing;
pub mod head;
mod hubert;
mod image_convolutions;
mod image_tower;
mod keywords;
mod measure;
mod mixture;
mod phones;
mod projection;
mod rereading;
mod stages;
mod text_tower;
mod transformer;
mod waveform;
mod weights;

pub use growing::Grown;
pub use keywords::Neighbours;
pub use stages::{Stage, StageTime, Stages};
pub use weights::Weights;

use crate::error::EngineError;
use crate::ops::Ops;
use crate::pack::{self, Manifest, Pack, TextFrame, WeightData};
use encoder::ConvolutionalTransformer;
use front_end::{Frames, FrontEnd};
use head::{Head, HeadOutput};
use hubert::Hubert;
use image_tower::ImageTower;
use mixture::Encoded;
use phones::PhoneClassifier;
use text_tower::TextTower;

/// A pack's network with its weights where `O` runs.
pub struct Network<O: Ops> {
    front_end: FrontEnd<O>,
    encoder: Encoder<O>,
    phones: Option<PhoneClassifier<O>>,
    head: Head<O>,
    text_tower: Option<TextTower<O>>,
    image_tower: Option<ImageTower<O>>,
    frame: TextFrame,
    /// Rows of the vocabulary, where typed text is read by them.
    words: Option<usize>,
    /// Share of the cascaded embedding in the one that pictures are ranked by.
    cascaded_share: f32,
    /// Whether keywords are read once more ([`Network::reread`]), so that nobody asks for scores before that.
    rereads: bool,
    gallery: Option<O::Weight>,
}

/// What the front end leaves, and what the encoder makes of it.
type Listened<T> = (Frames<T>, Encoded<T>);

enum Encoder<O: Ops> {
    ConvolutionalTransformer(ConvolutionalTransformer<O>),
    Hubert(Hubert<O>),
}

/// What comes back from one utterance, in host memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// The embedding that pictures are ranked by, of length 1.
    pub embedding: Vec<f32>,
    /// What tells when keywords were said; see `engine::answer`.
    pub times: Vec<f32>,
    /// Slots that hold a keyword.
    pub slots: usize,
    /// `[cap, 2 k]`: for each slot the best `k` vocabulary rows and their cosines.
    pub tokens: Vec<f32>,
    /// `[cap, tokens]`: cosines of each slot with the whole vocabulary; empty unless they are wanted.
    pub cosines: Vec<f32>,
    /// `[t, symbols]`: what the classifier of phones leaves; empty without one.
    pub phones: Vec<f32>,
    /// One cosine a picture; empty without a gallery, and where keywords are read once more first.
    pub scores: Vec<f32>,
}

/// An intermediate in host memory.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedStage {
    /// Its name (spec: architecture section 18, where the published models have it).
    pub name: String,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Row-major numbers.
    pub numbers: Vec<f32>,
}

/// What one utterance leaves where the operations run.
struct Recorded<T> {
    output: HeadOutput<T>,
    phones: Option<T>,
    embedding: T,
    scores: Option<T>,
}

impl<O: Ops> Network<O> {
    /// Hands every weight of the pack to `ops`.
    ///
    /// # Errors
    /// What [`Ops::load`] refuses.
    pub fn new(ops: &mut O, pack: &Pack) -> Result<Self, EngineError> {
        let mut weights = Weights::default();
        for (name, data) in pack.tensors() {
            weights.add(ops, name, data)?;
        }
        Self::assemble(weights, pack.manifest())
    }

    /// The network of `manifest` from all of its weights.
    ///
    /// # Errors
    /// A weight that is not there.
    pub fn assemble(mut weights: Weights<O>, manifest: &Manifest) -> Result<Self, EngineError> {
        let weights = &mut weights;
        let model = &manifest.model;
        let normalise = model.normalise_hidden_states;
        let text_tower = model.text_tower.as_ref();
        let image_tower = model.image_tower.as_ref();
        Ok(Self {
            front_end: FrontEnd::load(weights, &model.front_end)?,
            encoder: match &model.encoder {
                pack::Encoder::ConvolutionalTransformer(sizes) => {
                    let encoder = ConvolutionalTransformer::load(weights, sizes, normalise)?;
                    Encoder::ConvolutionalTransformer(encoder)
                }
                pack::Encoder::Hubert(sizes) => {
                    Encoder::Hubert(Hubert::load(weights, sizes, normalise)?)
                }
            },
            phones: manifest
                .phones
                .as_ref()
                .map(|phones| PhoneClassifier::load(weights, phones))
                .transpose()?,
            head: Head::load(weights, &model.head, &manifest.vocabulary)?,
            text_tower: text_tower
                .map(|sizes| TextTower::load(weights, sizes))
                .transpose()?,
            image_tower: image_tower
                .map(|sizes| ImageTower::load(weights, sizes))
                .transpose()?,
            frame: manifest.vocabulary.frame,
            words: manifest
                .reads_words()
                .then_some(manifest.vocabulary.tokens.len()),
            cascaded_share: model.head.cascaded_share,
            rereads: manifest.rereads(),
            gallery: None,
        })
    }

    /// Ranks against `embeddings [pictures, dimension]` from now on.
    ///
    /// # Errors
    /// What [`Ops::load`] refuses.
    pub fn set_gallery(&mut self, ops: &mut O, embeddings: WeightData) -> Result<(), EngineError> {
        // Room first: there may be none for two of them.
        self.gallery = None;
        self.gallery = Some(ops.load_owned("gallery", embeddings)?);
        Ok(())
    }

    /// What the alternatives of a keyword are the neighbours of, from now on.
    pub fn set_neighbours(&mut self, neighbours: Neighbours) {
        self.head.set_neighbours(neighbours);
    }

    /// When the frames that the head sees happen.
    pub fn timing(&self) -> front_end::Timing {
        self.front_end.timing()
    }

    /// Best tokens that are kept for each slot; 0 without keywords.
    pub fn tokens_per_slot(&self) -> usize {
        let keywords = self.head.keywords();
        keywords.map_or(0, keywords::Keywords::tokens_per_slot)
    }

    /// Hears one utterance: records all of it, then reads back once.
    ///
    /// # Errors
    /// When the samples are too short, or the device fails.
    pub async fn hear(&self, ops: &mut O, samples: &[f32]) -> Result<Heard, EngineError> {
        // Where words are told apart by their sound as well, any of them may turn out to be said.
        self.hear_words(ops, samples, self.phones.is_some()).await
    }

    /// As [`Network::hear`], with the cosines of the whole vocabulary if `all_words` are wanted.
    ///
    /// # Errors
    /// As [`Network::hear`].
    pub async fn hear_words(
        &self,
        ops: &mut O,
        samples: &[f32],
        all_words: bool,
    ) -> Result<Heard, EngineError> {
        let recorded = self.record(ops, samples, 0, &mut Stages::off())?;
        Self::read(ops, recorded, all_words).await
    }

    /// Hears the beginning of an utterance that still grows, approximately where that saves work (see [`Grown`]).
    ///
    /// # Errors
    /// As [`Network::hear`].
    pub async fn hear_growing(
        &self,
        ops: &mut O,
        samples: &[f32],
        memory: &mut Option<Grown<O::Tensor>>,
    ) -> Result<Heard, EngineError> {
        let heard = self.front_end.grow(ops, samples, memory)?;
        let encoded = self.encoded(ops, heard, &mut Stages::off())?;
        let recorded = self.answer(ops, encoded, &mut Stages::off())?;
        Self::read(ops, recorded, self.phones.is_some()).await
    }

    /// Reads back once, the cosines of the whole vocabulary too if `all_words` are wanted.
    async fn read(
        ops: &mut O,
        recorded: Recorded<O::Tensor>,
        all_words: bool,
    ) -> Result<Heard, EngineError> {
        let keywords = recorded.output.keywords.as_ref();
        let mut wanted = vec![&recorded.embedding];
        wanted.extend(recorded.scores.as_ref());
        wanted.extend(keywords.into_iter().flat_map(|k| [&k.count, &k.tokens]));
        wanted.extend(keywords.and_then(|keywords| keywords.times.as_ref()));
        let all_words = keywords.filter(|_| all_words);
        wanted.extend(all_words.map(|keywords| &keywords.cosines));
        wanted.extend(recorded.phones.as_ref());
        let mut results = ops.read(&wanted).await?.into_iter();
        let mut next = |there: bool| {
            let result = if there { results.next() } else { None };
            result.unwrap_or_default()
        };
        let has_keywords = keywords.is_some();
        Ok(Heard {
            embedding: next(true),
            scores: next(recorded.scores.is_some()),
            slots: next(has_keywords)
                .first()
                .map_or(0, |count| *count as usize),
            tokens: next(has_keywords),
            times: next(keywords.is_some_and(|keywords| keywords.times.is_some())),
            cosines: next(all_words.is_some()),
            phones: next(recorded.phones.is_some()),
        })
    }

    /// Hears one utterance, padded with silence to `padded_to` samples as in a batch with longer ones, and returns
    /// every named intermediate in the order they are computed.
    ///
    /// # Errors
    /// As [`Network::hear`].
    pub async fn stages(
        &self,
        ops: &mut O,
        samples: &[f32],
        padded_to: usize,
    ) -> Result<Vec<NamedStage>, EngineError> {
        let mut stages = Stages::on();
        self.record(ops, samples, padded_to, &mut stages)?;
        let on_device = |stage: &(String, Stage<O::Tensor>)| match &stage.1 {
            Stage::Device(tensor) => Some(tensor.clone()),
            Stage::Host { .. } => None,
        };
        let tensors: Vec<O::Tensor> = stages.list().iter().filter_map(on_device).collect();
        let read = ops.read(&tensors.iter().collect::<Vec<_>>()).await?;
        let mut read = read.into_iter();
        let named = stages.list().iter().map(|(name, stage)| {
            let (rows, columns, numbers) = match stage {
                Stage::Device(tensor) => {
                    let (rows, columns) = ops.shape(tensor);
                    (rows, columns, read.next().unwrap_or_default())
                }
                Stage::Host {
                    rows,
                    columns,
                    numbers,
                } => (*rows, *columns, numbers.clone()),
            };
            NamedStage {
                name: name.clone(),
                rows,
                columns,
                numbers,
            }
        });
        Ok(named.collect())
    }

    /// The embedding of a typed text, of length 1: ids of the tokenizer, or of the vocabulary where that is what the
    /// tower reads, start and end included.
    ///
    /// # Errors
    /// When the pack cannot read free text, or the text is too long.
    pub async fn embed_text(&self, ops: &mut O, ids: &[u32]) -> Result<Vec<f32>, EngineError> {
        let raw = self.read_text(ops, ids)?;
        Self::direction(ops, &raw).await
    }

    /// What the text tower makes of a text, of any length.
    fn read_text(&self, ops: &mut O, ids: &[u32]) -> Result<O::Tensor, EngineError> {
        let Some(tower) = &self.text_tower else {
            return Err(EngineError::shape("text", "the pack has no text tower"));
        };
        match (self.words, self.head.keywords()) {
            (Some(words), Some(keywords)) => tower.rows(ops, ids, keywords.table(), words),
            _ => tower.text(ops, ids),
        }
    }

    /// The embedding of a picture, of length 1: normalised planes `[3, size, size]`.
    ///
    /// # Errors
    /// When the pack cannot see pictures, or the planes are of another size.
    pub async fn embed_image(&self, ops: &mut O, planes: &[f32]) -> Result<Vec<f32>, EngineError> {
        let Some(tower) = &self.image_tower else {
            return Err(EngineError::shape("image", "the pack has no image tower"));
        };
        let raw = tower.run(ops, planes)?;
        Self::direction(ops, &raw).await
    }

    async fn direction(ops: &mut O, raw: &O::Tensor) -> Result<Vec<f32>, EngineError> {
        let embedding = ops.normalise_rows(raw)?;
        let read = ops.read(&[&embedding]).await?;
        Ok(read.into_iter().next().unwrap_or_default())
    }

    fn record(
        &self,
        ops: &mut O,
        samples: &[f32],
        padded_to: usize,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<Recorded<O::Tensor>, EngineError> {
        let heard = self.encoder_frames(ops, samples, padded_to, stages)?;
        self.answer(ops, heard, stages)
    }

    /// What follows from the encoder's frames.
    fn answer(
        &self,
        ops: &mut O,
        (heard, encoded): Listened<O::Tensor>,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<Recorded<O::Tensor>, EngineError> {
        let phones = match &self.phones {
            Some(phones) => Some(phones.run(ops, &encoded, heard.length, stages)?),
            None => None,
        };
        // The last state is let go of before the head takes memory.
        let frames = encoded.mixed;
        drop(encoded.last);
        let frames = Frames { frames, ..heard };
        let output = self.head.run(ops, &frames, stages)?;
        let cascaded = self.cascade(ops, &output, stages)?;
        let embedding = self.combine(ops, output.parallel.as_ref(), cascaded)?;
        let wanted = !self.rereads || stages.wanted();
        let scores = match self.gallery.as_ref().filter(|_| wanted) {
            Some(gallery) => {
                let scores = ops.search(&embedding, gallery)?;
                stages.note("scores", &scores);
                Some(scores)
            }
            None => None,
        };
        Ok(Recorded {
            output,
            phones,
            embedding,
            scores,
        })
    }

    /// What the front end leaves, and what the encoder makes of it.
    fn encoder_frames(
        &self,
        ops: &mut O,
        samples: &[f32],
        padded_to: usize,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<Listened<O::Tensor>, EngineError> {
        let heard = self.front_end.run(ops, samples, padded_to, stages)?;
        self.encoded(ops, heard, stages)
    }

    fn encoded(
        &self,
        ops: &mut O,
        heard: Frames<O::Tensor>,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<Listened<O::Tensor>, EngineError> {
        let encoded = match &self.encoder {
            Encoder::ConvolutionalTransformer(encoder) => {
                encoder.run(ops, heard.frames.clone(), stages)?
            }
            Encoder::Hubert(encoder) => encoder.run(ops, &heard.frames, heard.attended, stages)?,
        };
        Ok((heard, encoded))
    }

    /// What the text tower makes of the keywords, of length 1, where it is wanted.
    fn cascade(
        &self,
        ops: &mut O,
        output: &HeadOutput<O::Tensor>,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<Option<O::Tensor>, EngineError> {
        let wanted = self.cascaded_share > 0.0 || stages.wanted();
        let parts = (&self.text_tower, &output.keywords, self.head.keywords());
        let (true, (Some(tower), Some(said), Some(branch))) = (wanted, parts) else {
            return Ok(None);
        };
        let embeddings = branch.embeddings(ops, said)?;
        let table = branch.table();
        let raw = tower.keywords(ops, &embeddings, &said.count, table, self.frame, stages)?;
        stages.note("cascaded_raw", &raw);
        let embedding = ops.normalise_rows(&raw)?;
        stages.note("cascaded_audio_feat", &embedding);
        Ok(Some(embedding))
    }

    /// The embedding that pictures are ranked by.
    fn combine(
        &self,
        ops: &mut O,
        parallel: Option<&O::Tensor>,
        cascaded: Option<O::Tensor>,
    ) -> Result<O::Tensor, EngineError> {
        let share = self.cascaded_share;
        match (parallel, cascaded) {
            (Some(parallel), Some(cascaded)) if share > 0.0 && share < 1.0 => {
                mixed(ops, parallel, &cascaded, share)
            }
            (_, Some(cascaded)) if share > 0.0 => Ok(cascaded),
            (Some(parallel), _) => Ok(parallel.clone()),
            (None, Some(cascaded)) => Ok(cascaded),
            (None, None) => Err(EngineError::shape("network", "neither branch is there")),
        }
    }
}

/// A direction of length 1 between two: `share` of it the second, the rest the first.
fn mixed<O: Ops>(
    ops: &mut O,
    first: &O::Tensor,
    second: &O::Tensor,
    share: f32,
) -> Result<O::Tensor, EngineError> {
    let sum = ops.scale_add(None, first, 1.0 - share)?;
    let sum = ops.scale_add(Some(&sum), second, share)?;
    ops.normalise_rows(&sum)
}

#[cfg(test)]
mod tests;
