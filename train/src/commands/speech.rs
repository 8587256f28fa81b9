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

use crate::checkpoint::Checkpoint;
use crate::data::speech::{BatchPlan, SpeechBatch, SpeechData};
use crate::error::TrainError;
use crate::losses;
use crate::model::speech::{SpeechConfig, SpeechModel};
use crate::model::towers::{Towers, host};
use crate::progress;
use crate::schedule::Schedule;
use crate::targets::Targets;
use crate::validation::Validation;
use crate::vocabulary::Vocabulary;

/// Options of the command.
#[derive(clap::Args)]
pub struct Options {
    /// Corpus to learn from (`saysee-voices build --split train`).
    #[arg(long, default_value = "train/work/corpus-train")]
    corpus: PathBuf,
    /// Corpus to watch progress on (`saysee-voices build --split dev`).
    #[arg(long, default_value = "train/work/corpus-dev")]
    watch: PathBuf,
    /// What `saysee-train towers` made.
    #[arg(long, default_value = "train/work/towers")]
    towers: PathBuf,
    /// Where checkpoints go.
    #[arg(long, default_value = "train/work/speech")]
    out: PathBuf,
    /// Training steps in all.
    #[arg(long, default_value_t = 6_000)]
    steps: usize,
    /// Steps with phones alone, on clean speech.
    #[arg(long, default_value_t = 400)]
    phone_steps: usize,
    /// Steps over which degraded speech is phased in.
    #[arg(long, default_value_t = 1_500)]
    ramp_steps: usize,
    /// The share of degraded utterances in the end.
    #[arg(long, default_value_t = 0.6)]
    degraded: f64,
    /// Utterances a step.
    #[arg(long, default_value_t = 48)]
    batch: usize,
    /// The highest learning rate.
    #[arg(long, default_value_t = 2e-3)]
    rate: f64,
    /// Start with the weights of another run (`train/work/heads`, say).
    #[arg(long)]
    from: Option<PathBuf>,
    /// The step to start at then.
    #[arg(long, default_value_t = 0, requires = "from")]
    first_step: usize,
    /// Use only this many clips of the corpus.
    #[arg(long, default_value_t = usize::MAX)]
    clips: usize,
    /// Everything random follows from this.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// How much the phones count once everything is asked for.
const PHONE_WEIGHT: f32 = 0.5;

/// Runs the command.
///
/// # Errors
/// When files cannot be read or written.
pub fn run(options: &Options) -> Result<(), TrainError> {
    let mels = front_end().mels;
    let data = open_corpus(&options.corpus, options.clips)?;
    if data.is_empty() {
        return Err(TrainError::Missing {
            what: options.corpus.display().to_string(),
            command: "saysee-voices build",
        });
    }
    let device = Device::flex().autodiff();
    device.seed(options.seed);
    let mut model = SpeechConfig::standard().init(&device);
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
        model = Checkpoint::new(other.join("checkpoint")).model(model)?;
        first = options.first_step;
    }
    let plan = BatchPlan {
        size: options.batch,
        seed: options.seed,
        clean_steps: options.phone_steps,
        ramp_steps: options.ramp_steps,
        degraded_share: options.degraded,
    };
    let schedule = Schedule {
        peak: options.rate,
        warm_up: 80,
        steps: options.steps,
        floor: 0.02,
    };
    let mut targets: Option<(Targets, Validation)> = None;
    let bar = progress::bar("speech", options.steps);
    let mut shown = [0.0f32; 5];
    for (step, batch) in (first..options.steps).zip(data.stream(plan, first..options.steps)) {
        let batch = batch?;
        if step >= options.phone_steps && targets.is_none() {
            // Phones can be learnt before the towers are: they are opened when they are needed.
            let towers = Towers::load(&options.towers)?;
            let validation = Validation::new(&towers, open_corpus(&options.watch, usize::MAX)?)?;
            targets = Some((
                Targets::new(towers, &options.towers, data.corpus(), &device)?,
                validation,
            ));
        }
        let (loss, parts) = losses(
            &model,
            &batch,
            mels,
            targets.as_ref().map(|(targets, _)| targets),
            &device,
        );
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimiser.step(schedule.rate(step), model, gradients);
        bar.set_position(step as u64 + 1);
        for (sum, part) in shown.iter_mut().zip(parts) {
            *sum += part;
        }
        let done = step + 1;
        if done % 25 == 0 {
            let [phones, naming, quantity, text, picture] = shown.map(|sum| sum / 25.0);
            shown = [0.0; 5];
            progress::log(
                &bar,
                format!(
                    "step {done} phones {phones:.3} naming {naming:.3} quantity {quantity:.3} text {text:.3} picture {picture:.3}"
                ),
            );
        }
        if done % 250 == 0 || done == options.steps {
            checkpoint.save(&model, &optimiser, done)?;
            if let Some((targets, validation)) = &targets {
                progress::log(
                    &bar,
                    format!(
                        "step {done} {}",
                        validation.report(&model.valid(), targets)?
                    ),
                );
            }
        }
    }
    bar.finish();
    Ok(())
}

/// The first `most` clips of a corpus, heard through the pack's front end.
///
/// # Errors
/// When the corpus cannot be read.
pub fn open_corpus(folder: &Path, most: usize) -> Result<Arc<SpeechData>, TrainError> {
    let config = front_end();
    let listener = LogMel::new(&config)?;
    let corpus = CorpusReader::open(folder)?;
    Ok(Arc::new(SpeechData::new(
        corpus,
        listener,
        config.mels,
        Vocabulary::default(),
        most,
    )))
}

/// The loss of a batch, and what it is made of: phones, then as [`Targets::losses`].
fn losses(
    model: &SpeechModel,
    batch: &SpeechBatch,
    mels: usize,
    targets: Option<&Targets>,
    device: &Device,
) -> (Tensor<1>, [f32; 5]) {
    let (features, mask) = batch.tensors(mels, device);
    let (states, mask) = model.encode(features, &mask);
    let phones = losses::phones(
        model.phone_log_probabilities(&states),
        &mask.lengths,
        &batch.phones,
    );
    let value = |loss: &Tensor<1>| host(loss.clone())[0];
    let Some(targets) = targets else {
        let shown = value(&phones);
        return (phones, [shown, 0.0, 0.0, 0.0, 0.0]);
    };
    let (heads, [naming, quantity, text, picture]) = targets.losses(
        &model.head,
        &model.head(&states, &mask),
        &batch.clips,
        &batch.words,
        device,
    );
    let shown = value(&phones);
    (
        phones * PHONE_WEIGHT + heads,
        [shown, naming, quantity, text, picture],
    )
}
