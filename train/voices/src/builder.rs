//! Making a corpus shard by shard.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    audio::{self, SAMPLE_RATE},
    captions::{Captions, CaptionsError},
    corpus::{Clip, CorpusError, MAX_SAMPLES, ShardWriter},
    engines::{self, Request, SpeakError, Speech, Synthesiser, TimedWord},
    phones::{PronounceError, Pronouncer},
    plan::{self, Plan, Split},
    voice::{EngineKind, Voice},
};

/// Sentences given to an engine at once.
const BATCH: usize = 50;
/// Level of the loudest sample; levels are varied when clips are used.
const PEAK: f32 = 0.7;
/// Seeds of two attempts at a shard must not meet.
const ATTEMPT_STRIDE: u64 = 1 << 32;

/// What decides the content of a corpus; kept in it as `corpus.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The file of captions.
    pub captions: PathBuf,
    /// A list of further words to say, one a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<PathBuf>,
    /// What the corpus is for.
    pub split: Split,
    /// Clips to make, before failures.
    pub clips: usize,
    /// Clips of a shard.
    pub shard_clips: usize,
    /// Decides every choice.
    pub seed: u64,
    /// The engines used.
    pub engines: Vec<EngineKind>,
}

/// A clip that could not be made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Failure {
    /// Who should have said it.
    pub voice: String,
    /// What.
    pub text: String,
    /// Why not.
    pub reason: String,
}

/// What became of a shard; kept beside it as `clips-00000.report.json`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Report {
    /// Clips made.
    pub clips: usize,
    /// Seconds of sound.
    pub seconds: f64,
    /// Clips not made.
    pub failures: Vec<Failure>,
}

/// Why a corpus cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The captions.
    #[error(transparent)]
    Captions(#[from] CaptionsError),
    /// The files of the corpus.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// Pronunciations.
    #[error(transparent)]
    Pronounce(#[from] PronounceError),
    /// An engine could not be opened.
    #[error(transparent)]
    Engine(#[from] SpeakError),
    /// No installed voice fits the split.
    #[error("no voice for the {} split on this machine; train/setup-voices installs them on Debian", .0.name())]
    NoVoice(Split),
    /// The folder holds a corpus made otherwise.
    #[error("{} holds a corpus of other settings: give another --out, or delete it", .0.display())]
    OtherSettings(PathBuf),
    /// A worker process could not be run or kept ending early.
    #[error("shard {shard}: {detail}")]
    Worker {
        /// The shard.
        shard: usize,
        /// What happened.
        detail: String,
    },
}

impl Settings {
    /// How many shards the corpus has.
    pub fn shards(&self) -> usize {
        self.clips.div_ceil(self.shard_clips.max(1))
    }

    /// Numbers of the clips of a shard.
    pub fn clips_of(&self, shard: usize) -> std::ops::Range<usize> {
        let first = shard * self.shard_clips;
        first.min(self.clips)..(first + self.shard_clips).min(self.clips)
    }

    /// Whether a shard is complete in `folder`, with every clip these settings ask for made or reported.
    pub fn is_built(&self, folder: &Path, shard: usize) -> bool {
        let tried = read_report(folder, shard).map(|report| report.clips + report.failures.len());
        ShardWriter::is_complete(folder, shard)
            && tried.is_ok_and(|tried| tried == self.clips_of(shard).len())
    }

    /// Claims a folder: writes `corpus.json`, or checks that the one there says the same.
    pub fn claim(&self, folder: &Path) -> Result<(), BuildError> {
        let path = folder.join("corpus.json");
        let failed = |source| CorpusError::File {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(folder).map_err(failed)?;
        if path.exists() {
            let there = Self::read(folder)?;
            // A corpus may grow: the clips already made are the same whatever their number.
            return if (Self {
                clips: self.clips,
                ..there
            } == *self)
            {
                self.write(&path)
            } else {
                Err(BuildError::OtherSettings(folder.into()))
            };
        }
        self.write(&path)
    }

    /// Reads the settings of a corpus.
    pub fn read(folder: &Path) -> Result<Self, BuildError> {
        let path = folder.join("corpus.json");
        let failed = |source| CorpusError::File {
            path: path.clone(),
            source,
        };
        let text = fs::read_to_string(&path).map_err(failed)?;
        Ok(serde_json::from_str(&text).map_err(|error| failed(error.into()))?)
    }

    fn write(&self, path: &Path) -> Result<(), BuildError> {
        let failed = |source| CorpusError::File {
            path: path.into(),
            source,
        };
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(error.into()))?;
        Ok(fs::write(path, text + "\n").map_err(failed)?)
    }
}

/// An engine, or why it is missing.
pub type Opened = Result<Box<dyn Synthesiser>, SpeakError>;

/// The engines of this machine, each with why it is missing if it is.
pub fn open_engines(kinds: &[EngineKind]) -> Vec<(EngineKind, Opened)> {
    kinds
        .iter()
        .map(|&kind| (kind, engines::open(kind)))
        .collect()
}

/// Reads the report of a complete shard.
pub fn read_report(folder: &Path, shard: usize) -> Result<Report, BuildError> {
    let path = report_path(folder, shard);
    let failed = |source| CorpusError::File {
        path: path.clone(),
        source,
    };
    let text = fs::read_to_string(&path).map_err(failed)?;
    Ok(serde_json::from_str(&text).map_err(|error| failed(error.into()))?)
}

fn report_path(folder: &Path, shard: usize) -> PathBuf {
    folder.join(format!("clips-{shard:05}.report.json"))
}

/// Makes one shard. `attempt` counts from 0 and changes every choice, so that a sentence that brings an engine down
/// is not met again. `progress` hears how many clips are done.
pub fn build_shard(
    settings: &Settings,
    folder: &Path,
    shard: usize,
    attempt: u64,
    mut progress: impl FnMut(usize),
) -> Result<Report, BuildError> {
    let mut captions = Captions::read(&settings.captions)?;
    if let Some(words) = &settings.words {
        captions.read_words(words)?;
    }
    let mut pronouncer = Pronouncer::new()?;
    let mut engines: HashMap<EngineKind, Box<dyn Synthesiser>> = HashMap::new();
    for (kind, engine) in open_engines(&settings.engines) {
        engines.insert(kind, engine?);
    }
    let mut voices: Vec<Voice> = engines
        .values()
        .flat_map(|engine| engine.voices())
        .collect();
    voices.sort();

    let seed = settings.seed.wrapping_add(attempt * ATTEMPT_STRIDE);
    let plans: Vec<Plan> = settings
        .clips_of(shard)
        .map(|index| plan::draw(&captions, &voices, settings.split, seed, index))
        .collect::<Option<_>>()
        .ok_or(BuildError::NoVoice(settings.split))?;

    let mut clips: Vec<Option<(Clip, Vec<f32>)>> = plans.iter().map(|_| None).collect();
    let mut report = Report::default();
    let mut done = 0;
    for (kind, engine) in &mut engines {
        let slots: Vec<usize> = (0..plans.len())
            .filter(|&slot| plans[slot].voice.engine == *kind)
            .collect();
        for batch in slots.chunks(BATCH) {
            let requests: Vec<Request> = batch
                .iter()
                .map(|&slot| plans[slot].request.clone())
                .collect();
            for (&slot, speech) in batch.iter().zip(engine.speak_many(&requests)) {
                let plan = &plans[slot];
                let clip = speech
                    .map_err(|error| error.to_string())
                    .and_then(|speech| finish(plan, &speech))
                    .and_then(|(samples, words)| {
                        let clip = describe(settings, plan, words, &mut pronouncer);
                        Ok((clip.map_err(|error| error.to_string())?, samples))
                    });
                match clip {
                    Ok(clip) => clips[slot] = Some(clip),
                    Err(reason) => report.failures.push(Failure {
                        voice: plan.voice.to_string(),
                        text: plan.caption.text.clone(),
                        reason,
                    }),
                }
            }
            done += batch.len();
            progress(done);
        }
    }

    let mut writer = ShardWriter::create(folder, shard)?;
    for (clip, samples) in clips.into_iter().flatten() {
        report.clips += 1;
        report.seconds += samples.len() as f64 / f64::from(SAMPLE_RATE);
        writer.add(clip, &samples)?;
    }
    let path = report_path(folder, shard);
    let failed = |source| CorpusError::File {
        path: path.clone(),
        source,
    };
    let text = serde_json::to_string(&report).map_err(|error| failed(error.into()))?;
    fs::write(&path, text).map_err(failed)?;
    writer.finish()?;
    Ok(report)
}

fn describe(
    settings: &Settings,
    plan: &Plan,
    words: Vec<TimedWord>,
    pronouncer: &mut Pronouncer,
) -> Result<Clip, PronounceError> {
    Ok(Clip {
        id: format!("{}-{:06}", settings.split.name(), plan.index),
        offset: 0,
        samples: 0,
        engine: plan.voice.engine,
        voice: plan.voice.name.clone(),
        scene: plan.scene.clone(),
        text: plan.caption.text.clone(),
        content: plan.caption.content.clone(),
        phones: pronouncer.phones(&plan.caption.text)?,
        words,
    })
}

/// Brings speech to 16 kHz, the planned silence around it and the common level, and the word times with it.
fn finish(plan: &Plan, speech: &Speech) -> Result<(Vec<f32>, Vec<TimedWord>), String> {
    let ratio = f64::from(SAMPLE_RATE) / (f64::from(speech.sample_rate) * plan.warp);
    let resampled = audio::resample(&speech.samples, ratio).map_err(|error| error.to_string())?;
    let sounding = audio::sounding(&resampled, SAMPLE_RATE);
    if sounding.is_empty() {
        return Err("silence".into());
    }
    let [before, after] = plan
        .padding
        .map(|seconds| (seconds * SAMPLE_RATE as f32) as usize);
    let peak = resampled[sounding.clone()]
        .iter()
        .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let first = sounding.start as isize - before as isize;
    let last = (sounding.end + after) as isize;
    // Past the ends of what the engine said there is silence.
    let samples: Vec<f32> = (first..last)
        .map(|i| {
            usize::try_from(i)
                .ok()
                .and_then(|i| resampled.get(i))
                .map_or(0.0, |s| s * PEAK / peak)
        })
        .collect();
    if samples.len() > MAX_SAMPLES {
        return Err(format!(
            "{:.1} s long",
            samples.len() as f32 / SAMPLE_RATE as f32
        ));
    }
    let shift = first as f32 / SAMPLE_RATE as f32;
    let end = samples.len() as f32 / SAMPLE_RATE as f32;
    let time = |seconds: f32| (seconds / plan.warp as f32 - shift).clamp(0.0, end);
    let words = speech
        .words
        .iter()
        .map(|word| TimedWord {
            word: word.word.clone(),
            start: time(word.start),
            end: time(word.end),
        })
        .collect();
    Ok((samples, words))
}
