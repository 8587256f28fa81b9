//! The hybrid+ head of SpeechCLIP+: one attention block over a learned CLS row and all frames. CLS
//! becomes the utterance's embedding; the frames are grouped by integrate-and-fire and each group is
//! named by the nearest row of the vocabulary.

use super::stages::Stages;
use super::weights::{Attention, Linear, Norm, Weights};
use crate::error::EngineError;
use crate::ops::{Activation, Convolution, Firing, Ops};
use crate::pack::{self, Vocabulary};

/// Vocabulary rows kept for each keyword, the best and its alternatives.
const TOKENS: usize = 5;

/// The head and the vocabulary it names keywords with.
pub struct HybridPlus<O: Ops> {
    cls: O::Weight,
    attention: Attention<O>,
    norm: Norm<O>,
    parallel_projection: Linear<O>,
    firing_convolution: Linear<O>,
    firing_weight: Linear<O>,
    keyword_projection: Linear<O>,
    table: O::Weight,
    shape: Convolution,
    firing: Firing,
    first_allowed: usize,
    tokens: usize,
}

/// What the head leaves, still where the operations run.
pub struct HeadOutput<T> {
    /// `[1, embedding]`, of length 1.
    pub embedding: T,
    /// `[t, 1]`: one firing weight a frame.
    pub alpha: T,
    /// `[1, 1]`: slots that hold a keyword.
    pub slots: T,
    /// `[cap, 2 k]`: best vocabulary rows of each slot and their cosines.
    pub tokens: T,
}

impl<O: Ops> HybridPlus<O> {
    /// Takes `head.*` and `vocabulary.table`.
    ///
    /// # Errors
    /// What [`Ops::load`] refuses.
    pub fn load(
        weights: &mut Weights<O>,
        head: &pack::HybridPlus,
        vocabulary: &Vocabulary,
    ) -> Result<Self, EngineError> {
        let kernel = head.firing.convolution_kernel;
        Ok(Self {
            cls: weights.weight("head.cls")?,
            attention: weights.attention("head.attention", head.heads)?,
            norm: weights.norm("head.norm")?,
            parallel_projection: weights.linear("head.parallel_projection")?,
            firing_convolution: weights.linear("head.firing.convolution")?,
            firing_weight: weights.linear("head.firing")?,
            keyword_projection: weights.linear("head.keyword_projection")?,
            table: weights.weight("vocabulary.table")?,
            shape: Convolution {
                kernel,
                stride: 1,
                padding: kernel / 2,
            },
            firing: Firing {
                tail_threshold: head.firing.tail_threshold,
                cap: head.firing.cap,
            },
            first_allowed: vocabulary.first_allowed,
            tokens: TOKENS.min(vocabulary.tokens.len() - vocabulary.first_allowed),
        })
    }

    /// Best tokens that are kept for each slot.
    pub fn tokens_per_slot(&self) -> usize {
        self.tokens
    }

    /// Frames `[t, width]` -> embedding and keywords.
    ///
    /// # Errors
    /// When the device fails.
    pub fn run(
        &self,
        ops: &mut O,
        frames: &O::Tensor,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<HeadOutput<O::Tensor>, EngineError> {
        let cls = ops.weight_rows(&self.cls)?;
        let source = ops.stack_rows(&cls, frames)?;
        let attended = self.attention.run(ops, &source, &source)?;
        let rows = self.norm.run(ops, &attended)?;
        stages.note("branch_out", &rows);
        let first = ops.rows(&rows, 0, 1)?;
        let embedding = self.embed(ops, &first, stages)?;
        let (t, _) = ops.shape(frames);
        let frames = ops.rows(&rows, 1, t)?;
        self.keywords(ops, &frames, embedding, stages)
    }

    fn embed(
        &self,
        ops: &mut O,
        cls: &O::Tensor,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<O::Tensor, EngineError> {
        let raw = self
            .parallel_projection
            .run(ops, cls, Activation::None, None)?;
        stages.note("parallel_raw", &raw);
        let embedding = ops.normalise_rows(&raw)?;
        stages.note("parallel_audio_feat", &embedding);
        Ok(embedding)
    }

    fn keywords(
        &self,
        ops: &mut O,
        frames: &O::Tensor,
        embedding: O::Tensor,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<HeadOutput<O::Tensor>, EngineError> {
        let Linear { weight, bias } = &self.firing_convolution;
        let context = ops.convolve(frames, weight, Some(bias), self.shape, Activation::Relu)?;
        let alpha = self
            .firing_weight
            .run(ops, &context, Activation::Sigmoid, None)?;
        stages.note("cif_alpha", &alpha);
        let fired = ops.integrate_and_fire(frames, &alpha, self.firing)?;
        stages.note("cif_feats", &fired.slots);
        stages.note("cif_lengths", &fired.count);
        let projected = self
            .keyword_projection
            .run(ops, &fired.slots, Activation::None, None)?;
        stages.note("kw_projected", &projected);
        let directions = ops.normalise_rows(&projected)?;
        let cosines = ops.linear(&directions, &self.table, None, Activation::None, None)?;
        stages.note("cosine", &cosines);
        let tokens = ops.top_k(&cosines, self.tokens, self.first_allowed)?;
        stages.note("keywords", &tokens);
        Ok(HeadOutput {
            embedding,
            alpha,
            slots: fired.count,
            tokens,
        })
    }
}
