//! `saysee-train heads`: goes on with the heads alone, on what the frozen encoder makes of the corpus.

use std::path::PathBuf;

use burn::grad_clipping::GradientClippingConfig;
use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams};
use burn::prelude::*;

use super::speech::open_corpus;
use crate::checkpoint::Checkpoint;
use crate::data::frames::FrameData;
use crate::data::speech::{BatchPlan, FAR_SHARE};
use crate::description::front_end;
use crate::error::TrainError;
use crate::model::speech::SpeechConfig;
use crate::model::towers::Towers;
use crate::progress;
use crate::schedule::Schedule;
use crate::targets::Targets;
use crate::validation::Validation;

/// Options of the command.
#[derive(clap::Args)]
pub struct Options {
    /// Corpus to learn from.
    #[arg(long, default_value = "train/work/corpus-train")]
    corpus: PathBuf,
    /// Corpus to watch progress on.
    #[arg(long, default_value = "train/work/corpus-dev")]
    watch: PathBuf,
    /// What `saysee-train towers` made.
    #[arg(long, default_value = "train/work/towers")]
    towers: PathBuf,
    /// What `saysee-train speech` made.
    #[arg(long, default_value = "train/work/speech")]
    speech: PathBuf,
    /// Where checkpoints go.
    #[arg(long, default_value = "train/work/heads")]
    out: PathBuf,
    /// Batches of 40 utterances that the encoder listens to, a part of them degraded.
    #[arg(long, default_value_t = 400)]
    heard: usize,
    /// The share of degraded utterances.
    #[arg(long, default_value_t = 0.4)]
    degraded: f64,
    /// Training steps.
    #[arg(long, default_value_t = 1_500)]
    steps: usize,
    /// Utterances a step.
    #[arg(long, default_value_t = 96)]
    batch: usize,
    /// Width between the two layers of the parallel projection; 0: it has one.
    #[arg(long, default_value_t = 256)]
    parallel_hidden: usize,
    /// The highest learning rate.
    #[arg(long, default_value_t = 1e-3)]
    rate: f64,
    /// Everything random follows from this.
    #[arg(long, default_value_t = 2)]
    seed: u64,
}

/// Runs the command.
///
/// # Errors
/// When files cannot be read or written.
pub fn run(options: &Options) -> Result<(), TrainError> {
    let mels = front_end().mels;
    let data = open_corpus(&options.corpus, usize::MAX)?;
    let plain = Device::flex();
    let frozen = Checkpoint::new(options.speech.join("checkpoint"))
        .model(SpeechConfig::of(&options.speech)?.init(&plain))?;
    let plan = BatchPlan {
        size: 40,
        seed: options.seed,
        clean_steps: 0,
        ramp_steps: 0,
        degraded_share: options.degraded,
        far_share: FAR_SHARE,
        joined_share: 0.0,
    };
    let bar = progress::bar("listening", options.heard);
    let mut frames = FrameData::default();
    for batch in data.stream(plan, 1..options.heard + 1) {
        let batch = batch?;
        let (features, mask) = batch.tensors(mels, &plain);
        let (states, mask) = frozen.encode(features, &mask);
        frames.add(frozen.head.weighted_sum(&states), &mask, &batch);
        bar.inc(1);
    }
    bar.finish();

    let device = Device::flex().autodiff();
    device.seed(options.seed);
    let config = SpeechConfig::of(&options.speech)?.with_parallel_hidden(options.parallel_hidden);
    let mut model = config.started_from(&options.speech, config.init(&device), &device)?;
    config.write(&options.out)?;
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
    }
    let towers = Towers::load(&options.towers)?;
    let validation = Validation::new(&towers, open_corpus(&options.watch, usize::MAX)?)?;
    let targets = Targets::new(towers, &options.towers, data.corpus(), &device)?;
    println!(
        "{} utterances; {}",
        frames.len(),
        validation.report(&model.valid(), &targets)?
    );
    let schedule = Schedule {
        peak: options.rate,
        warm_up: 50,
        steps: options.steps,
        floor: 0.01,
    };
    let bar = progress::bar("heads", options.steps);
    for step in first..options.steps {
        let batch = frames.batch(options.batch, options.seed, step, &device);
        let output = model.head.forward_sum(batch.frames, &batch.mask);
        let (loss, [naming, quantity, text, picture]) =
            targets.losses(&model.head, &output, &batch.clips, &batch.words, &device);
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimiser.step(schedule.rate(step), model, gradients);
        let done = step + 1;
        bar.set_position(done as u64);
        if done % 50 == 0 {
            progress::log(
                &bar,
                format!(
                    "step {done} naming {naming:.3} quantity {quantity:.3} text {text:.3} picture {picture:.3}"
                ),
            );
        }
        if done % 250 == 0 || done == options.steps {
            checkpoint.save(&model, &optimiser, done)?;
            progress::log(
                &bar,
                format!(
                    "step {done} {}",
                    validation.report(&model.valid(), &targets)?
                ),
            );
        }
    }
    bar.finish();
    Ok(())
}
