//! The head: one block over learned CLS rows and the frames, a parallel embedding from the first CLS row, and
//! keywords from the rest (spec: architecture sections 4 to 7). Which of these there are makes the variant.

use super::front_end::Frames;
use super::keywords::{KeywordOutput, Keywords, Neighbours};
use super::projection::Projection;
use super::stages::Stages;
use super::transformer::FeedForward;
use super::weights::{Linear, Norm, Weights};
use crate::error::EngineError;
use crate::ops::{Activation, Attention, Columns, Ops};
use crate::pack::{self, HeadBlock, Vocabulary};

/// The head and the vocabulary it names keywords with.
pub struct Head<O: Ops> {
    cls: Option<O::Weight>,
    cls_rows: usize,
    block: Option<Block<O>>,
    /// Whether the frames that leave the block are needed, or its CLS rows only.
    needs_frames: bool,
    parallel: Option<Projection<O>>,
    keywords: Option<Keywords<O>>,
}

/// Attention with its norm, and for a whole transformer layer what follows.
struct Block<O: Ops> {
    query: Linear<O>,
    key_value: Linear<O>,
    out: Linear<O>,
    norm: Norm<O>,
    heads: usize,
    layer: Option<Layer<O>>,
}

struct Layer<O: Ops> {
    feed_forward: FeedForward<O>,
    feed_forward_norm: Norm<O>,
    norm: Norm<O>,
}

/// What the head leaves, still where the operations run.
pub struct HeadOutput<T> {
    /// `[1, embedding]`, of length 1.
    pub parallel: Option<T>,
    /// The cascaded branch, before the text tower.
    pub keywords: Option<KeywordOutput<T>>,
}

impl<O: Ops> Head<O> {
    /// Takes `head.*` and `vocabulary.*`.
    ///
    /// # Errors
    /// A weight that is not there.
    pub fn load(
        weights: &mut Weights<O>,
        head: &pack::Head,
        vocabulary: &Vocabulary,
    ) -> Result<Self, EngineError> {
        let cls_rows = head.cls_rows();
        let cls = (cls_rows > 0).then(|| weights.weight("head.cls"));
        let parallel = head
            .parallel
            .map(|kind| Projection::load(weights, "head.parallel", kind));
        let keywords = head
            .keywords
            .as_ref()
            .map(|keywords| Keywords::load(weights, keywords, vocabulary));
        Ok(Self {
            cls: cls.transpose()?,
            cls_rows,
            block: Block::load(weights, head.block)?,
            needs_frames: head.needs_frames(),
            parallel: parallel.transpose()?,
            keywords: keywords.transpose()?,
        })
    }

    /// The cascaded branch.
    pub fn keywords(&self) -> Option<&Keywords<O>> {
        self.keywords.as_ref()
    }

    /// What the alternatives of a keyword are the neighbours of.
    pub fn set_neighbours(&mut self, neighbours: Neighbours) {
        if let Some(keywords) = &mut self.keywords {
            keywords.neighbours = neighbours;
        }
    }

    /// The weighted sum of hidden states `[t, width]` -> embedding and keywords.
    ///
    /// # Errors
    /// When the device fails.
    pub fn run(
        &self,
        ops: &mut O,
        frames: &Frames<O::Tensor>,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<HeadOutput<O::Tensor>, EngineError> {
        let source = match &self.cls {
            Some(cls) => {
                let cls = ops.weight_rows(cls)?;
                ops.stack_rows(&cls, &frames.frames)?
            }
            None => frames.frames.clone(),
        };
        let keys = self.cls_rows + frames.length;
        // Rows that nothing reads are computed for whoever looks at the stages only.
        let everything = self.needs_frames || stages.wanted();
        let kept = if everything {
            ops.shape(&source).0
        } else {
            self.cls_rows
        };
        let mut attention = None;
        let rows = match &self.block {
            Some(block) => {
                let wanted = stages.wanted() || !self.needs_frames && self.keywords.is_some();
                let (rows, weights) = block.run(ops, &source, kept, keys, wanted)?;
                stages.note("branch_out", &rows);
                if let Some(weights) = &weights {
                    stages.note("branch_attention", weights);
                }
                attention = weights;
                rows
            }
            None => source,
        };
        let parallel = match &self.parallel {
            Some(projection) => {
                let cls = ops.rows(&rows, 0, 1)?;
                let raw = projection.run(ops, &cls)?;
                stages.note("parallel_raw", &raw);
                let embedding = ops.normalise_rows(&raw)?;
                stages.note("parallel_audio_feat", &embedding);
                Some(embedding)
            }
            None => None,
        };
        let keywords = match &self.keywords {
            Some(keywords) => {
                let first_cls = usize::from(self.parallel.is_some());
                let input = KeywordInput {
                    rows: &rows,
                    first_cls,
                    first_frame: self.cls_rows,
                    length: frames.length,
                    attention,
                };
                Some(keywords.run(ops, input, stages)?)
            }
            None => None,
        };
        Ok(HeadOutput { parallel, keywords })
    }
}

/// What the cascaded branch is made from.
pub struct KeywordInput<'a, T> {
    /// What left the block: CLS rows, then frames.
    pub rows: &'a T,
    /// First CLS row that becomes a keyword.
    pub first_cls: usize,
    /// First row that is a frame.
    pub first_frame: usize,
    /// Frames that are sound.
    pub length: usize,
    /// The block's attention, `[heads * rows, keys]`, where keywords are CLS rows.
    pub attention: Option<T>,
}

impl<O: Ops> Block<O> {
    fn load(weights: &mut Weights<O>, block: HeadBlock) -> Result<Option<Self>, EngineError> {
        let (heads, feed_forward) = match block {
            HeadBlock::None => return Ok(None),
            HeadBlock::AttentionNorm { heads } => (heads, false),
            HeadBlock::Transformer { heads, .. } => (heads, true),
        };
        let layer = match feed_forward {
            false => None,
            true => Some(Layer {
                feed_forward: FeedForward::load(weights, "head.feed_forward", Activation::Gelu)?,
                feed_forward_norm: weights.norm("head.feed_forward.norm")?,
                norm: weights.norm("head.norm")?,
            }),
        };
        Ok(Some(Self {
            query: weights.linear("head.attention.query")?,
            key_value: weights.linear("head.attention.key_value")?,
            out: weights.linear("head.attention.out")?,
            norm: weights.norm("head.attention.norm")?,
            heads,
            layer,
        }))
    }

    /// The first `kept` rows of `source` after the block, all rows up to `keys` being attended to; and the
    /// attention if it is wanted.
    fn run(
        &self,
        ops: &mut O,
        source: &O::Tensor,
        kept: usize,
        keys: usize,
        wants_attention: bool,
    ) -> Result<(O::Tensor, Option<O::Tensor>), EngineError> {
        let (rows, width) = ops.shape(source);
        let own = if kept < rows {
            ops.rows(source, 0, kept)?
        } else {
            source.clone()
        };
        let queries = self.query.run(ops, &own, Activation::None, None)?;
        let key_value = self.key_value.run(ops, source, Activation::None, None)?;
        let shape = Attention {
            width,
            heads: self.heads,
            keys,
            causal: false,
        };
        let from = |tensor, start| Columns { tensor, start };
        let (q, k, v) = (
            from(&queries, 0),
            from(&key_value, 0),
            from(&key_value, width),
        );
        let mixed = ops.attention(q, k, v, shape)?;
        let weights = match wants_attention {
            true => {
                let (q, k) = (from(&queries, 0), from(&key_value, 0));
                Some(ops.attention_weights(q, k, shape)?)
            }
            false => None,
        };
        let attended = self.out.run(ops, &mixed, Activation::None, Some(&own))?;
        let mut y = self.norm.run(ops, &attended)?;
        if let Some(layer) = &self.layer {
            let fed = layer.feed_forward.run(ops, &y, &y)?;
            let normalised = layer.feed_forward_norm.run(ops, &fed)?;
            y = layer.norm.run(ops, &normalised)?;
        }
        Ok((y, weights))
    }
}
