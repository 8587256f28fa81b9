//! What a manifest may say. Every bound is generous for the models we know and small enough that
//! nothing computed from it overflows or exhausts memory.

use super::manifest::{
    ConvolutionalTransformer, Encoder, FORMAT, FrontEnd, Head, HybridPlus, MANIFEST_FILE,
    MAX_SHARD_BYTES, Manifest, Subsampling, VERSION,
};
use super::plan::plan;
use super::{PackError, Q8_GROUP};
use crate::audio::AudioError;
use crate::format::{self, Fields};

const MAX_WIDTH: usize = 4096;
const MAX_SHARDS: usize = 512;
const MAX_TOKENS: usize = 100_000;
/// What a shard's header and padding may add to its tensors.
const HEADER_ROOM: u64 = 64 << 10;

impl Manifest {
    /// Reads `pack.json` and checks all of it.
    ///
    /// # Errors
    /// A [`PackError`] that names the field.
    pub fn parse(bytes: &[u8]) -> Result<Self, PackError> {
        let manifest: Self = format::parse(MANIFEST_FILE, bytes, FORMAT, VERSION)?;
        manifest.check()?;
        manifest.check_shards()?;
        Ok(manifest)
    }

    /// Everything but the shards.
    pub(super) fn check(&self) -> Result<(), PackError> {
        let fields = Fields {
            file: MANIFEST_FILE,
        };
        fields.name("name", &self.name)?;
        fields.name("embedding_space", &self.embedding_space)?;
        fields.number("limits.max_seconds", self.limits.max_seconds, 1.0, 120.0)?;
        let FrontEnd::LogMel(log_mel) = &self.model.front_end;
        log_mel.check().map_err(front_end_error)?;
        fields.size("model.subsampling", self.model.subsampling.len(), 1, 4)?;
        for (index, stage) in self.model.subsampling.iter().enumerate() {
            check_subsampling(&fields, index, stage)?;
        }
        let Encoder::ConvolutionalTransformer(encoder) = &self.model.encoder;
        check_encoder(&fields, encoder)?;
        let Head::HybridPlus(head) = &self.model.head;
        check_head(&fields, head, encoder.width)?;
        self.check_vocabulary(&fields)
    }

    fn check_vocabulary(&self, fields: &Fields) -> Result<(), PackError> {
        let tokens = &self.vocabulary.tokens;
        fields.size("vocabulary.tokens", tokens.len(), 1, MAX_TOKENS)?;
        fields.size(
            "vocabulary.first_allowed",
            self.vocabulary.first_allowed,
            0,
            tokens.len() - 1,
        )?;
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
        let tensors: u64 = plan(self).iter().map(|tensor| tensor.bytes()).sum();
        let most = tensors + HEADER_ROOM * self.shards.len() as u64;
        let problem = format!("{announced} bytes in all, but the network's tensors take {tensors}");
        fields.require((tensors..=most).contains(&announced), "shards", problem)
    }
}

fn front_end_error(error: AudioError) -> PackError {
    match error {
        AudioError::FrontEnd { field, problem } => {
            PackError::field(MANIFEST_FILE, format!("model.front_end.{field}"), problem)
        }
        other => PackError::field(MANIFEST_FILE, "model.front_end", other.to_string()),
    }
}

fn check_subsampling(fields: &Fields, index: usize, stage: &Subsampling) -> Result<(), PackError> {
    let field = |name: &str| format!("model.subsampling[{index}].{name}");
    fields.size(&field("kernel"), stage.kernel, 1, 31)?;
    fields.size(&field("stride"), stage.stride, 1, 8)?;
    fields.size(&field("padding"), stage.padding, 0, stage.kernel / 2)
}

fn check_encoder(fields: &Fields, encoder: &ConvolutionalTransformer) -> Result<(), PackError> {
    fields.size("model.encoder.width", encoder.width, 1, MAX_WIDTH)?;
    fields.size("model.encoder.layers", encoder.layers, 1, 64)?;
    check_heads(fields, "model.encoder.heads", encoder.heads, encoder.width)?;
    fields.size(
        "model.encoder.feed_forward",
        encoder.feed_forward,
        1,
        4 * MAX_WIDTH,
    )?;
    fields.odd("model.encoder.kernel", encoder.kernel, 127)
}

fn check_head(fields: &Fields, head: &HybridPlus, width: usize) -> Result<(), PackError> {
    check_heads(fields, "model.head.heads", head.heads, width)?;
    fields.size("model.head.embedding", head.embedding, 1, MAX_WIDTH)?;
    fields.odd(
        "model.head.firing.convolution_kernel",
        head.firing.convolution_kernel,
        31,
    )?;
    fields.number(
        "model.head.firing.tail_threshold",
        head.firing.tail_threshold,
        1e-3,
        1.0,
    )?;
    fields.size("model.head.firing.cap", head.firing.cap, 1, 256)?;
    fields.number(
        "model.head.keyword_threshold",
        head.keyword_threshold,
        -1.0,
        1.0,
    )
}

fn check_heads(fields: &Fields, field: &str, heads: usize, width: usize) -> Result<(), PackError> {
    let fine = heads >= 1 && width.is_multiple_of(heads);
    fields.require(
        fine,
        field,
        format!("{heads} heads do not divide a width of {width}"),
    )
}

/// Whether `q8` can hold rows of `inputs`.
pub(super) fn is_quantisable(inputs: usize) -> bool {
    inputs > 0 && inputs.is_multiple_of(Q8_GROUP)
}
