//! What operations are told of their operands.

/// What is applied to each output of a linear or convolution, fused into its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// Identity.
    None,
    /// Exact GELU, `x * (1 + erf(x / sqrt 2)) / 2`.
    Gelu,
    /// `x * sigmoid(1.702 x)`: CLIP's.
    QuickGelu,
    /// `max(x, 0)`.
    Relu,
    /// `x`, or a hundredth of it below zero.
    LeakyRelu,
    /// `x * sigmoid(x)`.
    Silu,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
}

/// Geometry of a one-dimensional convolution over time; zero padding on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Convolution {
    /// Taps.
    pub kernel: usize,
    /// Input frames between two output frames.
    pub stride: usize,
    /// Zero frames assumed before the first and after the last input frame.
    pub padding: usize,
}

impl Convolution {
    /// Output frames for `frames` input frames: `floor((frames + 2 padding - kernel) / stride) + 1`, 0 if none fits.
    pub fn output_frames(&self, frames: usize) -> usize {
        (frames + 2 * self.padding)
            .checked_sub(self.kernel)
            .map_or(0, |room| room / self.stride + 1)
    }
}

/// How an attention is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attention {
    /// Columns of the queries, of the keys and of the values, all heads together.
    pub width: usize,
    /// Heads; divides `width`.
    pub heads: usize,
    /// Keys that are attended to, the first ones; the rest is padding.
    pub keys: usize,
    /// Whether a query sees no key after its own row.
    pub causal: bool,
}
