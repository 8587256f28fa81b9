//! `saysee-train speech`: teaches the speech model, phones first, then embedding and keywords.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::description::front_end;
use burn::grad_clipping::GradientClippingConfig;
use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams};
use burn::prelude::*;
use saysee_engine::audio::LogMel;
use saysee_voices::corpus::CorpusReader;

use crate::anchor::Anchor;
use crate::checkpoint::Checkpoint;
use crate::curves::Curves;
use crate::data::speech::{BatchPlan, FAR_SHARE, SpeechBatch, SpeechData};
use crate::error::TrainError;
use crate::from_pack;
use crate::losses;
use crate::model::encoder::EncoderConfig;
use crate::model::speech::{SpeechConfig, SpeechModel};
use crate::model::towers::{Towers, host};
use crate::progress;
use crate::run::{Backend, Clock};
use crate::schedule::Schedule;
use crate::targets::Targets;
use crate::teacher::TeacherCache;
use crate::validation::{PhoneValidation, Validation};
use crate::vocabulary::Vocabulary;

/// Options of the command.
#[derive(clap::Args, Clone)]
pub struct Options {
    /// Corpus to learn from (`saysee-voices build --split train`).
    #[arg(long, default_value = "train/work/corpus-train")]
    pub corpus: PathBuf,
    /// Corpus to watch progress on (`saysee-voices build --split dev`).
    #[arg(long, default_value = "train/work/corpus-dev")]
    pub watch: PathBuf,
    /// What `saysee-train towers` made; needed from `--heads-from` on.
    #[arg(long, default_value = "train/work/towers")]
    pub towers: PathBuf,
    /// Go on from the pack in this folder instead: its weights to begin with, its words, and its embeddings of
    /// clean speech in place of the towers.
    #[arg(long)]
    pub pack: Option<PathBuf>,
    /// The teacher, `speech_embedding.onnx`; without it, phones and words alone teach the encoder.
    #[arg(long)]
    pub teacher: Option<PathBuf>,
    /// How much the teacher counts.
    #[arg(long, default_value_t = 4.0)]
    pub teacher_weight: f32,
    /// Where checkpoints and curves go.
    #[arg(long, default_value = "train/work/speech")]
    pub out: PathBuf,
    /// Training steps in all.
    #[arg(long, default_value_t = 6_000)]
    pub steps: usize,
    /// Stop after this step all the same; run again, it goes on.
    #[arg(long, default_value_t = usize::MAX)]
    pub stop_after: usize,
    /// Steps on clean speech, with phones and the teacher alone.
    #[arg(long, default_value_t = 400)]
    pub phone_steps: usize,
    /// The step from which embedding and keywords are taught too; `--phone-steps` if left out.
    #[arg(long)]
    pub heads_from: Option<usize>,
    /// Steps over which degraded speech is phased in.
    #[arg(long, default_value_t = 1_500)]
    pub ramp_steps: usize,
    /// The share of degraded utterances in the end.
    #[arg(long, default_value_t = 0.6)]
    pub degraded: f64,
    /// The share of them that are heard from across a bare room.
    #[arg(long, default_value_t = FAR_SHARE)]
    pub far: f64,
    /// The share of batches whose utterances are two clips joined.
    #[arg(long, default_value_t = 0.3)]
    pub joined: f64,
    /// Utterances a step.
    #[arg(long, default_value_t = 48)]
    pub batch: usize,
    /// The highest learning rate.
    #[arg(long, default_value_t = 2e-3)]
    pub rate: f64,
    /// Steps over which the learning rate rises.
    #[arg(long, default_value_t = 80)]
    pub warm_up: usize,
    /// Channels of the encoder.
    #[arg(long, default_value_t = 192)]
    pub width: usize,
    /// Blocks of the encoder.
    #[arg(long, default_value_t = 4)]
    pub layers: usize,
    /// Width between the two layers of the parallel projection; 0: it has one.
    #[arg(long, default_value_t = 256)]
    pub parallel_hidden: usize,
    /// Start with the weights of another run (`train/work/heads`, say).
    #[arg(long, conflicts_with = "pack")]
    pub from: Option<PathBuf>,
    /// The step to start at then.
    #[arg(long, default_value_t = 0, requires = "from")]
    pub first_step: usize,
    /// Use only this many clips of the corpus.
    #[arg(long, default_value_t = usize::MAX)]
    pub clips: usize,
    /// Steps between two checkpoints.
    #[arg(long, default_value_t = 250)]
    pub save_every: usize,
    /// What to compute on.
    #[arg(long, value_enum, default_value = "cpu")]
    pub device: Backend,
    /// Everything random follows from this.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// How much the phones count once everything is asked for.
const PHONE_WEIGHT: f32 = 1.0;
/// Steps that a row of the curves is the mean of.
const ROW: usize = 25;
/// What the rows are made of, after the step.
const CURVES: [&str; 7] = [
    "phones", "teacher", "naming", "quantity", "text", "picture", "seconds",
];

/// What the heads are taught by.
enum HeadTargets {
    Towers(Box<(Targets, Validation)>),
    Pack(Box<Anchor>),
}

/// Runs the command.
///
/// # Errors
/// When files cannot be read or written.
pub fn run(options: &Options) -> Result<(), TrainError> {
    let plain = options.device.device()?;
    let device = plain.clone().autodiff();
    let source = options.pack.as_deref().map(from_pack::open).transpose()?;
    let config = match &source {
        Some(pack) => from_pack::sizes(pack)?,
        None => {
            let mut config = SpeechConfig::standard();
            config.parallel_hidden = options.parallel_hidden;
            config.encoder = EncoderConfig::new()
                .with_width(options.width)
                .with_layers(options.layers)
                .with_feed_forward(2 * options.width);
            config
        }
    };
    let data = Arc::new(open_data(options, source.as_ref())?);
    device.seed(options.seed);
    let mut model = config.init(&device);
    println!("{} parameters, {} clips", model.num_params(), data.len());
    let mut optimiser = AdamWConfig::new()
        .with_epsilon(1e-8)
        .with_beta_2(0.98)
        .with_weight_decay(0.01)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(1.0)))
        .init();
    let checkpoint = Checkpoint::new(options.out.join("checkpoint"));
    let mut first = 0;
    if let Some(step) = checkpoint.step()? {
        model = checkpoint.model(model)?;
        optimiser = checkpoint.optimiser(optimiser)?;
        first = step;
    } else if let Some(other) = &options.from {
        model = config.started_from(other, model, &device)?;
        first = options.first_step;
    } else if let Some(pack) = &source {
        model = from_pack::speech(pack, &device)?;
    }
    config.write(&options.out)?;
    let plan = BatchPlan {
        size: options.batch,
        seed: options.seed,
        clean_steps: options.phone_steps,
        ramp_steps: options.ramp_steps,
        degraded_share: options.degraded,
        far_share: options.far,
        joined_share: options.joined,
    };
    let schedule = Schedule {
        peak: options.rate,
        warm_up: options.warm_up,
        steps: options.steps,
        floor: 0.02,
    };
    let mels = front_end().mels;
    let heads_from = options.heads_from.unwrap_or(options.phone_steps);
    let last = options.steps.min(options.stop_after);
    let phones = PhoneValidation::new(open_corpus(&options.watch, usize::MAX)?);
    let mut curves = Curves::open(&options.out, &CURVES, first)?;
    let mut targets: Option<HeadTargets> = None;
    let mut shown = [0.0f32; 6];
    let bar = progress::bar("speech", options.steps);
    let mut clock = Clock::new(first, last);
    let batches = data.stream(plan, first..last);
    for step in first..last {
        let Some(batch) = clock.waiting(|| batches.recv().ok()) else {
            break;
        };
        let batch = batch?;
        if step >= heads_from && targets.is_none() {
            // Phones can be learnt before the towers are: they are opened when they are needed.
            targets = Some(head_targets(options, source.as_ref(), &data, &plain)?);
        }
        let objective = Objective {
            mels,
            teacher_weight: options.teacher_weight,
            targets: targets.as_ref(),
            device: &device,
        };
        let (loss, parts) = objective.loss(&model, &batch);
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimiser.step(schedule.rate(step), model, gradients);
        let done = step + 1;
        bar.set_position(done as u64);
        for (sum, part) in shown.iter_mut().zip(parts) {
            *sum += part / ROW as f32;
        }
        if done % ROW == 0 {
            let mut row: Vec<f64> = shown.iter().map(|&mean| f64::from(mean)).collect();
            row.push(clock.seconds());
            curves.add(done, &row);
            let parts = CURVES.iter().zip(shown);
            let parts: Vec<String> = parts.map(|(n, mean)| format!("{n} {mean:.3}")).collect();
            let line = format!("step {done} {}; {}", parts.join(" "), clock.report(done));
            progress::log(&bar, line);
            shown = [0.0; 6];
        }
        if done % options.save_every == 0 || done == last {
            checkpoint.save(&model, &optimiser, done)?;
            curves.save()?;
            let valid = model.valid();
            progress::log(&bar, format!("step {done} {}", phones.report(&valid)?));
            if let Some(HeadTargets::Towers(towers)) = &targets {
                let line = towers.1.report(&valid, &towers.0)?;
                progress::log(&bar, format!("step {done} {line}"));
            }
        }
    }
    bar.finish();
    Ok(())
}

/// The corpus with everything that goes along with it.
fn open_data(
    options: &Options,
    source: Option<&saysee_engine::pack::Pack>,
) -> Result<SpeechData, TrainError> {
    let vocabulary = source.map_or_else(Vocabulary::default, from_pack::vocabulary);
    let data = read_corpus(&options.corpus, options.clips, vocabulary)?;
    if data.is_empty() {
        return Err(TrainError::Missing {
            what: options.corpus.display().to_string(),
            command: "saysee-voices build",
        });
    }
    let teacher = options
        .teacher
        .as_deref()
        .map(|teacher| TeacherCache::open(teacher, &options.corpus, data.corpus()))
        .transpose()?;
    Ok(data.with_teacher(teacher).with_clean(source.is_some()))
}

fn head_targets(
    options: &Options,
    source: Option<&saysee_engine::pack::Pack>,
    data: &SpeechData,
    plain: &Device,
) -> Result<HeadTargets, TrainError> {
    let device = plain.clone().autodiff();
    if let Some(pack) = source {
        let anchor = Anchor::new(pack, plain.clone(), &device)?;
        return Ok(HeadTargets::Pack(Box::new(anchor)));
    }
    let towers = Towers::load(&options.towers)?;
    let validation = Validation::new(&towers, open_corpus(&options.watch, usize::MAX)?)?;
    let targets = Targets::new(towers, &options.towers, data.corpus(), &device)?;
    Ok(HeadTargets::Towers(Box::new((targets, validation))))
}

/// The first `most` clips of a corpus, heard through the pack's front end.
///
/// # Errors
/// When the corpus cannot be read.
pub fn open_corpus(folder: &Path, most: usize) -> Result<Arc<SpeechData>, TrainError> {
    read_corpus(folder, most, Vocabulary::default()).map(Arc::new)
}

/// The first `most` clips of a corpus, read with a vocabulary.
///
/// # Errors
/// When the corpus cannot be read.
pub fn read_corpus(
    folder: &Path,
    most: usize,
    vocabulary: Vocabulary,
) -> Result<SpeechData, TrainError> {
    let config = front_end();
    let listener = LogMel::new(&config)?;
    let corpus = CorpusReader::open(folder)?;
    Ok(SpeechData::new(
        corpus,
        listener,
        config.mels,
        vocabulary,
        most,
    ))
}

/// What is asked of the model at a step.
struct Objective<'a> {
    mels: usize,
    teacher_weight: f32,
    targets: Option<&'a HeadTargets>,
    device: &'a Device,
}

impl Objective<'_> {
    /// The loss of a batch, and what it is made of, in the order of [`CURVES`].
    fn loss(&self, model: &SpeechModel, batch: &SpeechBatch) -> (Tensor<1>, [f32; 6]) {
        let (features, mask) = batch.tensors(self.mels, self.device);
        let (states, mask) = model.encode(features, &mask);
        let phones = losses::phones(
            model.phone_log_probabilities(&states),
            &mask.lengths,
            &batch.phones,
        );
        let value = |loss: &Tensor<1>| host(loss.clone())[0];
        let mut shown = [value(&phones), 0.0, 0.0, 0.0, 0.0, 0.0];
        let mut loss = match self.targets {
            None => phones,
            Some(_) => phones * PHONE_WEIGHT,
        };
        if !batch.teacher.is_empty() {
            let taught = losses::taught(model.taught(&states), &batch.teacher);
            shown[1] = value(&taught);
            loss = loss + taught * self.teacher_weight;
        }
        match self.targets {
            None => {}
            Some(HeadTargets::Towers(towers)) => {
                let output = model.head(&states, &mask);
                let (heads, parts) = towers.0.losses(
                    &model.head,
                    &output,
                    &batch.clips,
                    &batch.words,
                    self.device,
                );
                shown[2..].copy_from_slice(&parts);
                loss = loss + heads;
            }
            Some(HeadTargets::Pack(anchor)) => {
                let output = model.head(&states, &mask);
                let (heads, parts) =
                    anchor.losses(&model.head, &output, batch, self.mels, self.device);
                shown[2..5].copy_from_slice(&parts);
                loss = loss + heads;
            }
        }
        (loss, shown)
    }
}
