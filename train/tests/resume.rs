//! A run that was interrupted goes on exactly as it would have.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail tests")]

use std::path::Path;

use burn::prelude::*;
use saysee_train::checkpoint::Checkpoint;
use saysee_train::commands::speech::{Options, run};
use saysee_train::model::speech::SpeechConfig;
use saysee_train::run::Backend;
use saysee_train::tensors::collect;
use saysee_voices::EngineKind;
use saysee_voices::corpus::{Clip, ShardWriter};

/// Twelve half-second tones that claim to be words.
fn corpus(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let mut writer = ShardWriter::create(folder, 0).unwrap();
    for number in 0..12u8 {
        let pitch = 200.0 + 50.0 * f32::from(number);
        let samples: Vec<f32> = (0..8000 + 100 * usize::from(number))
            .map(|index| 0.4 * (std::f32::consts::TAU * pitch * index as f32 / 16_000.0).sin())
            .collect();
        let clip = Clip {
            id: format!("tone-{number}"),
            offset: 0,
            samples: 0,
            engine: EngineKind::Espeak,
            voice: "en-us".into(),
            scene: String::new(),
            text: "tone".into(),
            content: Vec::new(),
            phones: vec![1 + number, 20, 18],
            words: Vec::new(),
        };
        writer.add(clip, &samples).unwrap();
    }
    writer.finish().unwrap();
}

fn options(folder: &Path, out: &str) -> Options {
    Options {
        parallel_hidden: 16,
        corpus: folder.join("corpus"),
        watch: folder.join("corpus"),
        towers: folder.join("none"),
        pack: None,
        teacher: None,
        teacher_weight: 4.0,
        out: folder.join(out),
        steps: 6,
        stop_after: usize::MAX,
        phone_steps: 2,
        heads_from: Some(usize::MAX),
        ramp_steps: 2,
        degraded: 0.5,
        far: 0.5,
        joined: 0.5,
        batch: 3,
        rate: 1e-3,
        warm_up: 2,
        width: 32,
        layers: 1,
        from: None,
        first_step: 0,
        clips: usize::MAX,
        save_every: 3,
        device: Backend::Cpu,
        seed: 5,
    }
}

#[test]
fn interrupted_and_uninterrupted_runs_end_with_the_same_weights() {
    let folder = std::env::temp_dir().join(format!("saysee-resume-{}", std::process::id()));
    corpus(&folder.join("corpus"));
    run(&options(&folder, "whole")).unwrap();
    let parts = options(&folder, "parts");
    run(&Options {
        stop_after: 3,
        ..parts.clone()
    })
    .unwrap();
    run(&parts).unwrap();
    let device = Device::flex();
    let weights = |out: &str| {
        let sizes = SpeechConfig::of(&folder.join(out)).unwrap();
        let checkpoint = Checkpoint::new(folder.join(out).join("checkpoint"));
        assert_eq!(checkpoint.step().unwrap(), Some(6));
        let model = checkpoint.model(sizes.init(&device)).unwrap();
        collect(&model, Tensor::zeros([2, 4], &device), true, None)
    };
    assert_eq!(weights("whole"), weights("parts"));
    std::fs::remove_dir_all(folder).unwrap();
}
