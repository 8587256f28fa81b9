//! `saysee query` on good recordings.

use serde_json::Value;

use crate::world::{World, lines, text};

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn json_holds_exactly_what_other_programs_rely_on() {
    let world = World::new();
    let output = world.query("--top 7 --json --backend cpu a.wav b.wav");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let answers = lines(&output);
    assert_eq!(answers.len(), 2);
    for (answer, (file, seconds)) in answers.iter().zip([("a.wav", 1.2), ("b.wav", 2.0)]) {
        let mut names = keys(answer);
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "backend",
                "file",
                "keywords",
                "results",
                "seconds",
                "timing_ms"
            ]
        );
        assert_eq!(answer["file"], world.path(file).to_str().unwrap());
        assert_eq!(answer["backend"], "cpu");
        assert!(
            (answer["seconds"].as_f64().unwrap() - seconds).abs() < 0.01,
            "{}",
            answer["seconds"]
        );
        assert!(
            answer["timing_ms"]
                .as_object()
                .unwrap()
                .values()
                .all(Value::is_number)
        );

        let results = answer["results"].as_array().unwrap();
        assert_eq!(results.len(), 7);
        let scores: Vec<f64> = results
            .iter()
            .map(|result| result["score"].as_f64().unwrap())
            .collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        for result in results {
            let mut names = keys(result);
            names.sort_unstable();
            assert_eq!(names, ["caption", "file", "id", "score"]);
            let number = result["id"].as_str().unwrap().strip_prefix('p').unwrap();
            assert_eq!(result["file"], format!("pictures/p{number}.webp"));
            assert_eq!(result["caption"], format!("picture {number}"));
        }

        let keywords = answer["keywords"].as_array().unwrap();
        assert!(!keywords.is_empty());
        for keyword in keywords {
            let mut names = keys(keyword);
            names.sort_unstable();
            assert_eq!(names, ["end", "score", "start", "token"]);
            let (start, end) = (
                keyword["start"].as_f64().unwrap(),
                keyword["end"].as_f64().unwrap(),
            );
            assert!(
                0.0 <= start && start < end && end <= seconds + 0.01,
                "{start} to {end}"
            );
        }
    }
}

#[test]
fn both_backends_rank_alike() {
    let world = World::new();
    let ranking = |backend: &str| {
        let output = world.query(&format!("--top 30 --json --backend {backend} b.wav"));
        assert!(output.status.success(), "{}", text(&output.stderr));
        let answer = lines(&output).remove(0);
        assert_eq!(answer["backend"], backend.trim_end_matches("-exact"));
        let ids = answer["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| result["id"].clone());
        ids.collect::<Vec<Value>>()
    };
    // Without an adapter there is nothing to compare; on Linux ./check installs a software one.
    let gpu = world.query("--json --backend gpu a.wav");
    if cfg!(target_os = "linux") || gpu.status.code() != Some(4) {
        // In eight bits neighbours may change places.
        assert_eq!(ranking("gpu"), ranking("cpu-exact"));
        assert_eq!(ranking("gpu")[..3], ranking("cpu")[..3]);
    }
}

#[test]
fn people_get_a_table() {
    let world = World::new();
    let output = world.query("--top 3 --backend cpu a.wav");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    assert!(table.starts_with("cpu: "), "{table}");
    assert_eq!(table.matches("picture ").count(), 3, "{table}");
    assert!(table.contains("word"), "{table}");
}
