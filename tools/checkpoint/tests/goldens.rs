//! Whole checkpoints of tiny random models in the exact form of the public files: every tensor is what
//! the flat copy beside it says, bit for bit, and the configuration can be read.
//!
//! Runs over `tests/fixtures/checkpoints`, or over the folder named by `SAYSEE_GOLDENS`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::PathBuf;

use safetensors::SafeTensors;
use saysee_checkpoint::{Checkpoint, DType};
use serde_json::Value;

/// Folders with a `model.ckpt`.
fn goldens() -> Vec<PathBuf> {
    let fixtures = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/checkpoints"
    );
    let folder = std::env::var("SAYSEE_GOLDENS").unwrap_or_else(|_| fixtures.to_owned());
    let mut goldens: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("model.ckpt").exists())
        .collect();
    goldens.sort();
    assert!(!goldens.is_empty());
    goldens
}

fn bytes<T, const N: usize>(numbers: &[T], bytes: impl Fn(&T) -> [u8; N]) -> Vec<u8> {
    numbers.iter().flat_map(bytes).collect()
}

/// All numbers of a tensor, as they would lie in a file.
fn content(checkpoint: &Checkpoint, name: &str) -> Vec<u8> {
    match checkpoint.tensors()[name].dtype {
        DType::F32 => bytes(&checkpoint.read_f32(name).unwrap(), |number| {
            number.to_le_bytes()
        }),
        DType::I64 => bytes(&checkpoint.read_i64(name).unwrap(), |number| {
            number.to_le_bytes()
        }),
        DType::Bool => bytes(
            &checkpoint.read_i64(name).unwrap(),
            |number| [*number as u8],
        ),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn every_tensor_is_read_bit_for_bit() {
    for golden in goldens() {
        let checkpoint = Checkpoint::open(golden.join("model.ckpt")).unwrap();
        let flat = std::fs::read(golden.join("state_dict.safetensors")).unwrap();
        let flat = SafeTensors::deserialize(&flat).unwrap();
        assert!(checkpoint.skipped().is_empty());
        for (name, info) in checkpoint.tensors() {
            // The branch refers to CLIP a second time; the flat file has it once.
            let original = name
                .strip_prefix("cascaded_branch.")
                .filter(|rest| rest.starts_with("clip."));
            let expected = flat.tensor(original.unwrap_or(name)).unwrap();
            assert_eq!(info.shape, expected.shape(), "{name}");
            assert_eq!(
                format!("{:?}", info.dtype).to_uppercase(),
                format!("{:?}", expected.dtype())
            );
            assert_eq!(content(&checkpoint, name), expected.data(), "{name}");
            if let Some(original) = original {
                assert!(checkpoint.same_storage(name, original), "{name}");
            }
        }
        let names = flat.names();
        assert!(
            names
                .iter()
                .all(|name| checkpoint.tensors().contains_key(*name))
        );
    }
}

#[test]
fn rows_are_the_same_as_the_whole() {
    for golden in goldens() {
        let checkpoint = Checkpoint::open(golden.join("model.ckpt")).unwrap();
        let table = "clip.original_text_emb_weight";
        let whole = checkpoint.read_f32(table).unwrap();
        let [rows, width] = checkpoint.tensors()[table].shape[..] else {
            panic!("not a table")
        };
        let mut streamed = Vec::new();
        for first in (0..rows).step_by(7) {
            let chunk = checkpoint
                .read_rows_f32(table, first..rows.min(first + 7))
                .unwrap();
            assert_eq!(chunk.len() % width, 0);
            streamed.extend(chunk);
        }
        assert_eq!(whole, streamed);
    }
}

#[test]
fn the_flat_form_is_the_same() {
    for golden in goldens() {
        let checkpoint = Checkpoint::open(golden.join("model.ckpt")).unwrap();
        let flat = Checkpoint::open(golden.join("state_dict.safetensors")).unwrap();
        for name in flat.tensors().keys() {
            assert_eq!(content(&flat, name), content(&checkpoint, name), "{name}");
        }
        let json = std::fs::read(golden.join("config.json")).unwrap();
        assert_eq!(
            flat.config(),
            &serde_json::from_slice::<Value>(&json).unwrap()
        );
    }
}

#[test]
fn the_configuration_decides_what_it_should() {
    for golden in goldens() {
        let checkpoint = Checkpoint::open(golden.join("model.ckpt")).unwrap();
        let config = checkpoint.config();
        let made: Value =
            serde_json::from_slice(&std::fs::read(golden.join("config.json")).unwrap()).unwrap();
        let branch = made["branch"].as_str().unwrap();
        let at = |path: &str| {
            config
                .pointer(path)
                .unwrap_or_else(|| panic!("{golden:?}: {path}"))
        };
        let is_large = made["size"] == "large";
        let (clip, hubert) = if is_large {
            ("ViT-L/14", "hubert_large_ll60k")
        } else {
            ("ViT-B/32", "hubert")
        };
        assert_eq!(at("/clip/name"), clip);
        assert!(at("/clip/reduce_subword_embbedding").is_string());
        assert_eq!(at("/audio_encoder/name"), hubert);
        assert_eq!(
            at("/audio_encoder/normalize_hiddenstates"),
            &made["hs_norm"]
        );
        let normalised = made["wav_norm"] == true && !is_large;
        assert_eq!(at("/data/dataset/normalize_waveform"), normalised);
        let weight = |path: &str| at(path).as_f64().unwrap();
        assert_eq!(
            weight("/model_settings/cascaded_objective_weight"),
            f64::from(branch != "parallel")
        );
        let is_parallel = branch == "parallel" || branch.starts_with("hybrid");
        assert_eq!(
            weight("/model_settings/parallel_objective_weight"),
            f64::from(is_parallel)
        );
        let heads = "/model_settings/cascaded_branch/transformer_args/nhead";
        assert_eq!(at(heads), &made["cas_heads"]);
        assert!(at("/model_settings/cascaded_branch/type").is_string());
        assert_eq!(
            at("/model_settings/cascaded_branch/transformer_type"),
            &made["cas_block"]
        );
        assert!(at("/model_settings/cascaded_branch/keyword/batchnorms").is_object());
        if made["kw_mlp"].is_array() {
            let dimensions = "/model_settings/cascaded_branch/keyword/kw_projection/dimensions";
            assert_eq!(at(dimensions), &made["kw_mlp"]);
        }
        if branch.ends_with("plus") {
            let cif = "/model_settings/cascaded_branch/downsampling/cif";
            assert_eq!(at(&format!("{cif}/conv_cif_width")), &made["cif_width"]);
            assert_eq!(at(&format!("{cif}/num_layer")), &made["cif_layers"]);
        } else {
            assert_eq!(
                at("/model_settings/cascaded_branch/keyword/number"),
                &made["keywords"]
            );
        }
    }
}
