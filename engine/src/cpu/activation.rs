//! Functions of one number, written so that the compiler turns loops over them into vectors: no branches, no calls.

use crate::ops::Activation;

/// `e^x` within 2e-7 of its value, 0 below -87 and at most e^88.
///
/// `x = n ln 2 + r`: a power of two from the bits, and Taylor's series for what is left, at most half of ln 2.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    /// Adding it leaves the nearest whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let small = x < -87.0;
    let x = if small { -87.0 } else { x };
    let x = if x > 88.0 { 88.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    let series = 1.0 / 5040.0;
    let series = series * r + 1.0 / 720.0;
    let series = series * r + 1.0 / 120.0;
    let series = series * r + 1.0 / 24.0;
    let series = series * r + 1.0 / 6.0;
    let series = series * r + 0.5;
    let series = (series * r + 1.0) * r + 1.0;
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    if small { 0.0 } else { series * power }
}

/// The error function within 4e-7: a quotient of polynomials in the square, fitted to be off by at most 2e-8 up to
/// where the function is 1 in `f32`.
#[inline(always)]
fn erf(x: f32) -> f32 {
    const END: f32 = 3.95;
    let x = if x < -END { -END } else { x };
    let x = if x > END { END } else { x };
    let t = x * x;
    let above = 2.011_833_7e-6;
    let above = above * t + 2.875_86e-4;
    let above = above * t + 3.916_715e-3;
    let above = above * t + 5.320_52e-2;
    let above = above * t + 0.194_021_72;
    let above = above * t + std::f32::consts::FRAC_2_SQRT_PI;
    let below = 3.783_99e-5;
    let below = below * t + 1.198_052_6e-3;
    let below = below * t + 1.526_949_6e-2;
    let below = below * t + 0.115_584_96;
    let below = below * t + 0.505_278_77;
    let below = below * t + 1.0;
    x * above / below
}

/// `x * (1 + erf(x / sqrt 2)) / 2`, with the error function itself, not an approximation by tanh.
#[inline(always)]
pub(super) fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// `1 / (1 + exp(-x))`.
#[inline(always)]
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}
/// Applies `activation` to every number.
pub(super) fn apply(activation: Activation, numbers: &mut [f32]) {
    match activation {
        Activation::None => {}
        Activation::Gelu => numbers.iter_mut().for_each(|x| *x = gelu(*x)),
        Activation::QuickGelu => numbers.iter_mut().for_each(|x| *x *= sigmoid(1.702 * *x)),
        Activation::LeakyRelu => numbers.iter_mut().for_each(|x| *x = x.max(0.01 * *x)),
        Activation::Relu => numbers.iter_mut().for_each(|x| *x = x.max(0.0)),
        Activation::Silu => numbers.iter_mut().for_each(|x| *x *= sigmoid(*x)),
        Activation::Sigmoid => numbers.iter_mut().for_each(|x| *x = sigmoid(*x)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error function as an integral, by Simpson's rule in f64.
    fn erf(x: f64) -> f64 {
        let steps = 2_000;
        let h = x / f64::from(steps);
        let f = |t: f64| (-t * t).exp();
        let inner: f64 = (1..steps)
            .map(|i| f(h * f64::from(i)) * if i % 2 == 1 { 4.0 } else { 2.0 })
            .sum();
        2.0 / std::f64::consts::PI.sqrt() * h / 3.0 * (f(0.0) + inner + f(x))
    }

    #[test]
    fn gelu_is_exact() {
        for step in -600..=600 {
            let x = step as f32 * 0.01;
            let exact = 0.5 * f64::from(x) * (1.0 + erf(f64::from(x) / 2.0_f64.sqrt()));
            assert!((f64::from(gelu(x)) - exact).abs() < 1e-6, "{x}");
        }
    }

    #[test]
    fn exp_is_the_exponential() {
        for step in -9_000..=8_800 {
            let x = step as f32 * 0.01;
            let exact = f64::from(x).exp();
            let miss = (f64::from(exp(x)) - exact).abs();
            assert!(miss < 4e-7 * exact + 1e-37, "{x}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(-1e30), 0.0);
        assert!(exp(1e30).is_finite());
    }

    #[test]
    fn nothing_overflows() {
        for x in [-1e4_f32, -100.0, 0.0, 100.0, 1e4] {
            let mut numbers = [x; 6];
            for (slot, activation) in [
                Activation::Gelu,
                Activation::Silu,
                Activation::Sigmoid,
                Activation::Relu,
                Activation::QuickGelu,
                Activation::LeakyRelu,
            ]
            .into_iter()
            .enumerate()
            {
                apply(activation, &mut numbers[slot..=slot]);
            }
            assert!(numbers.iter().all(|y| y.is_finite()), "{x}: {numbers:?}");
        }
        assert_eq!(sigmoid(0.0), 0.5);
    }
}
