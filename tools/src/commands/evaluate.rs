//! `saysee evaluate`: how well a pack understands speech.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use saysee_degrade::Preset;
use saysee_engine::gallery::Gallery;
use saysee_engine::pack::{Manifest, Slots};
use serde::Serialize;

use crate::evaluate::figures::{self, Report, Settings};
use crate::evaluate::listen::Listening;
use crate::evaluate::manifest::{self, Utterance};
use crate::evaluate::print;
use crate::failure::Failure;
use crate::reader::Reader;
use crate::session::{self, Backend, ModelArguments};

/// Measures recall, keywords, times and single words on utterances of which is known what they say
/// (docs/evaluation.md), each figure with a 95 % bootstrap interval.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// The utterances, one JSON object a line; several lists are taken as one.
    #[arg(long, value_name = "FILE", required = true)]
    manifest: Vec<PathBuf>,
    /// The pictures that are searched.
    #[arg(long, value_name = "FOLDER")]
    gallery: Option<PathBuf>,
    /// Search only those pictures of the gallery that an utterance is about.
    #[arg(long, requires = "gallery")]
    own_pictures: bool,
    /// Find sentences by speech and speech by sentences too, among the utterances themselves.
    #[arg(long)]
    texts: bool,
    /// What happens to the sound before it is heard: clean, 20db or 10db; several are measured one after the other.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "clean", value_parser = condition)]
    degrade: Vec<Condition>,
    /// Seconds of quiet around each recording before anything happens to it. A microphone hears the room before and after a
    /// sentence, and recordings that were cut close to the voice have nothing of it.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0, value_parser = seconds)]
    around: f32,
    /// Words, one a line, that utterances which are one word are told among; otherwise all those that occur.
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
    /// Leave out utterances of other splits.
    #[arg(long, value_name = "NAME")]
    split: Option<String>,
    /// Decides the resamples of the intervals.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// A degradation, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Condition(Option<Preset>);

fn condition(name: &str) -> Result<Condition, String> {
    match name {
        "clean" => Ok(Condition(None)),
        name => name
            .parse()
            .map(|preset| Condition(Some(preset)))
            .map_err(|_| "expected clean, 20db or 10db".to_owned()),
    }
}

fn seconds(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=5.0).contains(&seconds) => Ok(seconds),
        _ => Err("expected seconds, 0 to 5".to_owned()),
    }
}

impl Condition {
    fn name(self) -> &'static str {
        self.0.map_or("clean", Preset::name)
    }
}

/// What `--json` prints. Other programs rely on these names.
#[derive(Debug, Serialize)]
struct Output {
    pack: String,
    manifests: Vec<String>,
    gallery: Option<String>,
    pictures: usize,
    utterances: usize,
    names: usize,
    seed: u64,
    around: f32,
    conditions: Vec<Report>,
}

/// Runs the command.
///
/// # Errors
/// When pack, gallery, a manifest or a recording cannot be used, or the backend cannot run.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let pack = session::open_pack(&arguments.model.pack)?;
    let gallery = match &arguments.gallery {
        Some(folder) => Some(open_gallery(folder, pack.manifest())?),
        None => None,
    };
    let mut utterances = Vec::new();
    for file in &arguments.manifest {
        utterances.extend(manifest::read(file)?);
    }
    if let Some(split) = &arguments.split {
        utterances.retain(|utterance| utterance.split == *split);
    }
    if utterances.is_empty() {
        let problem = "there is no utterance in it, or none of that split";
        return Err(Failure::input(&arguments.manifest[0], problem));
    }
    let names = names(arguments, &utterances)?;
    let (ids, embeddings) = match &gallery {
        Some(gallery) => pictures(gallery, &utterances, arguments.own_pictures),
        None => (Vec::new(), Vec::new()),
    };
    let settings = Settings {
        pictures: (ids, &embeddings),
        seed: arguments.seed,
        fixed_keywords: fixed_keywords(pack.manifest()),
    };
    let folder = &arguments.model.pack;
    let reader = arguments.texts.then(|| Reader::open(folder, &pack));
    let reader = reader.transpose()?;
    let on_cpu = matches!(arguments.model.backend, Backend::Cpu | Backend::CpuExact);
    let mut conditions = Vec::new();
    for condition in &arguments.degrade {
        let listening = Listening {
            pack: &pack,
            backend: arguments.model.backend,
            // Utterances side by side use them better than parts of one utterance.
            threads: if on_cpu {
                arguments.model.threads as usize
            } else {
                1
            },
            around: arguments.around,
            degrade: condition.0,
            names: &names,
            reader: reader.as_ref(),
        };
        let bar = bar(condition.name(), utterances.len());
        let heard = listening.hear(&utterances, &bar)?;
        bar.finish_and_clear();
        conditions.push(figures::report(
            condition.name(),
            &utterances,
            &heard,
            &settings,
        ));
    }
    let shown = |path: &Path| path.display().to_string();
    let output = Output {
        pack: pack.manifest().name.clone(),
        manifests: arguments.manifest.iter().map(|file| shown(file)).collect(),
        gallery: arguments.gallery.as_deref().map(shown),
        pictures: settings.pictures.0.len(),
        utterances: utterances.len(),
        names: names.len(),
        seed: arguments.seed,
        around: arguments.around,
        conditions,
    };
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &output).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(());
    }
    writeln!(
        out,
        "{}: {} utterances, {} pictures, {} names",
        output.pack, output.utterances, output.pictures, output.names
    )?;
    for report in &output.conditions {
        print::print(report, out)?;
    }
    Ok(())
}

fn open_gallery(folder: &Path, pack: &Manifest) -> Result<Gallery, Failure> {
    let gallery = session::open_gallery(folder)?;
    let (theirs, ours) = (&gallery.manifest().embedding_space, &pack.embedding_space);
    let (width, embedding) = (gallery.manifest().dimension, pack.model.head.embedding);
    if theirs != ours || width != embedding {
        let problem = format!(
            "its embeddings ({theirs}, {width} numbers) are not the pack's ({ours}, {embedding})"
        );
        return Err(Failure::input(folder, problem));
    }
    Ok(gallery)
}

/// The words asked about: those of a file, or all that occur, in alphabetical order.
fn names(arguments: &Arguments, utterances: &[Utterance]) -> Result<Vec<String>, Failure> {
    let Some(file) = &arguments.names else {
        let words = utterances
            .iter()
            .filter_map(|utterance| utterance.word.clone());
        return Ok(words.collect::<BTreeSet<_>>().into_iter().collect());
    };
    let bytes = session::read_at_most(file, 1 << 20)?;
    let text = String::from_utf8(bytes).map_err(|error| Failure::input(file, error))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_lowercase).collect())
}

fn pictures(
    gallery: &Gallery,
    utterances: &[Utterance],
    own_only: bool,
) -> (Vec<String>, Vec<f32>) {
    let asked: BTreeSet<&str> = utterances
        .iter()
        .filter_map(|u| u.image.as_deref())
        .collect();
    let width = gallery.manifest().dimension;
    let all = gallery.embeddings();
    let items = gallery.manifest().items.iter().zip(all.chunks_exact(width));
    let wanted = items.filter(|(item, _)| !own_only || asked.contains(item.id.as_str()));
    let mut ids = Vec::new();
    let mut embeddings = Vec::new();
    for (item, embedding) in wanted {
        ids.push(item.id.clone());
        embeddings.extend_from_slice(embedding);
    }
    (ids, embeddings)
}

/// The number of keywords, where every utterance has the same.
fn fixed_keywords(manifest: &Manifest) -> Option<usize> {
    match manifest.model.head.keywords.as_ref()?.slots {
        Slots::Cls { count } => Some(count),
        Slots::Firing(_) | Slots::Segments(_) => None,
    }
}

fn bar(condition: &str, count: usize) -> ProgressBar {
    let template = "{msg:>6} {wide_bar} {pos}/{len}, {eta} left";
    let bar = ProgressBar::new(count as u64).with_message(condition.to_owned());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
