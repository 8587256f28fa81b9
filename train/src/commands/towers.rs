//! `saysee-train towers`: teaches the image and the text tower to agree on scenes and their captions.

use std::path::PathBuf;

use burn::grad_clipping::GradientClippingConfig;
use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams};
use burn::prelude::*;
use saysee_scenes::Split;
use saysee_scenes::listing::entries;

use crate::checkpoint::Checkpoint;
use crate::data::kinds::Kinds;
use crate::data::pictures;
use crate::data::scenes::{BatchSizes, SceneBatch, SceneData};
use crate::embeddings;
use crate::error::TrainError;
use crate::losses::{self, SCALE, among, binary, contrastive, recognised, same_pairs};
use crate::model::towers::{Towers, host};
use crate::progress;
use crate::retrieval::recall;
use crate::schedule::Schedule;
use crate::vocabulary::Vocabulary;

/// Options of the command.
#[derive(clap::Args)]
pub struct Options {
    /// Where checkpoints and embeddings go.
    #[arg(long, default_value = "train/work/towers")]
    out: PathBuf,
    /// Scenes to learn from.
    #[arg(long, default_value_t = 40_000)]
    scenes: usize,
    /// Of them, the first that voices speak of: speech learns to match their pictures.
    #[arg(long, default_value_t = 12_000)]
    spoken: usize,
    /// Seed of the scene list: the listing that voices speak from must have been made with the same.
    #[arg(long, default_value_t = 1)]
    scene_seed: u64,
    /// Training steps.
    #[arg(long, default_value_t = 2_500)]
    steps: usize,
    /// Scenes a step.
    #[arg(long, default_value_t = 48)]
    batch: usize,
    /// Crowds to learn objects from; at least one.
    #[arg(long, default_value_t = 12_000)]
    crowds: usize,
    /// Crowds a step.
    #[arg(long, default_value_t = 20)]
    crowd_batch: usize,
    /// Emoji alone a step.
    #[arg(long, default_value_t = 16)]
    alone_batch: usize,
    /// Leave the rows of the words as they are: keywords that were taught to match them stay right.
    #[arg(long)]
    keep_words: bool,
    /// Everything random follows from this.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// How much the name of an emoji among all names counts beside it.
const NAMES_WEIGHT: f32 = 0.25;
/// How much telling what captions and pictures are about counts.
const TOLD_WEIGHT: f32 = 0.5;
/// How much a concept that is named wrongly counts beside the matching of pictures and captions.
const CONCEPTS_WEIGHT: f32 = 0.2;

/// Runs the command.
///
/// # Errors
/// When files cannot be read or written.
pub fn run(options: &Options) -> Result<(), TrainError> {
    let vocabulary = Vocabulary::default();
    let kinds = Kinds::new()?;
    let listed = entries(Split::Train, options.scenes, options.scene_seed)?;
    let crowds = options.crowds.max(1);
    let bar = progress::bar("drawing", options.scenes + crowds);
    let data = SceneData::new(listed, &kinds, &vocabulary, || bar.inc(1))?;
    let data = data
        .with_crowds(crowds, || bar.inc(1))?
        .with_emoji(&kinds, &vocabulary)?;
    bar.finish();
    let held_out = SceneData::new(
        entries(Split::Dev, 240, options.scene_seed)?,
        &kinds,
        &vocabulary,
        || (),
    )?;

    let device = Device::flex().autodiff();
    device.seed(options.seed);
    let words = vocabulary.tokens().len();
    let mut towers = Towers::new(words, kinds.objects(), data.concepts(), &device);
    let mut optimiser = AdamWConfig::new()
        .with_epsilon(1e-8)
        .with_weight_decay(0.01)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(1.0)))
        .init();
    let checkpoint = Checkpoint::new(options.out.join("checkpoint"));
    let mut first = 0;
    if let Some(step) = checkpoint.step()? {
        towers = checkpoint.model(towers)?;
        optimiser = checkpoint.optimiser(optimiser)?;
        first = step;
    }
    if options.keep_words {
        towers.text.table = towers.text.table.set_require_grad(false);
    }
    let schedule = Schedule {
        peak: 2e-3,
        warm_up: 100,
        steps: options.steps,
        floor: 0.02,
    };
    let sizes = BatchSizes {
        scenes: options.batch,
        alone: options.alone_batch,
        crowds: options.crowd_batch,
    };
    let bar = progress::bar("towers", options.steps);
    for step in first..options.steps {
        let batch = data.batch(sizes, options.seed, step);
        let (loss, [matching, called, told, shown, standing]) = losses(&towers, &batch, &device);
        let gradients = GradientsParams::from_grads(loss.backward(), &towers);
        towers = optimiser.step(schedule.rate(step), towers, gradients);
        bar.set_position(step as u64 + 1);
        if step % 50 == 49 || step + 1 == options.steps {
            progress::log(
                &bar,
                format!(
                    "step {} matching {matching:.3} names {called:.3} told {told:.3} concepts {shown:.4} objects {standing:.3}",
                    step + 1
                ),
            );
        }
        if step % 250 == 249 || step + 1 == options.steps {
            checkpoint.save(&towers, &optimiser, step + 1)?;
            let (first_place, first_ten) = agreement(&towers, &held_out);
            let recognised = recognition(&towers, &held_out);
            let found = found_alone(&towers, &data);
            progress::log(
                &bar,
                format!(
                    "step {} dev text -> picture R@1 {first_place:.3} R@10 {first_ten:.3} objects {recognised:.3} emoji R@10 {found:.3}",
                    step + 1
                ),
            );
        }
    }
    bar.finish();
    let towers = towers.valid();
    embeddings::write(
        &options.out.join("scenes.safetensors"),
        &towers.embed_pictures(
            |scenes| data.planes(scenes),
            options.spoken.min(options.scenes),
        ),
        towers.embedding(),
    )?;
    Ok(())
}

fn losses(towers: &Towers, batch: &SceneBatch, device: &Device) -> (Tensor<1>, [f32; 5]) {
    let count = batch.planes.len() / pictures::PICTURE_VALUES;
    let seen = towers
        .image
        .forward(pictures::tensor(batch.planes.clone(), count, device));
    let embedding = seen.embedding.narrow(0, 0, batch.words.len());
    let texts = towers.text.forward(&batch.words, device);
    let mut keys = batch.words.clone();
    keys.iter_mut().for_each(|words| words.sort_unstable());
    let directions = towers.image.directions();
    let told = losses::told(texts.clone(), directions.clone(), &batch.meant)
        + losses::told(embedding.clone(), directions, &batch.seen);
    let matching = contrastive(embedding.clone(), texts, same_pairs(&keys, device), SCALE);
    let scenes = batch.shown.len() / seen.concepts.dims()[1];
    let alone = embedding.narrow(0, scenes, batch.words.len() - scenes);
    let names = towers.text.forward(&batch.names, device);
    let called = among(alone, names, &batch.names);
    let concepts = seen.concepts.dims()[1];
    let targets = Tensor::from_data(
        TensorData::new(batch.shown.clone(), [scenes, concepts]),
        device,
    );
    let shown = binary(seen.concepts.narrow(0, 0, scenes), targets);
    let standing = recognised(seen.places, &batch.standing);
    let parts = [&matching, &called, &told, &shown, &standing]
        .map(|part| part.clone().into_scalar::<f32>());
    let loss =
        matching + called * NAMES_WEIGHT + told * TOLD_WEIGHT + shown * CONCEPTS_WEIGHT + standing;
    (loss, parts)
}

/// The share of places with an object at which it is told from all others.
fn recognition(towers: &Towers, data: &SceneData) -> f64 {
    let towers = towers.valid();
    let device = towers.text.table.val().device();
    let (mut right, mut all) = (0usize, 0u32);
    for start in (0..data.entries().len()).step_by(64) {
        let range = start..(start + 64).min(data.entries().len());
        let planes = pictures::tensor(data.planes(range.clone()), range.len(), &device);
        let places = towers.image.forward(planes).places;
        let [_, _, kinds] = places.dims();
        let logits = host(places);
        for (place, object) in data.standing(range) {
            let row = &logits[place * kinds..][..kinds - 1];
            let best = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
            right += usize::from(best == Some(usize::from(object)));
            all += 1;
        }
    }
    right as f64 / f64::from(all.max(1))
}

/// Text -> picture recall at 10 on the emoji, by the first caption of each.
fn found_alone(towers: &Towers, data: &SceneData) -> f64 {
    let towers = towers.valid();
    let names = data.emoji_names();
    let pictures = towers.embed_pictures(|emoji| data.emoji_planes(emoji), names.len());
    let texts = towers.embed_texts(&names);
    let own: Vec<usize> = (0..names.len()).collect();
    recall(&texts, &pictures, towers.embedding(), &own, 10)
}

/// Text -> picture recall at 1 and 10 on scenes, by their first caption.
fn agreement(towers: &Towers, data: &SceneData) -> (f64, f64) {
    let towers = towers.valid();
    let pictures = towers.embed_pictures(|scenes| data.planes(scenes), data.entries().len());
    let captions: Vec<Vec<u16>> = (0..data.entries().len())
        .map(|scene| data.words(scene)[0].clone())
        .collect();
    let texts = towers.embed_texts(&captions);
    let own: Vec<usize> = (0..captions.len()).collect();
    let width = towers.embedding();
    (
        recall(&texts, &pictures, width, &own, 1),
        recall(&texts, &pictures, width, &own, 10),
    )
}
