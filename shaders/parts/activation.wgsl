// The activations of crate::ops::Activation, by number. Included by every kernel with a fused epilogue.
//
// The number is a uniform, not a text constant: it is tested once an output, after a whole row of
// products, and one pipeline instead of seven has to be compiled before the page is ready.

// erf by Abramowitz and Stegun 7.1.26 (WGSL has none): absolute error below 1.5e-7.
fn erf(x: f32) -> f32 {
    let a = abs(x);
    let t = 1.0 / (1.0 + 0.3275911 * a);
    let p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    return sign(x) * (1.0 - p * exp(-a * a));
}

// The clamp keeps exp finite: WGSL promises nothing about infinities.
fn sigmoid(x: f32) -> f32 {
    return 1.0 / (1.0 + exp(-clamp(x, -88.0, 88.0)));
}

fn activate(x: f32, kind: u32) -> f32 {
    switch kind {
        case 1u: { return 0.5 * x * (1.0 + erf(clamp(x * 0.70710678, -8.0, 8.0))); }
        case 2u: { return max(x, 0.0); }
        case 3u: { return x * sigmoid(x); }
        case 4u: { return sigmoid(x); }
        case 5u: { return x * sigmoid(1.702 * x); }
        case 6u: { return max(x, 0.01 * x); }
        default: { return x; }
    }
}
