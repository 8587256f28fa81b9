//! The bundled pack on a bundled utterance: every stage on the GPU against the CPU.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod gpu_support;

use std::path::{Path, PathBuf};

use gpu_support::{assert_close, with_gpu};
use saysee_engine::cpu::CpuOps;
use saysee_engine::graph::Network;
use saysee_engine::pack::{MANIFEST_FILE, Manifest, Pack};

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets")
}

fn bundled_pack() -> Pack {
    let folder = assets().join("packs/scenes-mini");
    let manifest = Manifest::parse(&std::fs::read(folder.join(MANIFEST_FILE)).unwrap()).unwrap();
    let read =
        |shard: &saysee_engine::pack::Shard| std::fs::read(folder.join(&shard.file)).unwrap();
    let shards = manifest.shards.iter().map(read).collect();
    Pack::load(manifest, shards).unwrap()
}

/// Samples of a bundled utterance: 16-bit mono at 16 kHz behind a header of 44 bytes.
fn utterance(file: &str) -> Vec<f32> {
    let bytes = std::fs::read(assets().join("samples").join(file)).unwrap();
    bytes[44..]
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32768.0)
        .collect()
}

/// The bundled utterances.
fn sample_files() -> Vec<String> {
    let list = std::fs::read(assets().join("samples/samples.json")).unwrap();
    let list: serde_json::Value = serde_json::from_slice(&list).unwrap();
    let files = list.as_array().unwrap().iter();
    files
        .map(|sample| sample["file"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn typed_words_and_pictures_of_the_bundled_pack_agree() {
    with_gpu(|gpu| {
        let pack = bundled_pack();
        let mut cpu = CpuOps::default();
        let on_gpu = Network::new(gpu, &pack).unwrap();
        let on_cpu = Network::new(&mut cpu, &pack).unwrap();
        let vocabulary = &pack.manifest().vocabulary;
        let ids = vocabulary.typed_words("two dogs on the beach", 24).unwrap();
        let there = pollster::block_on(on_gpu.embed_text(gpu, &ids)).unwrap();
        let here = pollster::block_on(on_cpu.embed_text(&mut cpu, &ids)).unwrap();
        assert_close("the embedding of a text", &there, &here, 5e-3);
        let size = pack
            .manifest()
            .model
            .image_tower
            .as_ref()
            .unwrap()
            .pixels()
            .size;
        let planes: Vec<f32> = (0..3 * size * size)
            .map(|n| (n as f32 * 0.003).sin() * 0.8)
            .collect();
        let there = pollster::block_on(on_gpu.embed_image(gpu, &planes)).unwrap();
        let here = pollster::block_on(on_cpu.embed_image(&mut cpu, &planes)).unwrap();
        assert_close("the embedding of a picture", &there, &here, 5e-3);
    });
}

#[test]
fn every_stage_of_the_bundled_pack_agrees() {
    with_gpu(|gpu| {
        let pack = bundled_pack();
        let mut cpu = CpuOps::default();
        let on_gpu = Network::new(gpu, &pack).unwrap();
        let on_cpu = Network::new(&mut cpu, &pack).unwrap();
        for file in sample_files().iter().take(2) {
            let samples = utterance(file);
            let gpu_stages = pollster::block_on(on_gpu.stages(gpu, &samples, 0)).unwrap();
            let cpu_stages = pollster::block_on(on_cpu.stages(&mut cpu, &samples, 0)).unwrap();
            assert_eq!(gpu_stages.len(), cpu_stages.len());
            for (gpu, cpu) in gpu_stages.iter().zip(&cpu_stages) {
                assert_eq!(
                    (&gpu.name, gpu.rows, gpu.columns),
                    (&cpu.name, cpu.rows, cpu.columns)
                );
                assert_close(
                    &format!("{} of {file}", gpu.name),
                    &gpu.numbers,
                    &cpu.numbers,
                    5e-3,
                );
            }
        }
    });
}
