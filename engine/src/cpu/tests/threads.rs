//! However many threads share an operation, not a bit of what comes out changes.

use super::*;

/// Runs `work` on one, two and three threads, and on threads that are more than there are tasks.
fn same(precision: Precision, mut work: impl FnMut(&mut CpuOps) -> Matrix) {
    let bits =
        |matrix: &Matrix| -> Vec<u32> { matrix.data().iter().map(|x| x.to_bits()).collect() };
    let alone = work(&mut CpuOps::with(precision));
    for threads in [2, 3, 16] {
        let pool = Pool::new(threads);
        assert_eq!(pool.threads(), threads);
        let shared = work(&mut CpuOps::with(precision).on(pool));
        assert_eq!(bits(&alone), bits(&shared), "{threads} threads");
    }
}

fn quantised(random: &mut Random, outputs: usize, inputs: usize) -> WeightData {
    let numbers = random.numbers(outputs * inputs, 1.0);
    WeightData::quantise([outputs, inputs], &numbers).unwrap()
}

fn part<'a>(tensor: &'a Matrix, width: usize, which: usize) -> Columns<'a, Matrix> {
    Columns {
        tensor,
        start: which * width,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn products(rows in 1_usize..90, blocks in 1_usize..30, outputs in 1_usize..300, seed in any::<u64>()) {
        let inputs = 32 * blocks;
        let mut random = Random::new(seed);
        let x = matrix(&mut random, rows, inputs);
        let data = quantised(&mut random, outputs, inputs);
        let bias = weight_of(&matrix(&mut random, 1, outputs));
        let residual = matrix(&mut random, rows, outputs);
        for precision in [Precision::Exact, Precision::EightBits] {
            same(precision, |ops| {
                let weight = ops.load("weight", &data).unwrap();
                ops.linear(&x, &weight, Some(&bias), Activation::Gelu, Some(&residual)).unwrap()
            });
        }
    }

    #[test]
    fn convolutions(
        frames in 1_usize..120, channels in 1_usize..4, outputs in 1_usize..100,
        kernel in 1_usize..6, stride in 1_usize..4, seed in any::<u64>(),
    ) {
        let channels = 32 * channels;
        let mut random = Random::new(seed);
        let shape = Convolution { kernel, stride, padding: kernel / 2 };
        let x = matrix(&mut random, frames, channels);
        let data = quantised(&mut random, outputs, kernel * channels);
        for precision in [Precision::Exact, Precision::EightBits] {
            same(precision, |ops| {
                let weight = ops.load("weight", &data).unwrap();
                ops.convolve(&x, &weight, None, shape, Activation::Gelu).unwrap()
            });
        }
        let taps = weight_of(&matrix(&mut random, 2 * kernel + 1, channels));
        let bias = weight_of(&matrix(&mut random, 1, channels));
        same(Precision::Exact, |ops| ops.depthwise_convolve(&x, &taps, &bias, Activation::Silu).unwrap());
        let positions = weight_of(&matrix(&mut random, channels, 16 * channels / 4));
        same(Precision::Exact, |ops| ops.grouped_convolve(&x, &positions, &bias, 4, Activation::Gelu).unwrap());
    }

    #[test]
    fn attention(rows in 1_usize..150, heads in 1_usize..6, causal in any::<bool>(), seed in any::<u64>()) {
        let width = 24 * heads;
        let x = matrix(&mut Random::new(seed), rows, 3 * width);
        let shape = Attention { width, heads, keys: rows, causal };
        same(Precision::Exact, |ops| ops.attention(part(&x, width, 0), part(&x, width, 1), part(&x, width, 2), shape).unwrap());
        same(Precision::Exact, |ops| ops.attention_weights(part(&x, width, 0), part(&x, width, 1), shape).unwrap());
    }

    #[test]
    fn rows(rows in 1_usize..200, width in 1_usize..100, seed in any::<u64>()) {
        let mut random = Random::new(seed);
        let x = matrix(&mut random, rows, 2 * width);
        let affine = [0, 1].map(|_| weight_of(&matrix(&mut random, 1, 2 * width)));
        let affine = Some((&affine[0], &affine[1]));
        same(Precision::Exact, |ops| ops.layer_norm(&x, affine, Activation::None).unwrap());
        same(Precision::Exact, |ops| ops.gated_linear_unit(&x).unwrap());
    }

    #[test]
    fn samples(count in 400_usize..9_000, outputs in 1_usize..100, seed in any::<u64>()) {
        let mut random = Random::new(seed);
        let shape = Convolution { kernel: 10, stride: 5, padding: 0 };
        let x = matrix(&mut random, count, 1);
        let taps = weight_of(&matrix(&mut random, outputs, 10));
        let norm = [0, 1].map(|_| weight_of(&matrix(&mut random, 1, outputs)));
        let norm = (&norm[0], &norm[1]);
        same(Precision::Exact, |ops| {
            ops.normalised_convolve(&x, &taps, None, shape, norm, Activation::Gelu).unwrap()
        });
    }
}
