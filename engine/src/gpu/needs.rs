//! Which kernels a pack's network runs, so that no others are compiled before the page is ready. What is forgotten
//! here is compiled at its first use.

use super::kernels::{Format, Kernel, Product, Reads, Tiles, attention};
use crate::pack::{
    Encoder, FrontEnd, HeadBlock, ImageTower, Manifest, Slots, Storage, WaveformNorm, plan,
};

/// The kernels of the network that `manifest` describes, each once, with this family of matrix products.
pub(super) fn kernels(manifest: &Manifest, product: Product) -> Vec<Kernel> {
    let (tiles, style) = (Tiles::from(product), product.style());
    let model = &manifest.model;
    let mut kernels = vec![
        Kernel::Copy,
        Kernel::LayerNorm(style),
        Kernel::ScaleAdd,
        Kernel::NormaliseRows,
        // The gallery.
        product_of_few_rows(product, Format::F32, Reads::Fours),
    ];
    for tensor in plan(manifest) {
        let [rows, columns] = tensor.matrix();
        if rows > 1 && columns > 1 {
            let format = format(tensor.storage);
            kernels.extend(products(&tensor.name, columns, product, format));
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
                Kernel::Linear(tiles, Format::F32, Reads::Fours),
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
    match &model.image_tower {
        None => {}
        Some(ImageTower::Transformer(tower)) => heads.push(tower.width / tower.heads),
        // Pictures come later than voices: those kernels are compiled when they do.
        Some(ImageTower::Convolutional(_)) => {}
    }
    kernels.extend(heads.into_iter().map(|size| attention(size, style, true)));
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

/// The kernel for up to four rows.
fn product_of_few_rows(product: Product, format: Format, reads: Reads) -> Kernel {
    match Tiles::from(product) {
        Tiles::Direct => Kernel::Linear(Tiles::Direct, format, reads),
        Tiles::Shared | Tiles::Half => Kernel::LinearRow(format),
    }
}

/// The kernels that read a matrix with so many columns.
fn products(name: &str, columns: usize, product: Product, format: Format) -> Vec<Kernel> {
    // A convolution over single samples; everything else comes in channels.
    let reads = if columns.is_multiple_of(4) {
        Reads::Fours
    } else {
        Reads::Ones
    };
    let linear = Kernel::Linear(product.into(), format, reads);
    let plain = ["text.positions", "image.positions", "head.cls"];
    if plain.contains(&name) || name.contains("depthwise") || name.starts_with("head.keywords.s") {
        return Vec::new();
    }
    match name {
        "text.table" => vec![Kernel::Gather(format)],
        "vocabulary.table" => {
            vec![linear, Kernel::Gather(format)]
        }
        "text.projection" | "image.projection" => {
            vec![product_of_few_rows(product, format, reads)]
        }
        _ if name.starts_with("head.parallel") => {
            vec![product_of_few_rows(product, format, reads)]
        }
        _ if product == Product::Integer && format == Format::Q8 => {
            vec![linear, Kernel::LinearInteger, Kernel::QuantiseRows]
        }
        _ => vec![linear],
    }
}

/// The format of most weights.
pub(super) fn main_format(manifest: &Manifest) -> Format {
    let mut counts = std::collections::HashMap::new();
    for tensor in plan(manifest) {
        let [rows, columns] = tensor.matrix();
        *counts.entry(format(tensor.storage)).or_insert(0_usize) += rows * columns;
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map_or(Format::F32, |(format, _)| format)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::WeightFormat;
    use crate::testing;

    #[test]
    fn few_enough_to_compile_at_start() {
        for weights in [WeightFormat::F32, WeightFormat::Q8] {
            for product in [Product::Shared, Product::Direct, Product::Integer] {
                let kernels = kernels(&testing::manifest(weights), product);
                assert!(kernels.len() <= 25, "{} pipelines", kernels.len());
            }
        }
    }
}
