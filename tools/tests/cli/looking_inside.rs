//! `saysee embed`, `inspect` and `bench`.

use safetensors::tensor::TensorView;

use crate::world::{World, lines, text};

fn floats(tensor: &TensorView) -> Vec<f32> {
    let (numbers, rest) = tensor.data().as_chunks::<4>();
    assert!(rest.is_empty());
    numbers
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect()
}

#[test]
fn stages_are_written_as_safetensors() {
    let world = World::new();
    let output =
        world.run("embed --pack pack --backend cpu --out stages.safetensors --stages a.wav");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let bytes = std::fs::read(world.path("stages.safetensors")).unwrap();
    let stages = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    assert!(stages.len() > 5, "{:?}", stages.names());
    for (name, stage) in stages.tensors() {
        assert_eq!(stage.shape().len(), 2, "{name}");
        let finite = floats(&stage).iter().all(|number| number.is_finite());
        assert!(finite, "{name}");
        assert!(text(&output.stdout).contains(&name));
    }
}

#[test]
fn an_embedding_has_length_one() {
    let world = World::new();
    let output = world.run("embed --pack pack --backend cpu --out one.safetensors b.wav");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let bytes = std::fs::read(world.path("one.safetensors")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let embedding = tensors.tensor("embedding").unwrap();
    assert_eq!(embedding.shape(), [1, 32]);
    let squares = floats(&embedding).into_iter().map(|number| number * number);
    assert!((squares.sum::<f32>() - 1.0).abs() < 1e-4);
}

#[test]
fn inspect_lists_shards_and_tensors() {
    let world = World::new();
    let output = world.run("inspect pack");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let listing = text(&output.stdout);
    for part in [
        "tiny",
        "weights-1.safetensors",
        "verified",
        "blocks.1.attention.qkv.weight",
        "q8",
    ] {
        assert!(listing.contains(part), "{part}: {listing}");
    }
    assert!(!text(&world.run("inspect --brief pack").stdout).contains("blocks.1"));
}

#[test]
fn bench_reports_each_length() {
    let world = World::new();
    let output = world.run("bench --pack pack --backend cpu --runs 2 --seconds 0.5,1 --json");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let measured = lines(&output);
    let seconds: Vec<f64> = measured
        .iter()
        .map(|line| line["seconds"].as_f64().unwrap())
        .collect();
    assert_eq!(seconds, [0.5, 1.0]);
    for line in measured {
        assert_eq!(line["backend"], "cpu");
        let [fastest, median, slowest] =
            ["fastest_ms", "median_ms", "slowest_ms"].map(|name| line[name].as_f64().unwrap());
        assert!(0.0 < fastest && fastest <= median && median <= slowest);
    }
}
