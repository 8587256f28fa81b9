//! What is refused, with which words and which exit status.

use crate::world::{World, lines, text};

#[test]
fn a_bad_recording_does_not_spoil_the_others() {
    let world = World::new();
    std::fs::write(world.path("letter.mp3"), "not a recording").unwrap();
    world.record("long.wav", 16_000, 16.0, 5);
    world.record("short.wav", 16_000, 0.01, 5);
    let bad = ["missing.wav", "letter.mp3", "long.wav", "short.wav"];
    let output = world.query(&format!("--json --backend cpu {} b.wav", bad.join(" ")));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output).len(), 1);
    let errors = text(&output.stderr);
    for file in bad {
        assert_eq!(errors.matches(file).count(), 1, "{file}: {errors}");
    }
    assert!(errors.contains("15 s"), "{errors}");
}

#[test]
fn a_damaged_pack_or_gallery_is_refused_by_name() {
    let world = World::new();
    world.damage("pack/weights-1.safetensors");
    for line in ["query --pack pack --gallery gallery a.wav", "inspect pack"] {
        let output = world.run(line);
        assert_eq!(output.status.code(), Some(3));
        assert!(
            text(&output.stderr).contains("weights-1.safetensors: damaged"),
            "{}",
            text(&output.stderr)
        );
    }

    let world = World::new();
    world.damage("gallery/embeddings.safetensors");
    let output = world.query("a.wav");
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("embeddings.safetensors: damaged"));

    std::fs::remove_file(world.path("pack/pack.json")).unwrap();
    let output = world.query("a.wav");
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("pack.json: not found"));
}

#[test]
fn a_gallery_of_another_space_is_refused() {
    let world = World::new();
    let path = world.path("gallery/gallery.json");
    let manifest = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, manifest.replace("tiny-1", "other-1")).unwrap();
    let output = world.query("--backend cpu a.wav");
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let error = text(&output.stderr);
    assert!(
        error.contains("other-1") && error.contains("tiny-1"),
        "{error}"
    );
}

#[test]
fn wrong_arguments_are_explained() {
    let world = World::new();
    for line in [
        "",
        "query",
        "query --top many",
        "bench --pack pack --seconds 0",
    ] {
        let output = world.run(line);
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert!(
            text(&output.stderr).contains("--help"),
            "{}",
            text(&output.stderr)
        );
    }
    assert!(text(&world.run("--help").stdout).contains("Exit status"));
}
