//! A trained speech model under the names and layouts of the pack format (docs/pack-format.md).

use std::collections::BTreeMap;

use burn::module::Param;
use burn::nn::{LayerNorm, Linear};
use burn::prelude::*;
use burn::tensor::activation::softmax;
use saysee_engine::pack::FloatTensor;

use crate::model::block::{Block, SelfAttention};
use crate::model::head::HybridPlus;
use crate::model::image_tower::ImageTower;
use crate::model::speech::SpeechModel;
use crate::model::text_tower::TextTower;
use crate::model::towers::{Towers, host};

/// Tensors by name.
pub type Tensors = BTreeMap<String, FloatTensor>;

/// Every tensor of the pack: the speech model, its phone classifier only `with_phones`, the token table
/// (L2-normalised rows; those of a pack as they are, so that its numbers stay what they were), and the two towers.
pub fn collect(
    model: &SpeechModel,
    table: Tensor<2>,
    with_phones: bool,
    towers: Option<&Towers>,
) -> Tensors {
    let mut list = List {
        tensors: Tensors::new(),
    };
    list.linear("subsampling.0", &model.encoder.subsample_first);
    list.linear("subsampling.1", &model.encoder.subsample_second);
    for (index, block) in model.encoder.blocks.iter().enumerate() {
        list.block(&format!("blocks.{index}"), block);
    }
    list.tensor("mix", softmax(model.head.mix.val(), 0));
    list.head(&model.head);
    if with_phones {
        list.linear("phones", &model.phones);
    }
    list.tensor("vocabulary.table", table);
    if let Some(towers) = towers {
        list.text_tower(&towers.text);
        list.image_tower(&towers.image);
    }
    list.tensors
}

struct List {
    tensors: Tensors,
}

impl List {
    fn block(&mut self, name: &str, block: &Block) {
        let convolution = &block.convolution;
        self.norm(&format!("{name}.convolution.norm"), &convolution.norm);
        self.linear(&format!("{name}.convolution.expand"), &convolution.expand);
        self.tensor(
            &format!("{name}.convolution.depthwise.weight"),
            convolution.depthwise.val(),
        );
        self.tensor(
            &format!("{name}.convolution.depthwise.bias"),
            convolution.depthwise_bias.val(),
        );
        self.linear(&format!("{name}.convolution.project"), &convolution.project);
        self.norm(&format!("{name}.attention.norm"), &block.attention_norm);
        self.attention(&format!("{name}.attention"), &block.attention);
        self.norm(
            &format!("{name}.feed_forward.norm"),
            &block.feed_forward.norm,
        );
        self.linear(
            &format!("{name}.feed_forward.expand"),
            &block.feed_forward.expand,
        );
        self.linear(
            &format!("{name}.feed_forward.project"),
            &block.feed_forward.project,
        );
    }

    fn head(&mut self, head: &HybridPlus) {
        self.tensor("head.cls", head.cls.val());
        self.query_apart("head.attention", &head.attention.qkv);
        self.linear("head.attention.out", &head.attention.out);
        self.norm("head.attention.norm", &head.norm);
        if let Some(expansion) = &head.parallel_expansion {
            self.linear("head.parallel.expand", expansion);
        }
        self.linear("head.parallel.project", &head.parallel_projection);
        self.linear("head.firing.convolutions.0", &head.firing_convolution);
        self.linear("head.firing", &head.firing);
        self.linear("head.keywords.project", &head.keyword_projection);
    }

    fn text_tower(&mut self, tower: &TextTower) {
        self.tensor("text.positions", tower.positions.val());
        for (index, block) in tower.blocks.iter().enumerate() {
            let name = format!("text.blocks.{index}");
            let feed_forward = &block.feed_forward;
            self.norm(&format!("{name}.attention.norm"), &block.attention_norm);
            self.attention(&format!("{name}.attention"), &block.attention);
            self.norm(&format!("{name}.feed_forward.norm"), &feed_forward.norm);
            self.linear(&format!("{name}.feed_forward.expand"), &feed_forward.expand);
            self.linear(
                &format!("{name}.feed_forward.project"),
                &feed_forward.project,
            );
        }
        self.norm("text.norm", &tower.norm);
        self.tensor("text.projection", tower.projection.weight.val().transpose());
    }

    fn image_tower(&mut self, tower: &ImageTower) {
        self.linear("image.patches", &tower.patches);
        for (index, stage) in tower.stages.iter().enumerate() {
            let name = format!("image.stages.{index}");
            self.linear(&format!("{name}.convolution"), &stage.convolution);
            self.norm(&format!("{name}.norm"), &stage.norm);
        }
        self.linear("image.objects", &tower.objects);
        self.pooled("image.objects", &tower.standing);
        self.linear("image.concepts", &tower.concepts);
        self.linear("image.named", &tower.named);
        self.pooled("image", &tower.projection);
    }

    /// The mean of the places and their maximum, side by side in training, are apart in packs.
    fn pooled(&mut self, name: &str, linear: &Linear) {
        let weight = linear.weight.val().transpose();
        let [_, inputs] = weight.dims();
        let half = |first: usize| weight.clone().narrow(1, first, inputs / 2);
        self.tensor(&format!("{name}.mean.weight"), half(0));
        self.optional(&format!("{name}.mean.bias"), linear.bias.as_ref());
        self.tensor(&format!("{name}.maximum.weight"), half(inputs / 2));
    }

    fn attention(&mut self, name: &str, attention: &SelfAttention) {
        self.linear(&format!("{name}.qkv"), &attention.qkv);
        self.linear(&format!("{name}.out"), &attention.out);
    }

    /// The queries' third of `qkv` as one layer, keys and values as another.
    fn query_apart(&mut self, name: &str, qkv: &Linear) {
        let weight = qkv.weight.val().transpose();
        let [outputs, _] = weight.dims();
        let width = outputs / 3;
        for (part, first, rows) in [("query", 0, width), ("key_value", width, 2 * width)] {
            let weight = weight.clone().narrow(0, first, rows);
            self.tensor(&format!("{name}.{part}.weight"), weight);
            if let Some(bias) = &qkv.bias {
                let bias = bias.val().narrow(0, first, rows);
                self.tensor(&format!("{name}.{part}.bias"), bias);
            }
        }
    }

    /// Burn keeps `[inputs, outputs]`, packs `[outputs, inputs]`.
    fn linear(&mut self, name: &str, linear: &Linear) {
        self.tensor(&format!("{name}.weight"), linear.weight.val().transpose());
        self.optional(&format!("{name}.bias"), linear.bias.as_ref());
    }

    fn norm(&mut self, name: &str, norm: &LayerNorm) {
        self.tensor(&format!("{name}.weight"), norm.gamma.val());
        self.optional(&format!("{name}.bias"), norm.beta.as_ref());
    }

    fn optional(&mut self, name: &str, vector: Option<&Param<Tensor<1>>>) {
        if let Some(vector) = vector {
            self.tensor(name, vector.val());
        }
    }

    fn tensor<const D: usize>(&mut self, name: &str, tensor: Tensor<D>) {
        let shape = tensor.dims().to_vec();
        self.tensors.insert(
            name.to_owned(),
            FloatTensor {
                shape,
                data: host(tensor),
            },
        );
    }
}
