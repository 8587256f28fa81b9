//! Which tensors a manifest asks for: exactly these, no more and no fewer.

use super::check_model::is_quantisable;
use super::manifest::{MAX_SHARD_BYTES, Manifest, WeightFormat};
use super::model::{
    BatchNorm, ConvolutionalTransformer, Encoder, FrontEnd, Head, HeadBlock, Hubert,
    ImageConvolutions, ImageTower, ImageTransformer, Keywords, Model, Pixels, Projection, Slots,
    TextTower, WaveformNorm,
};
use super::weight::GROUP;

/// How a tensor is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// `F32`.
    F32,
    /// `F16`.
    F16,
    /// `NAME` as `I8`, and `NAME.scales` as `F32 [rows, columns / 32]`.
    Q8,
    /// `NAME` as `U8 [rows, columns / 2]`, two values a byte, and `NAME.scales` as `F32 [rows, columns / 32]`.
    Q4,
}

/// One tensor a pack must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorPlan {
    /// Its name.
    pub name: String,
    /// Its shape in the file: one or two dimensions.
    pub shape: Vec<usize>,
    /// How it is stored.
    pub storage: Storage,
}

impl TensorPlan {
    /// As a matrix; a vector is one row.
    pub fn matrix(&self) -> [usize; 2] {
        match self.shape[..] {
            [rows, columns] => [rows, columns],
            _ => [1, self.shape.iter().product()],
        }
    }

    /// Bytes of its data, scales included.
    pub fn bytes(&self) -> u64 {
        let [rows, _] = self.matrix();
        self.row_bytes() * rows as u64
    }

    fn row_bytes(&self) -> u64 {
        let columns = self.matrix()[1] as u64;
        let scales = 4 * columns / GROUP as u64;
        match self.storage {
            Storage::F32 => 4 * columns,
            Storage::F16 => 2 * columns,
            Storage::Q8 => columns + scales,
            Storage::Q4 => columns / 2 + scales,
        }
    }

    /// The pieces a tensor is stored in: itself, or, where it is larger than a shard, runs of its rows
    /// named `NAME.rows-FIRST`. `None` when one row alone is larger.
    pub fn pieces(&self) -> Option<Vec<Piece>> {
        let [rows, columns] = self.matrix();
        let room = MAX_SHARD_BYTES - SHARD_HEADER_BYTES;
        if self.bytes() <= room {
            return Some(vec![Piece {
                name: self.name.clone(),
                shape: self.shape.clone(),
                first: 0,
                count: rows,
                bytes: self.bytes(),
            }]);
        }
        let most = (room / self.row_bytes().max(1)) as usize;
        let piece = |first: usize| {
            let count = most.min(rows - first);
            Piece {
                name: format!("{}.rows-{first}", self.name),
                shape: vec![count, columns],
                first,
                count,
                bytes: self.row_bytes() * count as u64,
            }
        };
        (most > 0).then(|| (0..rows).step_by(most).map(piece).collect())
    }
}

/// A run of a tensor's rows that is stored as one tensor of a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its name in the shard.
    pub name: String,
    /// Its shape: that of the whole tensor when it is whole, else `[count, columns]`.
    pub shape: Vec<usize>,
    /// Its first row.
    pub first: usize,
    /// Its rows.
    pub count: usize,
    /// Bytes of its data, scales included.
    pub bytes: u64,
}

/// Most bytes of a tensor: what every WebGPU binds.
const MAX_TENSOR_BYTES: u64 = 128 << 20;

/// Kept free in each shard for its header.
pub(super) const SHARD_HEADER_BYTES: u64 = 64 << 10;

/// The tensors of the network that `manifest` describes.
pub fn plan(manifest: &Manifest) -> Vec<TensorPlan> {
    let model = &manifest.model;
    let mut list = List {
        weights: manifest.weights,
        tensors: Vec::new(),
    };
    let width = model.encoder.width();
    let channels = list.front_end(&model.front_end, width);
    match &model.encoder {
        Encoder::ConvolutionalTransformer(sizes) => list.convolutional_transformer(sizes),
        Encoder::Hubert(sizes) => list.hubert(sizes, channels),
    }
    list.plain("mix", &[model.encoder.layers() + 1]);
    list.head(&model.head, width);
    if let Some(phones) = &manifest.phones {
        list.linear("phones", phones.symbols.len(), width);
    }
    if let Some(width) = vocabulary_width(model) {
        let tokens = manifest.vocabulary.tokens.len();
        list.half("vocabulary.table", &[tokens, width]);
    }
    if let Some(tower) = &model.text_tower {
        list.text_tower(tower, model.head.embedding);
    }
    if let Some(tower) = &model.image_tower {
        list.image_tower(tower, model.head.embedding);
    }
    list.tensors
}

/// Numbers in a row of the vocabulary; `None` when the network has no use for one.
fn vocabulary_width(model: &Model) -> Option<usize> {
    let tower = model.text_tower.as_ref().map(|tower| tower.width);
    let keywords = model.head.keywords.as_ref();
    tower.or_else(|| keywords.map(|_| model.head.embedding))
}

struct List {
    weights: WeightFormat,
    tensors: Vec<TensorPlan>,
}

impl List {
    /// Returns the channels of the frames that come out.
    fn front_end(&mut self, front_end: &FrontEnd, width: usize) -> usize {
        match front_end {
            FrontEnd::LogMel(sizes) => {
                let mut inputs = sizes.features.mels;
                for (index, stage) in sizes.subsampling.iter().enumerate() {
                    self.linear(
                        &format!("subsampling.{index}"),
                        width,
                        stage.kernel * inputs,
                    );
                    inputs = width;
                }
                inputs
            }
            FrontEnd::Waveform(sizes) => {
                let mut inputs = 1;
                for (index, stage) in sizes.convolutions.iter().enumerate() {
                    let name = format!("convolutions.{index}");
                    let shape = [sizes.channels, stage.kernel * inputs];
                    self.half(&format!("{name}.weight"), &shape);
                    if sizes.bias {
                        self.plain(&format!("{name}.bias"), &[sizes.channels]);
                    }
                    if sizes.norm == WaveformNorm::EveryFrame || index == 0 {
                        self.norm(&format!("{name}.norm"), sizes.channels);
                    }
                    inputs = sizes.channels;
                }
                inputs
            }
        }
    }

    fn convolutional_transformer(&mut self, sizes: &ConvolutionalTransformer) {
        let width = sizes.width;
        for index in 0..sizes.layers {
            let name = format!("blocks.{index}");
            self.norm(&format!("{name}.convolution.norm"), width);
            self.linear(&format!("{name}.convolution.expand"), 2 * width, width);
            let depthwise = format!("{name}.convolution.depthwise");
            self.plain(&format!("{depthwise}.weight"), &[sizes.kernel, width]);
            self.plain(&format!("{depthwise}.bias"), &[width]);
            self.linear(&format!("{name}.convolution.project"), width, width);
            self.transformer_block(&name, width, sizes.feed_forward);
        }
    }

    fn hubert(&mut self, sizes: &Hubert, channels: usize) {
        let width = sizes.width;
        self.norm("features.norm", channels);
        self.linear("features.project", width, channels);
        let group = width / sizes.position_groups;
        self.half("position.weight", &[width, sizes.position_kernel * group]);
        self.plain("position.bias", &[width]);
        if !sizes.norm_first {
            self.norm("blocks.norm", width);
        }
        for index in 0..sizes.layers {
            self.transformer_block(&format!("blocks.{index}"), width, sizes.feed_forward);
        }
    }

    fn transformer_block(&mut self, name: &str, width: usize, feed_forward: usize) {
        self.norm(&format!("{name}.attention.norm"), width);
        self.linear(&format!("{name}.attention.qkv"), 3 * width, width);
        self.linear(&format!("{name}.attention.out"), width, width);
        self.feed_forward(&format!("{name}.feed_forward"), width, feed_forward);
    }

    fn feed_forward(&mut self, name: &str, width: usize, inside: usize) {
        self.norm(&format!("{name}.norm"), width);
        self.linear(&format!("{name}.expand"), inside, width);
        self.linear(&format!("{name}.project"), width, inside);
    }

    fn head(&mut self, head: &Head, width: usize) {
        if head.cls_rows() > 0 {
            self.plain("head.cls", &[head.cls_rows(), width]);
        }
        if head.block != HeadBlock::None {
            // Apart, because a head that needs no more than its CLS rows asks queries of those alone.
            self.linear("head.attention.query", width, width);
            self.linear("head.attention.key_value", 2 * width, width);
            self.linear("head.attention.out", width, width);
            self.norm("head.attention.norm", width);
        }
        if let HeadBlock::Transformer { feed_forward, .. } = head.block {
            self.feed_forward("head.feed_forward", width, feed_forward);
            self.norm("head.norm", width);
        }
        if let Some(projection) = head.parallel {
            self.projection("head.parallel", projection, width, head.embedding);
        }
        if let Some(keywords) = &head.keywords {
            self.keywords(keywords, width, head.embedding);
        }
    }

    fn keywords(&mut self, keywords: &Keywords, width: usize, embedding: usize) {
        match &keywords.slots {
            Slots::Cls { .. } => {}
            Slots::Firing(firing) => {
                for index in 0..firing.convolutions {
                    let name = format!("head.firing.convolutions.{index}");
                    self.linear(&name, width, firing.kernel * width);
                }
                self.plain("head.firing.weight", &[1, width]);
                self.plain("head.firing.bias", &[1]);
            }
            Slots::Segments(_) => {
                self.linear("head.segments.frames", width, width);
                self.linear("head.segments.expand", width, width);
                self.linear("head.segments.project", width, width);
            }
        }
        self.projection("head.keywords", keywords.projection, width, embedding);
        let rows = match keywords.batch_norm {
            BatchNorm::None => return,
            BatchNorm::Shared => 1,
            BatchNorm::Each => keywords.slots.cap(),
        };
        self.plain("head.keywords.scale", &[rows, embedding]);
        self.plain("head.keywords.shift", &[rows, embedding]);
    }

    fn projection(&mut self, name: &str, kind: Projection, inputs: usize, outputs: usize) {
        match kind {
            Projection::Linear => self.linear(&format!("{name}.project"), outputs, inputs),
            Projection::Mlp { hidden } => {
                self.linear(&format!("{name}.expand"), hidden, inputs);
                self.linear(&format!("{name}.project"), outputs, hidden);
            }
        }
    }

    fn text_tower(&mut self, tower: &TextTower, embedding: usize) {
        self.plain("text.positions", &[tower.positions, tower.width]);
        for index in 0..tower.layers {
            let name = format!("text.blocks.{index}");
            self.transformer_block(&name, tower.width, tower.feed_forward);
        }
        self.norm("text.norm", tower.width);
        self.matrix("text.projection", embedding, tower.width);
        if tower.tokens > 0 {
            self.half("text.table", &[tower.tokens, tower.width]);
        }
    }

    fn image_tower(&mut self, tower: &ImageTower, embedding: usize) {
        match tower {
            ImageTower::Transformer(sizes) => self.image_transformer(sizes, embedding),
            ImageTower::Convolutional(sizes) => self.image_convolutions(sizes, embedding),
        }
    }

    fn image_transformer(&mut self, tower: &ImageTransformer, embedding: usize) {
        let Pixels { patch, .. } = tower.pixels;
        let side = tower.pixels.side();
        self.half("image.patches", &[tower.width, 3 * patch * patch]);
        self.plain("image.class", &[1, tower.width]);
        self.plain("image.positions", &[side * side + 1, tower.width]);
        self.norm("image.norm_before", tower.width);
        for index in 0..tower.layers {
            let name = format!("image.blocks.{index}");
            self.transformer_block(&name, tower.width, tower.feed_forward);
        }
        self.norm("image.norm_after", tower.width);
        self.matrix("image.projection", embedding, tower.width);
    }

    fn image_convolutions(&mut self, tower: &ImageConvolutions, embedding: usize) {
        let patch = tower.pixels.patch;
        self.half(
            "image.patches.weight",
            &[tower.patch_features, 3 * patch * patch],
        );
        self.plain("image.patches.bias", &[tower.patch_features]);
        let mut inputs = tower.patch_features;
        for (index, stage) in tower.stages.iter().enumerate() {
            let name = format!("image.stages.{index}");
            self.linear(&format!("{name}.convolution"), stage.outputs, 9 * inputs);
            self.norm(&format!("{name}.norm"), stage.outputs);
            inputs = stage.outputs;
        }
        self.linear("image.objects", tower.objects, inputs);
        for pooled in ["mean", "maximum"] {
            let name = format!("image.objects.{pooled}.weight");
            self.matrix(&name, embedding, tower.objects);
        }
        self.linear("image.concepts", tower.concepts, inputs);
        self.matrix("image.named.weight", embedding, tower.concepts);
        self.linear("image.mean", embedding, inputs);
        self.matrix("image.maximum.weight", embedding, inputs);
    }

    fn linear(&mut self, name: &str, outputs: usize, inputs: usize) {
        self.matrix(&format!("{name}.weight"), outputs, inputs);
        self.plain(&format!("{name}.bias"), &[outputs]);
    }

    fn norm(&mut self, name: &str, width: usize) {
        self.plain(&format!("{name}.weight"), &[width]);
        self.plain(&format!("{name}.bias"), &[width]);
    }

    /// The matrix of a linear layer, in the pack's number format.
    fn matrix(&mut self, name: &str, outputs: usize, inputs: usize) {
        let storage = match self.weights {
            WeightFormat::F32 => Storage::F32,
            WeightFormat::F16 => Storage::F16,
            WeightFormat::Q8 if is_quantisable(inputs) => Storage::Q8,
            WeightFormat::Q4 if is_quantisable(inputs) => Storage::Q4,
            WeightFormat::Q8 | WeightFormat::Q4 => Storage::F16,
        };
        self.push(name, &[outputs, inputs], storage);
    }

    /// A matrix that is never quantised: tables, and the convolutions that listen to samples and pixels. One that no
    /// GPU buffer would hold in 32 bits (the token table of CLIP ViT-L/14) has 16 in every pack.
    fn half(&mut self, name: &str, shape: &[usize]) {
        let bytes = 4 * shape.iter().product::<usize>() as u64;
        let storage = match self.weights {
            WeightFormat::F32 if bytes <= MAX_TENSOR_BYTES => Storage::F32,
            WeightFormat::F32 => Storage::F16,
            WeightFormat::F16 | WeightFormat::Q8 | WeightFormat::Q4 => Storage::F16,
        };
        self.push(name, shape, storage);
    }

    /// A tensor that is `f32` in every pack.
    fn plain(&mut self, name: &str, shape: &[usize]) {
        self.push(name, shape, Storage::F32);
    }

    fn push(&mut self, name: &str, shape: &[usize], storage: Storage) {
        self.tensors.push(TensorPlan {
            name: name.to_owned(),
            shape: shape.to_vec(),
            storage,
        });
    }
}
