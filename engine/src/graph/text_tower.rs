//! CLIP's text tower: embeddings of tokens, spoken or typed, to one embedding (spec: architecture section 10.1).

use super::stages::Stages;
use super::transformer::{BlockStyle, TransformerBlock};
use super::weights::{Norm, Weights};
use crate::error::EngineError;
use crate::ops::{Activation, Ops};
use crate::pack::{self, TextFrame};

/// The text tower.
pub struct TextTower<O: Ops> {
    positions: O::Weight,
    blocks: Vec<TransformerBlock<O>>,
    norm: Norm<O>,
    projection: O::Weight,
    /// The rows that free text is read with, where the pack has them.
    table: Option<O::Weight>,
    /// Its rows.
    tokens: usize,
    most: usize,
}

impl<O: Ops> TextTower<O> {
    /// Takes `text.*`.
    ///
    /// # Errors
    /// A weight that is not there.
    pub fn load(weights: &mut Weights<O>, sizes: &pack::TextTower) -> Result<Self, EngineError> {
        let style = BlockStyle {
            heads: sizes.heads,
            norm_first: true,
            activation: Activation::QuickGelu,
            causal: true,
        };
        let table = (sizes.tokens > 0).then(|| weights.weight("text.table"));
        Ok(Self {
            positions: weights.weight("text.positions")?,
            blocks: TransformerBlock::load_all(weights, "text.blocks", sizes.layers, style)?,
            norm: weights.norm("text.norm")?,
            projection: weights.weight("text.projection")?,
            table: table.transpose()?,
            tokens: sizes.tokens,
            most: sizes.positions,
        })
    }

    /// Keywords `[cap, width]`, of which the first `count [1, 1]` are there -> `[1, embedding]`, not normalised.
    ///
    /// # Errors
    /// When the device fails.
    pub fn keywords(
        &self,
        ops: &mut O,
        keywords: &O::Tensor,
        count: &O::Tensor,
        vocabulary: &O::Weight,
        frame: TextFrame,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<O::Tensor, EngineError> {
        let sequence = ops.frame_text(keywords, count, vocabulary, frame)?;
        stages.note("text_encoder_input", &sequence);
        self.encode(ops, &sequence, count)
    }

    /// Token ids of a whole text, start and end included -> `[1, embedding]`, not normalised.
    ///
    /// # Errors
    /// [`EngineError::Shape`] when the pack has no table for free text or the text is too long.
    pub fn text(&self, ops: &mut O, ids: &[u32]) -> Result<O::Tensor, EngineError> {
        let Some(table) = &self.table else {
            let problem = "the pack reads keywords only: it has no table for free text";
            return Err(EngineError::shape("text", problem));
        };
        self.rows(ops, ids, table, self.tokens)
    }

    /// The same for rows of another `table`, which has `rows` of them: the vocabulary's.
    ///
    /// # Errors
    /// [`EngineError::Shape`] when the text is too long, or an id is none of the table's.
    pub fn rows(
        &self,
        ops: &mut O,
        ids: &[u32],
        table: &O::Weight,
        rows: usize,
    ) -> Result<O::Tensor, EngineError> {
        if !(2..=self.most).contains(&ids.len()) {
            let problem = format!("{} tokens, where 2..={} are read", ids.len(), self.most);
            return Err(EngineError::shape("text", problem));
        }
        if let Some(id) = ids.iter().find(|id| **id as usize >= rows) {
            let problem = format!("token {id}, where the pack's table has {rows}");
            return Err(EngineError::shape("text", problem));
        }
        let picks: Vec<f32> = ids.iter().map(|id| *id as f32).collect();
        let picks = ops.upload(&picks, ids.len(), 1)?;
        let sequence = ops.gather(table, &picks)?;
        let count = ops.upload(&[(ids.len() - 2) as f32], 1, 1)?;
        self.encode(ops, &sequence, &count)
    }

    /// What the tower says at row `count + 1`, where the text ends. Attention is causal: what follows has no effect.
    fn encode(
        &self,
        ops: &mut O,
        sequence: &O::Tensor,
        count: &O::Tensor,
    ) -> Result<O::Tensor, EngineError> {
        let rows = ops.shape(sequence).0;
        let positions = ops.weight_rows(&self.positions)?;
        let positions = ops.rows(&positions, 0, rows)?;
        let mut x = ops.scale_add(Some(&positions), sequence, 1.0)?;
        for block in &self.blocks {
            x = block.run(ops, &x, rows)?;
        }
        let end = ops.row_after(&x, count, 1)?;
        let end = self.norm.run(ops, &end)?;
        ops.linear(&end, &self.projection, None, Activation::None, None)
    }
}
