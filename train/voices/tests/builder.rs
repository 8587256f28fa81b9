//! Building small corpora with espeak-ng alone.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail tests"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use saysee_voices::{
    EngineKind, Voice,
    builder::{self, BuildError, Settings},
    captions::{Caption, Captions, Scene},
    corpus::CorpusReader,
    engines,
    plan::{self, Split},
};

const SCENES: &str = r#"
{"id":"t1","captions":[{"text":"two dogs on the beach","content":["dogs","beach"]},{"text":"a beach with dogs","content":["beach","dogs"]}]}
{"id":"t2","captions":[{"text":"a red car in the snow","content":["red","car","snow"]}]}
"#;

fn captions_file(folder: &Path) -> PathBuf {
    let path = folder.join("captions.jsonl");
    fs::write(&path, SCENES).unwrap();
    path
}

fn settings(captions: PathBuf) -> Settings {
    Settings {
        captions,
        words: None,
        split: Split::Train,
        clips: 12,
        shard_clips: 5,
        seed: 3,
        engines: vec![EngineKind::Espeak],
    }
}

fn espeak_is_missing() -> bool {
    engines::open(EngineKind::Espeak)
        .inspect_err(|error| eprintln!("skipped: {error}"))
        .is_err()
}

fn build(settings: &Settings, folder: &Path) {
    settings.claim(folder).unwrap();
    for shard in 0..settings.shards() {
        builder::build_shard(settings, folder, shard, 0, |_| ()).unwrap();
    }
}

#[test]
fn a_corpus_has_what_was_asked_for() {
    if espeak_is_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(captions_file(folder.path()));
    let out = folder.path().join("corpus");
    build(&settings, &out);
    let corpus = CorpusReader::open(&out).unwrap();
    assert_eq!(corpus.len(), 12);
    let ids: BTreeSet<&str> = corpus.clips().iter().map(|clip| clip.id.as_str()).collect();
    assert_eq!(ids.len(), 12);
    for (index, clip) in corpus.clips().iter().enumerate() {
        assert!(
            (0.2..6.0).contains(&clip.seconds()),
            "{}: {} s",
            clip.text,
            clip.seconds()
        );
        assert!(!clip.phones.is_empty() && !clip.content.is_empty());
        let samples = corpus.samples(index).unwrap();
        let peak = samples.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        assert!((peak - 0.7).abs() < 0.01, "{peak}");
        // The silence before the words is 50 to 300 ms; word times agree with it.
        let start = samples.iter().position(|x| x.abs() > 0.02).unwrap() as f32 / 16000.0;
        assert!((0.04..0.4).contains(&start), "{}: {start}", clip.text);
        let first = &clip.words[0];
        assert!((first.start - start).abs() < 0.12, "{first:?} for {start}");
        assert!(
            clip.words
                .windows(2)
                .all(|pair| pair[0].end <= pair[1].start + 1e-4)
        );
    }
    let report = builder::read_report(&out, 0).unwrap();
    assert_eq!((report.clips, report.failures.len()), (5, 0));
}

/// The sound itself may differ: espeak-ng's noise comes from a generator that goes on through the process.
#[test]
fn a_shard_made_again_says_the_same() {
    if espeak_is_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(captions_file(folder.path()));
    let (whole, resumed) = (folder.path().join("whole"), folder.path().join("resumed"));
    build(&settings, &whole);
    settings.claim(&resumed).unwrap();
    builder::build_shard(&settings, &resumed, 2, 0, |_| ()).unwrap();
    let said = |folder: &Path| -> Vec<_> {
        let corpus = CorpusReader::open(folder).unwrap();
        let last = corpus
            .clips()
            .iter()
            .filter(|clip| clip.id.as_str() >= "train-000010");
        last.map(|clip| {
            (
                clip.id.clone(),
                clip.voice.clone(),
                clip.text.clone(),
                clip.phones.clone(),
            )
        })
        .collect()
    };
    assert_eq!(said(&whole).len(), 2);
    assert_eq!(said(&whole), said(&resumed));
}

#[test]
fn a_folder_of_other_settings_is_refused_and_a_corpus_may_grow() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(captions_file(folder.path()));
    settings.claim(folder.path()).unwrap();
    let more = Settings {
        clips: 15,
        ..settings.clone()
    };
    more.claim(folder.path()).unwrap();
    assert_eq!(Settings::read(folder.path()).unwrap(), more);
    let other = Settings {
        seed: 4,
        ..settings
    };
    assert!(matches!(
        other.claim(folder.path()),
        Err(BuildError::OtherSettings(_))
    ));
}

#[test]
fn growing_makes_the_short_last_shard_again() {
    if espeak_is_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(captions_file(folder.path()));
    let out = folder.path().join("corpus");
    build(&settings, &out);
    assert_eq!((settings.shards(), settings.clips_of(2)), (3, 10..12));
    assert!((0..3).all(|shard| settings.is_built(&out, shard)));
    let more = Settings {
        clips: 20,
        ..settings
    };
    let built: Vec<bool> = (0..more.shards())
        .map(|shard| more.is_built(&out, shard))
        .collect();
    assert_eq!(built, [true, true, false, false]);
}

#[test]
fn captions_that_are_not_there_or_not_captions_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("captions.jsonl");
    let message = || Captions::read(&path).unwrap_err().to_string();
    assert!(
        message().contains("saysee-scenes captions"),
        "{}",
        message()
    );
    fs::write(&path, "\n").unwrap();
    assert!(message().contains("no captions"), "{}", message());
    fs::write(&path, "{\"id\":\"a\",\"captions\":[]}\n").unwrap();
    assert!(message().contains("line 1"), "{}", message());
}

fn scene(text: &str, content: &[&str]) -> Captions {
    let content = content.iter().map(|word| (*word).to_owned()).collect();
    Captions::new(vec![Scene {
        id: "t1".into(),
        captions: vec![Caption {
            text: text.into(),
            content,
        }],
    }])
}

#[test]
fn prompts_are_words_and_phrases_of_the_captions() {
    let captions = scene(
        "there are two red cars and a dog in the snow",
        &["two", "red", "cars", "dog", "snow"],
    );
    let rng = &mut <rand_pcg::Pcg64Mcg as rand::SeedableRng>::seed_from_u64(1);
    let prompts: BTreeSet<String> = (0..500).map(|_| captions.draw_prompt(rng).1.text).collect();
    for wanted in [
        "dog",
        "a dog",
        "cars",
        "red cars",
        "the snow",
        "two",
        "red cars and a dog",
        "a dog in the snow",
    ] {
        assert!(prompts.contains(wanted), "{wanted} is not in {prompts:?}");
    }
    assert!(
        prompts.iter().all(|prompt| prompt.split(' ').count() <= 6),
        "{prompts:?}"
    );
}

#[test]
fn prompts_carry_their_content_words() {
    let captions = scene("a dog and a dog", &["dog"]);
    let rng = &mut <rand_pcg::Pcg64Mcg as rand::SeedableRng>::seed_from_u64(1);
    for _ in 0..20 {
        assert_eq!(captions.draw_prompt(rng).1.content, ["dog"]);
    }
}

#[test]
fn words_of_a_list_are_said_without_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words");
    fs::write(&path, "Zulu\nzebu\nxanthia's\nyak\n").unwrap();
    let mut captions = scene("a dog", &["dog"]);
    let rng = &mut <rand_pcg::Pcg64Mcg as rand::SeedableRng>::seed_from_u64(1);
    assert!(captions.draw_listed(rng).is_none());
    captions.read_words(&path).unwrap();
    for _ in 0..40 {
        let said = captions.draw_listed(rng).unwrap();
        assert!(said.content.is_empty());
        assert!(
            said.text
                .split(' ')
                .all(|word| ["a", "the", "zebu", "yak"].contains(&word)),
            "{}",
            said.text
        );
    }
    let listed = (0..400)
        .filter_map(|index| plan::draw(&captions, &every_kind_of_voice(), Split::Train, 1, index))
        .filter(|plan| plan.scene.is_empty())
        .count();
    assert!((60..140).contains(&listed), "{listed}");
}

fn every_kind_of_voice() -> Vec<Voice> {
    [
        (EngineKind::Espeak, "en-us"),
        (EngineKind::Flite, "slt"),
        (EngineKind::Flite, "rms"),
        (EngineKind::Pico, "en-US"),
        (EngineKind::RhVoice, "bdl"),
        (EngineKind::RhVoice, "clb"),
        (EngineKind::Festival, "slt_hts"),
    ]
    .map(|(engine, name)| Voice::new(engine, name))
    .into()
}

#[test]
fn held_out_voices_speak_only_in_the_test_split() {
    let captions = scene("a dog", &["dog"]);
    for split in [Split::Train, Split::Dev, Split::Test] {
        for index in 0..300 {
            let plan = plan::draw(&captions, &every_kind_of_voice(), split, 1, index).unwrap();
            assert_eq!(plan.voice.held_out, split == Split::Test);
        }
    }
    let training_only = vec![Voice::new(EngineKind::Flite, "slt")];
    assert!(plan::draw(&captions, &training_only, Split::Test, 1, 0).is_none());
}

#[test]
fn engines_speak_their_shares() {
    let captions = scene("a dog", &["dog"]);
    let mut count: BTreeMap<EngineKind, usize> = BTreeMap::new();
    for index in 0..4000 {
        let plan = plan::draw(&captions, &every_kind_of_voice(), Split::Train, 1, index).unwrap();
        *count.entry(plan.voice.engine).or_default() += 1;
    }
    assert!(!count.contains_key(&EngineKind::Festival));
    let all: f64 = count.keys().map(|kind| kind.share()).sum();
    for (kind, count) in &count {
        let share = *count as f64 / 4000.0;
        assert!((share - kind.share() / all).abs() < 0.03, "{kind}: {share}");
    }
}
