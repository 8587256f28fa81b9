//! The registry: every kernel of `shaders/` in every variant the engine can ask for.

use super::template::{self, Constant};
use crate::error::EngineError;

/// How a weight is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    fn text(self) -> &'static str {
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

/// How the invocations of a kernel work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Together, through workgroup memory: for GPUs.
    Shared,
    /// Each on its own, with more in registers: for programs on a CPU.
    Direct,
}

/// How a matrix product reads its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reads {
    /// Four numbers at a time, where everything is a multiple of four.
    Fours,
    /// One by one.
    Ones,
}

impl Reads {
    fn text(self) -> &'static str {
        match self {
            Self::Fours => "yes",
            Self::Ones => "no",
        }
    }
}

/// A kernel with its text constants chosen: the unit of compilation. The file's own header holds its contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// `linear.wgsl`, which shares tiles, or `linear_direct.wgsl`, which does not.
    Linear(Style, Format, Reads),
    /// `linear_row.wgsl`
    LinearRow(Format),
    /// `depthwise_convolve.wgsl`
    DepthwiseConvolve,
    /// `layer_norm.wgsl`
    LayerNorm(Style),
    /// `channel_norm.wgsl`
    ChannelNorm(Style),
    /// `gated_linear_unit.wgsl`
    GatedLinearUnit,
    /// `attention.wgsl` that answers with this many times 32 columns of a head, 1 to 4.
    Attention(u8),
    /// `attention_direct.wgsl` for heads of this many times 4 columns, 1 to 32.
    AttentionDirect(u8),
    /// `attention_weights.wgsl`
    AttentionWeights,
    /// `scale_add.wgsl`
    ScaleAdd,
    /// `scale_shift.wgsl`
    ScaleShift,
    /// `copy.wgsl`
    Copy,
    /// `gather.wgsl` from a table of floats or half floats.
    Gather(Format),
    /// `frame_text.wgsl`
    FrameText,
    /// `row_after.wgsl`
    RowAfter,
    /// `neighbour_cosines.wgsl`
    NeighbourCosines,
    /// `segment_scan.wgsl`
    SegmentScan,
    /// `fire_scan.wgsl`
    FireScan,
    /// `fire_slots.wgsl`
    FireSlots,
    /// `normalise_rows.wgsl`
    NormaliseRows,
    /// `top_k.wgsl`
    TopK,
    /// `log_mel.wgsl`
    LogMel,
    /// `maximum.wgsl`
    Maximum,
    /// `log_mel_normalise.wgsl`
    LogMelNormalise,
}

/// Most blocks of 32 columns that one workgroup of `attention.wgsl` answers with.
const ATTENTION_BLOCKS: usize = 4;

/// Blocks of `attention.wgsl` for heads of `size` columns.
pub(super) fn attention_blocks(size: usize) -> u8 {
    // At most 4.
    size.div_ceil(32).clamp(1, ATTENTION_BLOCKS) as u8
}

/// Rows and outputs of the tile that an invocation of `linear_direct.wgsl` keeps.
pub(super) const DIRECT_TILE: [u32; 2] = [10, 8];
/// Queries that an invocation of `attention_direct.wgsl` answers.
pub(super) const DIRECT_QUERIES: u32 = 2;
/// Most columns of a head that `attention_direct.wgsl` is made for.
pub(super) const DIRECT_COLUMNS: usize = 128;
/// Invocations of a workgroup of the direct kernels.
pub(super) const DIRECT_THREADS: u32 = 32;

/// Every kernel in every variant, in a fixed order; of `attention_direct.wgsl` those for usual sizes of heads.
pub fn all_variants() -> Vec<Kernel> {
    let mut all = Vec::new();
    for format in [Format::F32, Format::F16, Format::Q8, Format::Q4] {
        for style in [Style::Shared, Style::Direct] {
            all.push(Kernel::Linear(style, format, Reads::Fours));
            if !format.is_packed() {
                all.push(Kernel::Linear(style, format, Reads::Ones));
            }
        }
        all.push(Kernel::LinearRow(format));
        if !format.is_packed() {
            all.push(Kernel::Gather(format));
        }
    }
    all.extend((1..=ATTENTION_BLOCKS as u8).map(Kernel::Attention));
    all.extend([8, 12, 16, 32].map(Kernel::AttentionDirect));
    for style in [Style::Shared, Style::Direct] {
        all.extend([Kernel::LayerNorm(style), Kernel::ChannelNorm(style)]);
    }
    all.extend([
        Kernel::AttentionWeights,
        Kernel::DepthwiseConvolve,
        Kernel::GatedLinearUnit,
        Kernel::ScaleAdd,
        Kernel::ScaleShift,
        Kernel::Copy,
        Kernel::FrameText,
        Kernel::RowAfter,
        Kernel::NeighbourCosines,
        Kernel::SegmentScan,
        Kernel::FireScan,
        Kernel::FireSlots,
        Kernel::NormaliseRows,
        Kernel::TopK,
        Kernel::LogMel,
        Kernel::Maximum,
        Kernel::LogMelNormalise,
    ]);
    all
}

/// Name, text and bindings of a shader file.
struct File {
    name: &'static str,
    source: &'static str,
    /// One letter a binding from 1 on: `r` read-only storage, `w` read-write storage.
    bindings: &'static str,
}

macro_rules! file {
    ($name:literal, $bindings:literal) => {
        File {
            name: $name,
            source: include_str!(concat!("../../../shaders/", $name, ".wgsl")),
            bindings: $bindings,
        }
    };
}

impl Kernel {
    fn file(self) -> File {
        match self {
            Self::Linear(Style::Shared, format, _) if format.is_packed() => {
                file!("linear", "rrrrwr")
            }
            Self::Linear(Style::Shared, ..) => file!("linear", "rrrrw"),
            Self::Linear(Style::Direct, format, _) if format.is_packed() => {
                file!("linear_direct", "rrrrwr")
            }
            Self::Linear(Style::Direct, ..) => file!("linear_direct", "rrrrw"),
            Self::LinearRow(format) if format.is_packed() => file!("linear_row", "rrrrwr"),
            Self::LinearRow(_) => file!("linear_row", "rrrrw"),
            Self::DepthwiseConvolve => file!("depthwise_convolve", "rrrw"),
            Self::LayerNorm(_) => file!("layer_norm", "rrrw"),
            Self::GatedLinearUnit => file!("gated_linear_unit", "rw"),
            Self::ChannelNorm(_) => file!("channel_norm", "rrrw"),
            Self::Attention(_) => file!("attention", "rrrw"),
            Self::AttentionDirect(_) => file!("attention_direct", "rrrw"),
            Self::AttentionWeights => file!("attention_weights", "rrw"),
            Self::ScaleShift => file!("scale_shift", "rrrw"),
            Self::Gather(_) => file!("gather", "rrw"),
            Self::FrameText => file!("frame_text", "rrrw"),
            Self::RowAfter => file!("row_after", "rrw"),
            Self::NeighbourCosines => file!("neighbour_cosines", "rw"),
            Self::SegmentScan => file!("segment_scan", "rwwww"),
            Self::ScaleAdd => file!("scale_add", "rrw"),
            Self::Copy => file!("copy", "rw"),
            Self::FireScan => file!("fire_scan", "rwww"),
            Self::FireSlots => file!("fire_slots", "rrrw"),
            Self::NormaliseRows => file!("normalise_rows", "rw"),
            Self::TopK => file!("top_k", "rw"),
            Self::LogMel => file!("log_mel", "rrrrrw"),
            Self::Maximum => file!("maximum", "rw"),
            Self::LogMelNormalise => file!("log_mel_normalise", "rrw"),
        }
    }

    /// File name without `.wgsl`.
    pub fn name(self) -> &'static str {
        self.file().name
    }

    /// One letter a binding from 1 on: `r` read-only storage, `w` read-write storage. Binding 0 is the
    /// uniform block of parameters, at a dynamic offset.
    pub fn bindings(self) -> &'static str {
        self.file().bindings
    }

    /// Name and variant, unique: `linear (WEIGHT q8, FOURS yes)`.
    pub fn label(self) -> String {
        let variant = match self {
            Self::Linear(_, format, reads) => {
                format!(" (WEIGHT {}, FOURS {})", format.text(), reads.text())
            }
            Self::LinearRow(format) | Self::Gather(format) => {
                format!(" (WEIGHT {})", format.text())
            }
            Self::Attention(blocks) => format!(" (BLOCKS {blocks})"),
            Self::AttentionDirect(vectors) => format!(" (VECTORS {vectors})"),
            Self::LayerNorm(Style::Direct) | Self::ChannelNorm(Style::Direct) => {
                " (LANES 1)".to_owned()
            }
            _ => String::new(),
        };
        format!("{}{variant}", self.name())
    }

    fn constants(self) -> Vec<Constant<'static>> {
        let number = |name, value: u32| (name, value.to_string());
        match self {
            Self::Linear(_, format, reads) => {
                let [rows, outputs] = DIRECT_TILE;
                let mut constants = weight_constants(format, reads);
                constants.extend([
                    number("FOUR", 4),
                    number("ROWS", rows),
                    number("OUTPUTS", outputs),
                    number("SUMS", rows * outputs),
                ]);
                constants
            }
            Self::LinearRow(format) if format.is_packed() => weight_constants(format, Reads::Fours),
            Self::LinearRow(format) | Self::Gather(format) => weight_constants(format, Reads::Ones),
            Self::Attention(blocks) => vec![
                number("BLOCKS", blocks.into()),
                number("VECTORS", 4 * u32::from(blocks)),
            ],
            Self::AttentionDirect(vectors) => vec![
                number("VECTORS", vectors.into()),
                number("QUERIES", DIRECT_QUERIES),
            ],
            Self::LayerNorm(Style::Shared) => vec![number("LANES", 64), number("THREADS", 64)],
            Self::ChannelNorm(Style::Shared) => vec![number("LANES", 16), number("THREADS", 256)],
            Self::LayerNorm(Style::Direct) => {
                vec![number("LANES", 1), number("THREADS", DIRECT_THREADS)]
            }
            Self::ChannelNorm(Style::Direct) => vec![number("LANES", 1), number("THREADS", 16)],
            Self::NormaliseRows
            | Self::LogMelNormalise
            | Self::AttentionWeights
            | Self::NeighbourCosines => vec![number("LANES", 64)],
            Self::Maximum => vec![number("LANES", 256)],
            _ => Vec::new(),
        }
    }

    /// The text handed to the shader compiler: naga natively, the browser's own in a page.
    ///
    /// # Errors
    /// [`EngineError::Kernel`] for a mistake in the file's directives.
    pub fn wgsl(self) -> Result<String, EngineError> {
        template::expand(self.file().source, &self.constants(), &part).map_err(|error| {
            EngineError::Kernel {
                kernel: self.label(),
                message: error.to_string(),
            }
        })
    }
}

/// What `shaders/parts/weight.wgsl` wants to know.
fn weight_constants(format: Format, reads: Reads) -> Vec<Constant<'static>> {
    let packed = if format.is_packed() { "yes" } else { "no" };
    vec![
        ("WEIGHT", format.text().to_owned()),
        ("PACKED", packed.to_owned()),
        ("FOURS", reads.text().to_owned()),
    ]
}

fn part(name: &str) -> Option<&'static str> {
    match name {
        "activation.wgsl" => Some(include_str!("../../../shaders/parts/activation.wgsl")),
        "inputs.wgsl" => Some(include_str!("../../../shaders/parts/inputs.wgsl")),
        "product.wgsl" => Some(include_str!("../../../shaders/parts/product.wgsl")),
        "grid.wgsl" => Some(include_str!("../../../shaders/parts/grid.wgsl")),
        "weight.wgsl" => Some(include_str!("../../../shaders/parts/weight.wgsl")),
        "reduce.wgsl" => Some(include_str!("../../../shaders/parts/reduce.wgsl")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn labels_are_unique() {
        let all = all_variants();
        let labels: HashSet<String> = all.iter().map(|kernel| kernel.label()).collect();
        assert_eq!(labels.len(), all.len());
    }

    #[test]
    fn no_variant_needs_more_than_every_webgpu_device_has() {
        for kernel in all_variants() {
            assert!(kernel.bindings().len() <= 8, "{}", kernel.label());
            let text = kernel.wgsl().unwrap();
            for forbidden in ["override ", "subgroup", "enable ", ": f16", "<f16>"] {
                let found = text.lines().any(|line| {
                    line.split("//")
                        .next()
                        .is_some_and(|code| code.contains(forbidden))
                });
                assert!(!found, "{} uses {forbidden}", kernel.label());
            }
        }
    }

    #[test]
    fn every_file_opens_with_its_contract() {
        for kernel in all_variants() {
            let source = kernel.file().source;
            let header: String = source
                .lines()
                .take_while(|line| line.starts_with("//"))
                .collect();
            assert!(
                header.starts_with(&format!("// {}: ", kernel.name())),
                "{}",
                kernel.name()
            );
            for part in ["Bindings", "Dispatch: ", "orkgroup memory", "Measured"] {
                assert!(
                    header.contains(part),
                    "{} says nothing of {part}",
                    kernel.name()
                );
            }
        }
    }
}
