//! The registry: every kernel of `shaders/` in every variant the engine can ask for.

use super::bare::bare;
use super::template::{self, Constant};
use super::variant::{DIRECT_THREADS, number, product_constants, weight_constants};
pub use super::variant::{Format, Product, Reads, Style, Tiles};
use crate::error::EngineError;
use crate::ops::Pooling;

/// A kernel with its text constants chosen: the unit of compilation. The file's own header holds its contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// `linear.wgsl`, which shares tiles, or `linear_direct.wgsl`, which does not.
    Linear(Tiles, Format, Reads),
    /// `linear_integer.wgsl`
    LinearInteger,
    /// `quantise_rows.wgsl`
    QuantiseRows,
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
    /// `attention_direct.wgsl` for any heads, or for those of this many times 4 columns.
    AttentionDirect(Option<u8>),
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
    /// `softmax_rows.wgsl`
    SoftmaxRows,
    /// `top_k.wgsl`
    TopK,
    /// `log_mel.wgsl`
    LogMel,
    /// `maximum.wgsl`
    Maximum,
    /// `log_mel_normalise.wgsl`
    LogMelNormalise,
    /// `peak.wgsl`
    Peak,
    /// `neighbours.wgsl`
    Neighbours,
    /// `pool_rows.wgsl`
    PoolRows(Pooling),
}

/// Most blocks of 32 columns that one workgroup of `attention.wgsl` answers with.
const ATTENTION_BLOCKS: usize = 4;

/// Blocks of `attention.wgsl` for heads of `size` columns.
pub(super) fn attention_blocks(size: usize) -> u8 {
    // At most 4.
    size.div_ceil(32).clamp(1, ATTENTION_BLOCKS) as u8
}

/// Most fours of columns of a head for which `attention_direct.wgsl` has a variant of its own: HuBERT's and CLIP's 64 columns.
const WHOLE_VECTORS: usize = 16;
/// Fours that an invocation of `attention_direct.wgsl` answers of any other head, which has a multiple of them.
const PART_VECTORS: u8 = 4;

/// The kernel for heads of `size` columns that lie at multiples of four (`in_fours`).
pub(super) fn attention(size: usize, style: Style, in_fours: bool) -> Kernel {
    let direct = style == Style::Direct && in_fours && size.is_multiple_of(4);
    if direct && size / 4 <= WHOLE_VECTORS {
        // At most 16.
        Kernel::AttentionDirect(Some((size / 4) as u8))
    } else if direct && size.is_multiple_of(4 * usize::from(PART_VECTORS)) {
        Kernel::AttentionDirect(None)
    } else {
        Kernel::Attention(attention_blocks(size))
    }
}

/// Queries that an invocation of `attention_direct.wgsl` answers, and with how many fours of columns. More queries are
/// faster (4: 1.7 times 2 on SwiftShader) and compiled longer, which few queries are not worth.
pub(super) fn direct_task(whole: Option<u8>) -> [u32; 2] {
    match whole {
        Some(vectors) => [4, vectors.into()],
        None => [2, PART_VECTORS.into()],
    }
}

/// Every kernel in every variant, in a fixed order; of `attention_direct.wgsl` those for usual sizes of heads.
pub fn all_variants() -> Vec<Kernel> {
    let mut all = Vec::new();
    for format in [Format::F32, Format::F16, Format::Q8, Format::Q4] {
        for tiles in [Tiles::Shared, Tiles::Half, Tiles::Direct] {
            all.push(Kernel::Linear(tiles, format, Reads::Fours));
            if !format.is_packed() {
                all.push(Kernel::Linear(tiles, format, Reads::Ones));
            }
        }
        all.push(Kernel::LinearRow(format));
        if !format.is_packed() {
            all.push(Kernel::Gather(format));
        }
    }
    all.extend((1..=ATTENTION_BLOCKS as u8).map(Kernel::Attention));
    all.extend([None, Some(8), Some(12), Some(16)].map(Kernel::AttentionDirect));
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
        Kernel::SoftmaxRows,
        Kernel::TopK,
        Kernel::LogMel,
        Kernel::Maximum,
        Kernel::LogMelNormalise,
        Kernel::LinearInteger,
        Kernel::QuantiseRows,
        Kernel::Peak,
        Kernel::Neighbours,
    ]);
    all.extend([Pooling::Mean, Pooling::Maximum, Pooling::Presence].map(Kernel::PoolRows));
    all
}

/// Name, text and bindings of a shader file.
struct File {
    name: &'static str,
    source: &'static str,
    #[cfg(test)]
    commented: &'static str,
    /// One letter a binding from 1 on: `r` read-only storage, `w` read-write storage.
    bindings: &'static str,
}

macro_rules! file {
    ($name:literal, $bindings:literal) => {
        File {
            name: $name,
            source: bare!(concat!("../../../shaders/", $name, ".wgsl")),
            #[cfg(test)]
            commented: include_str!(concat!("../../../shaders/", $name, ".wgsl")),
            bindings: $bindings,
        }
    };
}

impl Kernel {
    fn file(self) -> File {
        match self {
            Self::Linear(Tiles::Direct, format, _) if format.is_packed() => {
                file!("linear_direct", "rrrrwr")
            }
            Self::Linear(Tiles::Direct, ..) => file!("linear_direct", "rrrrw"),
            Self::Linear(_, format, _) if format.is_packed() => file!("linear", "rrrrwr"),
            Self::Linear(..) => file!("linear", "rrrrw"),
            Self::LinearInteger => file!("linear_integer", "rrrrwrr"),
            Self::QuantiseRows => file!("quantise_rows", "rww"),
            Self::Peak => file!("peak", "w"),
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
            Self::SoftmaxRows => file!("softmax_rows", "rw"),
            Self::TopK => file!("top_k", "rw"),
            Self::LogMel => file!("log_mel", "rrrrrw"),
            Self::Maximum => file!("maximum", "rw"),
            Self::LogMelNormalise => file!("log_mel_normalise", "rrw"),
            Self::Neighbours => file!("neighbours", "rw"),
            Self::PoolRows(_) => file!("pool_rows", "rw"),
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

    /// Whether the adapter needs the optional feature `shader-f16`.
    pub fn needs_f16(self) -> bool {
        matches!(self, Self::Linear(Tiles::Half, ..))
    }

    /// Name and variant, unique: `linear (WEIGHT q8, FOURS yes)`.
    pub fn label(self) -> String {
        let variant = match self {
            Self::Linear(tiles, format, reads) => {
                let half = if tiles == Tiles::Half {
                    ", NUMBER f16"
                } else {
                    ""
                };
                format!(" (WEIGHT {}, FOURS {}{half})", format.text(), reads.text())
            }
            Self::LinearRow(format) | Self::Gather(format) => {
                format!(" (WEIGHT {})", format.text())
            }
            Self::Attention(blocks) => format!(" (BLOCKS {blocks})"),
            Self::AttentionDirect(Some(vectors)) => format!(" (VECTORS {vectors}, WHOLE yes)"),
            Self::PoolRows(pooling) => format!(" (POOLING {})", pooling_text(pooling)),
            Self::LayerNorm(Style::Direct) | Self::ChannelNorm(Style::Direct) => {
                " (LANES 1)".to_owned()
            }
            _ => String::new(),
        };
        format!("{}{variant}", self.name())
    }

    fn constants(self) -> Vec<Constant<'static>> {
        match self {
            Self::Linear(tiles, format, reads) => product_constants(tiles, format, reads),
            Self::LinearInteger => vec![number("FOUR", 4)],
            Self::Peak => vec![number("EIGHT", 8)],
            Self::LinearRow(format) if format.is_packed() => weight_constants(format, Reads::Fours),
            Self::LinearRow(format) | Self::Gather(format) => weight_constants(format, Reads::Ones),
            Self::Attention(blocks) => vec![
                number("BLOCKS", blocks.into()),
                number("VECTORS", 4 * u32::from(blocks)),
            ],
            Self::AttentionDirect(whole) => {
                let [queries, vectors] = direct_task(whole);
                let is_whole = if whole.is_some() { "yes" } else { "no" };
                vec![
                    number("QUERIES", queries),
                    number("VECTORS", vectors),
                    ("WHOLE", is_whole.to_owned()),
                ]
            }
            Self::LayerNorm(Style::Shared) => vec![number("LANES", 64), number("THREADS", 64)],
            Self::ChannelNorm(Style::Shared) => vec![number("LANES", 16), number("THREADS", 256)],
            Self::LayerNorm(Style::Direct) => {
                vec![number("LANES", 1), number("THREADS", DIRECT_THREADS)]
            }
            Self::ChannelNorm(Style::Direct) => vec![number("LANES", 1), number("THREADS", 16)],
            Self::NormaliseRows
            | Self::SoftmaxRows
            | Self::LogMelNormalise
            | Self::AttentionWeights
            | Self::NeighbourCosines => vec![number("LANES", 64)],
            Self::Maximum => vec![number("LANES", 256)],
            Self::PoolRows(pooling) => vec![("POOLING", pooling_text(pooling).to_owned())],
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

fn pooling_text(pooling: Pooling) -> &'static str {
    match pooling {
        Pooling::Mean => "mean",
        Pooling::Maximum => "maximum",
        Pooling::Presence => "presence",
    }
}

fn part(name: &str) -> Option<&'static str> {
    match name {
        "activation.wgsl" => Some(bare!("../../../shaders/parts/activation.wgsl")),
        "inputs.wgsl" => Some(bare!("../../../shaders/parts/inputs.wgsl")),
        "product.wgsl" => Some(bare!("../../../shaders/parts/product.wgsl")),
        "grid.wgsl" => Some(bare!("../../../shaders/parts/grid.wgsl")),
        "weight.wgsl" => Some(bare!("../../../shaders/parts/weight.wgsl")),
        "reduce.wgsl" => Some(bare!("../../../shaders/parts/reduce.wgsl")),
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
        for kernel in all_variants()
            .into_iter()
            .filter(|kernel| !kernel.needs_f16())
        {
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
            let source = kernel.file().commented;
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
