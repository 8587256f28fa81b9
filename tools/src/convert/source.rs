//! Which tensors of the checkpoint become which of the pack's.

use saysee_checkpoint::Checkpoint;

use super::ConvertError;
use super::layers::{concat, fold_weight_norm, softmax, tap_major, transpose};
use super::network::{Shapes, full_table};
use super::recipe::{Branch, Recipe};
use super::towers;

/// Added to the variance in batch norm.
const NORM_EPSILON: f32 = 1e-5;

/// A checkpoint, asked for tensors by the pack's names.
pub(super) struct Source<'a> {
    pub(super) checkpoint: &'a Checkpoint,
    pub(super) recipe: &'a Recipe,
}

impl Source<'_> {
    /// The numbers of a tensor, row-major in the pack's shape.
    pub(super) fn tensor(&self, name: &str) -> Result<Vec<f32>, ConvertError> {
        let parts: Vec<&str> = name.split('.').collect();
        let encoder = "audio_encoder.encoder";
        match parts.as_slice() {
            ["convolutions", index, rest @ ..] => self.convolution(index, rest),
            ["features", "norm", kind] => self.read(&format!("{encoder}.layer_norm.{kind}")),
            ["features", "project", kind] => {
                self.read(&format!("{encoder}.post_extract_proj.{kind}"))
            }
            ["position", "weight"] => self.position(),
            ["position", "bias"] => self.read(&format!("{encoder}.encoder.pos_conv.0.bias")),
            ["blocks", "norm", kind] => self.read(&format!("{encoder}.encoder.layer_norm.{kind}")),
            ["blocks", index, rest @ ..] => {
                let layer = format!("{encoder}.encoder.layers.{index}");
                self.hubert_block(&layer, rest)
            }
            ["mix"] => Ok(softmax(
                &self.read("audio_encoder.weightedsum_layer.weights")?,
            )),
            ["head", rest @ ..] => self.head(rest),
            ["vocabulary", "table"] => self.vocabulary(),
            ["text", "table"] => self.read(full_table(&Shapes(self.checkpoint))),
            ["text" | "image", ..] => towers::tensor(self, &parts),
            _ => Err(unknown(name)),
        }
    }

    pub(super) fn read(&self, name: &str) -> Result<Vec<f32>, ConvertError> {
        Ok(self.checkpoint.read_f32(name)?)
    }

    pub(super) fn shape(&self, name: &str) -> Result<&[usize], ConvertError> {
        let tensor = self.checkpoint.tensors().get(name);
        let missing = || ConvertError::foreign(format!("{name} is not there"));
        Ok(&tensor.ok_or_else(missing)?.shape)
    }

    /// A convolution's weight `[outputs, inputs, taps]` with its taps outermost in a row.
    fn taps(&self, name: &str) -> Result<Vec<f32>, ConvertError> {
        match *self.shape(name)? {
            [outputs, inputs, taps] => Ok(tap_major(&self.read(name)?, [outputs, inputs, taps])),
            _ => Err(unknown(name)),
        }
    }

    fn convolution(&self, index: &str, rest: &[&str]) -> Result<Vec<f32>, ConvertError> {
        let layer = format!("audio_encoder.encoder.feature_extractor.conv_layers.{index}");
        match rest {
            ["weight"] => self.taps(&format!("{layer}.0.weight")),
            ["bias"] => self.read(&format!("{layer}.0.bias")),
            ["norm", kind] if self.recipe.large => self.read(&format!("{layer}.2.1.{kind}")),
            ["norm", kind] => self.read(&format!("{layer}.2.{kind}")),
            _ => Err(unknown(&layer)),
        }
    }

    /// The positional convolution with its weight norm folded in.
    fn position(&self) -> Result<Vec<f32>, ConvertError> {
        let name = "audio_encoder.encoder.encoder.pos_conv.0";
        let direction = format!("{name}.weight_v");
        let &[outputs, inputs, taps] = self.shape(&direction)? else {
            return Err(unknown(&direction));
        };
        let mut weight = self.read(&direction)?;
        let lengths = self.read(&format!("{name}.weight_g"))?;
        fold_weight_norm(&mut weight, &lengths, taps)?;
        Ok(tap_major(&weight, [outputs, inputs, taps]))
    }

    fn hubert_block(&self, layer: &str, rest: &[&str]) -> Result<Vec<f32>, ConvertError> {
        match rest {
            ["attention", "qkv", kind] => {
                let part =
                    |which: &str| self.read(&format!("{layer}.self_attn.{which}_proj.{kind}"));
                Ok(concat([part("q")?, part("k")?, part("v")?]))
            }
            ["attention", "out", kind] => self.read(&format!("{layer}.self_attn.out_proj.{kind}")),
            ["attention", "norm", kind] => {
                self.read(&format!("{layer}.self_attn_layer_norm.{kind}"))
            }
            ["feed_forward", "norm", kind] => {
                self.read(&format!("{layer}.final_layer_norm.{kind}"))
            }
            ["feed_forward", "expand", kind] => self.read(&format!("{layer}.fc1.{kind}")),
            ["feed_forward", "project", kind] => self.read(&format!("{layer}.fc2.{kind}")),
            _ => Err(unknown(layer)),
        }
    }

    fn head(&self, rest: &[&str]) -> Result<Vec<f32>, ConvertError> {
        let prefix = self.recipe.prefix();
        match rest {
            ["cls"] if self.recipe.branch == Branch::Hybrid => Ok(concat([
                self.read("cascaded_branch.parallel_cls")?,
                self.read("cascaded_branch.cascaded_cls")?,
                Vec::new(),
            ])),
            ["cls"] => self.read(&format!("{prefix}.cls")),
            ["attention", ..] | ["feed_forward", ..] | ["norm", _] => self.head_block(rest),
            ["parallel", layer, kind] => {
                let name = match self.recipe.branch {
                    Branch::Parallel => "parallel_branch.linear_proj",
                    _ => "cascaded_branch.parallel_proj",
                };
                self.projection(name, layer, kind)
            }
            ["firing", "convolutions", index, kind] => {
                // Between two convolutions lie a ReLU and a dropout.
                let place = 3 * index.parse::<usize>().unwrap_or(0);
                let name = format!("cascaded_branch.downsampling.conv.{place}.{kind}");
                match *kind {
                    "weight" => self.taps(&name),
                    _ => self.read(&name),
                }
            }
            ["firing", kind] => self.read(&format!(
                "cascaded_branch.downsampling.weight_proj.1.{kind}"
            )),
            ["segments", layer, kind] => {
                let name = match *layer {
                    "frames" => "frame_proj",
                    "expand" => "segment_encoder.0",
                    _ => "segment_encoder.2",
                };
                self.read(&format!("segmental_branch.{name}.{kind}"))
            }
            ["keywords", which @ ("scale" | "shift")] => self.batch_norm(which == &"scale"),
            ["keywords", _, kind] if self.recipe.branch == Branch::Segmental => {
                self.read(&format!("segmental_branch.token_proj.{kind}"))
            }
            ["keywords", layer, kind] => {
                self.projection(&format!("{prefix}.linear_proj"), layer, kind)
            }
            _ => Err(unknown("head")),
        }
    }

    /// `Linear`, or `Linear, ReLU, dropout, Linear`.
    fn projection(&self, name: &str, layer: &str, kind: &str) -> Result<Vec<f32>, ConvertError> {
        let plain = format!("{name}.{kind}");
        match layer {
            "expand" => self.read(&format!("{name}.sequential.0.{kind}")),
            _ if self.checkpoint.tensors().contains_key(&plain) => self.read(&plain),
            _ => self.read(&format!("{name}.sequential.3.{kind}")),
        }
    }

    fn head_block(&self, rest: &[&str]) -> Result<Vec<f32>, ConvertError> {
        let block = format!("{}.self_att", self.recipe.prefix());
        let layer = format!("{block}.model.layers.0");
        let is_layer = Shapes(self.checkpoint).has(&format!("{layer}.linear1.weight"));
        let (attention, norm) = match is_layer {
            true => (format!("{layer}.self_attn"), format!("{layer}.norm1")),
            false => (
                format!("{block}.multihead_attn_layer"),
                format!("{block}.attentionBlock_Norm"),
            ),
        };
        match rest {
            ["attention", part @ ("query" | "key_value"), kind] => {
                let packed = self.read(&format!("{attention}.in_proj_{kind}"))?;
                let third = packed.len() / 3;
                Ok(match *part {
                    "query" => packed[..third].to_vec(),
                    _ => packed[third..].to_vec(),
                })
            }
            ["attention", "out", kind] => self.read(&format!("{attention}.out_proj.{kind}")),
            ["attention", "norm", kind] => self.read(&format!("{norm}.{kind}")),
            ["feed_forward", "norm", kind] => self.read(&format!("{layer}.norm2.{kind}")),
            ["feed_forward", "expand", kind] => self.read(&format!("{layer}.linear1.{kind}")),
            ["feed_forward", "project", kind] => self.read(&format!("{layer}.linear2.{kind}")),
            ["norm", kind] => self.read(&format!("{block}.model.norm.{kind}")),
            _ => Err(unknown(&block)),
        }
    }

    /// Batch norm as a scale and a shift, a row a keyword where each has its own.
    fn batch_norm(&self, scale: bool) -> Result<Vec<f32>, ConvertError> {
        let read = |name: &str| self.read(&format!("cascaded_branch.bn_layer.bn_layer.{name}"));
        let (weight, variance) = (read("weight")?, read("running_var")?);
        let scales: Vec<f32> = weight
            .iter()
            .zip(&variance)
            .map(|(weight, variance)| weight / (variance + NORM_EPSILON).sqrt())
            .collect();
        let numbers = if scale {
            scales
        } else {
            let (bias, mean) = (read("bias")?, read("running_mean")?);
            let shift = |((bias, mean), scale): ((&f32, &f32), &f32)| bias - mean * scale;
            bias.iter().zip(&mean).zip(&scales).map(shift).collect()
        };
        let width = self.shape("clip.model.token_embedding.weight")?[1].max(1);
        // Parameter of keyword k and number d: d * keywords + k.
        Ok(transpose(&numbers, width, numbers.len() / width))
    }

    /// The vocabulary; a model without keywords needs no more of it than the rows that frame a text.
    fn vocabulary(&self) -> Result<Vec<f32>, ConvertError> {
        let name = "clip.model.token_embedding.weight";
        if self.recipe.branch != Branch::Parallel {
            return self.read(name);
        }
        Ok(self.checkpoint.read_rows_f32(name, 0..4)?)
    }
}

pub(super) fn unknown(name: &str) -> ConvertError {
    ConvertError::foreign(format!("nothing is known of {name}"))
}
