//! What a manifest may say. Every bound is generous for the models we know and small enough that
//! nothing computed from it overflows or exhausts memory.

use super::PackError;
use super::check_model::check_model;
use super::manifest::{
    FORMAT, MANIFEST_FILE, MAX_EXCLUDED, MAX_SHARD_BYTES, Manifest, VERSION, VERSION_WITHOUT_PHONES,
};
use super::plan::{SHARD_HEADER_BYTES, plan};
use crate::format::{self, Fields};

/// Most bytes of `pack.json`; that of a model with all of CLIP's tokens has 1.6 million.
const MAX_BYTES: usize = 2 << 20;

pub(super) const MAX_SHARDS: usize = 1024;
const MAX_TOKENS: usize = 100_000;

impl Manifest {
    /// Reads `pack.json` and checks all of it.
    ///
    /// # Errors
    /// A [`PackError`] that names the field.
    pub fn parse(bytes: &[u8]) -> Result<Self, PackError> {
        // What is free in form takes a hundred times its length in memory.
        if bytes.len() > MAX_BYTES {
            return Err(PackError::Size {
                file: MANIFEST_FILE.to_owned(),
                bytes: bytes.len() as u64,
                expected: format!("at most {MAX_BYTES}"),
            });
        }
        let manifest: Self = format::parse(
            MANIFEST_FILE,
            bytes,
            FORMAT,
            VERSION_WITHOUT_PHONES..=VERSION,
        )?;
        manifest.check()?;
        manifest.check_shards()?;
        Ok(manifest)
    }

    /// Whether typed text is read by the vocabulary's words.
    pub fn reads_words(&self) -> bool {
        let tower = self.model.text_tower.as_ref();
        tower.is_some_and(|tower| tower.words)
    }

    /// Whether keywords, as they were named by sound too, are read by the text tower before pictures are ranked.
    pub fn rereads(&self) -> bool {
        let phones = self.phones.as_ref();
        let asked = phones.is_some_and(|phones| phones.share > 0.0);
        asked && self.reads_words() && self.model.head.keywords.is_some()
    }

    /// Everything but the shards.
    pub(super) fn check(&self) -> Result<(), PackError> {
        let fields = Fields {
            file: MANIFEST_FILE,
        };
        fields.name("name", &self.name)?;
        fields.name("embedding_space", &self.embedding_space)?;
        fields.number("limits.max_seconds", self.limits.max_seconds, 1.0, 120.0)?;
        check_model(&fields, &self.model)?;
        if let Some(file) = &self.tokenizer {
            let (name, bytes, hash) = (&file.file, file.bytes, &file.sha256);
            format::check_announcement(
                MANIFEST_FILE,
                "tokenizer",
                name,
                bytes,
                hash,
                MAX_SHARD_BYTES,
            )?;
        }
        self.check_vocabulary(&fields)?;
        let Some(phones) = &self.phones else {
            return Ok(());
        };
        let problem = format!("only packs of version {VERSION} have them");
        fields.require(self.version >= VERSION, "phones", problem)?;
        phones.check(&fields, self)
    }

    fn check_vocabulary(&self, fields: &Fields) -> Result<(), PackError> {
        let tokens = &self.vocabulary.tokens;
        fields.size("vocabulary.tokens", tokens.len(), 1, MAX_TOKENS)?;
        let ids = self.vocabulary.ids.len();
        fields.require(
            ids == 0 || ids == tokens.len(),
            "vocabulary.ids",
            format!("{ids} ids for {} tokens", tokens.len()),
        )?;
        let excluded = &self.vocabulary.excluded;
        let most = MAX_EXCLUDED.min(tokens.len() - 1);
        fields.size("vocabulary.excluded", excluded.len(), 0, most)?;
        for row in excluded {
            fields.size("vocabulary.excluded", *row, 0, tokens.len() - 1)?;
        }
        let frame = &self.vocabulary.frame;
        for (name, row) in [
            ("start", frame.start),
            ("end", frame.end),
            ("padding", frame.padding),
        ] {
            fields.size(
                &format!("vocabulary.frame.{name}"),
                row,
                0,
                tokens.len() - 1,
            )?;
        }
        let fine = |token: &String| {
            (1..=128).contains(&token.len()) && !token.chars().any(char::is_control)
        };
        match tokens.iter().position(|token| !fine(token)) {
            None => Ok(()),
            Some(index) => {
                let problem = "not 1..=128 bytes of printable text";
                Err(PackError::field(
                    MANIFEST_FILE,
                    format!("vocabulary.tokens[{index}]"),
                    problem,
                ))
            }
        }
    }

    /// The shards: names, sizes, and that together they are as long as the network asks for.
    fn check_shards(&self) -> Result<(), PackError> {
        let fields = Fields {
            file: MANIFEST_FILE,
        };
        fields.size("shards", self.shards.len(), 1, MAX_SHARDS)?;
        let mut announced = 0;
        for (index, shard) in self.shards.iter().enumerate() {
            let field = format!("shards[{index}]");
            format::check_announcement(
                MANIFEST_FILE,
                &field,
                &shard.file,
                shard.bytes,
                &shard.sha256,
                MAX_SHARD_BYTES,
            )?;
            let is_new = self.shards[..index]
                .iter()
                .all(|other| other.file != shard.file);
            fields.require(
                is_new,
                format!("{field}.file"),
                format!("{:?} is listed twice", shard.file),
            )?;
            announced += shard.bytes;
        }
        let plan = plan(self);
        if let Some(tensor) = plan.iter().find(|tensor| tensor.pieces().is_none()) {
            let problem = "one row of it does not fit into a shard";
            return Err(PackError::tensor(MANIFEST_FILE, &tensor.name, problem));
        }
        let tensors: u64 = plan.iter().map(|tensor| tensor.bytes()).sum();
        let most = tensors + SHARD_HEADER_BYTES * self.shards.len() as u64;
        let problem = format!("{announced} bytes in all, but the network's tensors take {tensors}");
        fields.require((tensors..=most).contains(&announced), "shards", problem)
    }
}
