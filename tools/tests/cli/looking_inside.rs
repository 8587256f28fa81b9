//! `saysee embed`, `inspect`, `bench` and `random-pack`.

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
    let output = world.run("embed --pack pack --backend cpu --stages stages.safetensors a.wav");
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
fn stages_of_several_recordings_are_kept_apart() {
    let world = World::new();
    let output =
        world.run("embed --pack pack --backend cpu --stages stages.safetensors a.wav b.wav");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let bytes = std::fs::read(world.path("stages.safetensors")).unwrap();
    let stages = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let rows = |name: &str| stages.tensor(name).unwrap().shape()[0];
    assert!(rows("0.log_mel") < rows("1.log_mel"));
}

#[test]
fn an_embedding_has_length_one_and_keywords_their_neighbours() {
    let world = World::new();
    for neighbours in ["projection", "token"] {
        let output = world.run(&format!(
            "embed --pack pack --backend cpu --json --neighbours {neighbours} b.wav"
        ));
        assert!(output.status.success(), "{}", text(&output.stderr));
        let heard = &lines(&output)[0];
        let embedding = heard["embedding"].as_array().unwrap();
        assert_eq!(embedding.len(), 32);
        let squares = embedding.iter().map(|x| x.as_f64().unwrap().powi(2));
        assert!((squares.sum::<f64>() - 1.0).abs() < 1e-4);
        let keyword = &heard["keywords"][0];
        assert_eq!(keyword["neighbours"].as_array().unwrap().len(), 4);
        assert!(keyword["start"].as_f64().unwrap() <= keyword["end"].as_f64().unwrap());
    }
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
        assert_eq!(
            (&line["kind"], &line["backend"]),
            (&"measured".into(), &"cpu".into())
        );
        let [fastest, median, slowest] =
            ["fastest_ms", "median_ms", "slowest_ms"].map(|name| line[name].as_f64().unwrap());
        assert!(0.0 < fastest && fastest <= median && median <= slowest);
    }
}

#[test]
fn bench_times_each_mode_and_says_where_the_time_goes() {
    let world = World::new();
    let made = world.run("random-pack clip --layers 1 --weights q8 --out pack-q8");
    assert!(made.status.success(), "{}", text(&made.stderr));
    let output = world.run(
        "bench --pack pack-q8 --backend cpu --modes encoder,text,picture --seconds 0.5 --runs 1 --f32 --profile --json",
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let lines = lines(&output);
    let kinds: Vec<&str> = lines
        .iter()
        .map(|line| line["kind"].as_str().unwrap())
        .collect();
    let pair = ["measured", "profile"];
    assert_eq!(kinds, [&["ceiling"][..], &pair, &pair, &pair].concat());
    assert!(lines[0]["gigaflops"].as_f64().unwrap() > 0.0);
    for (place, mode) in [(1, "encoder"), (3, "text"), (5, "picture")] {
        assert_eq!(lines[place]["mode"], mode);
        assert_eq!(lines[place]["weights"], "f32");
        let operations = lines[place + 1]["operations"].as_array().unwrap();
        assert!(operations.iter().any(|operation| {
            operation["operation"]
                .as_str()
                .unwrap()
                .starts_with("attention")
                && operation["gigaflops"].as_f64().unwrap() > 0.0
        }));
    }

    let refused = world.run("bench --pack pack --backend cpu --modes text");
    assert_eq!(refused.status.code(), Some(3));
}

#[test]
fn random_packs_hear_something_finite() {
    let world = World::new();
    for shape in ["hubert-base", "hybrid-plus"] {
        let made = world.run(&format!(
            "random-pack {shape} --layers 1 --weights q8 --out pack-{shape}"
        ));
        assert!(made.status.success(), "{}", text(&made.stderr));
        let output = world.run(&format!(
            "embed --pack pack-{shape} --backend cpu --json a.wav"
        ));
        assert!(output.status.success(), "{}", text(&output.stderr));
        let stages =
            format!("embed --pack pack-{shape} --backend cpu --stages stages.safetensors a.wav");
        assert!(world.run(&stages).status.success());
        let bytes = std::fs::read(world.path("stages.safetensors")).unwrap();
        std::fs::remove_file(world.path("stages.safetensors")).unwrap();
        let stages = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let hidden = floats(&stages.tensor("hidden_1").unwrap());
        let squares: f32 = hidden.iter().map(|x| x * x).sum();
        let size = (squares / hidden.len() as f32).sqrt();
        assert!((0.3..3.0).contains(&size), "{shape}: {size}");
    }
    let again = world.run("random-pack tiny --out pack-hubert-base");
    assert_eq!(again.status.code(), Some(5), "nothing is overwritten");
}
