//! In what a kernel's variants differ, and the text constants that say so to the preprocessor.

use serde::{Deserialize, Serialize};

use super::template::Constant;

/// How a weight is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Plain floats.
    F32,
    /// Two half floats a word.
    F16,
    /// Four signed bytes a word, one scale for 32 inputs.
    Q8,
    /// Eight half bytes a word, one scale for 32 inputs.
    Q4,
}

impl Format {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Q8 => "q8",
            Self::Q4 => "q4",
        }
    }

    /// Whether four numbers are read at a time, with a scale.
    pub(super) fn is_packed(self) -> bool {
        matches!(self, Self::Q8 | Self::Q4)
    }
}

/// A family of matrix products. All compute the same; which is fastest depends on the adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    /// `linear.wgsl`: tiles in workgroup memory.
    Shared,
    /// The same with half floats in workgroup memory; needs the feature `shader-f16`.
    Half,
    /// `linear_direct.wgsl`: tiles in registers only.
    Direct,
    /// `linear_integer.wgsl` where weights have 8 bits, else as `Shared`.
    Integer,
}

impl Product {
    /// How the other kernels work that go with it.
    pub(super) fn style(self) -> Style {
        match self {
            Self::Direct => Style::Direct,
            Self::Shared | Self::Half | Self::Integer => Style::Shared,
        }
    }
}

/// How the invocations of a kernel work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Together, through workgroup memory: for GPUs.
    Shared,
    /// Each on its own, with more in registers: for programs on a CPU.
    Direct,
}

/// How a matrix product keeps and reads its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tiles {
    /// In workgroup memory, as floats.
    Shared,
    /// In workgroup memory, as half floats.
    Half,
    /// In registers.
    Direct,
}

impl From<Product> for Tiles {
    fn from(product: Product) -> Self {
        match product {
            Product::Shared | Product::Integer => Self::Shared,
            Product::Half => Self::Half,
            Product::Direct => Self::Direct,
        }
    }
}

/// How many numbers a matrix product reads at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reads {
    /// Four, where everything is a multiple of four.
    Fours,
    /// One.
    Ones,
}

impl Reads {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Fours => "yes",
            Self::Ones => "no",
        }
    }
}

/// Rows and outputs of the tile that an invocation of `linear_direct.wgsl` keeps.
pub(super) const DIRECT_TILE: [u32; 2] = [10, 8];
/// Invocations of a workgroup of the direct kernels.
pub(super) const DIRECT_THREADS: u32 = 32;

/// A constant that is a number.
pub(super) fn number(name: &'static str, value: u32) -> Constant<'static> {
    (name, value.to_string())
}

/// What `shaders/parts/weight.wgsl` wants to know.
pub(super) fn weight_constants(format: Format, reads: Reads) -> Vec<Constant<'static>> {
    let packed = if format.is_packed() { "yes" } else { "no" };
    vec![
        ("WEIGHT", format.text().to_owned()),
        ("PACKED", packed.to_owned()),
        ("FOURS", reads.text().to_owned()),
    ]
}

/// What the two files of matrix products want to know.
pub(super) fn product_constants(
    tiles: Tiles,
    format: Format,
    reads: Reads,
) -> Vec<Constant<'static>> {
    let [rows, outputs] = DIRECT_TILE;
    let kept = if tiles == Tiles::Half { "f16" } else { "f32" };
    let mut constants = weight_constants(format, reads);
    constants.extend([
        ("NUMBER", kept.to_owned()),
        number("FOUR", 4),
        number("ROWS", rows),
        number("OUTPUTS", outputs),
        number("SUMS", rows * outputs),
    ]);
    constants
}
