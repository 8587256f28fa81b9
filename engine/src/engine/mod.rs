//! A pack that runs: utterances in, answers out, on whichever backend is faster.

mod answer;
mod backend;
mod report;

pub use answer::{Answer, Keyword, Match, Timing};
pub use report::{BackendChoice, BackendKind, BackendReport, BackendTime};

use web_time::Instant;

use crate::audio::{AudioError, SAMPLE_RATE};
use crate::error::EngineError;
use crate::format::FormatError;
use crate::gallery::{self, Gallery};
use crate::gpu::Ledger;
use crate::index::rank;
use crate::ops::Firing;
use crate::pack::{Head, Pack};
use answer::Naming;
use backend::Backend;

/// A network on a backend, with a gallery to rank.
pub struct Engine {
    backend: Backend,
    report: BackendReport,
    naming: Naming,
    embedding_space: String,
    dimension: usize,
    max_seconds: f32,
    ids: Vec<String>,
}

impl Engine {
    /// Loads the pack's network. [`BackendChoice::Auto`] times both backends on a short sound and keeps
    /// the faster one; a forced choice is kept or fails.
    ///
    /// # Errors
    /// What the pack's weights or the forced backend refuse; with `Auto` a failing GPU is no error, its
    /// reason is in [`Engine::backend`].
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
        let (backend, report) = backend::choose(pack, choice, progress).await?;
        let manifest = pack.manifest();
        let Head::HybridPlus(head) = &manifest.model.head;
        Ok(Self {
            naming: Naming {
                tokens: manifest.vocabulary.tokens.clone(),
                per_slot: backend.tokens_per_slot(),
                threshold: head.keyword_threshold,
                firing: Firing {
                    tail_threshold: head.firing.tail_threshold,
                    cap: head.firing.cap,
                },
                frames: backend.frame_timing(),
            },
            backend,
            report,
            embedding_space: manifest.embedding_space.clone(),
            dimension: head.embedding,
            max_seconds: manifest.limits.max_seconds,
            ids: Vec::new(),
        })
    }

    /// Which backend runs, and why.
    pub fn backend(&self) -> &BackendReport {
        &self.report
    }

    /// Longest utterance the pack takes.
    pub fn max_seconds(&self) -> f32 {
        self.max_seconds
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
        self.backend
            .set_gallery(gallery.embeddings().to_vec(), manifest.dimension)?;
        self.ids = manifest.items.iter().map(|item| item.id.clone()).collect();
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
        let network_ms = milliseconds(start);
        let keywords = self.naming.keywords(&heard, seconds);
        let results = rank(&heard.scores, top_n)
            .into_iter()
            .filter_map(|(index, score)| {
                let id = self.ids.get(index)?.clone();
                Some(Match { index, id, score })
            })
            .collect();
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

    /// Every named intermediate of an utterance, `(name, rows, columns, numbers)`, in the order they are computed.
    ///
    /// # Errors
    /// As [`Engine::query`].
    pub async fn stages(
        &mut self,
        samples: &[f32],
    ) -> Result<Vec<(String, usize, usize, Vec<f32>)>, EngineError> {
        self.check(samples)?;
        self.backend.stages(samples).await
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
