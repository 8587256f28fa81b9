//! Other sample rates, other playing speeds.

use rubato::{
    Async, FixedAsync, Resampler, SincInterpolationParameters, SincInterpolationType,
    WindowFunction, audioadapter_buffers::direct::InterleavedSlice,
};

/// The ratio or the samples cannot be resampled.
#[derive(Debug, thiserror::Error)]
#[error("cannot resample by {ratio}: {detail}")]
pub struct ResampleError {
    /// Output samples for an input sample.
    pub ratio: f64,
    /// What the resampler said.
    pub detail: String,
}

/// Resamples to `ratio` output samples for each input sample, band-limited.
///
/// # Errors
/// When the ratio is not a positive number.
pub fn resample(samples: &[f32], ratio: f64) -> Result<Vec<f32>, ResampleError> {
    if (ratio - 1.0).abs() < 1e-6 || samples.is_empty() {
        return Ok(samples.to_vec());
    }
    let failed = |detail: String| ResampleError { ratio, detail };
    let parameters = SincInterpolationParameters {
        sinc_len: 64,
        f_cutoff: None,
        oversampling_factor: 64,
        interpolation: SincInterpolationType::Linear,
        window: WindowFunction::BlackmanHarris2,
    };
    let mut resampler = Async::<f32>::new_sinc(ratio, 1.0, &parameters, 1024, 1, FixedAsync::Input)
        .map_err(|error| failed(error.to_string()))?;
    let input = InterleavedSlice::new(samples, 1, samples.len())
        .map_err(|error| failed(error.to_string()))?;
    let output = resampler
        .process_all(&input, samples.len(), None)
        .map_err(|error| failed(error.to_string()))?;
    Ok(output.take_data())
}
