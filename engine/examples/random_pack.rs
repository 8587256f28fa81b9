//! Writes a pack with random weights in the shape of a published model, for tests of loading and speed: what it
//! says means nothing. One tensor is in memory at a time.
//!
//! ```text
//! cargo run --release -p saysee-engine --features testing --example random_pack -- SHAPE WEIGHTS FOLDER [LAYERS]
//! ```
//!
//! SHAPE is `tiny`, `base-parallel`, `base-hybrid-plus`, `large-parallel`; WEIGHTS is `f32`, `f16`, `q8`, `q4`;
//! LAYERS takes the place of the number of blocks in the encoder and in the text tower.

use std::error::Error;
use std::path::{Path, PathBuf};

use saysee_engine::pack::{
    BatchNorm, Encoder, Firing, FrontEnd, Head, HeadBlock, Hubert, Keywords, Limits, Manifest,
    Model, PackError, Projection, Slots, Stride, TextFrame, TextTower, Vocabulary, Waveform,
    WaveformNorm, WeightFormat, write_to,
};
use saysee_engine::testing::{self, Random};

/// Tokens of Flickr8k's captions, as the published models keep them.
const TOKENS: usize = 8112;
/// CLIP's longest text.
const POSITIONS: usize = 77;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (shape, weights, folder, layers) = match words[..] {
        [shape, weights, folder] => (shape, weights, folder, None),
        [shape, weights, folder, layers] => (shape, weights, folder, Some(layers.parse()?)),
        _ => return Err("usage: random_pack SHAPE WEIGHTS FOLDER [LAYERS]".into()),
    };
    let weights: WeightFormat = serde_json::from_value(weights.into())?;
    let folder = PathBuf::from(folder);
    let mut manifest = match shape {
        "tiny" => testing::manifest(weights),
        "base-parallel" => published(weights, &BASE, Branch::Parallel),
        "base-hybrid-plus" => published(weights, &BASE, Branch::HybridPlus),
        "large-parallel" => published(weights, &LARGE, Branch::Parallel),
        _ => return Err(format!("unknown shape {shape:?}").into()),
    };
    if shape != "tiny" {
        manifest.name = format!("random-{shape}");
    }
    if let Some(layers) = layers {
        set_layers(&mut manifest.model, layers);
    }
    let manifest = write(manifest, &folder)?;
    let bytes: u64 = manifest.shards.iter().map(|shard| shard.bytes).sum();
    println!(
        "{}: {} shards, {bytes} bytes",
        folder.display(),
        manifest.shards.len()
    );
    Ok(())
}

fn write(manifest: Manifest, folder: &Path) -> Result<Manifest, Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let mut random = Random::new(1);
    write_to(
        manifest,
        |plan| Ok::<_, Trouble>(testing::tensor(plan, &mut random)),
        |file, bytes| Ok(std::fs::write(folder.join(file), bytes)?),
    )
    .map_err(|trouble| trouble.0)
}

/// Whatever goes wrong while a pack is written.
struct Trouble(Box<dyn Error>);

impl From<PackError> for Trouble {
    fn from(error: PackError) -> Self {
        Self(error.into())
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self(error.into())
    }
}

/// What tells the published sizes apart.
struct Sizes {
    width: usize,
    layers: usize,
    heads: usize,
    feed_forward: usize,
    large: bool,
    /// Width of CLIP's text tower and of the embeddings.
    text: usize,
}

/// HuBERT base with CLIP ViT-B/32.
const BASE: Sizes = Sizes {
    width: 768,
    layers: 12,
    heads: 12,
    feed_forward: 3072,
    large: false,
    text: 512,
};

/// HuBERT large with CLIP ViT-L/14.
const LARGE: Sizes = Sizes {
    width: 1024,
    layers: 24,
    heads: 16,
    feed_forward: 4096,
    large: true,
    text: 768,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Branch {
    Parallel,
    HybridPlus,
}

fn published(weights: WeightFormat, sizes: &Sizes, branch: Branch) -> Manifest {
    let space = format!("random-{}", sizes.text);
    Manifest {
        embedding_space: space,
        model: model(sizes, branch),
        limits: Limits { max_seconds: 15.0 },
        vocabulary: Vocabulary {
            tokens: (0..TOKENS).map(|index| format!("word{index}")).collect(),
            ids: Vec::new(),
            excluded: vec![0, 2, 3],
            frame: TextFrame {
                start: 2,
                end: 3,
                padding: 0,
            },
        },
        ..testing::manifest(weights)
    }
}

fn model(sizes: &Sizes, branch: Branch) -> Model {
    Model {
        front_end: FrontEnd::Waveform(waveform(sizes.large)),
        encoder: Encoder::Hubert(Hubert {
            width: sizes.width,
            layers: sizes.layers,
            heads: sizes.heads,
            feed_forward: sizes.feed_forward,
            position_kernel: 128,
            position_groups: 16,
            norm_first: sizes.large,
        }),
        normalise_hidden_states: false,
        head: head(sizes, branch),
        text_tower: Some(TextTower {
            layers: 12,
            heads: sizes.text / 64,
            width: sizes.text,
            feed_forward: 4 * sizes.text,
            positions: POSITIONS,
            tokens: 0,
        }),
        image_tower: None,
    }
}

fn waveform(large: bool) -> Waveform {
    let stages = [(10, 5), (3, 2), (3, 2), (3, 2), (3, 2), (2, 2), (2, 2)];
    Waveform {
        normalisations: u8::from(large),
        channels: 512,
        convolutions: stages
            .map(|(kernel, stride)| Stride { kernel, stride })
            .to_vec(),
        norm: match large {
            true => WaveformNorm::EveryFrame,
            false => WaveformNorm::ChannelsOnce,
        },
        bias: large,
    }
}

fn head(sizes: &Sizes, branch: Branch) -> Head {
    let keywords = Keywords {
        slots: Slots::Firing(Firing {
            convolutions: 1,
            kernel: 3,
            tail_threshold: 0.5,
            cap: POSITIONS - 2,
        }),
        projection: Projection::Linear,
        batch_norm: BatchNorm::Shared,
        lookup: true,
        threshold: -1.0,
    };
    Head {
        block: match branch {
            Branch::Parallel => HeadBlock::Transformer {
                heads: 8,
                feed_forward: sizes.feed_forward,
            },
            Branch::HybridPlus => HeadBlock::AttentionNorm { heads: 1 },
        },
        embedding: sizes.text,
        parallel: Some(Projection::Linear),
        keywords: (branch == Branch::HybridPlus).then_some(keywords),
        cascaded_share: 0.0,
    }
}

fn set_layers(model: &mut Model, layers: usize) {
    match &mut model.encoder {
        Encoder::ConvolutionalTransformer(sizes) => sizes.layers = layers,
        Encoder::Hubert(sizes) => sizes.layers = layers,
    }
    if let Some(tower) = &mut model.text_tower {
        tower.layers = layers;
    }
}
