//! The network a checkpoint's shapes describe.

use saysee_checkpoint::Checkpoint;
use saysee_clip_inputs::Preprocessing;
use saysee_engine::pack::{
    BatchNorm, Encoder, Firing, FrontEnd, Head, HeadBlock, Hubert, ImageTower, ImageTransformer,
    Keywords, Model, Pixels, Projection, Segments, Slots, Stride, TextTower, Waveform,
    WaveformNorm,
};

use super::recipe::{Branch, Recipe};
use super::{ConvertError, Options};

/// Strides of HuBERT's convolutions; kernels are in the shapes.
const STRIDES: [usize; 7] = [5, 2, 2, 2, 2, 2, 2];
/// Most keywords that fit between start and end of CLIP's 77 positions.
const CAP: usize = 75;
/// Shapes by name.
pub(super) struct Shapes<'a>(pub(super) &'a Checkpoint);

impl Shapes<'_> {
    fn of<const N: usize>(&self, name: &str) -> Result<[usize; N], ConvertError> {
        let tensor = self.0.tensors().get(name);
        let shape = tensor.map(|tensor| &tensor.shape[..]);
        shape
            .and_then(|shape| shape.try_into().ok())
            .ok_or_else(|| {
                ConvertError::foreign(format!("{name} is not a tensor of {N} dimensions"))
            })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.tensors().contains_key(name)
    }

    /// How many of `NAME.0.SUFFIX`, `NAME.1.SUFFIX`, ... there are.
    fn count(&self, name: &str, suffix: &str, most: usize) -> usize {
        (0..most)
            .take_while(|index| self.has(&format!("{name}.{index}.{suffix}")))
            .count()
    }
}

/// The whole network.
pub(super) fn model(
    checkpoint: &Checkpoint,
    recipe: &Recipe,
    options: &Options,
) -> Result<Model, ConvertError> {
    let shapes = Shapes(checkpoint);
    Ok(Model {
        front_end: FrontEnd::Waveform(waveform(&shapes, recipe)?),
        encoder: Encoder::Hubert(hubert(&shapes, recipe)?),
        normalise_hidden_states: recipe.normalise_hidden_states,
        head: head(&shapes, recipe)?,
        text_tower: text_tower(&shapes, recipe, options)?,
        image_tower: image_tower(&shapes, recipe, options)?,
    })
}

fn waveform(shapes: &Shapes, recipe: &Recipe) -> Result<Waveform, ConvertError> {
    let layers = "audio_encoder.encoder.feature_extractor.conv_layers";
    let [channels, _, _] = shapes.of(&format!("{layers}.0.0.weight"))?;
    let stage = |(index, stride): (usize, &usize)| {
        let [_, _, kernel] = shapes.of(&format!("{layers}.{index}.0.weight"))?;
        Ok(Stride {
            kernel,
            stride: *stride,
        })
    };
    Ok(Waveform {
        normalisations: recipe.normalisations,
        channels,
        convolutions: STRIDES
            .iter()
            .enumerate()
            .map(stage)
            .collect::<Result<_, ConvertError>>()?,
        norm: match recipe.large {
            true => WaveformNorm::EveryFrame,
            false => WaveformNorm::ChannelsOnce,
        },
        bias: shapes.has(&format!("{layers}.0.0.bias")),
    })
}

fn hubert(shapes: &Shapes, recipe: &Recipe) -> Result<Hubert, ConvertError> {
    let encoder = "audio_encoder.encoder.encoder";
    let layers = shapes.count(&format!("{encoder}.layers"), "fc1.weight", 64);
    let [feed_forward, width] = shapes.of(&format!("{encoder}.layers.0.fc1.weight"))?;
    let [_, _, position_kernel] = shapes.of(&format!("{encoder}.pos_conv.0.weight_v"))?;
    Ok(Hubert {
        width,
        layers,
        heads: recipe.encoder_heads,
        feed_forward,
        position_kernel,
        position_groups: recipe.position_groups,
        norm_first: recipe.large,
    })
}

fn head(shapes: &Shapes, recipe: &Recipe) -> Result<Head, ConvertError> {
    let prefix = recipe.prefix();
    let block = block(shapes, recipe)?;
    let parallel = match recipe.branch {
        Branch::Parallel => Some(projection(shapes, "parallel_branch.linear_proj")?),
        Branch::Hybrid | Branch::HybridPlus => {
            Some(projection(shapes, "cascaded_branch.parallel_proj")?)
        }
        Branch::Cascaded | Branch::CascadedPlus | Branch::Segmental => None,
    };
    let slots = match recipe.branch {
        Branch::Parallel => None,
        Branch::Cascaded => Some(cls(shapes, "cascaded_branch.cls")?),
        Branch::Hybrid => Some(cls(shapes, "cascaded_branch.cascaded_cls")?),
        Branch::CascadedPlus | Branch::HybridPlus => Some(firing(shapes, recipe)?),
        Branch::Segmental => Some(Slots::Segments(Segments {
            threshold: recipe.segment_threshold,
            cap: CAP,
        })),
    };
    let [_, embedding] = shapes.of("clip.model.text_projection")?;
    let keywords = slots.map(|slots| -> Result<_, ConvertError> {
        let projection = match recipe.branch {
            Branch::Segmental => Projection::Linear,
            _ => projection(shapes, &format!("{prefix}.linear_proj"))?,
        };
        Ok(Keywords {
            batch_norm: batch_norm(shapes, &slots, prefix, embedding)?,
            slots,
            projection,
            lookup: recipe.branch != Branch::Segmental,
            threshold: -1.0,
        })
    });
    Ok(Head {
        block,
        embedding,
        cascaded_share: if parallel.is_some() { 0.0 } else { 1.0 },
        parallel,
        keywords: keywords.transpose()?,
    })
}

fn block(shapes: &Shapes, recipe: &Recipe) -> Result<HeadBlock, ConvertError> {
    let heads = recipe.head_heads;
    let layer = format!("{}.self_att.model.layers.0.linear1.weight", recipe.prefix());
    if recipe.branch == Branch::Segmental {
        Ok(HeadBlock::None)
    } else if shapes.has(&layer) {
        let [feed_forward, _] = shapes.of(&layer)?;
        Ok(HeadBlock::Transformer {
            heads,
            feed_forward,
        })
    } else {
        Ok(HeadBlock::AttentionNorm { heads })
    }
}

fn projection(shapes: &Shapes, name: &str) -> Result<Projection, ConvertError> {
    let expand = format!("{name}.sequential.0.weight");
    if !shapes.has(&expand) {
        return Ok(Projection::Linear);
    }
    let [hidden, _] = shapes.of(&expand)?;
    Ok(Projection::Mlp { hidden })
}

fn cls(shapes: &Shapes, name: &str) -> Result<Slots, ConvertError> {
    let [_, count, _] = shapes.of(name)?;
    Ok(Slots::Cls { count })
}

fn firing(shapes: &Shapes, recipe: &Recipe) -> Result<Slots, ConvertError> {
    // Between two convolutions lie a ReLU and a dropout.
    let name = |index: usize| format!("cascaded_branch.downsampling.conv.{}.weight", 3 * index);
    let convolutions = (0..4).take_while(|index| shapes.has(&name(*index))).count();
    let kernel = match convolutions {
        0 => 1,
        _ => {
            let [_, _, kernel] = shapes.of(&name(0))?;
            kernel
        }
    };
    Ok(Slots::Firing(Firing {
        convolutions,
        kernel,
        tail_threshold: recipe.tail_threshold,
        cap: CAP,
    }))
}

fn batch_norm(
    shapes: &Shapes,
    slots: &Slots,
    prefix: &str,
    embedding: usize,
) -> Result<BatchNorm, ConvertError> {
    let name = format!("{prefix}.bn_layer.bn_layer.weight");
    if !shapes.has(&name) {
        return Ok(BatchNorm::None);
    }
    let [parameters] = shapes.of(&name)?;
    match slots {
        Slots::Cls { count } if parameters == count * embedding => Ok(BatchNorm::Each),
        _ if parameters == embedding => Ok(BatchNorm::Shared),
        _ => Err(ConvertError::foreign(format!(
            "{name} has {parameters} numbers"
        ))),
    }
}

fn text_tower(
    shapes: &Shapes,
    recipe: &Recipe,
    options: &Options,
) -> Result<Option<TextTower>, ConvertError> {
    let cascades = recipe.branch != Branch::Parallel;
    if !cascades && !options.free_text {
        return Ok(None);
    }
    let blocks = "clip.model.transformer.resblocks";
    let [positions, width] = shapes.of("clip.model.positional_embedding")?;
    let [feed_forward, _] = shapes.of(&format!("{blocks}.0.mlp.c_fc.weight"))?;
    let tokens = match options.free_text {
        true => shapes.of::<2>(full_table(shapes))?[0],
        false => 0,
    };
    Ok(Some(TextTower {
        layers: shapes.count(blocks, "mlp.c_fc.weight", 64),
        heads: recipe.text_heads,
        width,
        feed_forward,
        positions,
        tokens,
        words: false,
    }))
}

/// The table of all of CLIP's tokens: reduced models keep it under a name of its own.
pub(super) fn full_table(shapes: &Shapes) -> &'static str {
    const ORIGINAL: &str = "clip.original_text_emb_weight";
    if shapes.has(ORIGINAL) {
        ORIGINAL
    } else {
        "clip.model.token_embedding.weight"
    }
}

fn image_tower(
    shapes: &Shapes,
    recipe: &Recipe,
    options: &Options,
) -> Result<Option<ImageTower>, ConvertError> {
    if !options.pictures {
        return Ok(None);
    }
    let blocks = "clip.model.visual.transformer.resblocks";
    let [width, _, patch, _] = shapes.of("clip.model.visual.conv1.weight")?;
    let [rows, _] = shapes.of("clip.model.visual.positional_embedding")?;
    let [feed_forward, _] = shapes.of(&format!("{blocks}.0.mlp.c_fc.weight"))?;
    let side = rows.saturating_sub(1).isqrt();
    Ok(Some(ImageTower::Transformer(ImageTransformer {
        width,
        layers: shapes.count(blocks, "mlp.c_fc.weight", 64),
        heads: recipe.image_heads,
        feed_forward,
        pixels: Pixels {
            size: side * patch,
            patch,
            mean: Preprocessing::CLIP.mean,
            deviation: Preprocessing::CLIP.std,
        },
    })))
}
