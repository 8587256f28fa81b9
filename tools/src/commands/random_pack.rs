//! `saysee random-pack`: a pack in a published size to measure with, where no weights can be had.

use std::io::Write;
use std::path::PathBuf;

use saysee_engine::pack::{PackError, WeightFormat};

use crate::failure::Failure;
use crate::random::{self, Shape};
use crate::staging::Staging;

/// Makes a pack of random weights in a published size, to measure loading and speed with: what it hears means nothing.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The network.
    #[arg(value_enum)]
    shape: Shape,
    /// Number format of the weights: f32, f16, q8, q4.
    #[arg(long, default_value = "q8", value_parser = weight_format)]
    weights: WeightFormat,
    /// Where the pack goes: a folder that is not there yet.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Blocks in every part, instead of the published number.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=64))]
    layers: Option<u16>,
    /// Other numbers for another seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn weight_format(text: &str) -> Result<WeightFormat, String> {
    serde_json::from_value(text.into()).map_err(|_| "one of f32, f16, q8, q4".to_owned())
}

/// Why a random pack is not written.
enum Trouble {
    Pack(PackError),
    System(String, std::io::Error),
}

impl From<PackError> for Trouble {
    fn from(error: PackError) -> Self {
        Self::Pack(error)
    }
}

/// Runs the command.
///
/// # Errors
/// When the folder cannot be written, or the network has parts that no pack can hold.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let staging = Staging::begin(&arguments.out)?;
    let layers = arguments.layers.map(usize::from);
    let manifest = random::manifest(arguments.shape, arguments.weights, layers);
    let write = |file: &str, bytes: Vec<u8>| {
        let written = staging.write(file, &bytes);
        written.map_err(|error| Trouble::System(file.to_owned(), error))
    };
    let manifest =
        random::write(manifest, arguments.seed, write).map_err(|trouble| match trouble {
            Trouble::Pack(error) => Failure::pack(&arguments.out, error),
            Trouble::System(file, error) => Failure::Write {
                file: arguments.out.join(file),
                problem: error.to_string(),
            },
        })?;
    staging.finish()?;
    let bytes: u64 = manifest.shards.iter().map(|shard| shard.bytes).sum();
    writeln!(
        out,
        "{}: {}, {} shards, {bytes} bytes",
        arguments.out.display(),
        manifest.name,
        manifest.shards.len()
    )?;
    Ok(())
}
