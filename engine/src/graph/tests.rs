//! The head against stored results of the published model's own arithmetic, and the whole network's shape.

use std::collections::BTreeMap;

use super::*;
use crate::cpu::CpuOps;
use crate::format::{floats, read_tensors};
use crate::pack::{self, Vocabulary, WeightFormat};
use crate::testing;

/// Tensors of a file under `tests/fixtures`, as matrices.
fn fixture(bytes: &[u8]) -> BTreeMap<String, WeightData> {
    read_tensors("fixture", bytes)
        .unwrap()
        .into_iter()
        .map(|(name, raw)| {
            let data = floats(raw.data).unwrap();
            let shape = match raw.shape[..] {
                [rows, columns] => [rows, columns],
                _ => [1, data.len()],
            };
            (name, WeightData::F32 { shape, data })
        })
        .collect()
}

fn head_config() -> (pack::HybridPlus, Vocabulary) {
    let head = pack::HybridPlus {
        heads: 4,
        embedding: 24,
        firing: pack::Firing {
            convolution_kernel: 3,
            tail_threshold: 0.5,
            cap: 75,
        },
        keyword_threshold: -1.0,
    };
    let vocabulary = Vocabulary {
        tokens: (0..24).map(|index| index.to_string()).collect(),
        first_allowed: 4,
    };
    (head, vocabulary)
}

#[test]
fn the_head_computes_what_the_published_model_computes() {
    let weights = fixture(include_bytes!(
        "../../../tests/fixtures/hybrid_plus/weights.safetensors"
    ));
    let golden = fixture(include_bytes!(
        "../../../tests/fixtures/hybrid_plus/golden.safetensors"
    ));
    let (config, vocabulary) = head_config();
    let mut ops = CpuOps::new();
    let find = |name: &str| Ok(&weights[name]);
    let head = HybridPlus::load(&mut Weights::new(&mut ops, &find), &config, &vocabulary).unwrap();
    for utterance in 0..3 {
        let want = |stage: &str| &golden[&format!("{utterance}.{stage}")];
        let frames = want("weighted_sum");
        let [rows, columns] = frames.shape();
        let frames = ops.upload(&frames.to_f32(), rows, columns).unwrap();
        let mut stages = Stages::on();
        let output = head.run(&mut ops, &frames, &mut stages).unwrap();
        let count = output.slots.data()[0] as usize;
        assert_eq!(vec![count as f32], want("count").to_f32());
        for (ours, theirs) in [
            ("branch_out", "branch_out"),
            ("cif_alpha", "cif_alpha"),
            ("cif_feats", "cif_feats"),
            ("kw_projected", "kw_bn"),
            ("cosine", "cosine"),
            ("parallel_raw", "parallel_raw"),
            ("parallel_audio_feat", "parallel_audio_feat"),
        ] {
            let (_, have) = stages.list().iter().find(|(name, _)| name == ours).unwrap();
            let want = want(theirs).to_f32();
            assert!(have.data().len() >= want.len(), "{ours}");
            for (index, (have, want)) in have.data().iter().zip(&want).enumerate() {
                let miss = (have - want).abs();
                assert!(
                    miss < 2e-5 * (1.0 + want.abs()),
                    "{utterance} {ours} {index}: {have} {want}"
                );
            }
        }
    }
}

#[test]
fn every_stage_has_a_name_and_finite_numbers() {
    let pack = testing::pack(WeightFormat::Q8, 1).unwrap();
    let gallery = testing::gallery(9, 1).unwrap();
    let mut ops = CpuOps::new();
    let mut network = Network::new(&mut ops, &pack).unwrap();
    network
        .set_gallery(&mut ops, gallery.embeddings().to_vec(), 32)
        .unwrap();
    let samples = testing::sound(1.3, 1);
    let stages = pollster::block_on(network.stages(&mut ops, &samples)).unwrap();
    let frames = (samples.len() - 400) / 160 + 1;
    let t = frames.div_ceil(2).div_ceil(2);
    let shapes: BTreeMap<&str, (usize, usize)> = stages
        .iter()
        .map(|(name, rows, columns, _)| (name.as_str(), (*rows, *columns)))
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
        ("keywords", (12, 10)),
        ("parallel_raw", (1, 32)),
        ("parallel_audio_feat", (1, 32)),
        ("scores", (1, 9)),
    ] {
        assert_eq!(shapes.get(name), Some(&shape), "{name}");
    }
    assert_eq!(shapes.len(), stages.len(), "no name is used twice");
    for (name, rows, columns, numbers) in &stages {
        assert_eq!(rows * columns, numbers.len());
        assert!(numbers.iter().all(|x| x.is_finite()), "{name}");
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
    assert_eq!(heard.alpha.len(), 1);
    assert!(heard.embedding.iter().all(|x| x.is_finite()));
}
