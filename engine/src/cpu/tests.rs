//! The operations against their formulas.

mod search;
mod threads;

use proptest::prelude::*;

use super::*;
use crate::format::floats;
use crate::ops::cut;
use crate::pack::GROUP;
use crate::testing::Random;

fn matrix(random: &mut Random, rows: usize, columns: usize) -> Matrix {
    Matrix::new(rows, columns, random.numbers(rows * columns, 1.0))
}

/// A matrix as a weight.
fn weight_of(matrix: &Matrix) -> Weight {
    matrix.clone().into()
}

/// Attention of a matrix's first row of columns to itself.
fn attend(ops: &mut CpuOps, x: &Matrix, heads: usize) -> Result<Matrix, EngineError> {
    let part = || Columns {
        tensor: x,
        start: 0,
    };
    let shape = Attention {
        width: x.columns(),
        heads,
        keys: x.rows(),
        causal: false,
    };
    ops.attention(part(), part(), part(), shape)
}

fn assert_near(have: &[f32], want: impl IntoIterator<Item = f64>) {
    let want: Vec<f64> = want.into_iter().collect();
    assert_eq!(have.len(), want.len());
    for (index, (have, want)) in have.iter().zip(want).enumerate() {
        let miss = (f64::from(*have) - want).abs();
        assert!(miss < 1e-5 * (1.0 + want.abs()), "{index}: {have} {want}");
    }
}

proptest! {
    #[test]
    fn convolve_is_the_sum_under_the_kernel(
        frames in 1_usize..30, inputs in 1_usize..7, outputs in 1_usize..6,
        kernel in 1_usize..6, stride in 1_usize..4, seed in any::<u64>(),
    ) {
        let mut random = Random::new(seed);
        let shape = Convolution { kernel, stride, padding: kernel / 2 };
        let x = matrix(&mut random, frames, inputs);
        let weight = matrix(&mut random, outputs, kernel * inputs);
        let bias = matrix(&mut random, 1, outputs);
        let out = CpuOps::new().convolve(&x, &weight_of(&weight), Some(&weight_of(&bias)), shape, Activation::Relu).unwrap();
        prop_assert_eq!(out.rows(), shape.output_frames(frames));
        let mut want = Vec::new();
        for frame in 0..out.rows() {
            for output in 0..outputs {
                let mut sum = f64::from(bias.data()[output]);
                for tap in 0..kernel {
                    let row = (frame * stride + tap) as isize - shape.padding as isize;
                    if (0..frames as isize).contains(&row) {
                        for input in 0..inputs {
                            sum += f64::from(x.data()[row as usize * inputs + input])
                                * f64::from(weight.data()[(output * kernel + tap) * inputs + input]);
                        }
                    }
                }
                want.push(sum.max(0.0));
            }
        }
        assert_near(out.data(), want);
    }

    #[test]
    fn depthwise_is_one_filter_a_channel(frames in 1_usize..30, width in 1_usize..9, reach in 0_usize..6, seed in any::<u64>()) {
        let mut random = Random::new(seed);
        let kernel = 2 * reach + 1;
        let x = matrix(&mut random, frames, width);
        let weight = matrix(&mut random, kernel, width);
        let bias = matrix(&mut random, 1, width);
        let out = CpuOps::new().depthwise_convolve(&x, &weight_of(&weight), &weight_of(&bias), Activation::None).unwrap();
        let mut want = Vec::new();
        for frame in 0..frames {
            for channel in 0..width {
                let mut sum = f64::from(bias.data()[channel]);
                for tap in 0..kernel {
                    let row = (frame + tap) as isize - reach as isize;
                    if (0..frames as isize).contains(&row) {
                        sum += f64::from(x.data()[row as usize * width + channel])
                            * f64::from(weight.data()[tap * width + channel]);
                    }
                }
                want.push(sum);
            }
        }
        assert_near(out.data(), want);
    }

    #[test]
    fn quantised_weights_mean_value_times_scale(rows in 1_usize..20, outputs in 1_usize..20, groups in 1_usize..5, seed in any::<u64>()) {
        let mut random = Random::new(seed);
        let inputs = groups * GROUP;
        let x = matrix(&mut random, rows, inputs);
        let numbers = random.numbers(outputs * inputs, 0.3);
        let data = WeightData::quantise([outputs, inputs], &numbers).unwrap();
        let WeightData::Q8 { values, scales, .. } = &data else { panic!("not quantised") };
        let mut ops = CpuOps::new();
        let weight = ops.load("w", &data).unwrap();
        let out = ops.linear(&x, &weight, None, Activation::None, None).unwrap();
        let mut want = Vec::new();
        for row in x.iter_rows() {
            for output in 0..outputs {
                want.push((0..inputs).map(|i| {
                    f64::from(row[i]) * f64::from(values[output * inputs + i]) * f64::from(scales[output * groups + i / GROUP])
                }).sum());
            }
        }
        assert_near(out.data(), want);
    }
}

#[test]
fn linear_adds_bias_then_activation_then_residual() {
    let mut ops = CpuOps::new();
    let x = Matrix::new(1, 2, vec![1.0, -2.0]);
    let weight = Matrix::new(2, 2, vec![1.0, 1.0, -1.0, 0.5]);
    let bias = Matrix::new(1, 2, vec![0.5, 3.0]);
    let residual = Matrix::new(1, 2, vec![10.0, 20.0]);
    let out = ops
        .linear(
            &x,
            &weight_of(&weight),
            Some(&weight_of(&bias)),
            Activation::Relu,
            Some(&residual),
        )
        .unwrap();
    assert_eq!(out.data(), [10.0, 21.0]);
}

#[test]
fn layer_norm_has_mean_zero_and_variance_one() {
    let mut ops = CpuOps::new();
    let x = Matrix::new(2, 4, vec![1.0, 2.0, 3.0, 4.0, 7.0, 7.0, 7.0, 7.0]);
    let plain = ops.layer_norm(&x, None, Activation::None).unwrap();
    let scale = 1.0 / (1.25_f64 + 1e-5).sqrt();
    let first = [-1.5, -0.5, 0.5, 1.5].map(|d| d * scale);
    assert_near(plain.data(), first.into_iter().chain([0.0; 4]));
    let weight = Matrix::new(1, 4, vec![2.0; 4]);
    let bias = Matrix::new(1, 4, vec![1.0; 4]);
    let moved = ops
        .layer_norm(
            &x,
            Some((&weight_of(&weight), &weight_of(&bias))),
            Activation::None,
        )
        .unwrap();
    assert_near(
        moved.data(),
        first.map(|y| 2.0 * y + 1.0).into_iter().chain([1.0; 4]),
    );
}

#[test]
fn a_convolution_and_its_norm_are_one_pass() {
    let mut random = Random::new(5);
    // A voice is far from mean zero where a microphone is bad.
    let samples: Vec<f32> = random.numbers(2_000, 0.5).iter().map(|x| x + 0.3).collect();
    let x = Matrix::new(2_000, 1, samples);
    let weight = weight_of(&matrix(&mut random, 24, 10));
    let bias = weight_of(&matrix(&mut random, 1, 24));
    let (scale, shift) = (matrix(&mut random, 1, 24), matrix(&mut random, 1, 24));
    let norm = (&weight_of(&scale), &weight_of(&shift));
    let shape = Convolution {
        kernel: 10,
        stride: 5,
        padding: 0,
    };
    let mut ops = CpuOps::new();
    let convolved = ops
        .convolve(&x, &weight, Some(&bias), shape, Activation::None)
        .unwrap();
    let two = ops
        .channel_norm(&convolved, norm.0, norm.1, Activation::Gelu)
        .unwrap();
    let one = ops
        .normalised_convolve(&x, &weight, Some(&bias), shape, norm, Activation::Gelu)
        .unwrap();
    assert_near(one.data(), two.data().iter().map(|y| f64::from(*y)));
}

#[test]
fn the_gate_is_the_second_half() {
    let x = Matrix::new(1, 4, vec![3.0, 5.0, 0.0, 100.0]);
    let out = CpuOps::new().gated_linear_unit(&x).unwrap();
    assert_eq!(out.data(), [1.5, 5.0]);
}

#[test]
fn rows_are_stacked_cut_scaled_and_normalised() {
    let mut ops = CpuOps::new();
    let a = Matrix::new(1, 2, vec![3.0, 4.0]);
    let b = Matrix::new(2, 2, vec![0.0, 0.0, 0.0, 2.0]);
    let stacked = ops.stack_rows(&a, &b).unwrap();
    assert_eq!(ops.shape(&stacked), (3, 2));
    assert_eq!(ops.rows(&stacked, 1, 2).unwrap(), b);
    assert_eq!(
        ops.normalise_rows(&stacked).unwrap().data(),
        [0.6, 0.8, 0.0, 0.0, 0.0, 1.0]
    );
    let sum = ops.scale_add(None, &a, 2.0).unwrap();
    assert_eq!(ops.scale_add(Some(&sum), &a, -1.0).unwrap(), a);
}

#[test]
fn the_best_columns_come_with_their_scores() {
    let scores = Matrix::new(2, 4, vec![9.0, 1.0, 3.0, 2.0, 9.0, 5.0, 5.0, 6.0]);
    let best = CpuOps::new().top_k(&scores, 2, &[0]).unwrap();
    assert_eq!(best.data(), [2.0, 3.0, 3.0, 2.0, 3.0, 1.0, 6.0, 5.0]);
}

#[test]
fn integrate_and_fire_passes_the_stored_corner_cases() {
    let firing = Firing {
        tail_threshold: 0.5,
        cap: 75,
    };
    let cases: [(&str, &[u8]); 9] = [
        (
            "cap_plus_tail",
            include_bytes!("../../../tests/fixtures/cif_unit/cap_plus_tail.safetensors"),
        ),
        (
            "leading_zeros",
            include_bytes!("../../../tests/fixtures/cif_unit/leading_zeros.safetensors"),
        ),
        (
            "ones",
            include_bytes!("../../../tests/fixtures/cif_unit/ones.safetensors"),
        ),
        (
            "over_cap",
            include_bytes!("../../../tests/fixtures/cif_unit/over_cap.safetensors"),
        ),
        (
            "random",
            include_bytes!("../../../tests/fixtures/cif_unit/random.safetensors"),
        ),
        (
            "sum_below_one",
            include_bytes!("../../../tests/fixtures/cif_unit/sum_below_one.safetensors"),
        ),
        (
            "tail_dropped",
            include_bytes!("../../../tests/fixtures/cif_unit/tail_dropped.safetensors"),
        ),
        (
            "tail_exact_half",
            include_bytes!("../../../tests/fixtures/cif_unit/tail_exact_half.safetensors"),
        ),
        (
            "tail_fired",
            include_bytes!("../../../tests/fixtures/cif_unit/tail_fired.safetensors"),
        ),
    ];
    for (name, bytes) in cases {
        // `fired` is a tensor of booleans, which packs never hold: the library reads this file.
        let file = safetensors::SafeTensors::deserialize(bytes).unwrap();
        let tensor = |name: &str| {
            let view = file.tensor(name).unwrap();
            let data = floats(view.data()).unwrap();
            Matrix::new(view.shape()[0], data.len() / view.shape()[0], data)
        };
        let (frames, alpha, want) = (tensor("input"), tensor("alpha"), tensor("features"));
        let fired = CpuOps::new()
            .integrate_and_fire(&frames, &alpha, firing)
            .unwrap();
        assert_eq!(fired.count.data(), [want.rows() as f32], "{name}");
        assert_eq!((fired.slots.rows(), fired.slots.columns()), (75, 6));
        let (kept, rest) = fired.slots.data().split_at(want.data().len());
        for (have, want) in kept.iter().zip(want.data()) {
            assert!((have - want).abs() < 1e-5, "{name}: {have} {want}");
        }
        assert!(rest.iter().all(|x| *x == 0.0), "{name}");
        let flags = file.tensor("fired").unwrap();
        let expected: Vec<usize> = flags
            .data()
            .iter()
            .enumerate()
            .filter(|(_, flag)| **flag != 0)
            .map(|(frame, _)| frame)
            .collect();
        assert_eq!(cut(alpha.data(), firing).fired, expected, "{name}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut ops = CpuOps::new();
    let x = Matrix::new(2, 3, vec![0.0; 6]);
    let square = Matrix::new(2, 2, vec![0.0; 4]);
    let square_weight = weight_of(&square);
    let x_weight = weight_of(&x);
    let shape = Convolution {
        kernel: 2,
        stride: 1,
        padding: 0,
    };
    let refusals = [
        ops.linear(&x, &square_weight, None, Activation::None, None)
            .err(),
        ops.linear(
            &square,
            &square_weight,
            Some(&square_weight),
            Activation::None,
            None,
        )
        .err(),
        ops.linear(&square, &square_weight, None, Activation::None, Some(&x))
            .err(),
        ops.convolve(&x, &square_weight, None, shape, Activation::None)
            .err(),
        ops.depthwise_convolve(&x, &square_weight, &x_weight, Activation::None)
            .err(),
        ops.layer_norm(&x, Some((&square_weight, &square_weight)), Activation::None)
            .err(),
        ops.gated_linear_unit(&x).err(),
        attend(&mut ops, &x, 2).err(),
        attend(&mut ops, &x, 0).err(),
        ops.scale_add(Some(&square), &x, 1.0).err(),
        ops.stack_rows(&x, &square).err(),
        ops.rows(&x, 1, 2).err(),
        ops.rows(&x, usize::MAX, 2).err(),
        ops.top_k(&x, 3, &[0]).err(),
        ops.upload(&[0.0; 5], 2, 3).err(),
        ops.integrate_and_fire(
            &x,
            &x,
            Firing {
                tail_threshold: 0.5,
                cap: 4,
            },
        )
        .map(|_| ())
        .err(),
        ops.load(
            "w",
            &WeightData::F32 {
                shape: [2, 2],
                data: vec![0.0],
            },
        )
        .err(),
    ];
    for (index, refusal) in refusals.into_iter().enumerate() {
        assert!(
            matches!(refusal, Some(EngineError::Shape { .. })),
            "{index}: {refusal:?}"
        );
    }
}
