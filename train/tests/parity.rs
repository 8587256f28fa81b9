//! What is trained is what runs: a model with random weights gives the same numbers in Burn and,
//! exported as a pack, in the engine.

use burn::prelude::*;
use saysee_engine::audio::LogMel;
use saysee_engine::cpu::CpuOps;
use saysee_engine::graph::Network;
use saysee_engine::pack::{Manifest, Pack, WeightFormat};
use saysee_train::commands::export::{describe, image_tower, pack, text_tower};
use saysee_train::data::pictures::{self, PICTURE_VALUES};
use saysee_train::description::front_end;
use saysee_train::from_pack;
use saysee_train::model::encoder::EncoderConfig;
use saysee_train::model::mask::Mask;
use saysee_train::model::speech::{SpeechConfig, SpeechModel};
use saysee_train::model::towers::{EMBEDDING, Towers, host};
use saysee_train::tensors::collect;
use saysee_train::vocabulary::{END, START};

const WORDS: usize = 9;

fn small(device: &Device) -> (SpeechConfig, SpeechModel, Towers) {
    device.seed(7);
    let encoder = EncoderConfig::new()
        .with_width(64)
        .with_layers(2)
        .with_feed_forward(96);
    let config = SpeechConfig::new(encoder, 42)
        .with_parallel_hidden(48)
        .with_embedding(EMBEDDING);
    let model = config.init(device);
    (config, model, Towers::new(WORDS, 11, 5, device))
}

/// A chirp with some noise: something at every frequency.
fn samples(count: usize) -> Vec<f32> {
    let mut state = 1u32;
    (0..count)
        .map(|index| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let time = index as f32 / 16_000.0;
            let noise = (state >> 8) as f32 / (1u32 << 24) as f32 - 0.5;
            0.3 * (800.0 * time * (1.0 + 2.0 * time)).sin() + 0.05 * noise
        })
        .collect()
}

/// Smooth colours with some noise.
fn samples_of_pictures(count: usize) -> Vec<f32> {
    let noise = samples(count);
    (0..count)
        .map(|index| (index as f32 * 0.003).sin() * 0.7 + noise[index])
        .collect()
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .fold(0.0, |largest, (a, b)| largest.max((a - b).abs()))
}

#[test]
fn an_exported_model_gives_the_numbers_it_was_trained_with() {
    let device = Device::flex();
    let (config, model, towers) = small(&device);
    let tokens: Vec<String> = (0..WORDS).map(|word| format!("word{word}")).collect();
    let mut manifest = describe(&config, "parity", WeightFormat::F32, tokens);
    manifest.model.text_tower = Some(text_tower(config.embedding));
    manifest.model.image_tower = Some(image_tower(&towers.image));
    let files = pack(manifest, &model, towers.text.rows(), Some(&towers)).unwrap();
    let shards = files.files[1..]
        .iter()
        .map(|(_, bytes)| bytes.clone())
        .collect();
    let pack = Pack::load(Manifest::parse(&files.files[0].1).unwrap(), shards).unwrap();

    // An odd number of frames, twice: both strided convolutions meet their edge.
    let samples = samples(400 + 160 * 138);
    let mut ops = CpuOps::default();
    let network = Network::new(&mut ops, &pack).unwrap();
    let stages = pollster::block_on(network.stages(&mut ops, &samples, 0)).unwrap();
    let stage = |name: &str| -> &[f32] {
        &stages
            .iter()
            .find(|stage| stage.name == name)
            .unwrap_or_else(|| panic!("no stage {name}"))
            .numbers
    };

    let features = LogMel::new(&front_end())
        .unwrap()
        .features(&samples)
        .unwrap();
    let frames = features.len() / 80;
    assert_eq!(frames % 4, 3);
    // Beside a longer utterance, so that the padding must not be heard.
    let mut padded = features.clone();
    padded.resize((frames + 37) * 80, 0.0);
    padded.extend((0..(frames + 37) * 80).map(|index| ((index * 31 % 17) as f32 - 8.0) / 8.0));
    let input = Tensor::<3>::from_data(TensorData::new(padded, [2, frames + 37, 80]), &device);
    let mask = Mask::new(vec![frames, frames + 37], frames + 37, &device);
    let (states, mask) = model.encode(input, &mask);
    let first = |tensor: Tensor<3>| host(tensor.narrow(0, 0, 1).narrow(1, 0, mask.lengths[0]));
    for (index, state) in states.iter().enumerate() {
        let difference =
            largest_difference(&first(state.clone()), stage(&format!("hidden_{index}")));
        assert!(difference < 1e-4, "hidden_{index}: {difference}");
    }
    let sum = model.head.weighted_sum(&states);
    assert!(largest_difference(&first(sum), stage("weighted_sum")) < 1e-4);
    let output = model.head(&states, &mask);
    let alpha = host(output.alpha.narrow(0, 0, 1).narrow(1, 0, mask.lengths[0]));
    assert!(largest_difference(&alpha, stage("cif_alpha")) < 1e-5);
    let parallel = host(output.parallel.narrow(0, 0, 1));
    assert!(largest_difference(&parallel, stage("parallel_audio_feat")) < 1e-4);

    // Typed words, by way of the text tower.
    let typed = [vec![3u16, 2], vec![5, 4, 2, 3]];
    let taught = host(towers.text.forward(&typed, &device));
    for (row, words) in typed.iter().enumerate() {
        let mut ids = vec![u32::from(START)];
        ids.extend(words.iter().map(|&word| u32::from(word)));
        ids.push(u32::from(END));
        let said = pollster::block_on(network.embed_text(&mut ops, &ids)).unwrap();
        let own = &taught[row * said.len()..(row + 1) * said.len()];
        assert!(largest_difference(own, &said) < 1e-4);
    }

    // Pictures, by way of the image tower.
    let numbers = samples_of_pictures(PICTURE_VALUES);
    let taught = host(
        towers
            .image
            .forward(pictures::tensor(numbers.clone(), 1, &device))
            .embedding,
    );
    let seen = pollster::block_on(network.embed_image(&mut ops, &numbers)).unwrap();
    assert!(largest_difference(&taught, &seen) < 1e-4);

    // And what is gone on with is what was exported.
    let tensors = |model| {
        collect(
            &model,
            from_pack::table(&pack, &device).unwrap(),
            false,
            None,
        )
    };
    let (before, after) = (
        tensors(model),
        tensors(from_pack::speech(&pack, &device).unwrap()),
    );
    assert!(before.keys().eq(after.keys()));
    for (name, tensor) in before {
        assert_eq!(tensor.shape, after[&name].shape, "{name}");
        let difference = largest_difference(&tensor.data, &after[&name].data);
        assert!(difference < 1e-6, "{name}: {difference}");
    }
}
