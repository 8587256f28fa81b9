//! `saysee convert`: a published checkpoint to a pack.

use std::io::Write;
use std::path::{Path, PathBuf};

use saysee_checkpoint::Checkpoint;
use saysee_clip_inputs::Tokenizer;
use saysee_engine::format::sha256_hex;
use saysee_engine::pack::{Shard, WeightFormat, plan};
use serde_json::{Value, json};

use crate::convert::{Comparison, Conversion, ConvertError, Options, Tokens};
use crate::failure::Failure;
use crate::session;
use crate::staging::Staging;

/// Turns a published SpeechCLIP checkpoint into a pack: PyTorch Lightning's .ckpt, or a flat .safetensors file with a
/// config.json beside it. Nothing in the checkpoint is ever executed.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The checkpoint.
    checkpoint: PathBuf,
    /// The pack's folder, which must not be there yet.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    #[command(flatten)]
    how: How,
}

/// What is to be made of a checkpoint; shared with `fetch`.
#[derive(Debug, clap::Args)]
pub struct How {
    /// Number format of the weights.
    #[arg(long, value_enum, default_value_t = Weights::Q8)]
    weights: Weights,
    /// CLIP's byte-pair merges (bpe_simple_vocab_16e6.txt.gz): names the keywords and lets the pack read text.
    #[arg(long, value_name = "FILE")]
    pub vocab: Option<PathBuf>,
    /// The pack's name; its folder's by default.
    #[arg(long = "name", value_name = "NAME")]
    pack_name: Option<String>,
    /// Leave out what reads free text (some 50 MB in 16-bit numbers).
    #[arg(long)]
    no_text: bool,
    /// Leave out CLIP's image tower (some 90 MB in 8-bit numbers).
    #[arg(long)]
    no_pictures: bool,
    /// Facts for checkpoints of unusual sizes, as the config.json beside a flat file has them.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Compare the pack with the checkpoint on these recordings.
    #[arg(long, value_name = "AUDIO", num_args = 1..)]
    check: Vec<PathBuf>,
}

/// `--weights`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Weights {
    /// 32-bit floats.
    F32,
    /// 16-bit floats.
    F16,
    /// 8-bit integers in the linear layers, 16-bit floats elsewhere.
    Q8,
    /// 4-bit integers in the linear layers, 16-bit floats elsewhere.
    Q4,
}

impl From<Weights> for WeightFormat {
    fn from(weights: Weights) -> Self {
        match weights {
            Weights::F32 => Self::F32,
            Weights::F16 => Self::F16,
            Weights::Q8 => Self::Q8,
            Weights::Q4 => Self::Q4,
        }
    }
}

/// Most bytes of a merges file; the published one has 1.4 million.
const MAX_MERGES_BYTES: u64 = 16 << 20;
/// Most bytes of a file with facts.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// Name of the merges inside a pack.
const TOKENIZER_FILE: &str = "merges.txt.gz";

/// Runs the command.
///
/// # Errors
/// When the checkpoint is refused or the pack cannot be written; the pack's folder is not there then.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    convert(&arguments.checkpoint, &arguments.out, &arguments.how, out)
}

/// Converts a checkpoint on disk.
///
/// # Errors
/// As [`run`].
pub fn convert(file: &Path, target: &Path, how: &How, out: &mut impl Write) -> Result<(), Failure> {
    let refused = |error: ConvertError| Failure::checkpoint(file, error);
    let staging = Staging::begin(target)?;
    let checkpoint = Checkpoint::open(file).map_err(|error| refused(error.into()))?;
    let merges = how.vocab.as_deref().map(read_merges).transpose()?;
    let tokenizer = merges.as_ref().map(|(bytes, _)| Shard {
        file: TOKENIZER_FILE.to_owned(),
        bytes: bytes.len() as u64,
        sha256: sha256_hex(bytes),
    });
    let folder_name = || {
        let name = target.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let options = Options {
        name: how.pack_name.clone().unwrap_or_else(folder_name),
        weights: how.weights.into(),
        // Without its merges nothing could use the table.
        free_text: !how.no_text && merges.is_some(),
        pictures: !how.no_pictures,
        overrides: how.config.as_deref().map_or(Ok(json!({})), read_config)?,
    };
    let tokens = match &merges {
        Some((_, tokenizer)) => Tokens::of(tokenizer.clone()),
        None => {
            let consequence = "keywords are called by number, and text cannot be read";
            writeln!(out, "note: without --vocab {consequence}")?;
            Tokens::Numbered
        }
    };
    let conversion = Conversion::new(&checkpoint, &options, &tokens, tokenizer).map_err(refused)?;

    let all = plan(conversion.manifest()).len();
    let mut done = 0;
    let progress = |tensor: &saysee_engine::pack::TensorPlan| {
        done += 1;
        eprint!("\r\x1b[2K{done} of {all}  {}", tensor.name);
    };
    let write = |name: &str, bytes: Vec<u8>| {
        let written = staging.write(name, &bytes);
        written.map_err(|error| ConvertError::Write {
            file: name.to_owned(),
            problem: error.to_string(),
        })
    };
    if let Some((bytes, _)) = &merges {
        write(TOKENIZER_FILE, bytes.clone()).map_err(refused)?;
    }
    let manifest = conversion.write(progress, write);
    eprint!("\r\x1b[2K");
    let manifest = manifest.map_err(refused)?;

    let total: u64 = manifest.shards.iter().map(|shard| shard.bytes).sum();
    let variant = manifest.provenance["variant"].as_str().unwrap_or("?");
    writeln!(
        out,
        "{}: {variant}, {} tensors, {} shards, {:.1} MB",
        manifest.name,
        all,
        manifest.shards.len(),
        total as f64 / 1e6
    )?;
    if !how.check.is_empty() {
        check(&conversion, &staging, &how.check, file, out)?;
    }
    staging.finish()?;
    writeln!(out, "written to {}", target.display())?;
    Ok(())
}

/// Hears recordings with the checkpoint's own numbers and with the pack's.
fn check(
    conversion: &Conversion<'_>,
    staging: &Staging,
    recordings: &[PathBuf],
    checkpoint: &Path,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let pack = session::open_pack(staging.path())?;
    let mut comparison = Comparison::new(conversion, &pack)
        .map_err(|error| Failure::checkpoint(checkpoint, error))?;
    for recording in recordings {
        let samples = session::hear(recording, pack.manifest().limits.max_seconds)?;
        let agreement = comparison
            .hear(&samples)
            .map_err(|error| Failure::utterance(recording, error))?;
        writeln!(
            out,
            "{}: cosine {:.6} with f32, keywords {} of {} the same ({} here)",
            recording.display(),
            agreement.cosine,
            agreement.same,
            agreement.keywords,
            agreement.keywords_here
        )?;
    }
    Ok(())
}

fn read_merges(file: &Path) -> Result<(Vec<u8>, Tokenizer), Failure> {
    let bytes = session::read_at_most(file, MAX_MERGES_BYTES)?;
    let tokenizer = Tokenizer::from_merges(&bytes).map_err(|error| Failure::input(file, error))?;
    Ok((bytes, tokenizer))
}

fn read_config(file: &Path) -> Result<Value, Failure> {
    let bytes = session::read_at_most(file, MAX_CONFIG_BYTES)?;
    serde_json::from_slice(&bytes).map_err(|error| Failure::input(file, error))
}
