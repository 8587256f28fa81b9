//! `saysee evaluate`: figures that the other commands agree with.

use serde_json::Value;

use crate::world::{World, lines, text};

fn listed(world: &World, manifest: &str) {
    std::fs::write(world.path("list.jsonl"), manifest).unwrap();
}

fn evaluate(world: &World, rest: &str) -> Value {
    let line = format!("evaluate --pack pack --manifest list.jsonl --backend cpu --json {rest}");
    let output = world.run(&line);
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The value of a figure of all utterances under the first degradation, and how many it is of.
fn figure(report: &Value, name: &str) -> Option<(f64, u64)> {
    let figures = report["conditions"][0]["groups"][0]["figures"]
        .as_array()
        .unwrap();
    let found = figures.iter().find(|figure| figure["name"] == name)?;
    Some((
        found["value"].as_f64().unwrap(),
        found["count"].as_u64().unwrap(),
    ))
}

#[test]
fn recall_is_what_the_rankings_of_query_say() {
    let world = World::new();
    let ranking = lines(&world.query("--top 30 --json --backend cpu a.wav b.wav"));
    let id =
        |answer: &Value, place: usize| answer["results"][place]["id"].as_str().unwrap().to_owned();
    // The best picture of one recording, the fourth of the other.
    let (first, fourth) = (id(&ranking[0], 0), id(&ranking[1], 3));
    listed(
        &world,
        &format!(
            "{{\"id\":\"a\",\"audio\":\"a.wav\",\"image\":\"{first}\",\"voice\":\"x\"}}\n{{\"id\":\"b\",\"audio\":\"b.wav\",\"image\":\"{fourth}\",\"voice\":\"y\"}}\n"
        ),
    );
    let report = evaluate(&world, "--gallery gallery");
    assert_eq!(report["pictures"], 30);
    assert_eq!(figure(&report, "speech -> image R@1"), Some((50.0, 2)));
    assert_eq!(figure(&report, "speech -> image R@5"), Some((100.0, 2)));
    let groups = report["conditions"][0]["groups"].as_array().unwrap();
    let names: Vec<_> = groups
        .iter()
        .map(|group| group["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["all", "voice x", "voice y"]);
    let own = evaluate(&world, "--gallery gallery --own-pictures");
    assert_eq!(own["pictures"], 2);
    assert_eq!(figure(&own, "image -> speech R@5"), Some((100.0, 2)));
}

#[test]
fn sentences_are_found_by_speech() {
    let world = World::new();
    let file = world.path("pack/pack.json");
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    // Text that is read by the words of the vocabulary needs no tokenizer.
    manifest["model"]["text_tower"]["words"] = true.into();
    let tokens = manifest["vocabulary"]["tokens"].as_array_mut().unwrap();
    let (one, other) = ("lighthouse", "volcano");
    let count = tokens.len();
    tokens[count - 1] = one.into();
    tokens[count - 2] = other.into();
    std::fs::write(&file, manifest.to_string()).unwrap();
    listed(
        &world,
        &format!(
            "{{\"id\":\"a\",\"audio\":\"a.wav\",\"image\":\"p\",\"text\":\"{one}\"}}\n{{\"id\":\"b\",\"audio\":\"b.wav\",\"image\":\"p\",\"text\":\"{other}\"}}\n"
        ),
    );
    let report = evaluate(&world, "--texts");
    let name = |way: &str, mode: &str, k: usize| format!("{way}, {mode}, R@{k}");
    for way in ["speech -> text", "text -> speech"] {
        // Both are about the same picture, and there are no more than two.
        let found = figure(&report, &name(way, "about the same picture", 1));
        assert_eq!(found, Some((100.0, 2)));
        let found = figure(&report, &name(way, "the same sentence", 5));
        assert_eq!(found, Some((100.0, 2)));
    }
    let without = evaluate(&world, "");
    assert_eq!(
        figure(&without, &name("speech -> text", "the same sentence", 1)),
        None
    );
}

#[test]
fn words_and_keywords_are_scored_and_degradations_repeat_themselves() {
    let world = World::new();
    let said = lines(&world.query("--json --backend cpu b.wav"));
    let keyword = &said[0]["keywords"][0];
    let token = keyword["token"].as_str().unwrap();
    listed(
        &world,
        &format!(
            "{{\"id\":\"a\",\"audio\":\"a.wav\",\"word\":\"word7\"}}\n{{\"id\":\"c\",\"audio\":\"a.wav\",\"word\":\"nobody\"}}\n\
         {{\"id\":\"b\",\"audio\":\"b.wav\",\"text\":\"the {token}\",\"words\":[{{\"word\":\"{token}\",\"start\":{},\"end\":{}}}]}}\n",
            keyword["start"], keyword["end"]
        ),
    );
    let report = evaluate(&world, "");
    assert_eq!(figure(&report, "word recall"), Some((100.0, 1)));
    assert_eq!(
        figure(&report, "boundaries strict 20 ms recall").unwrap().0,
        100.0
    );
    assert_eq!(figure(&report, "words in the vocabulary"), Some((50.0, 2)));
    // One name is all there is of the two in the vocabulary.
    assert_eq!(
        figure(&report, "words among the names R@1"),
        Some((50.0, 2))
    );
    assert_eq!(figure(&report, "speech -> image R@1"), None);
    let degraded =
        [1, 2].map(|threads| evaluate(&world, &format!("--degrade 10db,20db --threads {threads}")));
    assert_eq!(degraded[0], degraded[1]);
    assert_eq!(degraded[0]["conditions"][1]["condition"], "20db");
}

#[test]
fn what_cannot_be_measured_is_refused_with_its_place() {
    let world = World::new();
    for (manifest, rest, words) in [
        ("", "", "no utterance"),
        ("{\"id\":\"a\"}\n", "", "line 1"),
        (
            "{\"id\":\"a\",\"audio\":\"missing.wav\"}\n",
            "",
            "missing.wav",
        ),
        (
            "{\"id\":\"a\",\"audio\":\"a.wav\"}\n",
            "--degrade 15db",
            "15db",
        ),
        (
            "{\"id\":\"a\",\"audio\":\"a.wav\"}\n",
            "--split test",
            "split",
        ),
    ] {
        listed(&world, manifest);
        let line = format!("evaluate --pack pack --manifest list.jsonl --backend cpu {rest}");
        let output = world.run(&line);
        let told = text(&output.stderr);
        assert!(
            !output.status.success() && told.contains(words),
            "{words}: {told}"
        );
    }
}

#[test]
fn quiet_around_a_recording_is_told_and_bounded() {
    let world = World::new();
    listed(
        &world,
        "{\"id\":\"a\",\"audio\":\"a.wav\",\"image\":\"none\"}\n",
    );
    let report = evaluate(&world, "--gallery gallery --around 0.5");
    assert_eq!(report["around"], 0.5);
    assert_eq!(figure(&report, "speech -> image R@1"), Some((0.0, 1)));
    let line = "evaluate --pack pack --manifest list.jsonl --around 9";
    let output = world.run(line);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("0 to 5"));
}
