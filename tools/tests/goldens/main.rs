//! Every variant of SpeechCLIP from a checkpoint in the public files' form, through `convert` and the engine, against
//! every intermediate that the reference computed (spec: architecture section 18).
//!
//! Runs over `tests/fixtures/goldens`, which holds one checkpoint of each kind of head, and over the folder named by
//! `SAYSEE_GOLDENS` where all thirteen are.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod compare;
mod golden;
mod growing;

use std::path::{Path, PathBuf};

use saysee::convert::{Conversion, Options, Tokens};
use saysee_checkpoint::Checkpoint;
use saysee_engine::pack::{Pack, WeightFormat};
use saysee_engine::{BackendChoice, Engine};

use compare::Report;
use golden::Golden;

/// A golden and the checkpoint it belongs to.
struct Case {
    name: String,
    checkpoint: PathBuf,
    golden: PathBuf,
}

fn cases() -> Vec<Case> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    let folder = match std::env::var_os("SAYSEE_GOLDENS") {
        Some(folder) => PathBuf::from(folder),
        None => fixtures.join("goldens"),
    };
    let mut cases: Vec<Case> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("golden.safetensors").exists())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let beside = path.clone();
            let shared = fixtures.join("checkpoints").join(&name);
            Case {
                checkpoint: [beside, shared]
                    .into_iter()
                    .find(|folder| folder.join("model.ckpt").exists())
                    .unwrap(),
                golden: path.join("golden.safetensors"),
                name,
            }
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!cases.is_empty(), "no golden.safetensors there");
    cases
}

impl Case {
    fn convert(&self, weights: WeightFormat) -> Pack {
        let config = std::fs::read(self.checkpoint.join("config.json")).unwrap();
        let checkpoint = Checkpoint::open(self.checkpoint.join("model.ckpt")).unwrap();
        let options = Options {
            name: self.name.clone(),
            weights,
            free_text: true,
            pictures: true,
            overrides: serde_json::from_slice(&config).unwrap(),
        };
        let conversion = Conversion::new(&checkpoint, &options, &Tokens::Numbered, None).unwrap();
        let mut shards = Vec::new();
        let manifest = conversion
            .write(
                |_| (),
                |file, bytes| {
                    if file != "pack.json" {
                        shards.push(bytes);
                    }
                    Ok(())
                },
            )
            .unwrap();
        Pack::load(manifest, shards).unwrap()
    }
}

fn check(choice: BackendChoice, tolerance: f32) {
    let mut failures = Vec::new();
    for case in cases() {
        let golden = Golden::read(&case.golden);
        let pack = case.convert(WeightFormat::F32);
        let mut engine = pollster::block_on(Engine::new(&pack, choice)).unwrap();
        let mut report = Report::new(&case.name, tolerance);
        for utterance in golden.utterances() {
            let stages = engine.stages_padded(&utterance.samples, utterance.padded_to);
            let stages = pollster::block_on(stages).unwrap();
            report.utterance(&golden, &utterance, &stages, pack.manifest());
        }
        report.towers(&golden, &mut engine);
        eprintln!("{}", report.summary());
        failures.extend(report.failures);
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn every_stage_on_the_cpu() {
    check(BackendChoice::Cpu, 1e-5);
}

#[test]
fn every_stage_on_the_gpu() {
    if std::env::var_os("SAYSEE_ALLOW_NO_GPU").is_some_and(|value| value == "1") {
        return;
    }
    check(BackendChoice::Gpu, 1e-4);
}
