//! CLIP's towers: which of their tensors become which of the pack's.

use super::ConvertError;
use super::layers::transpose;
use super::source::{Source, unknown};

/// A tensor `text.*` or `image.*`, its name in parts.
pub(super) fn tensor(source: &Source, parts: &[&str]) -> Result<Vec<f32>, ConvertError> {
    let model = "clip.model";
    let visual = "clip.model.visual";
    match parts {
        ["text", "positions"] => source.read(&format!("{model}.positional_embedding")),
        ["text", "norm", kind] => source.read(&format!("{model}.ln_final.{kind}")),
        ["text", "projection"] => projection(source, &format!("{model}.text_projection")),
        ["text", "blocks", index, rest @ ..] => block(
            source,
            &format!("{model}.transformer.resblocks.{index}"),
            rest,
        ),
        ["image", "patches"] => source.read(&format!("{visual}.conv1.weight")),
        ["image", "class"] => source.read(&format!("{visual}.class_embedding")),
        ["image", "positions"] => source.read(&format!("{visual}.positional_embedding")),
        ["image", "norm_before", kind] => source.read(&format!("{visual}.ln_pre.{kind}")),
        ["image", "norm_after", kind] => source.read(&format!("{visual}.ln_post.{kind}")),
        ["image", "projection"] => projection(source, &format!("{visual}.proj")),
        ["image", "blocks", index, rest @ ..] => block(
            source,
            &format!("{visual}.transformer.resblocks.{index}"),
            rest,
        ),
        _ => Err(unknown(&parts.join("."))),
    }
}

/// CLIP multiplies by its projections from the right, a linear layer by their transpose.
fn projection(source: &Source, name: &str) -> Result<Vec<f32>, ConvertError> {
    match *source.shape(name)? {
        [inputs, outputs] => Ok(transpose(&source.read(name)?, inputs, outputs)),
        _ => Err(unknown(name)),
    }
}

fn block(source: &Source, block: &str, rest: &[&str]) -> Result<Vec<f32>, ConvertError> {
    let name = match rest {
        ["attention", "norm", kind] => format!("{block}.ln_1.{kind}"),
        ["attention", "qkv", kind] => format!("{block}.attn.in_proj_{kind}"),
        ["attention", "out", kind] => format!("{block}.attn.out_proj.{kind}"),
        ["feed_forward", "norm", kind] => format!("{block}.ln_2.{kind}"),
        ["feed_forward", "expand", kind] => format!("{block}.mlp.c_fc.{kind}"),
        ["feed_forward", "project", kind] => format!("{block}.mlp.c_proj.{kind}"),
        _ => return Err(unknown(block)),
    };
    source.read(&name)
}
