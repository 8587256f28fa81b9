//! The cascaded branch up to the text tower: what becomes a keyword, its way into the space of the vocabulary,
//! and the nearest tokens there (spec: architecture sections 6 to 9, 11 and 12).

use super::head::KeywordInput;
use super::projection::Projection;
use super::stages::Stages;
use super::weights::{Linear, Weights};
use crate::error::EngineError;
use crate::ops::{Activation, Convolution, Firing, Ops};
use crate::pack::{self, BatchNorm, Slots, Vocabulary};

/// Vocabulary rows kept for each keyword, the best and its alternatives.
const TOKENS: usize = 5;

/// What the alternatives of a keyword are the neighbours of (spec: architecture section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Neighbours {
    /// The vector that speech was projected to.
    #[default]
    OfProjection,
    /// The vocabulary's row that was chosen for it, which comes first with cosine 1.
    OfToken,
}

/// The cascaded branch.
pub struct Keywords<O: Ops> {
    slots: SlotSource<O>,
    cap: usize,
    projection: Projection<O>,
    batch_norm: Option<(O::Weight, O::Weight)>,
    lookup: bool,
    table: O::Weight,
    inverse_lengths: O::Weight,
    excluded: Vec<usize>,
    tokens: usize,
    /// What alternatives are the neighbours of.
    pub neighbours: Neighbours,
}

enum SlotSource<O: Ops> {
    Cls,
    Firing {
        convolutions: Vec<Linear<O>>,
        weight: Linear<O>,
        shape: Convolution,
        firing: Firing,
    },
    Segments {
        frames: Linear<O>,
        expand: Linear<O>,
        project: Linear<O>,
        threshold: f32,
    },
}

/// What the cascaded branch leaves, still where the operations run.
pub struct KeywordOutput<T> {
    /// `[1, 1]`: slots that hold a keyword.
    pub count: T,
    /// `[cap, 2 k]`: best vocabulary rows of each slot and their cosines.
    pub tokens: T,
    /// `[cap, tokens]`: cosines with the whole vocabulary.
    pub cosines: T,
    /// `[cap, embedding]`: the projected vectors.
    projected: T,
    /// `[cap, 2 k]`: as `tokens`, whatever their alternatives are the neighbours of.
    chosen: T,
    /// What tells when keywords were said: firing weights `[t, 1]`, boundaries `[t, 2]` or attention
    /// `[heads * rows, CLS rows + t]`.
    pub times: Option<T>,
}

struct Slotted<T> {
    rows: T,
    count: T,
    times: Option<T>,
}

impl<O: Ops> Keywords<O> {
    pub(super) fn load(
        weights: &mut Weights<O>,
        keywords: &pack::Keywords,
        vocabulary: &Vocabulary,
    ) -> Result<Self, EngineError> {
        let batch_norm = match keywords.batch_norm {
            BatchNorm::None => None,
            BatchNorm::Shared | BatchNorm::Each => Some((
                weights.weight("head.keywords.scale")?,
                weights.weight("head.keywords.shift")?,
            )),
        };
        let allowed = vocabulary.tokens.len() - vocabulary.excluded.len();
        Ok(Self {
            slots: SlotSource::load(weights, &keywords.slots)?,
            cap: keywords.slots.cap(),
            projection: Projection::load(weights, "head.keywords", keywords.projection)?,
            batch_norm,
            lookup: keywords.lookup,
            table: weights.weight("vocabulary.table")?,
            inverse_lengths: weights.weight("vocabulary.inverse_lengths")?,
            excluded: vocabulary.excluded.clone(),
            tokens: TOKENS.min(allowed),
            neighbours: Neighbours::default(),
        })
    }

    /// Best tokens that are kept for each slot.
    pub fn tokens_per_slot(&self) -> usize {
        self.tokens
    }

    /// The vocabulary.
    pub(super) fn table(&self) -> &O::Weight {
        &self.table
    }

    pub(super) fn run(
        &self,
        ops: &mut O,
        input: KeywordInput<'_, O::Tensor>,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<KeywordOutput<O::Tensor>, EngineError> {
        let Slotted { rows, count, times } = self.slots(ops, input, stages)?;
        let mut z = self.projection.run(ops, &rows)?;
        stages.note("kw_projected", &z);
        if let Some((scale, shift)) = &self.batch_norm {
            z = ops.scale_shift(&z, scale, Some(shift))?;
        }
        stages.note("kw_bn", &z);
        let cosines = self.cosines(ops, &z)?;
        stages.note("cosine", &cosines);
        let chosen = ops.top_k(&cosines, self.tokens, &self.excluded)?;
        stages.note("keyword_ids_reduced", &chosen);
        let mut output = KeywordOutput {
            count,
            tokens: chosen.clone(),
            cosines,
            projected: z,
            chosen,
            times,
        };
        if stages.wanted() {
            stages.note("keywords", &self.embeddings(ops, &output)?);
        }
        stages.note("keyword_count", &output.count);
        if self.neighbours == Neighbours::OfToken || stages.wanted() {
            let rows = ops.gather(&self.table, &output.chosen)?;
            let cosines = self.cosines(ops, &rows)?;
            // The reference leaves the special rows in this list.
            let near = ops.top_k(&cosines, self.tokens, &[])?;
            stages.note("neighbours", &near);
            if self.neighbours == Neighbours::OfToken {
                output.tokens = near;
            }
        }
        Ok(output)
    }

    /// `[cap, embedding]`: what the text tower reads.
    pub(super) fn embeddings(
        &self,
        ops: &mut O,
        output: &KeywordOutput<O::Tensor>,
    ) -> Result<O::Tensor, EngineError> {
        if self.lookup {
            ops.gather(&self.table, &output.chosen)
        } else {
            Ok(output.projected.clone())
        }
    }

    /// Cosines of rows with the vocabulary.
    fn cosines(&self, ops: &mut O, rows: &O::Tensor) -> Result<O::Tensor, EngineError> {
        let directions = ops.normalise_rows(rows)?;
        let products = ops.linear(&directions, &self.table, None, Activation::None, None)?;
        ops.scale_shift(&products, &self.inverse_lengths, None)
    }

    fn slots(
        &self,
        ops: &mut O,
        input: KeywordInput<'_, O::Tensor>,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<Slotted<O::Tensor>, EngineError> {
        match &self.slots {
            SlotSource::Cls => Ok(Slotted {
                rows: ops.rows(input.rows, input.first_cls, self.cap)?,
                count: ops.upload(&[self.cap as f32], 1, 1)?,
                times: input.attention,
            }),
            SlotSource::Firing {
                convolutions,
                weight,
                shape,
                firing,
            } => {
                let after = ops.shape(input.rows).0 - input.first_frame;
                let frames = ops.rows(input.rows, input.first_frame, after)?;
                let mut context = frames.clone();
                for Linear { weight, bias } in convolutions {
                    let bias = bias.as_ref();
                    context = ops.convolve(&context, weight, bias, *shape, Activation::Relu)?;
                }
                let mut alpha = weight.run(ops, &context, Activation::Sigmoid, None)?;
                let mut sound = frames;
                if input.length < after {
                    alpha = ops.rows(&alpha, 0, input.length)?;
                    sound = ops.rows(&sound, 0, input.length)?;
                }
                stages.note("cif_alpha", &alpha);
                let fired = ops.integrate_and_fire(&sound, &alpha, *firing)?;
                stages.note("cif_feats", &fired.slots);
                stages.note("cif_lengths", &fired.count);
                Ok(Slotted {
                    rows: fired.slots,
                    count: fired.count,
                    times: Some(alpha),
                })
            }
            SlotSource::Segments {
                frames,
                expand,
                project,
                threshold,
            } => {
                let sound = ops.rows(input.rows, input.first_frame, input.length)?;
                let z = frames.run(ops, &sound, Activation::None, None)?;
                let segmented = ops.segment(&z, *threshold, self.cap)?;
                stages.note("seg_mean", &segmented.means);
                stages.note("seg_lengths", &segmented.count);
                stages.note("seg_peaks", &segmented.peaks);
                let inside = expand.run(ops, &segmented.means, Activation::LeakyRelu, None)?;
                Ok(Slotted {
                    rows: project.run(ops, &inside, Activation::None, None)?,
                    count: segmented.count,
                    times: Some(segmented.peaks),
                })
            }
        }
    }
}

impl<O: Ops> SlotSource<O> {
    fn load(weights: &mut Weights<O>, slots: &Slots) -> Result<Self, EngineError> {
        Ok(match slots {
            Slots::Cls { .. } => Self::Cls,
            Slots::Firing(firing) => Self::Firing {
                convolutions: (0..firing.convolutions)
                    .map(|index| weights.linear(&format!("head.firing.convolutions.{index}")))
                    .collect::<Result<_, _>>()?,
                weight: weights.linear("head.firing")?,
                shape: Convolution {
                    kernel: firing.kernel,
                    stride: 1,
                    padding: firing.kernel / 2,
                },
                firing: Firing {
                    tail_threshold: firing.tail_threshold,
                    cap: firing.cap,
                },
            },
            Slots::Segments(segments) => Self::Segments {
                frames: weights.linear("head.segments.frames")?,
                expand: weights.linear("head.segments.expand")?,
                project: weights.linear("head.segments.project")?,
                threshold: segments.threshold,
            },
        })
    }
}
