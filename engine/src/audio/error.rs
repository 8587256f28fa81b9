//! Why samples were refused.

/// A refusal of samples.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AudioError {
    /// The rate is outside what people record with.
    #[error("{rate} samples a second cannot be read: between 8000 and 192000 are expected")]
    Rate {
        /// Samples a second.
        rate: u32,
    },
    /// There are no channels, or more than anyone records.
    #[error("{channels} channels cannot be read: between 1 and 64 are expected")]
    Channels {
        /// Channels.
        channels: usize,
    },
    /// Not even one analysis window fits.
    #[error("{samples} samples are too short: at least {needed} are needed")]
    TooShort {
        /// Samples at 16 kHz.
        samples: usize,
        /// Fewest samples that give one frame.
        needed: usize,
    },
    /// Longer than the pack allows.
    #[error("{seconds:.1} seconds are too long: the pack takes at most {allowed:.1}")]
    TooLong {
        /// Length of the utterance.
        seconds: f32,
        /// The pack's `limits.max_seconds`.
        allowed: f32,
    },
    /// A sample is infinite or not a number.
    #[error("sample {index} is not a finite number")]
    NotANumber {
        /// Which.
        index: usize,
    },
    /// The front end asked for cannot be built.
    #[error("front end: field `{field}`: {problem}")]
    FrontEnd {
        /// Field of the configuration.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The resampling library refused.
    #[error("resampling failed: {problem}")]
    Resampling {
        /// What the library said.
        problem: String,
    },
}
