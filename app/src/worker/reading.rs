//! Typed text to what the text tower takes. The tokenizer and its file are large and seldom needed: they are fetched with the
//! first text.

use saysee_engine::format::{Source, SourceError};
use saysee_engine::pack::{self, Manifest};

use crate::logic::problem::{Code, Problem};
use crate::worker::files::{Announced, Files};
use crate::worker::problems;
use crate::worker::reader::Reader;

/// Longest text that is looked at, bytes: many times what a tower takes.
const LONGEST: usize = 2_000;

/// What reads typed text.
pub struct Reading {
    manifest: Manifest,
    files: Files,
    reader: Option<Reader>,
}

/// A file that is in memory.
struct Fetched(Vec<u8>);

impl Source for Fetched {
    async fn read(&self, _: &str, _: Option<u64>) -> Result<Vec<u8>, SourceError> {
        Ok(self.0.clone())
    }
}

impl Reading {
    /// For the pack of `manifest`, whose files are `files`; `None` when it reads no text.
    pub fn of(manifest: Manifest, files: Files) -> Option<Self> {
        if manifest.tokenizer.is_none() && !manifest.reads_words() {
            return None;
        }
        Some(Self {
            manifest,
            files,
            reader: None,
        })
    }

    /// The tokens of `text`, start and end included, at most `context` of them.
    ///
    /// # Errors
    /// When the tokenizer does not arrive, or the text is empty or too long.
    pub async fn tokens(&mut self, text: &str, context: usize) -> Result<Vec<u32>, Problem> {
        let refused = |detail: String| Problem::new(Code::TextRefused, detail);
        if text.trim().is_empty() || text.len() > LONGEST {
            return Err(refused(format!("{} bytes of text", text.len())));
        }
        if self.manifest.reads_words() {
            let words = self.manifest.vocabulary.typed_words(text, context);
            return words.ok_or_else(|| refused(format!("no word of {text:?} is known")));
        }
        let reader = match self.reader.take() {
            Some(reader) => reader,
            None => self.fetch().await?,
        };
        let tokens = self.reader.insert(reader).encode(text, context)?;
        if tokens.len() > context {
            let detail = format!("{} tokens, at most {context} are read", tokens.len());
            return Err(refused(detail));
        }
        Ok(tokens)
    }

    async fn fetch(&mut self) -> Result<Reader, Problem> {
        let refused = |detail: String| Problem::new(Code::PackRefused, detail);
        let Some(file) = &self.manifest.tokenizer else {
            return Err(refused("the pack has no tokenizer".to_owned()));
        };
        let wanted = Announced {
            file: file.file.clone(),
            bytes: file.bytes,
            sha256: file.sha256.clone(),
        };
        let (bytes, _) = self.files.read(&wanted, false, |_, _| ()).await?;
        self.files.keep(&wanted, &bytes).await;
        let chosen = self.files.is_chosen();
        let merges = pack::read_tokenizer(&Fetched(bytes), &self.manifest)
            .await
            .map_err(|error| problems::of_format(&error, chosen))?
            .unwrap_or_default();
        Reader::open(&merges).await
    }
}
