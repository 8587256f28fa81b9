//! Which tensors a manifest asks for: exactly these, no more and no fewer.

use super::check::is_quantisable;
use super::manifest::{
    ConvolutionalTransformer, Encoder, FrontEnd, Head, HybridPlus, Manifest, WeightFormat,
};
use super::weight::Q8_GROUP;

/// How a tensor is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// `F32`.
    F32,
    /// `F16`.
    F16,
    /// `NAME` as `I8`, and `NAME.scales` as `F32 [rows, columns / 32]`.
    Q8,
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
        let elements: u64 = self.shape.iter().map(|size| *size as u64).product();
        match self.storage {
            Storage::F32 => 4 * elements,
            Storage::F16 => 2 * elements,
            Storage::Q8 => elements + 4 * elements / Q8_GROUP as u64,
        }
    }
}

/// The tensors of the network that `manifest` describes.
pub fn plan(manifest: &Manifest) -> Vec<TensorPlan> {
    let Encoder::ConvolutionalTransformer(encoder) = &manifest.model.encoder;
    let Head::HybridPlus(head) = &manifest.model.head;
    let mut list = List {
        weights: manifest.weights,
        tensors: Vec::new(),
    };
    let FrontEnd::LogMel(log_mel) = &manifest.model.front_end;
    let mut inputs = log_mel.mels;
    for (index, stage) in manifest.model.subsampling.iter().enumerate() {
        list.linear(
            &format!("subsampling.{index}"),
            encoder.width,
            stage.kernel * inputs,
        );
        inputs = encoder.width;
    }
    for index in 0..encoder.layers {
        list.block(&format!("blocks.{index}"), encoder);
    }
    list.plain("mix", &[encoder.layers + 1]);
    list.head(head, encoder.width);
    list.matrix(
        "vocabulary.table",
        manifest.vocabulary.tokens.len(),
        head.embedding,
    );
    list.tensors
}

struct List {
    weights: WeightFormat,
    tensors: Vec<TensorPlan>,
}

impl List {
    fn block(&mut self, name: &str, encoder: &ConvolutionalTransformer) {
        let width = encoder.width;
        self.norm(&format!("{name}.convolution.norm"), width);
        self.linear(&format!("{name}.convolution.expand"), 2 * width, width);
        self.plain(
            &format!("{name}.convolution.depthwise.weight"),
            &[encoder.kernel, width],
        );
        self.plain(&format!("{name}.convolution.depthwise.bias"), &[width]);
        self.linear(&format!("{name}.convolution.project"), width, width);
        self.norm(&format!("{name}.attention.norm"), width);
        self.attention(&format!("{name}.attention"), width);
        self.norm(&format!("{name}.feed_forward.norm"), width);
        self.linear(
            &format!("{name}.feed_forward.expand"),
            encoder.feed_forward,
            width,
        );
        self.linear(
            &format!("{name}.feed_forward.project"),
            width,
            encoder.feed_forward,
        );
    }

    fn head(&mut self, head: &HybridPlus, width: usize) {
        self.plain("head.cls", &[1, width]);
        self.attention("head.attention", width);
        self.norm("head.norm", width);
        self.linear("head.parallel_projection", head.embedding, width);
        self.linear(
            "head.firing.convolution",
            width,
            head.firing.convolution_kernel * width,
        );
        self.plain("head.firing.weight", &[1, width]);
        self.plain("head.firing.bias", &[1]);
        self.linear("head.keyword_projection", head.embedding, width);
    }

    fn attention(&mut self, name: &str, width: usize) {
        self.linear(&format!("{name}.qkv"), 3 * width, width);
        self.linear(&format!("{name}.out"), width, width);
    }

    fn linear(&mut self, name: &str, outputs: usize, inputs: usize) {
        self.matrix(&format!("{name}.weight"), outputs, inputs);
        self.plain(&format!("{name}.bias"), &[outputs]);
    }

    fn norm(&mut self, name: &str, width: usize) {
        self.plain(&format!("{name}.weight"), &[width]);
        self.plain(&format!("{name}.bias"), &[width]);
    }

    /// A matrix in the pack's number format.
    fn matrix(&mut self, name: &str, outputs: usize, inputs: usize) {
        let storage = match self.weights {
            WeightFormat::F16 => Storage::F16,
            WeightFormat::Q8 if is_quantisable(inputs) => Storage::Q8,
            WeightFormat::F32 | WeightFormat::Q8 => Storage::F32,
        };
        self.push(name, &[outputs, inputs], storage);
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
