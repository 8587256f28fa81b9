//! Texts as a pack's text tower reads them.

use std::path::Path;

use saysee_clip_inputs::Tokenizer;
use saysee_engine::pack::{Pack, Vocabulary};

use crate::failure::Failure;
use crate::session;

/// What turns a text into what the text tower reads.
pub struct Reader {
    units: Units,
    context: usize,
}

enum Units {
    /// Pieces of words.
    Pieces(Box<Tokenizer>),
    /// Whole words.
    Words(Box<Vocabulary>),
}

impl Reader {
    /// The reader of a pack in `folder`.
    ///
    /// # Errors
    /// [`Failure::Input`] when the pack has no tokenizer.
    pub fn open(folder: &Path, pack: &Pack) -> Result<Self, Failure> {
        let tower = pack.manifest().model.text_tower.as_ref();
        let context = tower.map_or(0, |tower| tower.positions);
        let units = if pack.manifest().reads_words() {
            Units::Words(Box::new(pack.manifest().vocabulary.clone()))
        } else {
            let merges = session::read_tokenizer(folder, pack)?;
            let tokenizer = Tokenizer::from_merges(&merges);
            let tokenizer = tokenizer.map_err(|error| Failure::input(folder, error))?;
            Units::Pieces(Box::new(tokenizer))
        };
        Ok(Self { units, context })
    }

    /// The tokens of a text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, text: &str) -> Result<Vec<u32>, String> {
        match &self.units {
            Units::Pieces(tokenizer) => tokenizer
                .encode_framed(text, self.context)
                .map_err(|error| error.to_string()),
            Units::Words(vocabulary) => vocabulary
                .typed_words(text, self.context)
                .ok_or_else(|| format!("no word of {text:?} is in its vocabulary")),
        }
    }
}
