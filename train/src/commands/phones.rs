//! `saysee-train phones`: a phone classifier for a pack, its encoder as it is. The encoder listens to some
//! clips once; the classifier, one linear layer, is then taught on what it heard.

use std::path::PathBuf;
use std::sync::Arc;

use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams};
use burn::prelude::*;

use super::speech::{open_corpus, read_corpus};
use crate::checkpoint::Checkpoint;
use crate::data::frames::FrameData;
use crate::data::speech::BatchPlan;
use crate::description::front_end;
use crate::error::TrainError;
use crate::from_pack;
use crate::losses;
use crate::model::head::plain_norm;
use crate::model::towers::host;
use crate::progress;
use crate::schedule::Schedule;
use crate::validation::PhoneValidation;

/// Options of the command.
#[derive(clap::Args)]
pub struct Options {
    /// The pack.
    #[arg(long, default_value = "assets/packs/scenes-mini")]
    pack: PathBuf,
    /// Corpus to learn from.
    #[arg(long, default_value = "train/work/corpus-train")]
    corpus: PathBuf,
    /// Corpus to watch progress on.
    #[arg(long, default_value = "train/work/corpus-dev")]
    watch: PathBuf,
    /// Where the checkpoint goes; `saysee-train export --pack` makes a pack of it.
    #[arg(long, default_value = "train/work/phones")]
    out: PathBuf,
    /// Batches of 40 utterances that the encoder listens to.
    #[arg(long, default_value_t = 100)]
    heard: usize,
    /// The share of degraded utterances.
    #[arg(long, default_value_t = 0.6)]
    degraded: f64,
    /// Training steps.
    #[arg(long, default_value_t = 600)]
    steps: usize,
    /// Utterances a step.
    #[arg(long, default_value_t = 64)]
    batch: usize,
    /// The highest learning rate.
    #[arg(long, default_value_t = 1e-2)]
    rate: f64,
    /// Everything random follows from this.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the command.
///
/// # Errors
/// When files cannot be read or written.
pub fn run(options: &Options) -> Result<(), TrainError> {
    let mels = front_end().mels;
    let pack = from_pack::open(&options.pack)?;
    let vocabulary = from_pack::vocabulary(&pack);
    let data = Arc::new(read_corpus(&options.corpus, usize::MAX, vocabulary)?);
    let plain = Device::flex();
    let frozen = from_pack::speech(&pack, &plain)?;
    let plan = BatchPlan {
        size: 40,
        seed: options.seed,
        clean_steps: 0,
        ramp_steps: 0,
        degraded_share: options.degraded,
        far_share: 0.0,
        joined_share: 0.0,
    };
    let bar = progress::bar("listening", options.heard);
    let mut frames = FrameData::default();
    // The share of degraded clips is full from step 1 on.
    for batch in data.stream(plan, 1..options.heard + 1) {
        let batch = batch?;
        let (features, mask) = batch.tensors(mels, &plain);
        let (states, mask) = frozen.encode(features, &mask);
        frames.add(plain_norm(states[states.len() - 1].clone()), &mask, &batch);
        bar.inc(1);
    }
    bar.finish();

    let device = plain.autodiff();
    device.seed(options.seed);
    let mut model = from_pack::speech(&pack, &device)?;
    let mut optimiser = AdamWConfig::new().with_weight_decay(1e-4).init();
    let checkpoint = Checkpoint::new(options.out.join("checkpoint"));
    from_pack::sizes(&pack)?.write(&options.out)?;
    let schedule = Schedule {
        peak: options.rate,
        warm_up: 20,
        steps: options.steps,
        floor: 0.02,
    };
    let bar = progress::bar("phones", options.steps);
    let mut shown = 0.0;
    for step in 0..options.steps {
        let batch = frames.batch(options.batch, options.seed, step, &device);
        let heard = model.phone_log_probabilities_of(batch.frames);
        let loss = losses::phones(heard, &batch.mask.lengths, &batch.phones);
        shown += host(loss.clone())[0] / 50.0;
        // Nothing but the classifier has a gradient, so nothing else moves.
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimiser.step(schedule.rate(step), model, gradients);
        let done = step + 1;
        bar.set_position(done as u64);
        if done % 50 == 0 {
            progress::log(&bar, format!("step {done} phones {shown:.3}"));
            shown = 0.0;
        }
    }
    bar.finish();
    checkpoint.save(&model, &optimiser, options.steps)?;
    let watch = PhoneValidation::new(open_corpus(&options.watch, usize::MAX)?);
    println!("{}", watch.report(&model.valid())?);
    Ok(())
}
