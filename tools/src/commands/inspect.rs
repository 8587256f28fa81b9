//! `saysee inspect`: what is in a pack, with every size and checksum verified.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use saysee_engine::pack::{
    Loader, MANIFEST_FILE, Manifest, PackError, TensorPlan, WeightData, plan,
};

use crate::failure::Failure;
use crate::folder::Folder;
use crate::session;

/// Looks inside a pack: network, shards with verified checksums, tensors, measured quality.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The pack's folder.
    pack: PathBuf,
    /// The same network in another number format: each tensor's error is measured against it. Without it, the error of
    /// quantised tensors is what rounding to their steps leaves on average.
    #[arg(long, value_name = "PACK")]
    against: Option<PathBuf>,
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
    let reference = arguments.against.as_deref().map(session::open_pack);
    let reference = reference.transpose()?;
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut errors: BTreeMap<String, f32> = BTreeMap::new();
    let mut loader = Loader::new(manifest.clone());
    for shard in &manifest.shards {
        let bytes = read(&shard.file, shard.bytes).map_err(refused)?;
        for (name, data) in loader.add(&bytes).map_err(refused)? {
            let error = match &reference {
                Some(reference) => Some(distance(
                    &data,
                    reference.tensor(&name).map_err(refused)?,
                    &name,
                )?),
                None => rounding(&data),
            };
            errors.extend(error.map(|error| (name, error)));
        }
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
        print_tensors(&tensors, &found, &errors, out)?;
    }
    let quality = serde_json::to_string_pretty(&manifest.quality).unwrap_or_default();
    writeln!(out, "\nquality, as its maker measured it\n{quality}")?;
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
    let variant = manifest.model.head.variant();
    match &manifest.model.head.keywords {
        Some(_) => writeln!(
            out,
            "variant    {variant}, keywords of {} tokens",
            manifest.vocabulary.tokens.len()
        )?,
        None => writeln!(out, "variant    {variant}, no keywords")?,
    }
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
    errors: &BTreeMap<String, f32>,
    out: &mut impl Write,
) -> std::io::Result<()> {
    writeln!(out, "\ntensors")?;
    for tensor in tensors {
        let shape: Vec<String> = tensor.shape.iter().map(ToString::to_string).collect();
        let error = errors.get(&tensor.name);
        let error = error.map_or_else(String::new, |error| format!("{error:.1e}"));
        // A tensor larger than a shard lies in pieces; the first says where it begins.
        let first_piece = format!("{}.rows-0", tensor.name);
        let file = found.get(&tensor.name).or_else(|| found.get(&first_piece));
        writeln!(
            out,
            "  {:<44} {:<4} {:>14} {:>10} bytes  {error:>8}  {}",
            tensor.name,
            format!("{:?}", tensor.storage).to_lowercase(),
            shape.join(" x "),
            tensor.bytes(),
            file.map_or("", String::as_str)
        )?;
    }
    writeln!(
        out,
        "  error: of a tensor's numbers, root mean square, relative to theirs"
    )
}

/// What rounding to equal steps leaves, if numbers lie anywhere between two steps. `None` for floats.
fn rounding(data: &WeightData) -> Option<f32> {
    let scales = match data {
        WeightData::Q8 { scales, .. } | WeightData::Q4 { scales, .. } => scales,
        WeightData::F32 { .. } | WeightData::F16 { .. } => return None,
    };
    let size = root_mean_square(data.to_f32().into_iter());
    let step = root_mean_square(scales.iter().copied());
    Some(step / 12.0_f32.sqrt() / size.max(f32::MIN_POSITIVE))
}

/// Root mean square of the differences, relative to the reference's size.
fn distance(data: &WeightData, reference: &WeightData, name: &str) -> Result<f32, Failure> {
    let (here, there) = (data.to_f32(), reference.to_f32());
    if here.len() != there.len() {
        let problem = "has another size in the pack it is compared with";
        return Err(Failure::input(name.as_ref(), problem));
    }
    let size = root_mean_square(there.iter().copied());
    let differences = here.iter().zip(&there).map(|(here, there)| here - there);
    Ok(root_mean_square(differences) / size.max(f32::MIN_POSITIVE))
}

fn root_mean_square(numbers: impl ExactSizeIterator<Item = f32>) -> f32 {
    let count = numbers.len().max(1);
    let squares: f64 = numbers.map(|x| f64::from(x) * f64::from(x)).sum();
    (squares / count as f64).sqrt() as f32
}
