//! `saysee manifest`: the spoken captions of a published collection as a list for `saysee evaluate`.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::datasets::{Line, flickr8k, spokencoco};
use crate::failure::Failure;
use crate::session;

/// Most bytes of a list of pictures.
const MAX_LIST_BYTES: u64 = 64 << 20;

/// Writes the list of utterances that `saysee evaluate` reads, from a collection as its owners lay it out
/// (docs/evaluation.md, "Published collections").
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Which collection.
    #[arg(value_enum)]
    collection: Collection,
    /// The folder that it was unpacked to.
    folder: PathBuf,
    /// Which part: train, dev or test of Flickr8k; train or val of SpokenCOCO.
    #[arg(long, value_name = "NAME")]
    split: Option<String>,
    /// File names of pictures, one a line: leave out all others. For splits that are a part of another, such as the 5000 test
    /// pictures among those of SpokenCOCO's val.
    #[arg(long, value_name = "FILE")]
    pictures: Option<PathBuf>,
    /// The list to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Collections of spoken captions.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Collection {
    /// Flickr 8k Audio Caption Corpus, with Flickr8k's texts.
    Flickr8k,
    /// SpokenCOCO.
    Spokencoco,
}

/// Runs the command.
///
/// # Errors
/// When files of the collection are missing or not of its form, or the list cannot be written.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let folder = &arguments.folder;
    let split = |usual: &'static str| arguments.split.as_deref().unwrap_or(usual);
    let mut lines = match arguments.collection {
        Collection::Flickr8k => flickr8k::read(folder, split("test"))?,
        Collection::Spokencoco => spokencoco::read(folder, split("val"))?,
    };
    if let Some(file) = &arguments.pictures {
        let bytes = session::read_at_most(file, MAX_LIST_BYTES)?;
        let text = String::from_utf8(bytes).map_err(|error| Failure::input(file, error))?;
        let wanted: HashSet<&std::ffi::OsStr> = text
            .lines()
            .filter_map(|line| Path::new(line.trim()).file_stem())
            .collect();
        lines.retain(|line| wanted.contains(std::ffi::OsStr::new(&line.image)));
    }
    let listed = lines.len();
    lines.retain(|line| line.audio.is_file());
    if lines.is_empty() {
        let problem = match listed {
            0 => "no caption of it is in that split or about those pictures".to_owned(),
            listed => format!("none of its {listed} recordings is there"),
        };
        return Err(Failure::input(folder, problem));
    }
    write(&arguments.out, &lines)?;
    let pictures: HashSet<&str> = lines.iter().map(|line| line.image.as_str()).collect();
    writeln!(
        out,
        "{} utterances about {} pictures; {} recordings are missing",
        lines.len(),
        pictures.len(),
        listed - lines.len()
    )?;
    Ok(())
}

/// Recordings are seen from the list's folder where they are inside it.
fn write(file: &Path, lines: &[Line]) -> Result<(), Failure> {
    let failed = |problem: String| Failure::Write {
        file: file.to_owned(),
        problem,
    };
    let parent = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let here = parent
        .canonicalize()
        .map_err(|error| failed(error.to_string()))?;
    let mut text = Vec::new();
    for line in lines {
        let audio = line
            .audio
            .canonicalize()
            .map_err(|error| Failure::input(&line.audio, error))?;
        let audio = audio
            .strip_prefix(&here)
            .map_or(audio.clone(), Path::to_owned);
        let line = Line {
            audio,
            ..line.clone()
        };
        serde_json::to_writer(&mut text, &line).map_err(|error| failed(error.to_string()))?;
        text.push(b'\n');
    }
    std::fs::write(file, text).map_err(|error| failed(error.to_string()))
}
