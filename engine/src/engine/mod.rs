//! A pack that runs: utterances in, answers out, on whichever backend is faster.
//!
//! ```text
//! loader.rs      shards to an engine        candidates.rs  backends that are filled, and the one that stays
//! backend.rs     CPU and GPU behind one face                report.rs      which one, and why
//! naming.rs      keywords and their times                   answer.rs      what comes out
//! sounds.rs      naming by phones                           rehearsal.rs   the GPU's self-test at start
//! derived.rs     stages that follow from others             options.rs     what it may use of the machine
//! ```

mod answer;
mod backend;
mod candidates;
mod derived;
mod loader;
mod naming;
mod options;
mod rehearsal;
mod report;
mod rereading;
mod sounds;

pub use answer::{Answer, Keyword, Match, Timing};
pub use loader::EngineLoader;
pub use options::EngineOptions;
pub use report::{BackendChoice, BackendKind, BackendReport, BackendTime, StartTimes};

use web_time::Instant;

use crate::audio::{AudioError, SAMPLE_RATE};
use crate::error::EngineError;
use crate::format::FormatError;
use crate::gallery::{self, Gallery};
use crate::gpu::{Ceiling, GpuOps, KernelChoice, KernelTime, Ledger};
use crate::graph::{Heard, NamedStage, Neighbours, StageTime};
use crate::index::rank;
use crate::pack::{Manifest, Pack, WeightData};
use backend::Backend;
use candidates::Candidates;
use derived::Derived;
use naming::{Naming, Times};
use rereading::Rereading;
use sounds::Sounds;

/// A network on a backend, with a gallery to rank.
pub struct Engine {
    backend: Backend,
    report: BackendReport,
    naming: Option<Naming>,
    rereading: Option<Rereading>,
    excluded: Vec<usize>,
    derived: Derived,
    embedding_space: String,
    dimension: usize,
    max_seconds: f32,
    longest_text: Option<usize>,
    picture_size: Option<usize>,
    ids: Vec<String>,
}

impl Engine {
    /// Loads the pack's network. [`BackendChoice::Auto`] times both backends on a short sound and keeps
    /// the faster one; of a pack too large for both it takes the GPU where there is one. A forced choice is kept
    /// or fails. [`EngineLoader`] does the same without holding the whole pack.
    ///
    /// # Errors
    /// What the pack's weights or the forced backend refuse; with `Auto` a GPU that cannot be opened is no error,
    /// the reason is in [`Engine::backend`].
    pub async fn new(pack: &Pack, choice: BackendChoice) -> Result<Self, EngineError> {
        Self::with_progress(pack, choice, |_, _| {}).await
    }

    /// As [`Engine::new`]; `progress(n, m)` is called as n of m GPU kernels are compiled.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub async fn with_progress(
        pack: &Pack,
        choice: BackendChoice,
        progress: impl FnMut(usize, usize),
    ) -> Result<Self, EngineError> {
        Self::with_options(pack, choice, EngineOptions::default(), progress).await
    }

    /// As [`Engine::with_progress`], with a say in what is used of the machine: see [`EngineLoader::with_options`].
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub async fn with_options(
        pack: &Pack,
        choice: BackendChoice,
        options: EngineOptions,
        progress: impl FnMut(usize, usize),
    ) -> Result<Self, EngineError> {
        let manifest = pack.manifest();
        let mut candidates = Candidates::open(manifest, choice, options, progress).await?;
        for (name, data) in pack.tensors() {
            candidates.add(name, data)?;
        }
        Ok(Self::assemble(manifest, candidates.choose(manifest).await?))
    }

    /// An engine without a gallery on the backend that was chosen.
    fn assemble(manifest: &Manifest, (backend, report): (Backend, BackendReport)) -> Self {
        let head = &manifest.model.head;
        let keywords = head.keywords.as_ref();
        let text_tower = manifest.model.text_tower.as_ref();
        let naming = Times::of(head).map(|times| Naming {
            tokens: manifest.vocabulary.tokens.clone(),
            per_slot: backend.tokens_per_slot(),
            threshold: keywords.map_or(-1.0, |keywords| keywords.threshold),
            times,
            frames: backend.frame_timing(),
            sounds: Sounds::of(manifest),
        });
        Self {
            naming,
            rereading: Rereading::of(manifest),
            excluded: manifest.vocabulary.excluded.clone(),
            derived: Derived::of(head, &manifest.vocabulary),
            backend,
            report,
            embedding_space: manifest.embedding_space.clone(),
            dimension: head.embedding,
            max_seconds: manifest.limits.max_seconds,
            longest_text: text_tower
                .filter(|tower| tower.tokens > 0 || manifest.reads_words())
                .map(|tower| tower.positions),
            picture_size: manifest
                .model
                .image_tower
                .as_ref()
                .map(|tower| tower.pixels().size),
            ids: Vec::new(),
        }
    }

    /// Which backend runs, and why.
    pub fn backend(&self) -> &BackendReport {
        &self.report
    }

    /// Longest utterance the pack takes.
    pub fn max_seconds(&self) -> f32 {
        self.max_seconds
    }

    /// Most tokens of a typed text, start and end included; `None` when the pack cannot read free text.
    pub fn longest_text(&self) -> Option<usize> {
        self.longest_text
    }

    /// Pixels on a side of the square that the image tower sees; `None` when the pack cannot see pictures.
    pub fn picture_size(&self) -> Option<usize> {
        self.picture_size
    }

    /// Ranks the pictures of `gallery` from now on.
    ///
    /// # Errors
    /// [`FormatError::Field`] when the gallery's embeddings live in another space than the pack's.
    pub fn set_gallery(&mut self, gallery: &Gallery) -> Result<(), EngineError> {
        let manifest = gallery.manifest();
        let refuse = |field: &str, problem: String| {
            Err(FormatError::field(gallery::MANIFEST_FILE, field, problem).into())
        };
        if manifest.embedding_space != self.embedding_space {
            let spaces = format!(
                "{:?}, but the pack's is {:?}",
                manifest.embedding_space, self.embedding_space
            );
            return refuse("embedding_space", spaces);
        }
        if manifest.dimension != self.dimension {
            let sizes = format!(
                "{}, but the pack's embeddings have {}",
                manifest.dimension, self.dimension
            );
            return refuse("dimension", sizes);
        }
        let ids = manifest.items.iter().map(|item| item.id.clone()).collect();
        self.set_embeddings(gallery.stored().clone(), ids)
    }

    /// Ranks pictures of which no more is known than `embeddings [pictures, dimension]`, in the space of the pack and of
    /// length 1, and `ids`.
    ///
    /// # Errors
    /// When there are not as many embeddings as ids, or they are of another dimension; what the device refuses, which
    /// leaves no picture to rank.
    pub fn set_embeddings(
        &mut self,
        embeddings: WeightData,
        ids: Vec<String>,
    ) -> Result<(), EngineError> {
        let shape = [ids.len(), self.dimension];
        if embeddings.shape() != shape {
            let problem = format!(
                "{:?} numbers, where {shape:?} were expected",
                embeddings.shape()
            );
            return Err(EngineError::shape("gallery", problem));
        }
        self.ids.clear();
        self.backend.set_gallery(embeddings)?;
        self.ids = ids;
        Ok(())
    }

    /// Hears an utterance of 16 kHz mono samples: keywords with times, and the `top_n` pictures that match best.
    ///
    /// # Errors
    /// [`AudioError`] for samples that are too short, too long or not numbers; what the device reports.
    pub async fn query(&mut self, samples: &[f32], top_n: usize) -> Result<Answer, EngineError> {
        let start = Instant::now();
        let seconds = self.check(samples)?;
        let heard = self.backend.hear(samples).await?;
        self.answer(heard, seconds, top_n, start).await
    }

    /// As [`Engine::query`] for the beginning of an utterance that is still being spoken: call it again and again as it
    /// grows, and [`Engine::query`] at its end. Where a network begins with convolutions over samples, on the CPU those
    /// of earlier calls are kept, and the answer is approximate.
    ///
    /// # Errors
    /// As [`Engine::query`].
    pub async fn query_growing(
        &mut self,
        samples: &[f32],
        top_n: usize,
    ) -> Result<Answer, EngineError> {
        let start = Instant::now();
        let seconds = self.check(samples)?;
        let heard = self.backend.hear_growing(samples).await?;
        self.answer(heard, seconds, top_n, start).await
    }

    async fn answer(
        &mut self,
        mut heard: Heard,
        seconds: f32,
        top_n: usize,
        start: Instant,
    ) -> Result<Answer, EngineError> {
        let mut network_ms = milliseconds(start);
        let keywords = match &self.naming {
            Some(naming) => naming.keywords(&heard, seconds),
            None => Vec::new(),
        };
        if let (Some(rereading), Some(naming)) = (&self.rereading, &self.naming) {
            match rereading.text(&keywords, &naming.tokens) {
                Some(text) => {
                    let reading = self
                        .backend
                        .reread(&text, &heard.embedding, rereading.share());
                    (heard.embedding, heard.scores) = reading.await?;
                }
                None => heard.scores = self.backend.search(&heard.embedding).await?,
            }
            network_ms = milliseconds(start);
        }
        let results = self.matches(&heard.scores, top_n);
        Ok(Answer {
            seconds,
            embedding: heard.embedding,
            keywords,
            results,
            timing: Timing {
                network_ms,
                total_ms: milliseconds(start),
            },
        })
    }

    /// How well each token of the vocabulary fits an utterance that is one word, in the order of the vocabulary: higher
    /// is better, and what is never a keyword has minus infinity. Empty for a pack without keywords.
    ///
    /// # Errors
    /// As [`Engine::query`].
    pub async fn rank_words(&mut self, samples: &[f32]) -> Result<Vec<f32>, EngineError> {
        self.check(samples)?;
        let Some(naming) = &self.naming else {
            return Ok(Vec::new());
        };
        let heard = self.backend.hear_words(samples).await?;
        Ok(naming.fits(&heard, &self.excluded))
    }

    fn matches(&self, scores: &[f32], top_n: usize) -> Vec<Match> {
        rank(scores, top_n)
            .into_iter()
            .filter_map(|(index, score)| {
                let id = self.ids.get(index)?.clone();
                Some(Match { index, id, score })
            })
            .collect()
    }

    /// The `top_n` pictures nearest to an embedding of length 1, best first: of a typed text, say.
    ///
    /// # Errors
    /// An embedding of another length than the pack's; what the device reports.
    pub async fn search(
        &mut self,
        embedding: &[f32],
        top_n: usize,
    ) -> Result<Vec<Match>, EngineError> {
        let scores = self.backend.search(embedding).await?;
        Ok(self.matches(&scores, top_n))
    }

    /// Numbers in an embedding.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Every named intermediate of an utterance, in the order they are computed.
    ///
    /// # Errors
    /// As [`Engine::query`].
    pub async fn stages(&mut self, samples: &[f32]) -> Result<Vec<NamedStage>, EngineError> {
        self.stages_padded(samples, 0).await
    }

    /// As [`Engine::stages`], for an utterance that is padded with silence to `padded_to` samples, as it would be
    /// beside longer ones in a batch. Only packs that hear the waveform take padding.
    ///
    /// # Errors
    /// As [`Engine::query`].
    pub async fn stages_padded(
        &mut self,
        samples: &[f32],
        padded_to: usize,
    ) -> Result<Vec<NamedStage>, EngineError> {
        self.check(samples)?;
        let mut stages = self.backend.stages(samples, padded_to).await?;
        self.derived.add(&mut stages);
        Ok(stages)
    }

    /// What the encoder makes of an utterance, without the head: the weighted sum of its hidden states,
    /// `[frames, width]`. It is what others call "all hidden states of HuBERT", to be compared with them.
    ///
    /// # Errors
    /// As [`Engine::query`].
    pub async fn encode(&mut self, samples: &[f32]) -> Result<NamedStage, EngineError> {
        self.check(samples)?;
        self.backend.encode(samples).await
    }

    /// How long each stage of an utterance took, in the order they are computed; `None` on the GPU.
    ///
    /// # Errors
    /// As [`Engine::query`].
    pub async fn stage_times(
        &mut self,
        samples: &[f32],
    ) -> Result<Option<Vec<StageTime>>, EngineError> {
        self.check(samples)?;
        self.backend.stage_times(samples).await
    }

    /// The embedding of a typed text, of length 1, in the space of the pictures: ids of the pack's tokenizer, or what
    /// [`typed_words`](crate::pack::Vocabulary::typed_words) finds where the tower reads words; start and end included.
    ///
    /// # Errors
    /// When the pack cannot read free text, or the text is too long.
    pub async fn embed_text(&mut self, ids: &[u32]) -> Result<Vec<f32>, EngineError> {
        self.backend.embed_text(ids).await
    }

    /// The embedding of a picture, of length 1: normalised planes `[3, size, size]` of the image tower's size.
    ///
    /// # Errors
    /// When the pack cannot see pictures, or the planes are of another size.
    pub async fn embed_image(&mut self, planes: &[f32]) -> Result<Vec<f32>, EngineError> {
        self.backend.embed_image(planes).await
    }

    /// What the alternatives of keywords are the neighbours of, from now on.
    pub fn set_neighbours(&mut self, neighbours: Neighbours) {
        self.backend.set_neighbours(neighbours);
    }

    /// Which kernels the GPU got, to be handed to the next start in [`GpuOptions::choice`](crate::gpu::GpuOptions::choice); `None` on the CPU.
    pub fn kernel_choice(&self) -> Option<&KernelChoice> {
        self.backend.gpu().map(GpuOps::choice)
    }

    /// Whether every kernel is timed from now on: see [`GpuOps::set_profile`]. The CPU has none.
    pub fn set_profile(&mut self, on: bool) {
        if let Some(gpu) = self.backend.gpu_mut() {
            gpu.set_profile(on);
        }
    }

    /// What each kernel has done since the last call: see [`GpuOps::profile`]. Empty on the CPU, and unless
    /// [`Engine::set_profile`] asked for it.
    ///
    /// # Errors
    /// [`EngineError::GpuLost`].
    pub async fn profile(&mut self) -> Result<Vec<KernelTime>, EngineError> {
        match self.backend.gpu_mut() {
            Some(gpu) => gpu.profile().await,
            None => Ok(Vec::new()),
        }
    }

    /// What the GPU can do at most: see [`GpuOps::ceiling`]; `None` on the CPU.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn ceiling(&mut self) -> Result<Option<Ceiling>, EngineError> {
        match self.backend.gpu_mut() {
            Some(gpu) => Ok(Some(gpu.ceiling().await?)),
            None => Ok(None),
        }
    }

    /// Bytes held on the GPU; `None` on the CPU.
    pub fn gpu_ledger(&self) -> Option<Ledger> {
        self.backend.ledger()
    }

    /// Seconds of the samples, if they can be heard.
    fn check(&self, samples: &[f32]) -> Result<f32, AudioError> {
        let seconds = samples.len() as f32 / SAMPLE_RATE as f32;
        if seconds > self.max_seconds {
            return Err(AudioError::TooLong {
                seconds,
                allowed: self.max_seconds,
            });
        }
        match samples.iter().position(|sample| !sample.is_finite()) {
            Some(index) => Err(AudioError::NotANumber { index }),
            None => Ok(seconds),
        }
    }
}

/// Milliseconds since `start`.
fn milliseconds(start: Instant) -> f32 {
    start.elapsed().as_secs_f32() * 1e3
}

#[cfg(test)]
mod tests;
