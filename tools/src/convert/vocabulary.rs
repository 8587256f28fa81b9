//! The reduced vocabulary of a checkpoint: which of CLIP's tokens its rows are (spec: architecture section 9).

use std::collections::HashMap;

use saysee_checkpoint::Checkpoint;
use saysee_clip_inputs::Tokenizer;
use saysee_engine::pack::Vocabulary;

use super::{ConvertError, FRAME, bare_vocabulary};

const REDUCED: &str = "clip.model.token_embedding.weight";
const FULL: &str = "clip.original_text_emb_weight";

/// Rows of the full table that are looked at together.
const ROWS: usize = 4096;

/// What tokens are called.
pub enum Tokens {
    /// By number.
    Numbered,
    /// By a table that is asked with CLIP's number.
    Named(Box<dyn Fn(u32) -> Option<String>>),
}

impl Tokens {
    /// By CLIP's own tokens; one that does not end a word is followed by a hyphen.
    pub fn of(tokenizer: Tokenizer) -> Self {
        Self::Named(Box::new(move |id| {
            let token = tokenizer.token(id)?;
            // Pack manifests hold no control characters, and some tokens are nothing else.
            let text: String = token.text.chars().filter(|c| !c.is_control()).collect();
            let end = if token.ends_word { "" } else { "-" };
            (!text.is_empty()).then(|| format!("{text}{end}"))
        }))
    }

    fn name(&self, id: u32) -> String {
        let named = match self {
            Self::Numbered => None,
            Self::Named(names) => names(id).filter(|name| !name.is_empty()),
        };
        named.unwrap_or_else(|| format!("#{id}"))
    }
}

/// Finds each row of the reduced table in the full one, number for number.
pub(super) fn recover(
    checkpoint: &Checkpoint,
    tokens: &Tokens,
) -> Result<Vocabulary, ConvertError> {
    let is_cascaded = checkpoint
        .tensors()
        .keys()
        .any(|name| name.starts_with("cascaded_branch.") || name.starts_with("segmental_branch."));
    if !is_cascaded {
        return Ok(bare_vocabulary());
    }
    let shape = |name: &str| {
        checkpoint
            .tensors()
            .get(name)
            .map(|tensor| tensor.shape.clone())
    };
    let (Some([rows, width]), Some([full, full_width])) = (
        shape(REDUCED).and_then(|shape| <[usize; 2]>::try_from(shape).ok()),
        shape(FULL).and_then(|shape| <[usize; 2]>::try_from(shape).ok()),
    ) else {
        let problem = format!("{REDUCED} or {FULL} is missing or no table");
        return Err(ConvertError::foreign(problem));
    };
    if width != full_width || rows < 4 || width == 0 {
        let problem = format!("{REDUCED} is {rows} x {width}, {FULL} {full} x {full_width}");
        return Err(ConvertError::foreign(problem));
    }
    let bits = |row: &[f32]| row.iter().map(|x| x.to_bits()).collect::<Vec<u32>>();
    let reduced = checkpoint.read_f32(REDUCED)?;
    let mut wanted: HashMap<Vec<u32>, usize> = HashMap::with_capacity(rows);
    for (row, numbers) in reduced.chunks_exact(width).enumerate() {
        if let Some(other) = wanted.insert(bits(numbers), row) {
            let problem = format!("rows {other} and {row} of {REDUCED} are the same");
            return Err(ConvertError::foreign(problem));
        }
    }
    let mut ids: Vec<Option<u32>> = vec![None; rows];
    for first in (0..full).step_by(ROWS) {
        let end = (first + ROWS).min(full);
        let numbers = checkpoint.read_rows_f32(FULL, first..end)?;
        for (offset, numbers) in numbers.chunks_exact(width).enumerate() {
            if let Some(&row) = wanted.get(&bits(numbers)) {
                let id = (first + offset) as u32;
                if let Some(other) = ids[row].replace(id) {
                    let problem = format!("row {row} of {REDUCED} is token {other} and token {id}");
                    return Err(ConvertError::foreign(problem));
                }
            }
        }
    }
    let ids: Option<Vec<u32>> = ids.into_iter().collect();
    let ids = ids
        .ok_or_else(|| ConvertError::foreign(format!("a row of {REDUCED} is nowhere in {FULL}")))?;
    Ok(Vocabulary {
        tokens: ids.iter().map(|id| tokens.name(*id)).collect(),
        ids,
        excluded: vec![FRAME.padding, FRAME.start, FRAME.end],
        frame: FRAME,
    })
}
