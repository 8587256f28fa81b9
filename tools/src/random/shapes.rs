//! The networks that random packs are made of.

use saysee_engine::pack::{
    BatchNorm, Encoder, Firing, FrontEnd, Head, HeadBlock, Hubert, ImageTower, ImageTransformer,
    Keywords, Limits, Manifest, Model, Pixels, Projection, Slots, Stride, TextFrame, TextTower,
    Vocabulary, Waveform, WaveformNorm, WeightFormat,
};
use saysee_engine::testing;

/// Tokens of Flickr8k's captions, as the published models keep them.
const CAPTION_TOKENS: usize = 8112;
/// All of CLIP's tokens.
const CLIP_TOKENS: usize = 49_408;
/// CLIP's longest text.
const POSITIONS: usize = 77;

/// A network to make a random pack of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Shape {
    /// Every part of the engine, as small as can be.
    Tiny,
    /// HuBERT base and a parallel head: 12 blocks of 768.
    HubertBase,
    /// HuBERT large and a parallel head: 24 blocks of 1024.
    HubertLarge,
    /// HuBERT base, keywords and a parallel head, and the text tower that reads the keywords: SpeechCLIP+ as published.
    HybridPlus,
    /// Both towers of CLIP ViT-B/32 with all of its tokens, behind a tiny speech encoder.
    Clip,
}

impl Shape {
    /// Its name, which is also the pack's.
    fn name(self) -> &'static str {
        match self {
            Self::Tiny => "tiny",
            Self::HubertBase => "random-hubert-base",
            Self::HubertLarge => "random-hubert-large",
            Self::HybridPlus => "random-hybrid-plus",
            Self::Clip => "random-clip",
        }
    }
}

/// The manifest of a pack of this shape; `layers` takes the place of the number of blocks in every part.
pub fn manifest(shape: Shape, weights: WeightFormat, layers: Option<usize>) -> Manifest {
    let tiny = testing::manifest(weights);
    let mut manifest = Manifest {
        name: shape.name().to_owned(),
        ..tiny.clone()
    };
    match shape {
        Shape::Tiny => {}
        Shape::HubertBase => manifest.model = speech(&BASE, false),
        Shape::HubertLarge => manifest.model = speech(&LARGE, false),
        Shape::HybridPlus => {
            manifest.model = speech(&BASE, true);
            manifest.vocabulary = captions();
        }
        Shape::Clip => manifest.model = clip(tiny.model),
    }
    if shape != Shape::Tiny {
        manifest.embedding_space = format!("random-{}", manifest.model.head.embedding);
        manifest.limits = Limits { max_seconds: 30.0 };
    }
    if let Some(layers) = layers {
        set_layers(&mut manifest.model, layers);
    }
    manifest
}

/// What tells HuBERT's sizes apart.
struct Sizes {
    width: usize,
    layers: usize,
    heads: usize,
    feed_forward: usize,
    large: bool,
    /// Numbers in an embedding.
    embedding: usize,
}

/// HuBERT base, for CLIP ViT-B/32.
const BASE: Sizes = Sizes {
    width: 768,
    layers: 12,
    heads: 12,
    feed_forward: 3072,
    large: false,
    embedding: 512,
};

/// HuBERT large, for CLIP ViT-L/14.
const LARGE: Sizes = Sizes {
    width: 1024,
    layers: 24,
    heads: 16,
    feed_forward: 4096,
    large: true,
    embedding: 768,
};

fn speech(sizes: &Sizes, keywords: bool) -> Model {
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
        head: head(sizes, keywords),
        text_tower: keywords.then(|| text_tower(sizes.embedding, 0)),
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

fn head(sizes: &Sizes, keywords: bool) -> Head {
    let branch = Keywords {
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
        block: match keywords {
            false => HeadBlock::Transformer {
                heads: 8,
                feed_forward: sizes.feed_forward,
            },
            true => HeadBlock::AttentionNorm { heads: 1 },
        },
        embedding: sizes.embedding,
        parallel: Some(Projection::Linear),
        keywords: keywords.then_some(branch),
        cascaded_share: 0.0,
    }
}

fn text_tower(width: usize, tokens: usize) -> TextTower {
    TextTower {
        layers: 12,
        heads: width / 64,
        width,
        feed_forward: 4 * width,
        positions: POSITIONS,
        tokens,
        words: false,
    }
}

/// CLIP ViT-B/32 behind the speech encoder of `tiny`.
fn clip(tiny: Model) -> Model {
    Model {
        head: Head {
            embedding: 512,
            keywords: None,
            cascaded_share: 0.0,
            ..tiny.head
        },
        text_tower: Some(text_tower(512, CLIP_TOKENS)),
        image_tower: Some(ImageTower::Transformer(ImageTransformer {
            width: 768,
            layers: 12,
            heads: 12,
            feed_forward: 3072,
            pixels: Pixels {
                size: 224,
                patch: 32,
                mean: [0.481_454_66, 0.457_827_5, 0.408_210_73],
                deviation: [0.268_629_54, 0.261_302_6, 0.275_777_1],
            },
        })),
        ..tiny
    }
}

fn captions() -> Vocabulary {
    Vocabulary {
        tokens: (0..CAPTION_TOKENS)
            .map(|index| format!("word{index}"))
            .collect(),
        ids: Vec::new(),
        excluded: vec![0, 2, 3],
        frame: TextFrame {
            start: 2,
            end: 3,
            padding: 0,
        },
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
    if let Some(ImageTower::Transformer(tower)) = &mut model.image_tower {
        tower.layers = layers;
    }
}

#[cfg(test)]
mod tests {
    use saysee_engine::pack::plan;

    use super::*;

    /// Numbers of all tensors whose names begin so, in millions.
    fn millions(shape: Shape, prefixes: &[&str]) -> f64 {
        let manifest = manifest(shape, WeightFormat::F32, None);
        let tensors = plan(&manifest);
        let wanted = tensors.iter().filter(|tensor| {
            prefixes
                .iter()
                .any(|prefix| tensor.name.starts_with(prefix))
        });
        let numbers: usize = wanted
            .map(|tensor| tensor.shape.iter().product::<usize>())
            .sum();
        numbers as f64 / 1e6
    }

    #[test]
    fn sizes_are_the_published_ones() {
        let hubert = ["convolutions.", "features.", "position.", "blocks."];
        for (shape, prefixes, published) in [
            (Shape::HubertBase, &hubert[..], 94.4),
            (Shape::HubertLarge, &hubert[..], 315.4),
            (Shape::Clip, &["text."][..], 63.4),
            (Shape::Clip, &["image."][..], 87.8),
        ] {
            let found = millions(shape, prefixes);
            assert!((found - published).abs() < 0.1, "{shape:?}: {found}");
        }
    }
}
