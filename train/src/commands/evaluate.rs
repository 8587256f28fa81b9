//! `saysee-train evaluate`: scores a pack on spoken sentences against a gallery, through the engine
//! itself, and writes what it found into `pack.json`.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use saysee_degrade::Degradation;
use saysee_engine::gallery::{self, Gallery, GalleryManifest};
use saysee_engine::pack::{self, Manifest, Pack};
use saysee_engine::{Answer, BackendChoice, Engine};
use saysee_voices::corpus::{Clip, CorpusReader};
use serde_json::{Value, json};

use crate::error::TrainError;
use crate::progress;

/// Options of the command.
#[derive(clap::Args)]
pub struct Options {
    /// The pack.
    #[arg(long, default_value = "assets/packs/scenes-mini")]
    pack: PathBuf,
    /// The gallery its sentences describe.
    #[arg(long, default_value = "assets/galleries/scenes")]
    gallery: PathBuf,
    /// Spoken sentences (`saysee-voices build --split test`).
    #[arg(long, default_value = "train/work/corpus-test")]
    corpus: PathBuf,
    /// Compute in `f32` throughout, to see what eight bits cost.
    #[arg(long)]
    exact: bool,
    /// On the GPU.
    #[arg(long, conflicts_with = "exact")]
    gpu: bool,
    /// Write the figures into the pack's `pack.json`.
    #[arg(long)]
    write: bool,
}

/// What was counted over some sentences.
#[derive(Default)]
struct Counts {
    sentences: usize,
    first: usize,
    ten: usize,
    reported: usize,
    right: usize,
    spoken: usize,
}

impl Counts {
    fn add(&mut self, clip: &Clip, answer: &Answer) {
        let place = answer
            .results
            .iter()
            .position(|result| result.id == clip.scene);
        self.sentences += 1;
        self.first += usize::from(place == Some(0));
        self.ten += usize::from(place.is_some_and(|place| place < 10));
        let mut left: Vec<&String> = clip.content.iter().collect();
        for keyword in &answer.keywords {
            if let Some(found) = left.iter().position(|word| **word == keyword.token) {
                left.remove(found);
                self.right += 1;
            }
        }
        self.reported += answer.keywords.len();
        self.spoken += clip.content.len();
    }

    fn figures(&self) -> Value {
        let share = |part: usize, whole: usize| {
            (part as f64 / whole.max(1) as f64 * 1000.0).round() / 1000.0
        };
        json!({
            "sentences": self.sentences,
            "recall_at_1": share(self.first, self.sentences),
            "recall_at_10": share(self.ten, self.sentences),
            "keyword_precision": share(self.right, self.reported),
            "keyword_recall": share(self.right, self.spoken),
        })
    }
}

/// Runs the command.
///
/// # Errors
/// When the pack, the gallery or the corpus cannot be read.
pub fn run(options: &Options) -> Result<(), TrainError> {
    pollster::block_on(score(options))
}

async fn score(options: &Options) -> Result<(), TrainError> {
    let pack = open_pack(&options.pack)?;
    let gallery = open_gallery(&options.gallery)?;
    let ids: HashSet<&str> = gallery
        .manifest()
        .items
        .iter()
        .map(|item| item.id.as_str())
        .collect();
    let choice = match (options.exact, options.gpu) {
        (true, _) => BackendChoice::CpuExact,
        (_, true) => BackendChoice::Gpu,
        _ => BackendChoice::Cpu,
    };
    let mut engine = Engine::new(&pack, choice).await?;
    engine.set_gallery(&gallery)?;
    let corpus = CorpusReader::open(&options.corpus)?;
    let bar = progress::bar("sentences", corpus.len());
    let mut clean: HashMap<String, Counts> = HashMap::new();
    let mut degraded = Counts::default();
    for (index, clip) in corpus.clips().iter().enumerate() {
        bar.inc(1);
        if !ids.contains(clip.scene.as_str()) {
            continue;
        }
        let samples = corpus.samples(index)?;
        let answer = engine.query(&samples, 10).await?;
        let voice = format!("{} {}", clip.engine, clip.voice);
        for group in [voice, "all".to_owned()] {
            clean.entry(group).or_default().add(clip, &answer);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(index as u64);
        let worse = Degradation::sample(&mut rng, 0.5).apply(&samples, &[])?;
        degraded.add(clip, &engine.query(&worse, 10).await?);
    }
    bar.finish();
    let by_voice: serde_json::Map<String, Value> = clean
        .iter()
        .map(|(voice, counts)| (voice.clone(), counts.figures()))
        .collect();
    let quality = json!({
        "pictures": gallery.manifest().count,
        "held_out_voices": by_voice,
        "held_out_voices_degraded": degraded.figures(),
    });
    println!("{quality:#}");
    if options.write {
        write_quality(&options.pack, quality)?;
    }
    Ok(())
}

fn read(folder: &Path, file: &str) -> Result<Vec<u8>, TrainError> {
    let path = folder.join(file);
    std::fs::read(&path).map_err(TrainError::file(&path))
}

fn open_pack(folder: &Path) -> Result<Pack, TrainError> {
    let manifest = Manifest::parse(&read(folder, pack::MANIFEST_FILE)?)?;
    let shards = manifest
        .shards
        .iter()
        .map(|shard| read(folder, &shard.file))
        .collect::<Result<_, _>>()?;
    Ok(Pack::load(manifest, shards)?)
}

fn open_gallery(folder: &Path) -> Result<Gallery, TrainError> {
    let bytes = read(folder, gallery::MANIFEST_FILE)?;
    let embeddings = read(folder, &GalleryManifest::parse(&bytes)?.embeddings.file)?;
    Ok(Gallery::load(&bytes, &embeddings)?)
}

fn write_quality(folder: &Path, quality: Value) -> Result<(), TrainError> {
    let path = folder.join(pack::MANIFEST_FILE);
    let mut manifest = Manifest::parse(&read(folder, pack::MANIFEST_FILE)?)?;
    manifest.quality = quality;
    let mut json = serde_json::to_vec_pretty(&manifest).map_err(TrainError::json(&path))?;
    json.push(b'\n');
    std::fs::write(&path, json).map_err(TrainError::file(&path))
}
