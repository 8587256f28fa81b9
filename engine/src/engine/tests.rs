//! The whole way on the CPU, and the choice of a backend.

use super::*;
use crate::cpu::Pool;
use crate::pack::WeightFormat;
use crate::testing;

fn engine(choice: BackendChoice) -> Result<Engine, EngineError> {
    let pack = testing::pack(WeightFormat::Q8, 1).unwrap();
    pollster::block_on(Engine::new(&pack, choice))
}

#[test]
fn an_utterance_becomes_keywords_and_pictures() {
    let mut engine = engine(BackendChoice::Cpu).unwrap();
    engine
        .set_gallery(&testing::gallery(20, 2).unwrap())
        .unwrap();
    let samples = testing::sound(2.5, 3);
    let answer = pollster::block_on(engine.query(&samples, 5)).unwrap();
    assert_eq!(answer.seconds, 2.5);
    assert_eq!(answer.embedding.len(), 32);
    assert_eq!(answer.results.len(), 5);
    assert!(
        answer
            .results
            .windows(2)
            .all(|pair| pair[0].score >= pair[1].score)
    );
    for result in &answer.results {
        assert_eq!(result.id, format!("p{}", result.index));
    }
    assert!(!answer.keywords.is_empty());
    let mut last = 0.0;
    for keyword in &answer.keywords {
        assert!(
            keyword.start >= last && keyword.start < keyword.end && keyword.end <= 2.5,
            "{keyword:?}"
        );
        assert_eq!(keyword.alternatives.len(), 4);
        assert!(!["word0", "word1"].contains(&keyword.token.as_str()));
        last = keyword.start;
    }
    let again = pollster::block_on(engine.query(&samples, 5)).unwrap();
    assert_eq!(
        (again.keywords, again.results),
        (answer.keywords, answer.results)
    );
}

#[test]
fn words_are_named_by_their_sound_where_the_pack_knows_it() {
    // Random weights that hear phones in this sound; those of most seeds do.
    let pack = testing::pack_with_phones(WeightFormat::Q8, 3).unwrap();
    let mut engine = pollster::block_on(Engine::new(&pack, BackendChoice::Cpu)).unwrap();
    let samples = testing::sound(2.5, 3);
    let answer = pollster::block_on(engine.query(&samples, 0)).unwrap();
    assert!(!answer.keywords.is_empty());
    for keyword in &answer.keywords {
        assert!(
            keyword.start < keyword.end && keyword.end <= 2.5,
            "{keyword:?}"
        );
        assert!(
            keyword.token.starts_with("word") && keyword.score <= 1.0,
            "{keyword:?}"
        );
    }
    let stages = pollster::block_on(engine.stages(&samples)).unwrap();
    let logits = stages
        .iter()
        .find(|stage| stage.name == "phone_logits")
        .unwrap();
    let frames = stages
        .iter()
        .find(|stage| stage.name == "weighted_sum")
        .unwrap();
    assert_eq!((logits.rows, logits.columns), (frames.rows, 5));
}

#[test]
fn every_word_but_the_excluded_ones_has_a_place_in_a_clip_of_one_word() {
    for pack in [
        testing::pack(WeightFormat::Q8, 1),
        testing::pack_with_phones(WeightFormat::Q8, 1),
    ] {
        let mut engine =
            pollster::block_on(Engine::new(&pack.unwrap(), BackendChoice::Cpu)).unwrap();
        let samples = testing::sound(1.5, 3);
        let fits = pollster::block_on(engine.rank_words(&samples)).unwrap();
        assert_eq!(fits.len(), 17);
        assert!(fits[..3].iter().all(|fit| *fit == f32::NEG_INFINITY));
        assert!(fits[3..].iter().all(|fit| fit.is_finite()));
    }
}

#[test]
fn without_a_gallery_there_are_keywords_only() {
    let mut engine = engine(BackendChoice::Cpu).unwrap();
    let answer = pollster::block_on(engine.query(&testing::sound(1.0, 3), 5)).unwrap();
    assert!(answer.results.is_empty());
    assert_eq!(engine.backend().kind, BackendKind::Cpu);
    assert!(engine.gpu_ledger().is_none());
}

#[test]
fn samples_that_cannot_be_heard_are_refused() {
    let mut engine = engine(BackendChoice::Cpu).unwrap();
    let mut refusal = |samples: &[f32]| pollster::block_on(engine.query(samples, 1)).unwrap_err();
    assert!(matches!(
        refusal(&[]),
        EngineError::Audio(AudioError::TooShort { samples: 0, .. })
    ));
    let long = vec![0.0; 15 * 16_000 + 1];
    assert!(matches!(
        refusal(&long),
        EngineError::Audio(AudioError::TooLong { .. })
    ));
    let mut broken = vec![0.0; 1_000];
    broken[7] = f32::NAN;
    assert!(matches!(
        refusal(&broken),
        EngineError::Audio(AudioError::NotANumber { index: 7 })
    ));
}

#[test]
fn a_gallery_of_another_space_is_refused() {
    let mut engine = engine(BackendChoice::Cpu).unwrap();
    let gallery = testing::gallery(3, 1).unwrap();
    let mut manifest = gallery.manifest().clone();
    manifest.embedding_space = "elsewhere-1".to_owned();
    let files = gallery::write(
        manifest,
        &gallery.embeddings(),
        gallery::EmbeddingFormat::F32,
    )
    .unwrap();
    let other = Gallery::load(&files.files[0].1, &files.files[1].1).unwrap();
    let error = engine.set_gallery(&other).unwrap_err();
    assert!(error.to_string().contains("embedding_space"), "{error}");
}

#[test]
fn auto_always_runs_and_says_why() {
    let mut engine = engine(BackendChoice::Auto).unwrap();
    let report = engine.backend().clone();
    assert!(!report.reason.is_empty() && !report.adapter.is_empty());
    pollster::block_on(engine.query(&testing::sound(1.0, 3), 1)).unwrap();
    if report.kind == BackendKind::Gpu {
        let time = |kind| {
            report
                .timings
                .iter()
                .find(|time| time.kind == kind)
                .unwrap()
                .milliseconds
        };
        assert!(time(BackendKind::Gpu) < time(BackendKind::Cpu));
    }
}

#[test]
fn shards_one_by_one_make_the_same_engine() {
    let files = testing::pack_files(WeightFormat::Q8, 1).unwrap();
    let shards = &files.files[1..];
    pollster::block_on(async {
        let manifest = files.manifest.clone();
        let opened = EngineLoader::open(manifest, BackendChoice::Cpu, |_, _| {}).await;
        let mut loader = opened.unwrap();
        // A damaged copy is refused and changes nothing.
        let mut damaged = shards[0].1.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        let refusal = loader.add(&damaged).unwrap_err();
        assert!(
            matches!(refusal, EngineError::Format(FormatError::Checksum { .. })),
            "{refusal}"
        );
        for (name, bytes) in shards {
            assert_eq!(&loader.next_shard().unwrap().file, name);
            loader.add(bytes).unwrap();
        }
        assert!(loader.next_shard().is_none());
        let mut streamed = loader.finish().await.unwrap();
        let mut whole = engine(BackendChoice::Cpu).unwrap();
        let samples = testing::sound(1.5, 3);
        let heard = streamed.query(&samples, 5).await.unwrap();
        let expected = whole.query(&samples, 5).await.unwrap();
        assert_eq!(heard.embedding, expected.embedding);
        assert_eq!(heard.keywords, expected.keywords);
    });
}

#[test]
fn an_engine_needs_every_shard() {
    let files = testing::pack_files(WeightFormat::Q8, 1).unwrap();
    pollster::block_on(async {
        let opened = EngineLoader::open(files.manifest, BackendChoice::Cpu, |_, _| {}).await;
        let error = opened.unwrap().finish().await.err().unwrap();
        assert!(error.to_string().contains("weights-1"), "{error}");
    });
}

#[test]
fn threads_change_how_long_it_takes_and_nothing_else() {
    let pack = testing::pack(WeightFormat::Q8, 1).unwrap();
    let gallery = testing::gallery(20, 2).unwrap();
    let samples = testing::sound(2.5, 3);
    let answers = [1, 3].map(|threads| {
        let options = EngineOptions {
            pool: Pool::new(threads),
            ..EngineOptions::default()
        };
        let opening = Engine::with_options(&pack, BackendChoice::Cpu, options, |_, _| {});
        let mut engine = pollster::block_on(opening).unwrap();
        assert_eq!(engine.backend().threads, Some(threads));
        engine.set_gallery(&gallery).unwrap();
        let answer = pollster::block_on(engine.query(&samples, 5)).unwrap();
        (answer.embedding, answer.keywords, answer.results)
    });
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn a_large_pack_goes_to_one_backend() {
    let mut manifest = testing::pack_files(WeightFormat::F32, 1).unwrap().manifest;
    manifest.shards[0].bytes = candidates::SMALL + 1;
    let opened = Candidates::open(
        &manifest,
        BackendChoice::Auto,
        EngineOptions::default(),
        |_, _| {},
    );
    let both = pollster::block_on(opened).map(|opened| matches!(opened, Candidates::Both(..)));
    assert!(!both.unwrap());
}

#[test]
fn the_encoder_alone_leaves_what_the_head_sees() {
    let mut engine = engine(BackendChoice::Cpu).unwrap();
    let samples = testing::sound(1.0, 3);
    let encoded = pollster::block_on(engine.encode(&samples)).unwrap();
    let stages = pollster::block_on(engine.stages(&samples)).unwrap();
    let seen = stages.iter().find(|stage| stage.name == encoded.name);
    assert_eq!(seen, Some(&encoded));
    assert!(pollster::block_on(engine.encode(&[])).is_err());
}

#[test]
fn every_stage_on_the_cpu_has_a_time() {
    let mut engine = engine(BackendChoice::Cpu).unwrap();
    let samples = testing::sound(1.0, 3);
    let times = pollster::block_on(engine.stage_times(&samples)).unwrap();
    let times = times.unwrap();
    let has = |name: &str| times.iter().any(|stage| stage.name == name);
    assert!(has("log_mel") && has("weighted_sum"), "{times:?}");
    assert!(times.iter().all(|stage| stage.milliseconds >= 0.0));
    assert!(times.iter().any(|stage| stage.milliseconds > 0.0));
}

#[test]
fn what_a_pack_takes_is_told() {
    let engine = engine(BackendChoice::Cpu).unwrap();
    // The tiny pack reads keywords, not free text, and sees nothing.
    assert_eq!((engine.longest_text(), engine.picture_size()), (None, None));
}

#[test]
fn an_embedding_finds_itself_among_the_pictures() {
    let mut engine = engine(BackendChoice::Cpu).unwrap();
    assert!(
        pollster::block_on(engine.search(&[0.0; 32], 3))
            .unwrap()
            .is_empty()
    );
    let gallery = testing::gallery(20, 2).unwrap();
    engine.set_gallery(&gallery).unwrap();
    let picture = gallery.embeddings()[7 * 32..8 * 32].to_vec();
    let found = pollster::block_on(engine.search(&picture, 3)).unwrap();
    assert_eq!((found.len(), found[0].index), (3, 7));
    assert!((found[0].score - 1.0).abs() < 1e-5);
    assert!(pollster::block_on(engine.search(&[1.0; 31], 3)).is_err());

    let two = WeightData::F32 {
        shape: [2, 32],
        data: picture.repeat(2),
    };
    assert!(
        engine
            .set_embeddings(two.clone(), vec!["one".to_owned()])
            .is_err()
    );
    let ids = vec!["one".to_owned(), "two".to_owned()];
    engine.set_embeddings(two, ids).unwrap();
    let found = pollster::block_on(engine.search(&picture, 3)).unwrap();
    assert_eq!(found[0].id, "one");
}

#[test]
fn pictures_in_eight_bits_are_found_alike() {
    let gallery = testing::gallery(300, 3).unwrap();
    let bytes = WeightData::quantise([300, 32], &gallery.embeddings()).unwrap();
    let ids = || (0..300).map(|index| index.to_string()).collect();
    let exact = WeightData::F32 {
        shape: [300, 32],
        data: bytes.to_f32(),
    };
    let scores = |backend, embeddings: &WeightData| {
        let mut engine = engine(backend).unwrap();
        engine.set_embeddings(embeddings.clone(), ids()).unwrap();
        let mut found = Vec::new();
        for picture in [0, 17, 299] {
            let query = gallery.embedding(picture).unwrap();
            found.extend(pollster::block_on(engine.search(&query, 300)).unwrap());
        }
        found
            .into_iter()
            .map(|found| (found.index, found.score))
            .collect::<Vec<_>>()
    };
    let expected = scores(BackendChoice::CpuExact, &exact);
    for backend in [BackendChoice::Cpu, BackendChoice::Gpu] {
        let found = scores(backend, &bytes);
        assert_eq!(found[0].0, 0, "{backend:?}");
        for (have, want) in found.iter().zip(&expected) {
            // Places may only differ between scores that are as good as the same.
            assert!(
                (have.1 - want.1).abs() < 1e-4,
                "{backend:?} {have:?} {want:?}"
            );
        }
    }
}
