//! The preprocessing against what the reference makes of the same pictures.
//!
//! Two are fixtures; `SAYSEE_CLIP_IMAGES=FOLDER` names a folder of more, with the expected numbers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use saysee_clip_inputs::Preprocessing;
use saysee_clip_inputs::image::{Rgb, decode};

/// Most by which a number may be off: the rounding of mean and deviation in single precision.
const TOLERANCE: f32 = 3e-7;

fn read(path: &Path) -> Rgb {
    decode(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn fixtures_are_scaled_and_cut_as_in_the_reference() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/clip");
    for name in ["small", "strip"] {
        let picture = read(&folder.join(format!("{name}.png")));
        let expected = read(&folder.join(format!("{name}-square.png")));
        let square = Preprocessing::CLIP
            .square(&picture.pixels, picture.width, picture.height)
            .unwrap();
        assert_eq!((expected.width, expected.height), (224, 224));
        let different = square
            .iter()
            .zip(&expected.pixels)
            .filter(|(found, expected)| found != expected);
        assert_eq!(different.count(), 0, "{name}");
    }
}

#[test]
fn a_folder_of_pictures_becomes_what_the_reference_gives() {
    let Some(folder) = std::env::var_os("SAYSEE_CLIP_IMAGES").map(PathBuf::from) else {
        eprintln!(
            "skipped: SAYSEE_CLIP_IMAGES does not name a folder with pixel_values.safetensors"
        );
        return;
    };
    let bytes = fs::read(folder.join("pixel_values.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    assert!(!tensors.is_empty());
    let clip = Preprocessing::CLIP;
    for (name, tensor) in tensors.iter() {
        let expected: Vec<f32> = bytemuck::pod_collect_to_vec(tensor.data());
        let picture = read(&folder.join(format!("{name}.png")));
        let found = clip
            .preprocess(&picture.pixels, picture.width, picture.height)
            .unwrap();
        assert_eq!(tensor.shape(), [3, 224, 224], "{name}");
        let step = 1.0 / 255.0 / clip.std[0].max(clip.std[1]).max(clip.std[2]);
        let off = |found: &f32, expected: &f32| (found - expected).abs();
        let worst = found.iter().zip(&expected).map(|(f, e)| off(f, e));
        let worst = worst.fold(0.0, f32::max);
        let different = found.iter().zip(&expected);
        let different = different.filter(|(f, e)| off(f, e) > step / 2.0).count();
        eprintln!(
            "{name}: {different} of {} pixel values differ, numbers by at most {worst:e}",
            found.len()
        );
        assert_eq!((found.len(), different), (expected.len(), 0), "{name}");
        assert!(worst <= TOLERANCE, "{name}: {worst:e}");
    }
}
