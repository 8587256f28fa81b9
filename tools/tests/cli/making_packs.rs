//! `saysee convert`, `fetch`, `text` and `image`.

use std::path::{Path, PathBuf};

use saysee_engine::format::sha256_hex;
use saysee_engine::pack::{self, ImageTower, ImageTransformer, Pixels, Shard, WeightFormat};
use saysee_engine::testing;

use crate::site::{Act, Site};
use crate::world::{World, lines, text};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/fixtures")
        .join(name)
}

/// Merges of a language with one word, in the form of CLIP's file.
const MERGES: &str = "#version: 0.2\nd o\ndo g</w>\n";

/// The line of `convert` that makes `pack-of-NAME` from a checkpoint of the fixtures.
fn convert(name: &str, rest: &str) -> String {
    let folder = fixture(name);
    let (checkpoint, config) = (folder.join("model.ckpt"), folder.join("config.json"));
    format!(
        "convert {} --config {} --out converted {rest}",
        checkpoint.display(),
        config.display()
    )
}

#[test]
fn a_checkpoint_becomes_a_pack_that_hears() {
    let world = World::new();
    std::fs::write(world.path("merges.txt"), MERGES).unwrap();
    let output = world.run(&convert(
        "checkpoints/hybrid_plus_base",
        "--weights q8 --vocab merges.txt --check a.wav b.wav",
    ));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("hybrid+"), "{said}");
    assert_eq!(said.matches("with f32").count(), 2, "{said}");

    let output = world.run("embed --pack converted --backend cpu --json a.wav");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let heard = &lines(&output)[0];
    assert_eq!(heard["embedding"].as_array().unwrap().len(), 24);
    assert!(!heard["keywords"].as_array().unwrap().is_empty());
    let token = heard["keywords"][0]["token"].as_str().unwrap();
    assert!(!token.starts_with('#'), "{token} is named by the merges");

    let again = world.run(&convert("checkpoints/hybrid_plus_base", ""));
    assert_eq!(again.status.code(), Some(5), "nothing is overwritten");
}

#[test]
fn the_flat_form_gives_the_same_pack() {
    let world = World::new();
    let flat = fixture("checkpoints/hybrid_plus_base/state_dict.safetensors");
    let output = world.run(&format!(
        "convert {} --weights f16 --out flat",
        flat.display()
    ));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let output = world.run(&convert("checkpoints/hybrid_plus_base", "--weights f16"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let read = |folder: &str| std::fs::read(world.path(folder).join("weights-1.safetensors"));
    assert!(read("flat").unwrap() == read("converted").unwrap());
}

#[test]
fn a_damaged_checkpoint_leaves_nothing() {
    let world = World::new();
    let whole = std::fs::read(fixture("checkpoints/hybrid_plus_base/model.ckpt")).unwrap();
    for (name, bytes) in [
        ("cut.ckpt", &whole[..whole.len() / 2]),
        ("text.ckpt", b"not a checkpoint at all".as_slice()),
        ("empty.ckpt", b"".as_slice()),
    ] {
        std::fs::write(world.path(name), bytes).unwrap();
        let output = world.run(&format!("convert {name} --out converted"));
        assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains(name));
        assert!(!world.path("converted").exists());
    }
    let left = std::fs::read_dir(world.path(".")).unwrap();
    let hidden = left.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with(".saysee")
    });
    assert_eq!(hidden.count(), 0);
}

#[test]
fn inspect_measures_what_a_number_format_costs() {
    let world = World::new();
    for weights in ["f32", "q4"] {
        let line = convert(
            "checkpoints/hybrid_plus_base",
            &format!("--weights {weights}"),
        );
        let output = world.run(&line.replace("converted", &format!("pack-{weights}")));
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    let error = |line: &str| -> f32 {
        let output = world.run(line);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let listing = text(&output.stdout);
        let tensor = listing
            .lines()
            .find(|line| line.contains("blocks.0.feed_forward.expand.weight"));
        let words: Vec<&str> = tensor.unwrap().split_whitespace().collect();
        words[words.len() - 2].parse().unwrap()
    };
    let expected = error("inspect pack-q4");
    let measured = error("inspect pack-q4 --against pack-f32");
    assert!((0.02..0.2).contains(&measured), "{measured}");
    assert!(
        (expected / measured - 1.0).abs() < 0.2,
        "{expected} {measured}"
    );
}

#[test]
fn a_published_checkpoint_is_fetched_resumed_and_converted() {
    let world = World::new();
    std::fs::write(world.path("merges.txt"), MERGES).unwrap();
    let folder = fixture("goldens/parallel_base");
    let bytes = std::fs::read(folder.join("model.ckpt")).unwrap();
    let site = Site::new(bytes.clone());
    site.then([Act::DropAfter(300_000), Act::Serve]);
    let line = format!(
        "fetch speechclip-parallel-base-flickr --folder {} --mirror {} --vocab merges.txt --config {} --out converted",
        world.path("downloads").display(),
        site.base,
        folder.join("config.json").display()
    );
    let output = world.run(&line);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let ranges = site.ranges();
    assert_eq!(ranges.len(), 2, "{ranges:?}");
    assert!(ranges[1].is_some(), "the second request asks for the rest");
    let said = text(&output.stdout);
    assert!(
        said.contains("recorded now") && said.contains("parallel"),
        "{said}"
    );
    let kept = world.path("downloads/speechclip-parallel-base-flickr.ckpt");
    assert!(std::fs::read(&kept).unwrap() == bytes);
    let heard = world.run("embed --pack converted --backend cpu --json a.wav");
    assert!(heard.status.success(), "{}", text(&heard.stderr));

    world.damage("downloads/speechclip-parallel-base-flickr.ckpt");
    let output = world.run(&line.replace("--out converted", ""));
    assert_eq!(output.status.code(), Some(6));
    assert!(
        text(&output.stderr).contains("SHA-256"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn everything_that_can_be_fetched_is_listed() {
    let world = World::new();
    let output = world.run("fetch --list");
    let listing = text(&output.stdout);
    assert_eq!(listing.lines().count(), 16, "{listing}");
    assert!(listing.contains("speechclip-hybrid-plus-large-coco"));
    let output = world.run("fetch speechclip-hybrid-plus");
    assert_eq!(output.status.code(), Some(6));
    assert!(text(&output.stderr).contains("speechclip-hybrid-plus-base-flickr"));
}

/// A pack that reads text and sees pictures.
fn with_towers(world: &World) {
    let mut manifest = testing::manifest(WeightFormat::F16);
    if let Some(tower) = &mut manifest.model.text_tower {
        tower.tokens = 516;
    }
    manifest.model.image_tower = Some(ImageTower::Transformer(ImageTransformer {
        width: 32,
        layers: 1,
        heads: 2,
        feed_forward: 64,
        pixels: Pixels {
            size: 32,
            patch: 8,
            mean: [0.5; 3],
            deviation: [0.25; 3],
        },
    }));
    manifest.tokenizer = Some(Shard {
        file: "merges.txt".to_owned(),
        bytes: MERGES.len() as u64,
        sha256: sha256_hex(MERGES.as_bytes()),
    });
    let tensors = testing::tensors(&manifest, 4);
    let mut files = pack::write(manifest, &tensors).unwrap().files;
    files.push(("merges.txt".to_owned(), MERGES.as_bytes().to_vec()));
    world.write("towers", &files);
}

#[test]
fn texts_and_pictures_rank_a_gallery() {
    let world = World::new();
    with_towers(&world);
    let picture = fixture("clip/small.png");
    for line in [
        "text --pack towers --gallery gallery --top 4 --json dog".to_owned(),
        format!(
            "image --pack towers --gallery gallery --top 4 --json {}",
            picture.display()
        ),
    ] {
        for backend in ["cpu", "gpu"] {
            let output = world.run(&format!("{line} --backend {backend}"));
            assert!(output.status.success(), "{}", text(&output.stderr));
            let found = &lines(&output)[0];
            let embedding = found["embedding"].as_array().unwrap();
            let squares = embedding.iter().map(|x| x.as_f64().unwrap().powi(2));
            assert!((squares.sum::<f64>() - 1.0).abs() < 1e-4);
            let scores: Vec<f64> = found["results"]
                .as_array()
                .unwrap()
                .iter()
                .map(|result| result["score"].as_f64().unwrap())
                .collect();
            assert_eq!(scores.len(), 4);
            assert!(scores.is_sorted_by(|a, b| a >= b));
        }
    }
    let output = world.run("text --pack towers dog");
    assert!(text(&output.stdout).contains("32 numbers"));
}

#[test]
fn photographs_become_a_gallery_that_finds_them() {
    let world = World::new();
    with_towers(&world);
    let photographs = world.path("photographs");
    std::fs::create_dir(&photographs).unwrap();
    std::fs::copy(fixture("clip/small.png"), photographs.join("small_one.png")).unwrap();
    std::fs::copy(fixture("clip/strip.png"), photographs.join("strip.png")).unwrap();
    std::fs::write(photographs.join("notes.txt"), "no picture").unwrap();
    std::fs::write(world.path("captions"), r#"{"strip.png": "a strip"}"#).unwrap();
    let output = world.run(
        "index --pack towers --backend cpu photographs --captions captions --side 64 --out converted",
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("notes.txt"));
    assert!(text(&output.stdout).contains("2 pictures"));
    let found = world.run("image --pack towers --gallery converted --json photographs/strip.png");
    assert!(found.status.success(), "{}", text(&found.stderr));
    let best = &lines(&found)[0]["results"][0];
    assert_eq!(best["caption"], "a strip");
    assert!(best["score"].as_f64().unwrap() > 0.999);
    let heard = world.run("query --pack towers --gallery converted --backend cpu --json a.wav");
    assert!(heard.status.success(), "{}", text(&heard.stderr));
}

#[test]
fn what_a_pack_cannot_do_is_said() {
    let world = World::new();
    let output = world.run("text --pack pack dog");
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("--vocab"));
    let output = world.run("image --pack pack a.wav");
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("--no-pictures"));
    with_towers(&world);
    let output = world.run("image --pack towers a.wav");
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("a.wav"));
    let long = ["dog"; 40].join(" ");
    let output = world.run(&format!("text --pack towers {long}"));
    assert!(output.status.success(), "forty texts of a word each");
}
