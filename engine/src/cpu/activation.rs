//! Functions of one number.

use crate::ops::Activation;

/// `x * (1 + erf(x / sqrt 2)) / 2`, with the error function itself, not an approximation by tanh.
pub(super) fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + libm::erff(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// `1 / (1 + exp(-x))`.
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
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
