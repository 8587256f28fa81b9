//! Writing a corpus and reading it back, whole and damaged.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail tests"
)]

use std::{fs, path::Path};

use saysee_voices::{
    EngineKind,
    corpus::{Clip, CorpusError, CorpusReader, MAX_SAMPLES, ShardWriter},
    engines::TimedWord,
};

fn clip(id: &str, text: &str) -> Clip {
    Clip {
        id: id.into(),
        offset: 0,
        samples: 0,
        engine: EngineKind::Flite,
        voice: "slt".into(),
        scene: "t0001".into(),
        text: text.into(),
        content: vec!["dog".into()],
        phones: vec![4, 29, 6],
        words: vec![TimedWord {
            word: "dog".into(),
            start: 0.1,
            end: 0.4,
        }],
    }
}

fn wave(length: usize, step: f32) -> Vec<f32> {
    (0..length).map(|i| 0.8 * (step * i as f32).sin()).collect()
}

fn write(folder: &Path, shard: usize, clips: &[(&str, Vec<f32>)]) {
    let mut writer = ShardWriter::create(folder, shard).unwrap();
    for (id, samples) in clips {
        writer.add(clip(id, "a dog"), samples).unwrap();
    }
    writer.finish().unwrap();
}

#[test]
fn clips_come_back_in_order_with_their_samples() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 1, &[("c", wave(700, 0.3))]);
    write(
        folder.path(),
        0,
        &[("a", wave(1600, 0.1)), ("b", wave(31, 0.2))],
    );
    let corpus = CorpusReader::open(folder.path()).unwrap();
    let ids: Vec<&str> = corpus.clips().iter().map(|clip| clip.id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(corpus.clips()[1].offset, 1600);
    for (index, expected) in [wave(1600, 0.1), wave(31, 0.2), wave(700, 0.3)]
        .iter()
        .enumerate()
    {
        let samples = corpus.samples(index).unwrap();
        assert_eq!(samples.len(), expected.len());
        let worst = samples
            .iter()
            .zip(expected)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(worst <= 0.5 / 32768.0 + 1e-7, "{worst}");
    }
    let expected = Clip {
        samples: 700,
        ..clip("c", "a dog")
    };
    assert_eq!(corpus.clips()[2], expected);
    assert!((corpus.seconds() - 2331.0 / 16000.0).abs() < 1e-6);
    assert!(matches!(
        corpus.samples(3),
        Err(CorpusError::NoClip { index: 3, count: 3 })
    ));
}

#[test]
fn an_unfinished_shard_is_not_seen() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 0, &[("a", wave(100, 0.1))]);
    let mut writer = ShardWriter::create(folder.path(), 1).unwrap();
    writer.add(clip("b", "a dog"), &wave(100, 0.1)).unwrap();
    assert_eq!(CorpusReader::open(folder.path()).unwrap().len(), 1);
    assert!(!ShardWriter::is_complete(folder.path(), 1));
    writer.finish().unwrap();
    assert!(ShardWriter::is_complete(folder.path(), 1));
    assert_eq!(CorpusReader::open(folder.path()).unwrap().len(), 2);
}

#[test]
fn a_clip_is_cut_at_the_longest_length() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 0, &[("a", wave(MAX_SAMPLES + 5, 0.1))]);
    assert_eq!(
        CorpusReader::open(folder.path()).unwrap().clips()[0].samples,
        MAX_SAMPLES
    );
}

#[test]
fn damage_is_named() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        0,
        &[("a", wave(100, 0.1)), ("b", wave(100, 0.1))],
    );
    let bin = folder.path().join("clips-00000.bin");
    fs::write(&bin, &fs::read(&bin).unwrap()[..300]).unwrap();
    let error = CorpusReader::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("clips-00000.jsonl, line 2"), "{error}");

    let list = folder.path().join("clips-00000.jsonl");
    let first = fs::read_to_string(&list)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned();
    let huge = first.replace("\"samples\":100", "\"samples\":4000000000");
    fs::write(&list, huge).unwrap();
    assert!(matches!(
        CorpusReader::open(folder.path()),
        Err(CorpusError::Line { line: 1, .. })
    ));
    fs::write(&list, "not a clip\n").unwrap();
    assert!(matches!(
        CorpusReader::open(folder.path()),
        Err(CorpusError::Line { line: 1, .. })
    ));
}
