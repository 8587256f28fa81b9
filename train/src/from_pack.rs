//! A speech model out of a pack, to go on from: the reverse of [`crate::tensors`].

use std::path::Path;

use burn::module::Param;
use burn::nn::{LayerNorm, Linear};
use burn::prelude::*;
use saysee_engine::pack::{self, Encoder, HeadBlock, Manifest, Pack, Projection};

use crate::error::TrainError;
use crate::model::block::{Block, SelfAttention};
use crate::model::encoder::EncoderConfig;
use crate::model::head::HybridPlus;
use crate::model::speech::{SpeechConfig, SpeechModel};
use crate::vocabulary::{FIRST_WORD, Vocabulary};

/// Opens the pack in a folder.
///
/// # Errors
/// When a file is missing or not what the manifest says.
pub fn open(folder: &Path) -> Result<Pack, TrainError> {
    let read = |file: &str| {
        let path = folder.join(file);
        std::fs::read(&path).map_err(TrainError::file(&path))
    };
    let manifest = Manifest::parse(&read(pack::MANIFEST_FILE)?)?;
    let shards = manifest
        .shards
        .iter()
        .map(|shard| read(&shard.file))
        .collect::<Result<_, _>>()?;
    Ok(Pack::load(manifest, shards)?)
}

/// The sizes of a pack's speech model.
///
/// # Errors
/// When it is not a network of the kind that is trained here.
pub fn sizes(pack: &Pack) -> Result<SpeechConfig, TrainError> {
    let model = &pack.manifest().model;
    let (Encoder::ConvolutionalTransformer(encoder), HeadBlock::AttentionNorm { heads }) =
        (&model.encoder, &model.head.block)
    else {
        let name = &pack.manifest().name;
        return Err(TrainError::Options(format!(
            "{name} is not a pack that saysee-train made: only those can be gone on with"
        )));
    };
    let encoder = EncoderConfig::new()
        .with_width(encoder.width)
        .with_layers(encoder.layers)
        .with_heads(encoder.heads)
        .with_feed_forward(encoder.feed_forward)
        .with_kernel(encoder.kernel);
    let config = SpeechConfig::new(encoder, saysee_voices::phones::PHONES.len());
    let parallel_hidden = match model.head.parallel {
        Some(Projection::Mlp { hidden }) => hidden,
        _ => 0,
    };
    Ok(config
        .with_head_heads(*heads)
        .with_parallel_hidden(parallel_hidden)
        .with_embedding(model.head.embedding))
}

/// The words of a pack.
pub fn vocabulary(pack: &Pack) -> Vocabulary {
    let tokens = &pack.manifest().vocabulary.tokens;
    Vocabulary::new(tokens.iter().skip(FIRST_WORD).cloned().collect())
}

/// The token table of a pack, `[tokens, embedding]`.
///
/// # Errors
/// When it has none.
pub fn table(pack: &Pack, device: &Device) -> Result<Tensor<2>, TrainError> {
    let weight = pack.tensor("vocabulary.table")?;
    let data = TensorData::new(weight.to_f32(), weight.shape());
    Ok(Tensor::from_data(data, device))
}

/// The speech model of a pack. What a pack does not hold (the teacher's head, and the phones where it has
/// none) is fresh.
///
/// # Errors
/// When a tensor is missing.
pub fn speech(pack: &Pack, device: &Device) -> Result<SpeechModel, TrainError> {
    let mut model = sizes(pack)?.init(device);
    let source = Source { pack, device };
    let encoder = &mut model.encoder;
    source.linear("subsampling.0", &mut encoder.subsample_first)?;
    source.linear("subsampling.1", &mut encoder.subsample_second)?;
    for (index, block) in encoder.blocks.iter_mut().enumerate() {
        source.block(&format!("blocks.{index}"), block)?;
    }
    source.head(&mut model.head)?;
    if pack.manifest().phones.is_some() {
        source.linear("phones", &mut model.phones)?;
    }
    Ok(model)
}

struct Source<'a> {
    pack: &'a Pack,
    device: &'a Device,
}

impl Source<'_> {
    fn block(&self, name: &str, block: &mut Block) -> Result<(), TrainError> {
        let convolution = &mut block.convolution;
        self.norm(&format!("{name}.convolution.norm"), &mut convolution.norm)?;
        self.linear(
            &format!("{name}.convolution.expand"),
            &mut convolution.expand,
        )?;
        convolution.depthwise = self.matrix(&format!("{name}.convolution.depthwise.weight"))?;
        convolution.depthwise_bias = self.vector(&format!("{name}.convolution.depthwise.bias"))?;
        self.linear(
            &format!("{name}.convolution.project"),
            &mut convolution.project,
        )?;
        self.norm(&format!("{name}.attention.norm"), &mut block.attention_norm)?;
        let SelfAttention { qkv, out, .. } = &mut block.attention;
        self.linear(&format!("{name}.attention.qkv"), qkv)?;
        self.linear(&format!("{name}.attention.out"), out)?;
        let feed_forward = &mut block.feed_forward;
        self.norm(&format!("{name}.feed_forward.norm"), &mut feed_forward.norm)?;
        self.linear(
            &format!("{name}.feed_forward.expand"),
            &mut feed_forward.expand,
        )?;
        self.linear(
            &format!("{name}.feed_forward.project"),
            &mut feed_forward.project,
        )
    }

    fn head(&self, head: &mut HybridPlus) -> Result<(), TrainError> {
        // Packs hold the weights of the mix, training their logarithms.
        let mix: Vec<f32> = self.numbers("mix")?.iter().map(|w| w.ln()).collect();
        head.mix = Param::from_data(TensorData::from(mix.as_slice()), self.device);
        head.cls = self.matrix("head.cls")?;
        let query = self.rows("head.attention.query.weight")?;
        let rest = self.rows("head.attention.key_value.weight")?;
        let joined = Tensor::cat(vec![query, rest], 0).transpose();
        head.attention.qkv.weight = Param::from_data(joined.into_data(), self.device);
        let mut bias = self.numbers("head.attention.query.bias")?;
        bias.extend(self.numbers("head.attention.key_value.bias")?);
        let bias = Param::from_data(TensorData::from(bias.as_slice()), self.device);
        head.attention.qkv.bias = Some(bias);
        self.linear("head.attention.out", &mut head.attention.out)?;
        self.norm("head.attention.norm", &mut head.norm)?;
        if let Some(expansion) = &mut head.parallel_expansion {
            self.linear("head.parallel.expand", expansion)?;
        }
        self.linear("head.parallel.project", &mut head.parallel_projection)?;
        self.linear("head.firing.convolutions.0", &mut head.firing_convolution)?;
        self.linear("head.firing", &mut head.firing)?;
        self.linear("head.keywords.project", &mut head.keyword_projection)
    }

    /// Packs keep `[outputs, inputs]`, Burn `[inputs, outputs]`.
    fn linear(&self, name: &str, linear: &mut Linear) -> Result<(), TrainError> {
        let weight = self.rows(&format!("{name}.weight"))?.transpose();
        linear.weight = Param::from_data(weight.into_data(), self.device);
        linear.bias = Some(self.vector(&format!("{name}.bias"))?);
        Ok(())
    }

    fn norm(&self, name: &str, norm: &mut LayerNorm) -> Result<(), TrainError> {
        norm.gamma = self.vector(&format!("{name}.weight"))?;
        norm.beta = Some(self.vector(&format!("{name}.bias"))?);
        Ok(())
    }

    fn matrix(&self, name: &str) -> Result<Param<Tensor<2>>, TrainError> {
        let weight = self.pack.tensor(name)?;
        let data = TensorData::new(weight.to_f32(), weight.shape());
        Ok(Param::from_data(data, self.device))
    }

    fn vector(&self, name: &str) -> Result<Param<Tensor<1>>, TrainError> {
        let numbers = self.numbers(name)?;
        Ok(Param::from_data(
            TensorData::from(numbers.as_slice()),
            self.device,
        ))
    }

    fn rows(&self, name: &str) -> Result<Tensor<2>, TrainError> {
        let weight = self.pack.tensor(name)?;
        let data = TensorData::new(weight.to_f32(), weight.shape());
        Ok(Tensor::from_data(data, &Device::flex()))
    }

    fn numbers(&self, name: &str) -> Result<Vec<f32>, TrainError> {
        Ok(self.pack.tensor(name)?.to_f32())
    }
}
