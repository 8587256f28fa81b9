//! What a manifest may say about its network. Every bound is generous for the models we know and small
//! enough that nothing computed from it overflows or exhausts memory.

use super::PackError;
use super::manifest::MANIFEST_FILE;
use super::model::{
    BatchNorm, Encoder, FrontEnd, Head, HeadBlock, ImageTower, Keywords, Model, Projection, Slots,
    TextTower, Waveform,
};
use super::weight::GROUP;
use crate::audio::AudioError;
use crate::format::Fields;

const MAX_WIDTH: usize = 4096;
const MAX_LAYERS: usize = 64;
const MAX_TOKENS: usize = 100_000;
const MAX_PATCHES_ON_A_SIDE: usize = 64;

/// The whole network, its parts and how they fit.
pub(super) fn check_model(fields: &Fields, model: &Model) -> Result<(), PackError> {
    match &model.front_end {
        FrontEnd::LogMel(sizes) => {
            sizes.features.check().map_err(front_end_error)?;
            let name = "model.front_end.subsampling";
            fields.size(name, sizes.subsampling.len(), 1, 4)?;
            for (index, stage) in sizes.subsampling.iter().enumerate() {
                let field = |part: &str| format!("{name}[{index}].{part}");
                fields.size(&field("kernel"), stage.kernel, 1, 31)?;
                fields.size(&field("stride"), stage.stride, 1, 8)?;
                fields.size(&field("padding"), stage.padding, 0, stage.kernel / 2)?;
            }
        }
        FrontEnd::Waveform(sizes) => {
            check_waveform(fields, sizes)?;
            // HuBERT projects what it hears; the other encoder takes it as it is.
            let projects = matches!(model.encoder, Encoder::Hubert(_));
            let (channels, width) = (sizes.channels, model.encoder.width());
            fields.require(
                projects || channels == width,
                "model.front_end.channels",
                format!("{channels}, but the encoder takes frames of {width}"),
            )?;
        }
    }
    check_encoder(fields, model)?;
    check_head(fields, &model.head, model.encoder.width())?;
    if let Some(tower) = &model.text_tower {
        check_text_tower(fields, tower, &model.head)?;
    }
    if let Some(tower) = &model.image_tower {
        check_image_tower(fields, tower)?;
    }
    let cascades = model.head.cascaded_share > 0.0;
    fields.require(
        !cascades || model.text_tower.is_some(),
        "model.text_tower",
        "missing, but model.head.cascaded_share asks for it",
    )
}

fn front_end_error(error: AudioError) -> PackError {
    match error {
        AudioError::FrontEnd { field, problem } => {
            let field = format!("model.front_end.features.{field}");
            PackError::field(MANIFEST_FILE, field, problem)
        }
        other => PackError::field(MANIFEST_FILE, "model.front_end", other.to_string()),
    }
}

fn check_waveform(fields: &Fields, sizes: &Waveform) -> Result<(), PackError> {
    let name = "model.front_end";
    let normalisations = usize::from(sizes.normalisations);
    fields.size(&format!("{name}.normalisations"), normalisations, 0, 2)?;
    fields.size(&format!("{name}.channels"), sizes.channels, 1, MAX_WIDTH)?;
    let convolutions = format!("{name}.convolutions");
    fields.size(&convolutions, sizes.convolutions.len(), 1, 12)?;
    for (index, stage) in sizes.convolutions.iter().enumerate() {
        let field = |part: &str| format!("{convolutions}[{index}].{part}");
        fields.size(&field("kernel"), stage.kernel, 1, 64)?;
        fields.size(&field("stride"), stage.stride, 1, 32)?;
    }
    Ok(())
}

fn check_encoder(fields: &Fields, model: &Model) -> Result<(), PackError> {
    let encoder = &model.encoder;
    let name = "model.encoder";
    fields.size(&format!("{name}.width"), encoder.width(), 1, MAX_WIDTH)?;
    fields.size(&format!("{name}.layers"), encoder.layers(), 1, MAX_LAYERS)?;
    check_heads(fields, name, encoder.heads(), encoder.width())?;
    let inside = match encoder {
        Encoder::ConvolutionalTransformer(sizes) => {
            fields.odd(&format!("{name}.kernel"), sizes.kernel, 127)?;
            sizes.feed_forward
        }
        Encoder::Hubert(sizes) => {
            let kernel = format!("{name}.position_kernel");
            fields.size(&kernel, sizes.position_kernel, 1, 512)?;
            let groups = sizes.position_groups;
            fields.require(
                groups >= 1 && sizes.width.is_multiple_of(groups),
                format!("{name}.position_groups"),
                format!("{groups} groups do not divide a width of {}", sizes.width),
            )?;
            sizes.feed_forward
        }
    };
    fields.size(&format!("{name}.feed_forward"), inside, 1, 4 * MAX_WIDTH)
}

fn check_head(fields: &Fields, head: &Head, width: usize) -> Result<(), PackError> {
    let name = "model.head";
    match head.block {
        HeadBlock::None => {}
        HeadBlock::AttentionNorm { heads } => {
            check_heads(fields, "model.head.block", heads, width)?;
        }
        HeadBlock::Transformer {
            heads,
            feed_forward,
        } => {
            check_heads(fields, "model.head.block", heads, width)?;
            let field = "model.head.block.feed_forward";
            fields.size(field, feed_forward, 1, 4 * MAX_WIDTH)?;
        }
    }
    fields.size(&format!("{name}.embedding"), head.embedding, 1, MAX_WIDTH)?;
    let has_branch = head.parallel.is_some() || head.keywords.is_some();
    fields.require(has_branch, name, "neither a parallel nor a cascaded branch")?;
    let without_block = head.cls_rows() > 0 && head.block == HeadBlock::None;
    fields.require(
        !without_block,
        "model.head.block",
        "CLS rows without a block that lets them see the frames",
    )?;
    if let Some(projection) = head.parallel {
        check_projection(fields, "model.head.parallel", projection)?;
    }
    if let Some(keywords) = &head.keywords {
        check_keywords(fields, keywords)?;
    }
    let share = head.cascaded_share;
    fields.number(&format!("{name}.cascaded_share"), share, 0.0, 1.0)?;
    let shared = (head.parallel.is_some() || share > 0.0)
        && (head.keywords.is_some() || share == 0.0)
        && (head.parallel.is_some() || share == 1.0);
    fields.require(
        shared,
        "model.head.cascaded_share",
        format!("{share}, which gives a share to a branch that is not there"),
    )
}

fn check_projection(fields: &Fields, name: &str, kind: Projection) -> Result<(), PackError> {
    match kind {
        Projection::Linear => Ok(()),
        Projection::Mlp { hidden } => {
            fields.size(&format!("{name}.hidden"), hidden, 1, 4 * MAX_WIDTH)
        }
    }
}

fn check_keywords(fields: &Fields, keywords: &Keywords) -> Result<(), PackError> {
    let name = "model.head.keywords";
    let slots = format!("{name}.slots");
    match &keywords.slots {
        Slots::Cls { count } => fields.size(&format!("{slots}.count"), *count, 1, 64)?,
        Slots::Firing(firing) => {
            fields.size(&format!("{slots}.convolutions"), firing.convolutions, 0, 4)?;
            fields.odd(&format!("{slots}.kernel"), firing.kernel, 31)?;
            let tail = firing.tail_threshold;
            fields.number(&format!("{slots}.tail_threshold"), tail, 1e-3, 1.0)?;
            fields.size(&format!("{slots}.cap"), firing.cap, 1, 256)?;
        }
        Slots::Segments(segments) => {
            let threshold = segments.threshold;
            fields.number(&format!("{slots}.threshold"), threshold, 0.0, 1.0)?;
            fields.size(&format!("{slots}.cap"), segments.cap, 1, 256)?;
        }
    }
    check_projection(fields, &format!("{name}.projection"), keywords.projection)?;
    let fixed = matches!(keywords.slots, Slots::Cls { .. });
    fields.require(
        fixed || keywords.batch_norm != BatchNorm::Each,
        format!("{name}.batch_norm"),
        "one for each keyword, but their number is not fixed",
    )?;
    fields.number(&format!("{name}.threshold"), keywords.threshold, -1.0, 1.0)
}

fn check_text_tower(fields: &Fields, tower: &TextTower, head: &Head) -> Result<(), PackError> {
    let name = "model.text_tower";
    fields.size(&format!("{name}.width"), tower.width, 1, MAX_WIDTH)?;
    fields.size(&format!("{name}.layers"), tower.layers, 1, MAX_LAYERS)?;
    check_heads(fields, name, tower.heads, tower.width)?;
    let inside = format!("{name}.feed_forward");
    fields.size(&inside, tower.feed_forward, 1, 4 * MAX_WIDTH)?;
    fields.size(&format!("{name}.tokens"), tower.tokens, 0, MAX_TOKENS)?;
    fields.require(
        !tower.words || tower.tokens == 0 && head.keywords.is_some(),
        format!("{name}.words"),
        "true, but there are no keywords, or a table for pieces of words",
    )?;
    let Some(keywords) = &head.keywords else {
        return fields.size(&format!("{name}.positions"), tower.positions, 2, 1024);
    };
    let least = keywords.slots.cap() + 2;
    fields.size(&format!("{name}.positions"), tower.positions, least, 1024)?;
    fields.require(
        tower.width == head.embedding,
        format!("{name}.width"),
        format!(
            "{}, but keywords have {} numbers",
            tower.width, head.embedding
        ),
    )
}

fn check_image_tower(fields: &Fields, tower: &ImageTower) -> Result<(), PackError> {
    let name = "model.image_tower";
    let pixels = tower.pixels();
    let field = |part: &str| format!("{name}.pixels.{part}");
    fields.size(&field("size"), pixels.size, 1, 1024)?;
    let fits = pixels.patch >= 1 && pixels.size.is_multiple_of(pixels.patch);
    fields.require(
        fits,
        field("patch"),
        format!("{} does not divide {}", pixels.patch, pixels.size),
    )?;
    fields.size(&field("patch"), pixels.side(), 1, MAX_PATCHES_ON_A_SIDE)?;
    for (mean, deviation) in pixels.mean.iter().zip(pixels.deviation) {
        fields.number(&field("mean"), *mean, -10.0, 10.0)?;
        fields.number(&field("deviation"), deviation, 1e-3, 10.0)?;
    }
    match tower {
        ImageTower::Transformer(sizes) => {
            fields.size(&format!("{name}.width"), sizes.width, 1, MAX_WIDTH)?;
            fields.size(&format!("{name}.layers"), sizes.layers, 1, MAX_LAYERS)?;
            check_heads(fields, name, sizes.heads, sizes.width)?;
            let inside = format!("{name}.feed_forward");
            fields.size(&inside, sizes.feed_forward, 1, 4 * MAX_WIDTH)
        }
        ImageTower::Convolutional(sizes) => {
            let features = format!("{name}.patch_features");
            fields.size(&features, sizes.patch_features, 1, MAX_WIDTH)?;
            let stages = format!("{name}.stages");
            fields.size(&stages, sizes.stages.len(), 1, MAX_LAYERS)?;
            for (index, stage) in sizes.stages.iter().enumerate() {
                let part = |part: &str| format!("{stages}[{index}].{part}");
                fields.size(&part("outputs"), stage.outputs, 1, MAX_WIDTH)?;
                fields.size(&part("stride"), stage.stride, 1, 4)?;
            }
            fields.size(&format!("{name}.objects"), sizes.objects, 1, MAX_TOKENS)?;
            fields.size(&format!("{name}.concepts"), sizes.concepts, 1, MAX_TOKENS)
        }
    }
}

fn check_heads(fields: &Fields, name: &str, heads: usize, width: usize) -> Result<(), PackError> {
    let fine = heads >= 1 && width.is_multiple_of(heads);
    fields.require(
        fine,
        format!("{name}.heads"),
        format!("{heads} heads do not divide a width of {width}"),
    )
}

/// Whether `q8` and `q4` can hold rows of `inputs`.
pub(super) fn is_quantisable(inputs: usize) -> bool {
    inputs > 0 && inputs.is_multiple_of(GROUP)
}
