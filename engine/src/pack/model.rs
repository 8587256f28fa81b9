//! What a pack says about its network: front end, encoder, head and CLIP's two towers.
//!
//! Every published SpeechCLIP and the bundled model are points in this space (spec: architecture, section 1).

use serde::{Deserialize, Serialize};

/// The network, from samples to embeddings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Samples to frames.
    pub front_end: FrontEnd,
    /// The blocks.
    pub encoder: Encoder,
    /// Whether each hidden state is layer-normalised (no affine) before the weighted sum.
    pub normalise_hidden_states: bool,
    /// What turns the weighted sum into an embedding and keywords.
    pub head: Head,
    /// Turns keywords, and free text, into embeddings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_tower: Option<TextTower>,
    /// Turns pictures into embeddings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_tower: Option<ImageTower>,
}

/// Samples to frames.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FrontEnd {
    /// Normalised log-mel energies, thinned out by strided convolutions.
    LogMel(LogMel),
    /// HuBERT's convolutions over the samples themselves.
    Waveform(Waveform),
}

/// [`FrontEnd::LogMel`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogMel {
    /// The features.
    pub features: LogMelConfig,
    /// Strided convolutions after them, in order; each is followed by GELU.
    pub subsampling: Vec<Subsampling>,
}

/// Normalised log-mel energies (docs/architecture.md, "The front end").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogMelConfig {
    /// Samples a second: 16 000.
    pub sample_rate: u32,
    /// Samples in a window.
    pub window: usize,
    /// Samples between two windows.
    pub hop: usize,
    /// Length of the transform; windows are padded with zeros to it. A power of two.
    pub fft: usize,
    /// Mel filters.
    pub mels: usize,
    /// Lower edge of the first filter.
    pub low_hz: f32,
    /// Upper edge of the last filter.
    pub high_hz: f32,
    /// Added to the energy before the logarithm.
    pub log_offset: f32,
    /// Nothing is more than this below the loudest value of the utterance.
    pub floor_db: f32,
    /// Divisor after the mean is taken away.
    pub scale: f32,
}

/// One strided convolution of the subsampling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subsampling {
    /// Taps.
    pub kernel: usize,
    /// Input frames an output frame.
    pub stride: usize,
    /// Zero frames on either side.
    pub padding: usize,
}

/// HuBERT's extractor (spec: architecture, sections 2 and 3.1): 16 kHz samples, convolutions without padding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waveform {
    /// How many times the samples are brought to mean 0 and variance 1: by the data loader, and by large encoders.
    pub normalisations: u8,
    /// Channels of every convolution.
    pub channels: usize,
    /// The convolutions, in order; each is followed by GELU.
    pub convolutions: Vec<Stride>,
    /// Where the convolutions are normalised.
    pub norm: WaveformNorm,
    /// Whether the convolutions have a bias.
    pub bias: bool,
}

/// One convolution of [`Waveform`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stride {
    /// Taps.
    pub kernel: usize,
    /// Inputs an output.
    pub stride: usize,
}

/// Where [`Waveform`] normalises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaveformNorm {
    /// Each channel over time, after the first convolution only (base).
    ChannelsOnce,
    /// Each frame over its channels, after every convolution (large).
    EveryFrame,
}

/// The blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Encoder {
    /// Pre-norm blocks of a gated depthwise convolution, attention and feed-forward.
    ConvolutionalTransformer(ConvolutionalTransformer),
    /// HuBERT's projection, positional convolution and transformer (spec: architecture, sections 3.2 and 3.3).
    Hubert(Hubert),
}

/// Sizes of [`Encoder::ConvolutionalTransformer`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvolutionalTransformer {
    /// Channels.
    pub width: usize,
    /// Blocks.
    pub layers: usize,
    /// Attention heads; divides `width`.
    pub heads: usize,
    /// Width inside the feed-forward part.
    pub feed_forward: usize,
    /// Taps of the depthwise convolution; odd.
    pub kernel: usize,
}

/// Sizes of [`Encoder::Hubert`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hubert {
    /// Channels.
    pub width: usize,
    /// Blocks.
    pub layers: usize,
    /// Attention heads; divides `width`.
    pub heads: usize,
    /// Width inside the feed-forward part.
    pub feed_forward: usize,
    /// Taps of the positional convolution.
    pub position_kernel: usize,
    /// Groups of the positional convolution; divides `width`.
    pub position_groups: usize,
    /// Whether blocks normalise their input (large) or their output (base).
    pub norm_first: bool,
}

impl Encoder {
    /// Channels of the frames that come out.
    pub fn width(&self) -> usize {
        match self {
            Self::ConvolutionalTransformer(sizes) => sizes.width,
            Self::Hubert(sizes) => sizes.width,
        }
    }

    /// Blocks.
    pub fn layers(&self) -> usize {
        match self {
            Self::ConvolutionalTransformer(sizes) => sizes.layers,
            Self::Hubert(sizes) => sizes.layers,
        }
    }

    /// Attention heads of each block.
    pub fn heads(&self) -> usize {
        match self {
            Self::ConvolutionalTransformer(sizes) => sizes.heads,
            Self::Hubert(sizes) => sizes.heads,
        }
    }
}

/// From the weighted sum of hidden states to an embedding and keywords: any of the SpeechCLIP branches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The block over CLS rows and frames.
    pub block: HeadBlock,
    /// Numbers in an embedding.
    pub embedding: usize,
    /// The parallel branch: one CLS row that becomes an embedding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel: Option<Projection>,
    /// The cascaded branch: keywords, which the text tower turns into an embedding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keywords: Option<Keywords>,
    /// Share of the cascaded embedding in the one that pictures are ranked by, 0 to 1; the parallel one has the rest.
    pub cascaded_share: f32,
}

/// The block of a head (spec: architecture, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HeadBlock {
    /// None: the frames as they are.
    None,
    /// `LN(x + attention(x))`.
    AttentionNorm {
        /// Attention heads; divides the encoder's width.
        heads: usize,
    },
    /// A post-norm transformer layer and a final layer norm.
    Transformer {
        /// Attention heads; divides the encoder's width.
        heads: usize,
        /// Width inside the feed-forward part.
        feed_forward: usize,
    },
}

/// A projection into the embedding space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Projection {
    /// One linear layer.
    Linear,
    /// Linear, ReLU, linear.
    Mlp {
        /// Width between the two.
        hidden: usize,
    },
}

/// The cascaded branch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keywords {
    /// What becomes a keyword.
    pub slots: Slots,
    /// From the encoder's width to that of the vocabulary.
    pub projection: Projection,
    /// What follows the projection.
    pub batch_norm: BatchNorm,
    /// Whether the text tower reads the vocabulary's nearest row, or the projected vector itself (segmental).
    pub lookup: bool,
    /// Least cosine for a keyword to be reported.
    pub threshold: f32,
}

/// What becomes a keyword.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Slots {
    /// A fixed number of CLS rows (spec: architecture, section 6).
    Cls {
        /// How many.
        count: usize,
    },
    /// Continuous integrate-and-fire over the frames (section 11).
    Firing(Firing),
    /// Stretches between detected boundaries (section 12).
    Segments(Segments),
}

/// Integrate-and-fire, as the pack describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Firing {
    /// Convolutions before the weights, each followed by ReLU.
    pub convolutions: usize,
    /// Their taps; odd.
    pub kernel: usize,
    /// Weight a last, unfired slot needs to be kept.
    pub tail_threshold: f32,
    /// Most keywords in an utterance.
    pub cap: usize,
}

/// The boundary detector of segmental SpeechCLIP, as the pack describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segments {
    /// What a peak of dissimilarity must exceed.
    pub threshold: f32,
    /// Most segments in an utterance.
    pub cap: usize,
}

/// Batch norm of keywords, in evaluation form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchNorm {
    /// None.
    None,
    /// The same for every keyword.
    Shared,
    /// Each of a fixed number of keywords has its own.
    Each,
}

impl Slots {
    /// Most keywords in an utterance.
    pub fn cap(&self) -> usize {
        match self {
            Self::Cls { count } => *count,
            Self::Firing(firing) => firing.cap,
            Self::Segments(segments) => segments.cap,
        }
    }
}

impl Head {
    /// CLS rows in front of the frames: the parallel one, then those that become keywords.
    pub fn cls_rows(&self) -> usize {
        let fixed = match self.keywords.as_ref().map(|keywords| &keywords.slots) {
            Some(Slots::Cls { count }) => *count,
            _ => 0,
        };
        usize::from(self.parallel.is_some()) + fixed
    }

    /// Whether all the frames that leave the block are needed, or its CLS rows only.
    pub fn needs_frames(&self) -> bool {
        self.keywords
            .as_ref()
            .is_some_and(|keywords| !matches!(keywords.slots, Slots::Cls { .. }))
    }

    /// The papers' name for this arrangement.
    pub fn variant(&self) -> &'static str {
        let slots = self.keywords.as_ref().map(|keywords| &keywords.slots);
        match (self.parallel.is_some(), slots) {
            (_, None) => "parallel",
            (false, Some(Slots::Cls { .. })) => "cascaded",
            (false, Some(Slots::Firing(_))) => "cascaded+",
            (true, Some(Slots::Cls { .. })) => "hybrid",
            (true, Some(Slots::Firing(_))) => "hybrid+",
            (_, Some(Slots::Segments(_))) => "segmental",
        }
    }
}

/// CLIP's text tower (spec: architecture, section 10.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextTower {
    /// Blocks.
    pub layers: usize,
    /// Attention heads; divides the vocabulary's width.
    pub heads: usize,
    /// Width of the tokens.
    pub width: usize,
    /// Width inside the feed-forward part.
    pub feed_forward: usize,
    /// Most tokens it reads, start and end included.
    pub positions: usize,
    /// Rows of the table that free text is read with; 0: only the vocabulary can be read.
    pub tokens: usize,
    /// Whether typed text is read by the words of the vocabulary, where a tokenizer would cut it into pieces of words.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub words: bool,
}

/// Turns pictures into embeddings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ImageTower {
    /// CLIP's: patches as tokens of a transformer (spec: architecture, section 10.3).
    Transformer(ImageTransformer),
    /// That of `saysee-train`: convolutions, and concepts that are looked for at every place.
    Convolutional(ImageConvolutions),
}

/// [`ImageTower::Transformer`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageTransformer {
    /// Channels.
    pub width: usize,
    /// Blocks.
    pub layers: usize,
    /// Attention heads; divides `width`.
    pub heads: usize,
    /// Width inside the feed-forward part.
    pub feed_forward: usize,
    /// What it takes.
    pub pixels: Pixels,
}

/// [`ImageTower::Convolutional`]: patches; stages of a 3x3 convolution, layer norm and ReLU, which add what came in where
/// it has the same shape; objects and concepts at each place, and what else the places hold, pooled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageConvolutions {
    /// Channels of a patch.
    pub patch_features: usize,
    /// The stages, in order.
    pub stages: Vec<ImageStage>,
    /// Objects that are told apart at a place, nothing among them.
    pub objects: usize,
    /// Other concepts that are looked for.
    pub concepts: usize,
    /// What it takes.
    pub pixels: Pixels,
}

/// One stage of [`ImageConvolutions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageStage {
    /// Channels that come out.
    pub outputs: usize,
    /// Places that go in for one that comes out, on a side.
    pub stride: usize,
}

/// Pictures as an image tower takes them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pixels {
    /// Pixels on a side of the square it sees.
    pub size: usize,
    /// Pixels on a side of a patch; divides `size`.
    pub patch: usize,
    /// Taken from red, green and blue in 0..1.
    pub mean: [f32; 3],
    /// Their divisors after that.
    pub deviation: [f32; 3],
}

impl ImageTower {
    /// Pictures as it takes them.
    pub fn pixels(&self) -> &Pixels {
        match self {
            Self::Transformer(sizes) => &sizes.pixels,
            Self::Convolutional(sizes) => &sizes.pixels,
        }
    }
}

impl Pixels {
    /// Patches on a side of a picture.
    pub fn side(&self) -> usize {
        self.size / self.patch
    }
}
