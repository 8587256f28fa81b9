//! Every operation of the network against the CPU's, over odd shapes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod gpu_support;

use gpu_support::{attend, noise, weight, with_each_family, with_gpu};
use proptest::prelude::*;
use saysee_engine::ops::{Activation, Attention, Columns, Convolution, Ops, Pooling, Window};
use saysee_engine::pack::{TextFrame, WeightData, WeightFormat};

const FORMATS: [WeightFormat; 4] = [
    WeightFormat::F32,
    WeightFormat::F16,
    WeightFormat::Q8,
    WeightFormat::Q4,
];

const ACTIVATIONS: [Activation; 7] = [
    Activation::None,
    Activation::Gelu,
    Activation::QuickGelu,
    Activation::Relu,
    Activation::LeakyRelu,
    Activation::Silu,
    Activation::Sigmoid,
];

fn is_quantised(format: WeightFormat) -> bool {
    matches!(format, WeightFormat::Q8 | WeightFormat::Q4)
}

fn few_cases() -> ProptestConfig {
    ProptestConfig {
        cases: 10,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(few_cases())]

    #[test]
    fn linear(
        rows in prop_oneof![1usize..6, 30usize..70],
        inputs in 1usize..140,
        outputs in 1usize..80,
        activation in prop::sample::select(ACTIVATIONS.to_vec()),
        format in prop::sample::select(FORMATS.to_vec()),
        biased: bool,
        added: bool,
        seed: u64,
    ) {
        let inputs = if is_quantised(format) { inputs.next_multiple_of(32) } else { inputs };
        with_each_family(|gpu| {
            agree!(gpu, 2e-5, |ops| {
                let x = ops.upload(&noise(rows * inputs, seed), rows, inputs)?;
                let w = ops.load("w", &weight(outputs, inputs, seed + 1, format))?;
                let bias = ops.load("b", &WeightData::vector(noise(outputs, seed + 2)))?;
                let residual = ops.upload(&noise(rows * outputs, seed + 3), rows, outputs)?;
                let y = ops.linear(&x, &w, biased.then_some(&bias), activation, added.then_some(&residual))?;
                Ok(vec![y])
            });
        });
    }

    #[test]
    fn neighbours(
        side in 1usize..12,
        columns in 1usize..40,
        kernel in 1usize..5,
        stride in 1usize..4,
        padding in 0usize..3,
        seed: u64,
    ) {
        let window = Window { side, kernel: kernel.min(side + 2 * padding), stride, padding };
        with_gpu(|gpu| {
            agree!(gpu, 0.0, |ops| {
                let x = ops.upload(&noise(side * side * columns, seed), side * side, columns)?;
                Ok(vec![ops.neighbours(&x, window)?])
            });
        });
    }

    #[test]
    fn pool_rows(rows in 1usize..50, columns in 1usize..150, seed: u64) {
        with_gpu(|gpu| {
            for pooling in [Pooling::Mean, Pooling::Maximum, Pooling::Presence] {
                agree!(gpu, 1e-5, |ops| {
                    let x = ops.upload(&noise(rows * columns, seed), rows, columns)?;
                    Ok(vec![ops.pool_rows(&x, pooling)?])
                });
            }
        });
    }

    #[test]
    fn convolve(
        frames in 1usize..90,
        inputs in prop_oneof![Just(1usize), Just(32), 2usize..50],
        outputs in 1usize..50,
        kernel in 1usize..6,
        stride in 1usize..4,
        padding in 0usize..4,
        activation in prop::sample::select(ACTIVATIONS.to_vec()),
        biased: bool,
        seed: u64,
    ) {
        let shape = Convolution { kernel, stride, padding };
        prop_assume!(shape.output_frames(frames) > 0);
        let format = if inputs == 32 { WeightFormat::Q8 } else { WeightFormat::F16 };
        with_each_family(|gpu| {
            agree!(gpu, 2e-5, |ops| {
                let x = ops.upload(&noise(frames * inputs, seed), frames, inputs)?;
                let w = ops.load("w", &weight(outputs, kernel * inputs, seed + 1, format))?;
                let bias = ops.load("b", &WeightData::vector(noise(outputs, seed + 2)))?;
                Ok(vec![ops.convolve(&x, &w, biased.then_some(&bias), shape, activation)?])
            });
        });
    }

    #[test]
    fn depthwise_convolve(
        frames in 1usize..60,
        width in 1usize..70,
        half_kernel in 0usize..8,
        activation in prop::sample::select(ACTIVATIONS.to_vec()),
        seed: u64,
    ) {
        with_gpu(|gpu| {
            agree!(gpu, 2e-5, |ops| {
                let x = ops.upload(&noise(frames * width, seed), frames, width)?;
                let kernel = 2 * half_kernel + 1;
                let w = WeightData::F32 { shape: [kernel, width], data: noise(kernel * width, seed + 1) };
                let w = ops.load("w", &w)?;
                let bias = ops.load("b", &WeightData::vector(noise(width, seed + 2)))?;
                Ok(vec![ops.depthwise_convolve(&x, &w, &bias, activation)?])
            });
        });
    }

    #[test]
    fn norms(rows in 1usize..20, columns in 1usize..200, offset in -50f32..50.0, seed: u64) {
        with_each_family(|gpu| {
            agree!(gpu, 1e-4, |ops| {
                let x: Vec<f32> = noise(rows * columns, seed).iter().map(|x| x + offset).collect();
                let x = ops.upload(&x, rows, columns)?;
                let w = ops.load("w", &WeightData::vector(noise(columns, seed + 1)))?;
                let b = ops.load("b", &WeightData::vector(noise(columns, seed + 2)))?;
                Ok(vec![
                    ops.layer_norm(&x, Some((&w, &b)), Activation::Gelu)?,
                    ops.layer_norm(&x, None, Activation::None)?,
                    ops.channel_norm(&x, &w, &b, Activation::None)?,
                    ops.normalise_rows(&x)?,
                    ops.softmax_rows(&x)?,
                ])
            });
        });
    }

    #[test]
    fn attention(
        rows in prop_oneof![Just(1usize), 2usize..100],
        heads in 1usize..4,
        causal: bool,
        size in prop_oneof![Just(16usize), Just(48), Just(64), 1usize..129],
        sharpness in 0.5f32..8.0,
        seed: u64,
    ) {
        // Logits grow with the square of the input, the rounding in them with the logits, and the values that
        // the weights mix with the input once more.
        let tolerance = 5e-5 * (sharpness.powi(3) / 8.0).max(1.0);
        with_each_family(|gpu| {
            agree!(gpu, tolerance, |ops| {
                let columns = 3 * heads * size;
                let x: Vec<f32> = noise(rows * columns, seed).iter().map(|x| x * sharpness).collect();
                let x = ops.upload(&x, rows, columns)?;
                Ok(vec![attend(ops, &x, heads, causal)?])
            });
        });
    }

    #[test]
    fn attention_of_a_few_rows_to_some_keys(
        queries in 1usize..12,
        rows in 1usize..80,
        heads in 1usize..5,
        size in 1usize..70,
        padding in 0usize..20,
        offset in 0usize..9,
        seed: u64,
    ) {
        let keys = rows.saturating_sub(padding).max(1);
        with_each_family(|gpu| {
            agree!(gpu, 5e-5, |ops| {
                let width = heads * size;
                let q = ops.upload(&noise(queries * (width + offset), seed), queries, width + offset)?;
                let kv = ops.upload(&noise(rows * (2 * width + offset), seed + 1), rows, 2 * width + offset)?;
                let shape = Attention { width, heads, keys, causal: false };
                let q = || Columns { tensor: &q, start: offset };
                let k = || Columns { tensor: &kv, start: offset };
                let v = Columns { tensor: &kv, start: offset + width };
                let y = ops.attention(q(), k(), v, shape)?;
                let weights = ops.attention_weights(q(), k(), shape)?;
                Ok(vec![y, weights])
            });
        });
    }

    #[test]
    fn grouped_convolve(
        frames in 1usize..40,
        groups in 1usize..5,
        channels in prop_oneof![1usize..20, Just(8usize), Just(48)],
        kernel in 1usize..20,
        format in prop::sample::select(vec![WeightFormat::F32, WeightFormat::F16]),
        seed: u64,
    ) {
        with_each_family(|gpu| {
            agree!(gpu, 2e-5, |ops| {
                let width = groups * channels;
                let x = ops.upload(&noise(frames * width, seed), frames, width)?;
                let w = ops.load("w", &weight(width, kernel * channels, seed + 1, format))?;
                let bias = ops.load("b", &WeightData::vector(noise(width, seed + 2)))?;
                Ok(vec![ops.grouped_convolve(&x, &w, &bias, groups, Activation::Gelu)?])
            });
        });
    }

    #[test]
    fn scales_and_shifts(
        rows in 1usize..20,
        columns in 1usize..90,
        a_row_each: bool,
        shifted: bool,
        seed: u64,
    ) {
        with_gpu(|gpu| {
            agree!(gpu, 1e-6, |ops| {
                let x = ops.upload(&noise(rows * columns, seed), rows, columns)?;
                let own = if a_row_each { rows } else { 1 };
                let mut load = |name: &str, seed: u64| {
                    let data = noise(own * columns, seed);
                    ops.load(name, &WeightData::F32 { shape: [own, columns], data })
                };
                let (scale, shift) = (load("scale", seed + 1)?, load("shift", seed + 2)?);
                Ok(vec![ops.scale_shift(&x, &scale, shifted.then_some(&shift))?])
            });
        });
    }

    #[test]
    fn keywords_to_a_text(
        cap in 1usize..30,
        share in 0f32..1.0,
        rows in 4usize..60,
        width in 1usize..70,
        half: bool,
        seed: u64,
    ) {
        let count = (share * (cap + 1) as f32) as usize;
        with_gpu(|gpu| {
            agree!(gpu, 0.0, |ops| {
                let format = if half { WeightFormat::F16 } else { WeightFormat::F32 };
                let table = ops.load("table", &weight(rows, width, seed, format))?;
                let picks: Vec<f32> = noise(cap * 2, seed + 1)
                    .iter()
                    .map(|pick| (pick.abs() * (rows - 1) as f32).floor())
                    .collect();
                let picks = ops.upload(&picks, cap, 2)?;
                let count = ops.upload(&[count as f32], 1, 1)?;
                let tokens = ops.gather(&table, &picks)?;
                let frame = TextFrame { start: 1, end: 2, padding: 0 };
                let text = ops.frame_text(&tokens, &count, &table, frame)?;
                let end = ops.row_after(&text, &count, 1)?;
                Ok(vec![tokens, text, end])
            });
        });
    }

    #[test]
    fn segments(frames in 1usize..120, width in 1usize..40, cap in 1usize..40, threshold in 0f32..0.3, seed: u64) {
        with_gpu(|gpu| {
            agree!(gpu, 1e-4, |ops| {
                // Frames that stay alike for a while and then jump: peaks far from the threshold's rounding.
                let places = noise(frames.div_ceil(4) * width, seed);
                let x: Vec<f32> = (0..frames * width)
                    .map(|at| places[at / width / 4 * width + at % width] + 1e-3 * (at % 7) as f32)
                    .collect();
                let x = ops.upload(&x, frames, width)?;
                let found = ops.segment(&x, threshold, cap)?;
                Ok(vec![found.count, found.means])
            });
        });
    }

    #[test]
    fn elementwise_and_copies(rows in 1usize..40, columns in 1usize..50, seed: u64) {
        with_gpu(|gpu| {
            agree!(gpu, 1e-6, |ops| {
                let x = ops.upload(&noise(rows * columns * 2, seed), rows, columns * 2)?;
                let y = ops.upload(&noise(rows * columns * 2, seed + 1), rows, columns * 2)?;
                let scaled = ops.scale_add(None, &x, 0.3)?;
                let sum = ops.scale_add(Some(&scaled), &y, -1.7)?;
                let stacked = ops.stack_rows(&x, &sum)?;
                let part = ops.rows(&stacked, rows / 2, rows)?;
                let gated = ops.gated_linear_unit(&x)?;
                Ok(vec![scaled, sum, stacked, part, gated])
            });
        });
    }

    #[test]
    fn weights_as_matrices(rows in 1usize..9, seed: u64) {
        with_gpu(|gpu| {
            agree!(gpu, 0.0, |ops| {
                let w = ops.load("w", &weight(rows, 64, seed, WeightFormat::F32))?;
                Ok(vec![ops.weight_rows(&w)?])
            });
        });
    }

    #[test]
    fn top_k(
        rows in 1usize..6,
        columns in 1usize..300,
        k in 1usize..9,
        excluded in prop::collection::vec(0usize..300, 0..5),
        levels in 2u32..1000,
        seed: u64,
    ) {
        let excluded: Vec<usize> = excluded.into_iter().filter(|column| *column < columns).collect();
        prop_assume!(k + excluded.len() <= columns);
        with_gpu(|gpu| {
            agree!(gpu, 0.0, |ops| {
                // Few levels: many ties, which have to be broken alike.
                let scores: Vec<f32> = noise(rows * columns, seed)
                    .iter()
                    .map(|score| (score * levels as f32).round() / levels as f32)
                    .collect();
                let scores = ops.upload(&scores, rows, columns)?;
                Ok(vec![ops.top_k(&scores, k, &excluded)?])
            });
        });
    }
}

#[test]
fn f16_weights_are_computed_with_as_floats() {
    with_gpu(|gpu| {
        agree!(gpu, 2e-5, |ops| {
            let x = ops.upload(&noise(7 * 33, 1), 7, 33)?;
            let w = ops.load("w", &WeightData::half([5, 33], &noise(5 * 33, 2)))?;
            Ok(vec![ops.linear(&x, &w, None, Activation::None, None)?])
        });
    });
}

#[test]
fn activations_survive_large_numbers() {
    with_each_family(|gpu| {
        let x = [
            -1e30, -1e4, -90.0, -5.0, -1e-3, 0.0, 1e-3, 5.0, 90.0, 1e4, 1e30,
        ];
        for activation in ACTIVATIONS {
            agree!(gpu, 1e-6, |ops| {
                let x = ops.upload(&x, x.len(), 1)?;
                let one = ops.load("w", &WeightData::vector(vec![1.0]))?;
                Ok(vec![ops.linear(&x, &one, None, activation, None)?])
            });
        }
    });
}

#[test]
fn silence_is_no_special_case() {
    with_each_family(|gpu| {
        agree!(gpu, 1e-6, |ops| {
            let x = ops.upload(&[0.0; 3 * 48], 3, 48)?;
            let norm = ops.layer_norm(&x, None, Activation::None)?;
            let unit = ops.normalise_rows(&x)?;
            let attended = attend(ops, &x, 4, false)?;
            Ok(vec![norm, unit, attended])
        });
    });
}

#[test]
fn attention_over_a_long_utterance() {
    with_each_family(|gpu| {
        agree!(gpu, 5e-5, |ops| {
            let (rows, columns) = (401, 3 * 96);
            let x = ops.upload(&noise(rows * columns, 5), rows, columns)?;
            Ok(vec![attend(ops, &x, 2, false)?])
        });
    });
}

#[test]
fn more_workgroups_than_a_dimension_holds() {
    with_gpu(|gpu| {
        // 65 540 workgroups of one row each, and as many blocks of 256 numbers.
        let (rows, columns) = (65_540, 256);
        let x = noise(rows * columns, 11);
        let checked = [0, 1, 65_534, 65_535, 65_536, 65_539];
        let results = gpu_support::run(gpu, |ops| {
            let x = ops.upload(&x, rows, columns)?;
            let unit = ops.normalise_rows(&x)?;
            let doubled = ops.scale_add(None, &x, 2.0)?;
            let mut parts = Vec::new();
            for row in checked {
                parts.push(ops.rows(&unit, row, 1)?);
                parts.push(ops.rows(&doubled, row, 1)?);
            }
            Ok(parts)
        });
        for (row, parts) in checked.iter().zip(results.chunks(2)) {
            let length: f32 = parts[0].iter().map(|x| x * x).sum();
            assert!((length - 1.0).abs() < 1e-4, "row {row} has length {length}");
            let cells = &x[row * columns..(row + 1) * columns];
            assert!(parts[1].iter().zip(cells).all(|(y, x)| *y == 2.0 * x));
        }
    });
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    with_gpu(|gpu| {
        let x = gpu.upload(&[0.0; 6], 2, 3).unwrap();
        let w = gpu
            .load("blocks.0.ff", &weight(4, 5, 1, WeightFormat::F32))
            .unwrap();
        let message = |error: Option<saysee_engine::EngineError>| error.unwrap().to_string();
        let linear = message(gpu.linear(&x, &w, None, Activation::None, None).err());
        assert!(
            linear.contains("blocks.0.ff") && linear.contains('5') && linear.contains('3'),
            "{linear}"
        );
        assert!(message(gpu.upload(&[0.0; 5], 2, 3).err()).contains("upload"));
        assert!(message(gpu.rows(&x, 1, 2).err()).contains("rows"));
        assert!(message(attend(gpu, &x, 2, false).err()).contains("attention"));
        assert!(message(gpu.gated_linear_unit(&x).err()).contains("gated_linear_unit"));
        assert!(message(gpu.top_k(&x, 4, &[]).err()).contains("top_k"));
        let huge = WeightData::F32 {
            shape: [40_000, 1000],
            data: vec![0.0; 40_000_000],
        };
        assert!(message(gpu.load("table", &huge).err()).contains("table needs 160000000 bytes"));
    });
}
