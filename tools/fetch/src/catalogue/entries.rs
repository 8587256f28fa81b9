//! The published files. Addresses are those of the download scripts of `atosystem/SpeechCLIP` and
//! `ShampooWang/SpeechCLIP_plus`, without the `?download=true` of the latter; names are our own.

use super::Data::{Flickr8k, SpokenCoco};
use super::Size::{Base, Large};
use super::Variant::{Cascaded, CascadedPlus, Hybrid, HybridPlus, Parallel};
use super::{Checkpoint, Content, Data, Entry, Size, Validation, Variant};

/// An address in the hosting repository of SpeechCLIP.
macro_rules! original {
    ($path:literal) => {
        concat!(
            "https://huggingface.co/speechclip/models/resolve/main/",
            $path
        )
    };
}

/// An address in the hosting repository of SpeechCLIP+.
macro_rules! plus {
    ($path:literal) => {
        concat!(
            "https://huggingface.co/ShampooWang/speechclip_plus/resolve/main/",
            $path
        )
    };
}

/// A checkpoint: name, branches, networks, data, (recall at, percent), megabytes, address.
macro_rules! checkpoint {
    ($name:literal, $variant:expr, $size:expr, $data:expr, ($at:literal, $percent:literal), $megabytes:literal, $address:expr) => {
        Entry {
            name: $name,
            file: concat!($name, ".ckpt"),
            content: model($variant, $size, $data, $at, $percent),
            address: $address,
            about_bytes: $megabytes * 1_000_000,
            sha256: None,
            needs: &[MERGES],
        }
    };
}

const MERGES: &str = "clip-merges";

const fn model(variant: Variant, size: Size, data: Data, at: u8, percent: f32) -> Content {
    let validation = Validation { at, percent };
    Content::Checkpoint(Checkpoint {
        variant,
        size,
        data,
        validation,
    })
}

// Sizes: 1090, 1030, 3210 and 3120 MB as the hosting pages show them; the others follow from the number of
// parameters and of their optimiser states.
pub(super) const ENTRIES: &[Entry] = &[
    checkpoint!(
        "speechclip-parallel-base-flickr",
        Parallel,
        Base,
        Flickr8k,
        (1, 36.01),
        1090,
        original!("base/flickr/parallel/epoch_131-step_15443-val_recall_mean_1_36.0100.ckpt")
    ),
    checkpoint!(
        "speechclip-cascaded-base-flickr",
        Cascaded,
        Base,
        Flickr8k,
        (1, 7.77),
        1030,
        original!("base/flickr/cascaded/epoch_58-step_6902-val_recall_mean_1_7.7700.ckpt")
    ),
    checkpoint!(
        "speechclip-parallel-large-flickr",
        Parallel,
        Large,
        Flickr8k,
        (10, 89.0),
        3170,
        original!("large/flickr/parallel/epoch_56-step_6668-val_recall_mean_10_89.0000.ckpt")
    ),
    checkpoint!(
        "speechclip-cascaded-large-flickr",
        Cascaded,
        Large,
        Flickr8k,
        (10, 62.77),
        3080,
        original!("large/flickr/cascaded/epoch_187-step_21995-val_recall_mean_10_62.7700.ckpt")
    ),
    checkpoint!(
        "speechclip-parallel-large-coco",
        Parallel,
        Large,
        SpokenCoco,
        (10, 84.0128),
        3210,
        original!("large/coco/parallel/epoch_14-step_33224-val_recall_mean_10_84.0128.ckpt")
    ),
    checkpoint!(
        "speechclip-cascaded-large-coco",
        Cascaded,
        Large,
        SpokenCoco,
        (10, 36.1455),
        3120,
        original!("large/coco/cascaded/epoch_12-step_28794-val_recall_mean_10_36.1455.ckpt")
    ),
    checkpoint!(
        "speechclip-cascaded-plus-base-flickr",
        CascadedPlus,
        Base,
        Flickr8k,
        (10, 42.11),
        1060,
        plus!("base/flickr/cascaded%2B/epoch%3D326-step%3D38258-val_recall_mean_10%3D42.1100.ckpt")
    ),
    checkpoint!(
        "speechclip-hybrid-base-flickr",
        Hybrid,
        Base,
        Flickr8k,
        (10, 80.01),
        1040,
        plus!("base/flickr/hybrid/epoch%3D134-step%3D15794-val_recall_mean_10%3D80.0100.ckpt")
    ),
    checkpoint!(
        "speechclip-hybrid-plus-base-flickr",
        HybridPlus,
        Base,
        Flickr8k,
        (10, 81.03),
        1060,
        plus!("base/flickr/hybrid%2B/epoch%3D80-step%3D9476-val_recall_mean_10%3D81.0300.ckpt")
    ),
    checkpoint!(
        "speechclip-cascaded-plus-large-flickr",
        CascadedPlus,
        Large,
        Flickr8k,
        (10, 60.05),
        3120,
        plus!(
            "large/flickr/cascaded%2B/epoch%3D112-step%3D26441-val_recall_mean_10%3D60.0500.ckpt"
        )
    ),
    checkpoint!(
        "speechclip-hybrid-large-flickr",
        Hybrid,
        Large,
        Flickr8k,
        (10, 90.1),
        3110,
        plus!("large/flickr/hybrid/epoch%3D85-step%3D10061-val_recall_mean_10%3D90.1000.ckpt")
    ),
    checkpoint!(
        "speechclip-hybrid-plus-large-flickr",
        HybridPlus,
        Large,
        Flickr8k,
        (10, 89.35),
        3130,
        plus!("large/flickr/hybrid%2B/epoch%3D50-step%3D5966-val_recall_mean_10%3D89.3500.ckpt")
    ),
    checkpoint!(
        "speechclip-cascaded-plus-large-coco",
        CascadedPlus,
        Large,
        SpokenCoco,
        (10, 31.2973),
        3250,
        plus!("large/coco/cascaded%2B/epoch%3D10-step%3D48740-val_recall_mean_10%3D31.2973.ckpt")
    ),
    checkpoint!(
        "speechclip-hybrid-large-coco",
        Hybrid,
        Large,
        SpokenCoco,
        (10, 79.2988),
        3240,
        plus!("large/coco/hybrid/epoch%3D12-step%3D28794-val_recall_mean_10%3D79.2988.ckpt")
    ),
    checkpoint!(
        "speechclip-hybrid-plus-large-coco",
        HybridPlus,
        Large,
        SpokenCoco,
        (10, 83.5408),
        3170,
        plus!("large/coco/hybrid%2B/epoch%3D21-step%3D48729-val_recall_mean_10%3D83.5408.ckpt")
    ),
    Entry {
        name: MERGES,
        file: "bpe_simple_vocab_16e6.txt.gz",
        content: Content::Merges,
        address: "https://github.com/openai/CLIP/raw/main/clip/bpe_simple_vocab_16e6.txt.gz",
        about_bytes: 1_356_917,
        sha256: Some("924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a"),
        needs: &[],
    },
];
