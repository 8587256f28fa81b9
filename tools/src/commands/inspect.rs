//! `saysee inspect`: what is in a pack, with every size and checksum verified.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use saysee_engine::pack::{Loader, MANIFEST_FILE, Manifest, PackError, TensorPlan, plan};

use crate::failure::Failure;
use crate::folder::Folder;

/// Looks inside a pack: network, shards with verified checksums, tensors, measured quality.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The pack's folder.
    pack: PathBuf,
    /// Leave out the list of tensors.
    #[arg(long)]
    brief: bool,
}

/// Runs the command.
///
/// # Errors
/// When the pack is refused, or the output cannot be written.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let refused = |error| Failure::pack(&arguments.pack, error);
    let folder = Folder::new(&arguments.pack);
    let read = |file: &str, most: u64| {
        folder
            .read_at_most(file, most)
            .map_err(|error| PackError::Source {
                file: file.to_owned(),
                problem: error.to_string(),
            })
    };

    let bytes = read(MANIFEST_FILE, saysee_engine::format::MAX_MANIFEST_BYTES).map_err(refused)?;
    let manifest = Manifest::parse(&bytes).map_err(refused)?;
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut loader = Loader::new(manifest.clone());
    for shard in &manifest.shards {
        let bytes = read(&shard.file, shard.bytes).map_err(refused)?;
        loader.add(&bytes).map_err(refused)?;
        // The loader has accepted the shard, so its header is sound.
        if let Ok((_, header)) = safetensors::SafeTensors::read_metadata(&bytes) {
            found.extend(
                header
                    .tensors()
                    .into_keys()
                    .map(|name| (name, shard.file.clone())),
            );
        }
    }
    loader.finish().map_err(refused)?;

    let tensors = plan(&manifest);
    print_manifest(&manifest, &tensors, out)?;
    if !arguments.brief {
        print_tensors(&tensors, &found, out)?;
    }
    let quality = serde_json::to_string_pretty(&manifest.quality).unwrap_or_default();
    writeln!(out, "\nquality, as the training run measured it\n{quality}")?;
    Ok(())
}

fn print_manifest(
    manifest: &Manifest,
    tensors: &[TensorPlan],
    out: &mut impl Write,
) -> std::io::Result<()> {
    let format = serde_json::to_value(manifest.weights).unwrap_or_default();
    let network = serde_json::to_string(&manifest.model).unwrap_or_default();
    let parameters: usize = tensors
        .iter()
        .map(|tensor| tensor.shape.iter().product::<usize>())
        .sum();
    writeln!(
        out,
        "pack       {}, format version {}",
        manifest.name, manifest.version
    )?;
    writeln!(out, "space      {}", manifest.embedding_space)?;
    writeln!(
        out,
        "weights    {}: {parameters} numbers in {} tensors",
        format.as_str().unwrap_or("?"),
        tensors.len()
    )?;
    writeln!(out, "keywords   {} words", manifest.vocabulary.tokens.len())?;
    writeln!(out, "utterance  up to {} s", manifest.limits.max_seconds)?;
    writeln!(out, "licence    {}", manifest.licence)?;
    for credit in &manifest.attribution {
        writeln!(out, "           {credit}")?;
    }
    writeln!(out, "network    {network}")?;
    writeln!(out, "\nshards")?;
    for shard in &manifest.shards {
        writeln!(
            out,
            "  {:<28} {:>9} bytes  sha256 {}… verified",
            shard.file,
            shard.bytes,
            shard.sha256.get(..12).unwrap_or_default()
        )?;
    }
    let total: u64 = manifest.shards.iter().map(|shard| shard.bytes).sum();
    writeln!(out, "  {:<28} {total:>9} bytes", "together")
}

fn print_tensors(
    tensors: &[TensorPlan],
    found: &BTreeMap<String, String>,
    out: &mut impl Write,
) -> std::io::Result<()> {
    writeln!(out, "\ntensors")?;
    for tensor in tensors {
        let shape: Vec<String> = tensor.shape.iter().map(ToString::to_string).collect();
        writeln!(
            out,
            "  {:<44} {:<4} {:>12} {:>9} bytes  {}",
            tensor.name,
            format!("{:?}", tensor.storage).to_lowercase(),
            shape.join(" x "),
            tensor.bytes(),
            found.get(&tensor.name).map_or("", String::as_str)
        )?;
    }
    Ok(())
}
