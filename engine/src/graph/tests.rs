//! The whole network's shape. What it computes is held against the reference in the command line's golden tests.

use std::collections::BTreeMap;

use super::*;
use crate::cpu::CpuOps;
use crate::pack::WeightFormat;
use crate::testing;

#[test]
fn every_stage_has_a_name_and_finite_numbers() {
    let pack = testing::pack(WeightFormat::Q8, 1).unwrap();
    let gallery = testing::gallery(9, 1).unwrap();
    let mut ops = CpuOps::new();
    let mut network = Network::new(&mut ops, &pack).unwrap();
    network
        .set_gallery(&mut ops, gallery.stored().clone())
        .unwrap();
    let samples = testing::sound(1.3, 1);
    let stages = pollster::block_on(network.stages(&mut ops, &samples, 0)).unwrap();
    let frames = (samples.len() - 400) / 160 + 1;
    let t = frames.div_ceil(2).div_ceil(2);
    let shapes: BTreeMap<&str, (usize, usize)> = stages
        .iter()
        .map(|stage| (stage.name.as_str(), (stage.rows, stage.columns)))
        .collect();
    for (name, shape) in [
        ("log_mel", (frames, 40)),
        ("conv_0", (frames.div_ceil(2), 64)),
        ("conv_1", (t, 64)),
        ("hidden_0", (t, 64)),
        ("block_1_convolution", (t, 64)),
        ("block_1_attention", (t, 64)),
        ("hidden_2", (t, 64)),
        ("weighted_sum", (t, 64)),
        ("branch_out", (t + 1, 64)),
        ("cif_alpha", (t, 1)),
        ("cif_feats", (12, 64)),
        ("cif_lengths", (1, 1)),
        ("kw_projected", (12, 32)),
        ("cosine", (12, 17)),
        ("kw_bn", (12, 32)),
        ("keyword_ids_reduced", (12, 10)),
        ("keywords", (12, 32)),
        ("text_encoder_input", (14, 32)),
        ("cascaded_audio_feat", (1, 32)),
        ("parallel_raw", (1, 32)),
        ("parallel_audio_feat", (1, 32)),
        ("scores", (1, 9)),
    ] {
        assert_eq!(shapes.get(name), Some(&shape), "{name}");
    }
    assert_eq!(shapes.len(), stages.len(), "no name is used twice");
    for stage in &stages {
        assert_eq!(stage.rows * stage.columns, stage.numbers.len());
        assert!(
            stage.numbers.iter().all(|x| x.is_finite()),
            "{}",
            stage.name
        );
    }
}

#[test]
fn number_formats_agree() {
    let samples = testing::sound(2.0, 5);
    let mut heard = Vec::new();
    for weights in [WeightFormat::F32, WeightFormat::F16, WeightFormat::Q8] {
        let pack = testing::pack(weights, 3).unwrap();
        let mut ops = CpuOps::new();
        let network = Network::new(&mut ops, &pack).unwrap();
        heard.push(pollster::block_on(network.hear(&mut ops, &samples)).unwrap());
    }
    for other in &heard[1..] {
        let cosine: f32 = heard[0]
            .embedding
            .iter()
            .zip(&other.embedding)
            .map(|(a, b)| a * b)
            .sum();
        assert!(cosine > 0.999, "{cosine}");
    }
    assert!(heard[0].scores.is_empty());
    assert!((heard[0].embedding.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-5);
}

#[test]
fn what_is_read_once_more_is_between_sound_and_text() {
    let pack = testing::pack_that_rereads(WeightFormat::F32, 1).unwrap();
    let gallery = testing::gallery(9, 1).unwrap();
    let mut ops = CpuOps::new();
    let mut network = Network::new(&mut ops, &pack).unwrap();
    let ids = [0, 5, 6, 1];
    let sound = gallery.embedding(3).unwrap();
    let text = pollster::block_on(network.embed_text(&mut ops, &ids)).unwrap();
    let reading = pollster::block_on(network.reread(&mut ops, &ids, &sound, 0.25)).unwrap();
    assert!(reading.1.is_empty(), "there is no gallery yet");
    network
        .set_gallery(&mut ops, gallery.stored().clone())
        .unwrap();
    for share in [0.0, 0.25, 1.0] {
        let (embedding, scores) =
            pollster::block_on(network.reread(&mut ops, &ids, &sound, share)).unwrap();
        let sum = sound.iter().zip(&text);
        let sum: Vec<f32> = sum.map(|(s, t)| (1.0 - share) * s + share * t).collect();
        let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
        for (found, expected) in embedding.iter().zip(&sum) {
            assert!((found - expected / length).abs() < 1e-5, "{share}");
        }
        let searched = pollster::block_on(network.search(&mut ops, &embedding)).unwrap();
        assert_eq!((scores.len(), &scores), (9, &searched));
    }
    // Nobody asks for scores before that.
    let heard = pollster::block_on(network.hear(&mut ops, &testing::sound(1.0, 1))).unwrap();
    assert!(heard.scores.is_empty() && !heard.cosines.is_empty());
}

#[test]
fn frames_are_where_the_samples_are() {
    let pack = testing::pack(WeightFormat::F32, 1).unwrap();
    let mut ops = CpuOps::new();
    let timing = Network::new(&mut ops, &pack).unwrap().timing();
    // Frame t is centred on sample 640 t + 200.
    assert!((timing.step - 0.04).abs() < 1e-6);
    assert!((timing.first - 0.0125).abs() < 1e-6);
}

#[test]
fn too_few_samples_are_refused() {
    let pack = testing::pack(WeightFormat::F32, 1).unwrap();
    let mut ops = CpuOps::new();
    let network = Network::new(&mut ops, &pack).unwrap();
    assert!(pollster::block_on(network.hear(&mut ops, &[0.0; 399])).is_err());
    let heard = pollster::block_on(network.hear(&mut ops, &[0.0; 400])).unwrap();
    assert_eq!(heard.times.len(), 1);
    assert!(heard.embedding.iter().all(|x| x.is_finite()));
}
