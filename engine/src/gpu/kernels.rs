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
    fn is_packed(self) -> bool {
        matches!(self, Self::Q8 | Self::Q4)
    }
}

/// A kernel with its text constants chosen: the unit of compilation. The file's own header holds its contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// `linear.wgsl`
    Linear(Format),
    /// `linear.wgsl` over groups of channels.
    GroupedConvolve(Format),
    /// `linear_row.wgsl`
    LinearRow(Format),
    /// `depthwise_convolve.wgsl`
    DepthwiseConvolve,
    /// `layer_norm.wgsl`
    LayerNorm,
    /// `channel_norm.wgsl`
    ChannelNorm,
    /// `gated_linear_unit.wgsl`
    GatedLinearUnit,
    /// `attention.wgsl` that answers with this many times 32 columns of a head, 1 to 4.
    Attention(u8),
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

/// Every kernel in every variant, in a fixed order.
pub fn all_variants() -> Vec<Kernel> {
    let mut all = Vec::new();
    for format in [Format::F32, Format::F16, Format::Q8, Format::Q4] {
        all.extend([Kernel::Linear(format), Kernel::LinearRow(format)]);
        if !format.is_packed() {
            all.extend([Kernel::GroupedConvolve(format), Kernel::Gather(format)]);
        }
    }
    all.extend((1..=ATTENTION_BLOCKS as u8).map(Kernel::Attention));
    all.extend([
        Kernel::AttentionWeights,
        Kernel::DepthwiseConvolve,
        Kernel::LayerNorm,
        Kernel::ChannelNorm,
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
            Self::Linear(format) if format.is_packed() => file!("linear", "rrrrwr"),
            Self::Linear(_) | Self::GroupedConvolve(_) => file!("linear", "rrrrw"),
            Self::LinearRow(format) if format.is_packed() => file!("linear_row", "rrrrwr"),
            Self::LinearRow(_) => file!("linear_row", "rrrrw"),
            Self::DepthwiseConvolve => file!("depthwise_convolve", "rrrw"),
            Self::LayerNorm => file!("layer_norm", "rrrw"),
            Self::GatedLinearUnit => file!("gated_linear_unit", "rw"),
            Self::ChannelNorm => file!("channel_norm", "rrrw"),
            Self::Attention(_) => file!("attention", "rrrw"),
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

    /// Name and variant, unique: `linear (WEIGHT q8)`.
    pub fn label(self) -> String {
        match self {
            Self::Linear(format) | Self::LinearRow(format) | Self::Gather(format) => {
                format!("{} (WEIGHT {})", self.name(), format.text())
            }
            Self::GroupedConvolve(format) => {
                format!("{} (WEIGHT {}, GROUPED yes)", self.name(), format.text())
            }
            Self::Attention(blocks) => format!("{} (BLOCKS {blocks})", self.name()),
            _ => self.name().to_owned(),
        }
    }

    fn constants(self) -> Vec<Constant> {
        match self {
            Self::Linear(format)
            | Self::GroupedConvolve(format)
            | Self::LinearRow(format)
            | Self::Gather(format) => {
                let yes_or_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
                let grouped = matches!(self, Self::GroupedConvolve(_));
                vec![
                    ("WEIGHT", format.text().to_owned()),
                    ("PACKED", yes_or_no(format.is_packed())),
                    ("GROUPED", yes_or_no(grouped)),
                ]
            }
            Self::Attention(blocks) => vec![
                ("BLOCKS", blocks.to_string()),
                ("VECTORS", (4 * u32::from(blocks)).to_string()),
            ],
            Self::LayerNorm
            | Self::NormaliseRows
            | Self::LogMelNormalise
            | Self::AttentionWeights
            | Self::NeighbourCosines => vec![("LANES", "64".to_owned())],
            Self::Maximum => vec![("LANES", "256".to_owned())],
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

fn part(name: &str) -> Option<&'static str> {
    match name {
        "activation.wgsl" => Some(include_str!("../../../shaders/parts/activation.wgsl")),
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
