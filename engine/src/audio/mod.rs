//! Samples: any rate and any chunk size in, 16 kHz mono and log-mel features out.

mod error;
mod log_mel;
mod mel;
mod occlusion;
mod resampler;
mod spectrum;
mod standardise;

pub use error::AudioError;
pub use log_mel::{Heard, LogMel};
pub use mel::{hann_window, mel_filters};
pub use occlusion::occlude;
pub use resampler::{Resampler, mix_to_mono};
pub use standardise::{standardise, standardise_like};

/// Samples a second of everything after the resampler.
pub const SAMPLE_RATE: u32 = 16_000;
