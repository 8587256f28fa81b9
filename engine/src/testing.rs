//! Random packs, galleries and sounds for tests and measurements, here and in the other crates.

use std::collections::BTreeMap;

pub use saysee_cpu::Random;

use crate::format::FormatError;
use crate::gallery::{self, Embeddings, Gallery, GalleryManifest, Item};
use crate::pack::{
    self, BatchNorm, ConvolutionalTransformer, Encoder, Firing, FloatTensor, FrontEnd, Head,
    HeadBlock, Keywords, Limits, LogMel, LogMelConfig, Manifest, Model, Pack, PackFiles,
    PhoneStates, Phones, Projection, Slots, Subsampling, TensorPlan, TextFrame, TextTower,
    Vocabulary, WeightFormat,
};

/// The manifest of a tiny network: every part is there, nothing is bigger than it must be.
pub fn manifest(weights: WeightFormat) -> Manifest {
    let stage = Subsampling {
        kernel: 3,
        stride: 2,
        padding: 1,
    };
    Manifest {
        format: pack::FORMAT.to_owned(),
        version: pack::VERSION,
        name: "tiny".to_owned(),
        embedding_space: "tiny-1".to_owned(),
        weights,
        model: Model {
            front_end: FrontEnd::LogMel(LogMel {
                features: LogMelConfig {
                    sample_rate: 16_000,
                    window: 400,
                    hop: 160,
                    fft: 512,
                    mels: 40,
                    low_hz: 40.0,
                    high_hz: 7600.0,
                    log_offset: 1e-6,
                    floor_db: 52.0,
                    scale: 2.5,
                },
                subsampling: vec![stage; 2],
            }),
            encoder: Encoder::ConvolutionalTransformer(ConvolutionalTransformer {
                width: 64,
                layers: 2,
                heads: 4,
                feed_forward: 96,
                kernel: 11,
            }),
            normalise_hidden_states: true,
            head: Head {
                block: HeadBlock::AttentionNorm { heads: 4 },
                embedding: 32,
                parallel: Some(Projection::Mlp { hidden: 64 }),
                keywords: Some(Keywords {
                    slots: Slots::Firing(Firing {
                        convolutions: 1,
                        kernel: 3,
                        tail_threshold: 0.5,
                        cap: 12,
                    }),
                    projection: Projection::Linear,
                    batch_norm: BatchNorm::Shared,
                    lookup: true,
                    threshold: -1.0,
                }),
                cascaded_share: 0.25,
            },
            text_tower: Some(TextTower {
                layers: 1,
                heads: 4,
                width: 32,
                feed_forward: 64,
                positions: 14,
                tokens: 0,
                words: false,
            }),
            image_tower: None,
        },
        limits: Limits { max_seconds: 15.0 },
        vocabulary: Vocabulary {
            tokens: (0..17).map(|index| format!("word{index}")).collect(),
            ids: Vec::new(),
            excluded: vec![0, 1, 2],
            frame: TextFrame {
                start: 1,
                end: 2,
                padding: 0,
            },
        },
        phones: None,
        tokenizer: None,
        shards: Vec::new(),
        licence: "CC0-1.0".to_owned(),
        attribution: Vec::new(),
        provenance: serde_json::Value::Null,
        quality: serde_json::Value::Null,
    }
}

/// [`manifest`] with four phones; every word but the excluded ones has a pronunciation, some have two.
pub fn manifest_with_phones(weights: WeightFormat) -> Manifest {
    let mut manifest = manifest(weights);
    if let Some(keywords) = &mut manifest.model.head.keywords {
        // Random weights hear nothing like any word: what sounds best is named all the same.
        keywords.threshold = -1.0;
    }
    let phones = ["a", "b", "c", "d"];
    let excluded = manifest.vocabulary.excluded.clone();
    let spoken = |word: usize| {
        // Digits of the word's number in base 4, the least first: all different.
        let digits = |number: usize| [number % 4, number / 4 % 4, number / 16];
        let spell = |number| digits(number).map(|digit| phones[digit]).join(" ");
        match word {
            word if excluded.contains(&word) => Vec::new(),
            word if word.is_multiple_of(5) => vec![spell(word), spell(word + 32)],
            word => vec![spell(word)],
        }
    };
    let tokens = manifest.vocabulary.tokens.len();
    manifest.phones = Some(Phones {
        symbols: ["_"].into_iter().chain(phones).map(str::to_owned).collect(),
        blank: 0,
        states: PhoneStates::Last,
        pronunciations: (0..tokens).map(spoken).collect(),
        weight: 0.1,
        stray_cost: 8.0,
        share: 0.0,
        threshold: 0.0,
    });
    manifest
}

/// Random tensors of the size a trained network has, so that activations neither vanish nor explode.
pub fn tensors(manifest: &Manifest, seed: u64) -> BTreeMap<String, FloatTensor> {
    let mut random = Random::new(seed);
    pack::plan(manifest)
        .into_iter()
        .map(|plan| {
            let tensor = tensor(&plan, &mut random);
            (plan.name, tensor)
        })
        .collect()
}

/// One of [`tensors`], for packs too large to be made at once.
pub fn tensor(plan: &TensorPlan, random: &mut Random) -> FloatTensor {
    let [rows, columns] = plan.matrix();
    let mut data = random.numbers(rows * columns, (3.0 / columns as f32).sqrt());
    if plan.name.ends_with("norm.weight") {
        data.iter_mut().for_each(|x| *x = 1.0 + 0.2 * *x);
    } else if plan.name == "mix" {
        data.fill(1.0 / columns as f32);
    } else if plan.name == "head.firing.bias" {
        // About one keyword in eight frames: some slots fire, and a tail is left.
        data.fill(-2.0);
    } else if plan.name == "head.keywords.scale" {
        data.iter_mut().for_each(|x| *x = 1.0 + 0.2 * *x);
    } else if plan.name == "vocabulary.table" {
        data.chunks_mut(columns).for_each(normalise);
    } else if plan.name.ends_with("bias") {
        data.iter_mut().for_each(|x| *x *= 0.1);
    }
    FloatTensor {
        shape: plan.shape.clone(),
        data,
    }
}

/// The files of a tiny random pack.
///
/// # Errors
/// When the pack format refuses it, which would be a mistake here.
pub fn pack_files(weights: WeightFormat, seed: u64) -> Result<PackFiles, FormatError> {
    let manifest = manifest(weights);
    let tensors = tensors(&manifest, seed);
    pack::write(manifest, &tensors)
}

/// A tiny random pack.
///
/// # Errors
/// As [`pack_files`].
pub fn pack(weights: WeightFormat, seed: u64) -> Result<Pack, FormatError> {
    open(pack_files(weights, seed)?)
}

/// A tiny random pack that knows how its words sound.
///
/// # Errors
/// As [`pack_files`].
pub fn pack_with_phones(weights: WeightFormat, seed: u64) -> Result<Pack, FormatError> {
    let manifest = manifest_with_phones(weights);
    let tensors = tensors(&manifest, seed);
    open(pack::write(manifest, &tensors)?)
}

/// The same, and its text tower reads the words that were named once more.
///
/// # Errors
/// As [`pack_files`].
pub fn pack_that_rereads(weights: WeightFormat, seed: u64) -> Result<Pack, FormatError> {
    let mut manifest = manifest_with_phones(weights);
    if let Some(tower) = &mut manifest.model.text_tower {
        tower.words = true;
    }
    if let Some(phones) = &mut manifest.phones {
        phones.share = 0.5;
    }
    let tensors = tensors(&manifest, seed);
    open(pack::write(manifest, &tensors)?)
}

fn open(files: PackFiles) -> Result<Pack, FormatError> {
    let shards = files
        .files
        .into_iter()
        .skip(1)
        .map(|(_, bytes)| bytes)
        .collect();
    Pack::load(files.manifest, shards)
}

/// A gallery of `count` random embeddings in the space of [`manifest`].
///
/// # Errors
/// When the gallery format refuses it, which would be a mistake here.
pub fn gallery(count: usize, seed: u64) -> Result<Gallery, FormatError> {
    let dimension = 32;
    let mut embeddings = Random::new(seed).numbers(count * dimension, 1.0);
    embeddings.chunks_mut(dimension).for_each(normalise);
    let items = (0..count).map(|index| Item {
        id: format!("p{index}"),
        file: format!("pictures/p{index}.webp"),
        caption: format!("picture {index}"),
        width: 64,
        height: 64,
        colour: "#808080".to_owned(),
        credit: "nobody".to_owned(),
        licence: "CC0-1.0".to_owned(),
        character: None,
    });
    let manifest = GalleryManifest {
        format: gallery::FORMAT.to_owned(),
        version: gallery::VERSION,
        name: "tiny".to_owned(),
        embedding_space: "tiny-1".to_owned(),
        dimension,
        count,
        embeddings: Embeddings {
            file: String::new(),
            tensor: String::new(),
            bytes: 0,
            sha256: String::new(),
        },
        items: items.collect(),
        licence: "CC0-1.0".to_owned(),
        attribution: Vec::new(),
    };
    let files = gallery::write(manifest, &embeddings, gallery::EmbeddingFormat::F32)?;
    Gallery::load(&files.files[0].1, &files.files[1].1)
}

/// 16 kHz samples that sound a little like speech: harmonics of a gliding voice, in syllables, over some noise.
pub fn sound(seconds: f32, seed: u64) -> Vec<f32> {
    let mut random = Random::new(seed);
    let pitch = 110.0 + 40.0 * random.signed();
    let syllables = 3.5 + random.signed();
    let mut phase = 0.0_f32;
    (0..(seconds * 16_000.0) as usize)
        .map(|n| {
            let t = n as f32 / 16_000.0;
            phase += pitch * (1.0 + 0.2 * (1.7 * t).sin()) / 16_000.0;
            let loudness = (std::f32::consts::PI * syllables * t).sin().max(0.0);
            let vowel = 2.0 + 6.0 * (2.3 * t).sin().abs();
            let voice: f32 = (1..20)
                .map(|harmonic| {
                    let h = harmonic as f32;
                    (std::f32::consts::TAU * phase * h).sin() / (1.0 + (h - vowel).abs())
                })
                .sum();
            0.1 * loudness * voice + 0.002 * random.signed()
        })
        .collect()
}

fn normalise(row: &mut [f32]) {
    let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
    row.iter_mut().for_each(|x| *x /= length);
}
