//! The registry: every kernel of `shaders/` in every variant the engine can ask for.

use super::template::{self, Constant};
use crate::error::EngineError;

/// How a weight is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Plain floats.
    F32,
    /// Four signed bytes a word, one scale for 32 inputs.
    Q8,
}

impl Format {
    fn text(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Q8 => "q8",
        }
    }
}

/// A kernel with its text constants chosen: the unit of compilation. The file's own header holds its contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// `linear.wgsl`
    Linear(Format),
    /// `linear_row.wgsl`
    LinearRow(Format),
    /// `depthwise_convolve.wgsl`
    DepthwiseConvolve,
    /// `layer_norm.wgsl`
    LayerNorm,
    /// `gated_linear_unit.wgsl`
    GatedLinearUnit,
    /// `attention.wgsl` for heads of up to this many times 32 columns, 1 to 4.
    Attention(u8),
    /// `scale_add.wgsl`
    ScaleAdd,
    /// `copy.wgsl`
    Copy(Format),
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

/// Most blocks of 32 columns: a head has at most 128.
const ATTENTION_BLOCKS: u8 = 4;

/// Blocks of `attention.wgsl` for heads of `size` columns; `None` when it has none that large.
pub(super) fn attention_blocks(size: usize) -> Option<u8> {
    let blocks = u8::try_from(size.div_ceil(32)).ok()?;
    (1..=ATTENTION_BLOCKS).contains(&blocks).then_some(blocks)
}

/// Every kernel in every variant, in a fixed order.
pub fn all_variants() -> Vec<Kernel> {
    let mut all = Vec::new();
    for format in [Format::F32, Format::Q8] {
        all.extend([
            Kernel::Linear(format),
            Kernel::LinearRow(format),
            Kernel::Copy(format),
        ]);
    }
    all.extend((1..=ATTENTION_BLOCKS).map(Kernel::Attention));
    all.extend([
        Kernel::DepthwiseConvolve,
        Kernel::LayerNorm,
        Kernel::GatedLinearUnit,
        Kernel::ScaleAdd,
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
            Self::Linear(Format::F32) => file!("linear", "rrrrw"),
            Self::Linear(Format::Q8) => file!("linear", "rrrrwr"),
            Self::LinearRow(Format::F32) => file!("linear_row", "rrrrw"),
            Self::LinearRow(Format::Q8) => file!("linear_row", "rrrrwr"),
            Self::DepthwiseConvolve => file!("depthwise_convolve", "rrrw"),
            Self::LayerNorm => file!("layer_norm", "rrrw"),
            Self::GatedLinearUnit => file!("gated_linear_unit", "rw"),
            Self::Attention(_) => file!("attention", "rw"),
            Self::ScaleAdd => file!("scale_add", "rrw"),
            Self::Copy(Format::F32) => file!("copy", "rw"),
            Self::Copy(Format::Q8) => file!("copy", "rwr"),
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
            Self::Linear(format) | Self::LinearRow(format) => {
                format!("{} (WEIGHT {})", self.name(), format.text())
            }
            Self::Copy(format) => format!("{} (SOURCE {})", self.name(), format.text()),
            Self::Attention(blocks) => format!("{} (BLOCKS {blocks})", self.name()),
            _ => self.name().to_owned(),
        }
    }

    fn constants(self) -> Vec<Constant> {
        match self {
            Self::Linear(format) | Self::LinearRow(format) => {
                vec![("WEIGHT", format.text().to_owned())]
            }
            Self::Copy(format) => vec![("SOURCE", format.text().to_owned())],
            Self::Attention(blocks) => vec![
                ("BLOCKS", blocks.to_string()),
                ("VECTORS", (4 * u32::from(blocks)).to_string()),
            ],
            Self::LayerNorm | Self::NormaliseRows | Self::LogMelNormalise => {
                vec![("LANES", "64".to_owned())]
            }
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
        "q8.wgsl" => Some(include_str!("../../../shaders/parts/q8.wgsl")),
        "reduce.wgsl" => Some(include_str!("../../../shaders/parts/reduce.wgsl")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn labels_are_unique_and_few_enough_to_compile_at_start() {
        let all = all_variants();
        let labels: HashSet<String> = all.iter().map(|kernel| kernel.label()).collect();
        assert_eq!(labels.len(), all.len());
        assert!(all.len() < 25, "{} pipelines", all.len());
    }

    #[test]
    fn no_variant_needs_more_than_every_webgpu_device_has() {
        for kernel in all_variants() {
            assert!(kernel.bindings().len() <= 8, "{}", kernel.label());
            let text = kernel.wgsl().unwrap();
            for forbidden in ["override ", "subgroup", "enable ", "f16"] {
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
