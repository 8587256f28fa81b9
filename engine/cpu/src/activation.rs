//! Functions of one number, in lanes: no branches, no calls.

use bytemuck::cast;
use wide::i32x8;

use crate::lanes::{Lanes, all, each};
use crate::shape::Activation;

/// `e^x` within 4e-7 of its value, 0 below -87 and at most e^88.
///
/// `x = n ln 2 + r`: a power of two from the bits, and Taylor's series for what is left, at most half of ln 2.
#[inline(always)]
pub(crate) fn exp(x: Lanes) -> Lanes {
    /// Adding it leaves the nearest whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    const SERIES: [f32; 5] = [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5];
    let large_enough = x.simd_ge(all(-87.0));
    let x = x.fast_max(all(-87.0)).fast_min(all(88.0));
    let shifted = x * all(std::f32::consts::LOG2_E) + all(ROUND);
    let n = shifted - all(ROUND);
    let r = x - n * all(LN_2_HIGH) - n * all(LN_2_LOW);
    let series = polynomial(r, 1.0 / 5040.0, SERIES);
    let series = (series * r + all(1.0)) * r + all(1.0);
    let exponent: i32x8 = (cast::<Lanes, i32x8>(shifted) << 23) + i32x8::splat(127 << 23);
    (series * cast::<i32x8, Lanes>(exponent)) & large_enough
}

/// The highest coefficient first.
#[inline(always)]
fn polynomial<const N: usize>(x: Lanes, highest: f32, others: [f32; N]) -> Lanes {
    others
        .into_iter()
        .fold(all(highest), |sum, coefficient| sum * x + all(coefficient))
}

/// The error function within 4e-7: a quotient of polynomials in the square, fitted to be off by at most 2e-8 up to
/// where the function is 1 in `f32`.
#[inline(always)]
fn erf(x: Lanes) -> Lanes {
    const END: f32 = 3.95;
    const ABOVE: [f32; 5] = [
        2.875_86e-4,
        3.916_715e-3,
        5.320_52e-2,
        0.194_021_72,
        std::f32::consts::FRAC_2_SQRT_PI,
    ];
    const BELOW: [f32; 5] = [
        1.198_052_6e-3,
        1.526_949_6e-2,
        0.115_584_96,
        0.505_278_77,
        1.0,
    ];
    let x = x.fast_max(all(-END)).fast_min(all(END));
    let t = x * x;
    x * polynomial(t, 2.011_833_7e-6, ABOVE) / polynomial(t, 3.783_99e-5, BELOW)
}

/// `x * (1 + erf(x / sqrt 2)) / 2`, with the error function itself, not an approximation by tanh.
#[inline(always)]
fn gelu(x: Lanes) -> Lanes {
    all(0.5) * x * (all(1.0) + erf(x * all(std::f32::consts::FRAC_1_SQRT_2)))
}

/// `1 / (1 + exp(-x))`.
#[inline(always)]
pub(crate) fn sigmoid(x: Lanes) -> Lanes {
    all(1.0) / (all(1.0) + exp(-x))
}

/// Applies `activation` to every number.
pub(crate) fn apply(activation: Activation, numbers: &mut [f32]) {
    match activation {
        Activation::None => {}
        Activation::Gelu => each(numbers, gelu),
        Activation::QuickGelu => each(numbers, |x| x * sigmoid(all(1.702) * x)),
        Activation::LeakyRelu => each(numbers, |x| x.fast_max(all(0.01) * x)),
        Activation::Relu => each(numbers, |x| x.fast_max(all(0.0))),
        Activation::Silu => each(numbers, |x| x * sigmoid(x)),
        Activation::Sigmoid => each(numbers, sigmoid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(f: impl Fn(Lanes) -> Lanes, x: f32) -> f32 {
        f(all(x)).to_array()[0]
    }

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
            assert!((f64::from(one(gelu, x)) - exact).abs() < 1e-6, "{x}");
        }
    }

    #[test]
    fn exp_is_the_exponential() {
        for step in -9_000..=8_800 {
            let x = step as f32 * 0.01;
            let exact = f64::from(x).exp();
            let miss = (f64::from(one(exp, x)) - exact).abs();
            assert!(miss < 4e-7 * exact + 1e-37, "{x}");
        }
        assert_eq!(one(exp, 0.0), 1.0);
        assert_eq!(one(exp, -1e30), 0.0);
        assert!(one(exp, 1e30).is_finite());
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
        assert_eq!(one(sigmoid, 0.0), 0.5);
    }
}
