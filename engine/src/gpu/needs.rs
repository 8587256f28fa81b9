//! Which kernels a pack's network runs, so that no others are compiled before the page is ready. What is forgotten
//! here is compiled at its first use.

use super::kernels::{DIRECT_COLUMNS, Format, Kernel, Reads, Style, attention_blocks};
use crate::pack::{Encoder, FrontEnd, HeadBlock, Manifest, Slots, Storage, WaveformNorm, plan};

/// The kernels of the network that `manifest` describes, each once, as an adapter of this `style` runs them.
pub(super) fn kernels(manifest: &Manifest, style: Style) -> Vec<Kernel> {
    let model = &manifest.model;
    let mut kernels = vec![
        Kernel::Copy,
        Kernel::LayerNorm(style),
        Kernel::ScaleAdd,
        Kernel::NormaliseRows,
        // The gallery.
        Kernel::LinearRow(Format::F32),
    ];
    for tensor in plan(manifest) {
        let [rows, columns] = tensor.matrix();
        if rows > 1 && columns > 1 {
            let format = format(tensor.storage);
            kernels.extend(products(&tensor.name, columns, style, format));
        }
    }
    match &model.front_end {
        FrontEnd::LogMel(_) => {
            kernels.extend([Kernel::LogMel, Kernel::Maximum, Kernel::LogMelNormalise])
        }
        FrontEnd::Waveform(sizes) if sizes.norm == WaveformNorm::ChannelsOnce => {
            kernels.push(Kernel::ChannelNorm(style));
        }
        FrontEnd::Waveform(_) => {}
    }
    if let Encoder::ConvolutionalTransformer(_) = model.encoder {
        kernels.extend([Kernel::GatedLinearUnit, Kernel::DepthwiseConvolve]);
    }
    let width = model.encoder.width();
    let mut heads = vec![width / model.encoder.heads()];
    match model.head.block {
        HeadBlock::None => {}
        HeadBlock::AttentionNorm { heads: count } | HeadBlock::Transformer { heads: count, .. } => {
            heads.push(width / count)
        }
    }
    if let Some(keywords) = &model.head.keywords {
        kernels.extend([Kernel::ScaleShift, Kernel::TopK]);
        kernels.extend(match keywords.slots {
            Slots::Cls { .. } => vec![Kernel::AttentionWeights],
            // The firing weights.
            Slots::Firing(_) => vec![
                Kernel::FireScan,
                Kernel::FireSlots,
                Kernel::Linear(style, Format::F32, Reads::Fours),
            ],
            Slots::Segments(_) => vec![
                Kernel::NeighbourCosines,
                Kernel::SegmentScan,
                Kernel::FireSlots,
            ],
        });
    }
    if let Some(tower) = &model.text_tower {
        heads.push(tower.width / tower.heads);
        kernels.extend([Kernel::FrameText, Kernel::RowAfter]);
    }
    if let Some(tower) = &model.image_tower {
        heads.push(tower.width / tower.heads);
    }
    kernels.extend(heads.into_iter().map(|size| attention(size, style)));
    let mut seen = std::collections::HashSet::new();
    kernels.retain(|kernel| seen.insert(*kernel));
    kernels
}

fn format(storage: Storage) -> Format {
    match storage {
        Storage::F32 => Format::F32,
        Storage::F16 => Format::F16,
        Storage::Q8 => Format::Q8,
        Storage::Q4 => Format::Q4,
    }
}

/// The kernel for heads of `size` columns.
fn attention(size: usize, style: Style) -> Kernel {
    if style == Style::Direct && size.is_multiple_of(4) && size <= DIRECT_COLUMNS {
        Kernel::AttentionDirect((size / 4) as u8)
    } else {
        Kernel::Attention(attention_blocks(size))
    }
}

/// The kernels that read a matrix with so many columns.
fn products(name: &str, columns: usize, style: Style, format: Format) -> Vec<Kernel> {
    // A convolution over single samples; everything else comes in channels.
    let reads = if columns.is_multiple_of(4) {
        Reads::Fours
    } else {
        Reads::Ones
    };
    let plain = ["text.positions", "image.positions", "head.cls"];
    if plain.contains(&name) || name.contains("depthwise") || name.starts_with("head.keywords.s") {
        return Vec::new();
    }
    match name {
        "text.table" => vec![Kernel::Gather(format)],
        "vocabulary.table" => {
            vec![Kernel::Linear(style, format, reads), Kernel::Gather(format)]
        }
        "text.projection" | "image.projection" => vec![Kernel::LinearRow(format)],
        _ if name.starts_with("head.parallel") => vec![Kernel::LinearRow(format)],
        _ => vec![Kernel::Linear(style, format, reads)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::WeightFormat;
    use crate::testing;

    #[test]
    fn few_enough_to_compile_at_start() {
        for weights in [WeightFormat::F32, WeightFormat::Q8] {
            for style in [Style::Shared, Style::Direct] {
                let kernels = kernels(&testing::manifest(weights), style);
                assert!(kernels.len() <= 25, "{} pipelines", kernels.len());
            }
        }
    }
}
