//! `saysee-train export`: writes the trained speech model as a pack.

use std::path::{Path, PathBuf};

use burn::prelude::*;
use saysee_engine::pack::{
    BatchNorm, ConvolutionalTransformer, Encoder, Firing, FrontEnd, Head, HeadBlock,
    ImageConvolutions, ImageStage, ImageTower as PackImageTower, Keywords, Limits, LogMel,
    Manifest, Model, PackFiles, PhoneStates, Phones, Pixels, Projection, Slots, Subsampling,
    TextFrame, TextTower as PackTextTower, Vocabulary as PackVocabulary, WeightFormat, write,
};
use saysee_voices::phones::{BLANK, PHONES, Pronouncer, symbol};
use serde_json::json;

use crate::checkpoint::Checkpoint;
use crate::description::{EMBEDDING_SPACE, front_end};
use crate::error::TrainError;
use crate::from_pack;
use crate::model::image_tower::{ImageTower, PATCH, PICTURE_SIZE};
use crate::model::speech::{SpeechConfig, SpeechModel};
use crate::model::text_tower::{HEADS, LAYERS, MAX_WORDS};
use crate::model::towers::Towers;
use crate::tensors::collect;
use crate::vocabulary::{FIRST_WORD, Vocabulary};

/// Options of the command.
#[derive(clap::Args)]
pub struct Options {
    /// What `saysee-train speech` made.
    #[arg(long, default_value = "train/work/speech")]
    speech: PathBuf,
    /// What `saysee-train towers` made.
    #[arg(long, default_value = "train/work/towers")]
    towers: PathBuf,
    /// The pack that `saysee-train speech --pack` went on from: its words are kept, and no towers are needed.
    #[arg(long, conflicts_with = "towers")]
    pack: Option<PathBuf>,
    /// The pack's folder.
    #[arg(long, default_value = "assets/packs/scenes-mini")]
    out: PathBuf,
    /// Number format of the weight matrices: f32, f16, q8 or q4.
    #[arg(long, default_value = "q8", value_parser = format)]
    weights: WeightFormat,
    /// Least cosine for a keyword to be reported; `saysee-train evaluate` prints what each value costs.
    #[arg(long, default_value_t = 0.35)]
    keyword_threshold: f32,
    /// Share of the keywords' embedding, read by the text tower, in what pictures are ranked by.
    #[arg(long, default_value_t = 0.0)]
    cascaded_share: f32,
    /// What a phone that was heard counts in naming a keyword, in cosines.
    #[arg(long, default_value_t = 0.1)]
    phone_weight: f32,
    /// What a phone costs that belongs to no word, in nats.
    #[arg(long, default_value_t = 3.0)]
    stray_cost: f32,
    /// Share of the keywords' embedding, as they were named by their sound too, in what pictures are ranked by.
    #[arg(long, default_value_t = 0.0)]
    named_share: f32,
    /// Another model whose vectors the encoder learnt to say, told in the pack's provenance.
    #[arg(long)]
    taught_by: Option<String>,
    /// Least share of its phones that a word must be heard with.
    #[arg(long, default_value_t = 0.5)]
    phone_threshold: f32,
}

fn format(text: &str) -> Result<WeightFormat, String> {
    serde_json::from_value(json!(text)).map_err(|_| format!("{text}: expected f32, f16, q8 or q4"))
}

/// Runs the command.
///
/// # Errors
/// When a checkpoint is missing or a file cannot be written.
pub fn run(options: &Options) -> Result<(), TrainError> {
    let device = Device::flex();
    let config = SpeechConfig::of(&options.speech)?;
    let checkpoint = Checkpoint::new(options.speech.join("checkpoint"));
    let model = checkpoint.model(config.init(&device))?;
    let (vocabulary, table, towers) =
        match options.pack.as_deref().map(from_pack::open).transpose()? {
            Some(pack) => (
                from_pack::vocabulary(&pack),
                from_pack::table(&pack, &device)?,
                None,
            ),
            None => {
                let towers = Towers::load(&options.towers)?;
                (Vocabulary::default(), towers.text.rows(), Some(towers))
            }
        };
    let name = options
        .out
        .file_name()
        .map_or_else(|| "pack".into(), |name| name.to_string_lossy().into_owned());
    let mut manifest = describe(
        &config,
        &name,
        options.weights,
        vocabulary.tokens().to_vec(),
    );
    manifest.phones = Some(Phones {
        symbols: PHONES.iter().map(|&symbol| symbol.to_owned()).collect(),
        blank: usize::from(BLANK),
        states: PhoneStates::Last,
        pronunciations: pronunciations(vocabulary.tokens())?,
        weight: options.phone_weight,
        stray_cost: options.stray_cost,
        share: options.named_share,
        threshold: options.phone_threshold,
    });
    if let Some(keywords) = &mut manifest.model.head.keywords {
        keywords.threshold = options.keyword_threshold;
    }
    if let Some(towers) = &towers {
        manifest.model.text_tower = Some(text_tower(config.embedding));
        manifest.model.image_tower = Some(image_tower(&towers.image));
        manifest.model.head.cascaded_share = options.cascaded_share;
    }
    manifest.provenance = json!({
        "made_by": "saysee-train",
        "speech_steps": checkpoint.step()?,
        "gone_on_from": options.pack.as_ref().and_then(|pack| pack.file_name()).map(|name| name.to_string_lossy()),
        "speech": "synthesised: espeak-ng, Flite, SVOX Pico, RHVoice",
        "taught_by": options.taught_by,
        "pictures": "composed scenes, Twemoji artwork",
    });
    let files = pack(manifest, &model, table, towers.as_ref())?;
    write_folder(&options.out, &files)
}

/// The manifest of a model of these sizes, nothing measured yet.
pub fn describe(
    config: &SpeechConfig,
    name: &str,
    weights: WeightFormat,
    tokens: Vec<String>,
) -> Manifest {
    let subsampling = Subsampling {
        kernel: 3,
        stride: 2,
        padding: 1,
    };
    let encoder = &config.encoder;
    Manifest {
        format: String::new(),
        version: 0,
        name: name.to_owned(),
        embedding_space: EMBEDDING_SPACE.to_owned(),
        weights,
        model: Model {
            front_end: FrontEnd::LogMel(LogMel {
                features: front_end(),
                subsampling: vec![subsampling; 2],
            }),
            encoder: Encoder::ConvolutionalTransformer(ConvolutionalTransformer {
                width: encoder.width,
                layers: encoder.layers,
                heads: encoder.heads,
                feed_forward: encoder.feed_forward,
                kernel: encoder.kernel,
            }),
            normalise_hidden_states: true,
            head: Head {
                block: HeadBlock::AttentionNorm {
                    heads: config.head_heads,
                },
                embedding: config.embedding,
                parallel: Some(match config.parallel_hidden {
                    0 => Projection::Linear,
                    hidden => Projection::Mlp { hidden },
                }),
                keywords: Some(Keywords {
                    slots: Slots::Firing(Firing {
                        convolutions: 1,
                        kernel: 3,
                        tail_threshold: 0.5,
                        cap: MAX_WORDS,
                    }),
                    projection: Projection::Linear,
                    batch_norm: BatchNorm::None,
                    lookup: true,
                    threshold: 0.35,
                }),
                cascaded_share: 0.0,
            },
            text_tower: None,
            image_tower: None,
        },
        limits: Limits { max_seconds: 15.0 },
        vocabulary: PackVocabulary {
            tokens,
            ids: Vec::new(),
            excluded: (0..FIRST_WORD).collect(),
            frame: TextFrame {
                start: 0,
                end: 1,
                padding: 0,
            },
        },
        phones: None,
        tokenizer: None,
        shards: Vec::new(),
        licence: "MIT OR Apache-2.0".to_owned(),
        attribution: vec![saysee_scenes::CREDIT.to_owned()],
        provenance: json!({}),
        quality: json!({}),
    }
}

/// A pack's files.
///
/// # Errors
/// When the model is not of the manifest's shape.
pub fn pack(
    manifest: Manifest,
    model: &SpeechModel,
    table: Tensor<2>,
    towers: Option<&Towers>,
) -> Result<PackFiles, TrainError> {
    let phones = manifest.phones.is_some();
    Ok(write(manifest, &collect(model, table, phones, towers))?)
}

/// The text tower as a pack describes it; typed text is read by the words of the vocabulary.
pub fn text_tower(width: usize) -> PackTextTower {
    PackTextTower {
        layers: LAYERS,
        heads: HEADS,
        width,
        feed_forward: 4 * width,
        positions: MAX_WORDS + 2,
        tokens: 0,
        words: true,
    }
}

/// The image tower as a pack describes it.
pub fn image_tower(tower: &ImageTower) -> PackImageTower {
    let stages = tower.stages.iter().map(|stage| ImageStage {
        outputs: stage.outputs(),
        stride: stage.stride(),
    });
    PackImageTower::Convolutional(ImageConvolutions {
        patch_features: tower.patches.weight.dims()[1],
        stages: stages.collect(),
        objects: tower.objects.weight.dims()[1],
        concepts: tower.concepts.weight.dims()[1],
        pixels: Pixels {
            size: PICTURE_SIZE as usize,
            patch: PATCH,
            mean: [0.5; 3],
            deviation: [0.5; 3],
        },
    })
}

/// How each token sounds; what is no word has no sound.
fn pronunciations(tokens: &[String]) -> Result<Vec<Vec<String>>, TrainError> {
    let mut pronouncer = Pronouncer::new()?;
    let mut all = vec![Vec::new(); FIRST_WORD];
    for token in &tokens[FIRST_WORD..] {
        let phones = pronouncer.phones(token)?;
        let symbols: Vec<&str> = phones.into_iter().filter_map(symbol).collect();
        all.push(vec![symbols.join(" ")]);
    }
    Ok(all)
}

/// Writes a pack's files into its folder.
///
/// # Errors
/// When a file cannot be written.
pub fn write_folder(folder: &Path, files: &PackFiles) -> Result<(), TrainError> {
    std::fs::create_dir_all(folder).map_err(TrainError::file(folder))?;
    for (name, bytes) in &files.files {
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(TrainError::file(&path))?;
    }
    Ok(())
}
