//! Samples brought to mean 0 and variance 1.

/// Added to the variance.
const EPSILON: f64 = 1e-5;

/// `(x - mean) / sqrt(variance + 1e-5)` with the population variance of all samples (spec: architecture section 2).
pub fn standardise(samples: &mut [f32]) {
    let (mean, inverse) = moments(samples);
    shift(samples, mean, inverse);
}

/// The same with mean and variance of other samples.
pub fn standardise_like(samples: &mut [f32], basis: &[f32]) {
    let (mean, inverse) = moments(basis);
    shift(samples, mean, inverse);
}

/// The mean, and one over the standard deviation.
fn moments(samples: &[f32]) -> (f64, f64) {
    let count = samples.len().max(1) as f64;
    let mean = samples.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
    let spread = samples.iter().map(|x| (f64::from(*x) - mean).powi(2));
    (mean, 1.0 / (spread.sum::<f64>() / count + EPSILON).sqrt())
}

fn shift(samples: &mut [f32], mean: f64, inverse: f64) {
    for x in samples {
        *x = ((f64::from(*x) - mean) * inverse) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::standardise;

    #[test]
    fn mean_and_variance_come_out_and_silence_stays_finite() {
        let mut samples: Vec<f32> = (0..1000).map(|n| 3.0 + (n % 7) as f32).collect();
        standardise(&mut samples);
        let mean = samples.iter().sum::<f32>() / 1000.0;
        let variance = samples.iter().map(|x| x * x).sum::<f32>() / 1000.0;
        assert!(mean.abs() < 1e-4 && (variance - 1.0).abs() < 1e-3);
        let mut silence = [0.5; 10];
        standardise(&mut silence);
        assert!(silence.iter().all(|x| *x == 0.0));
        standardise(&mut []);
    }
}
