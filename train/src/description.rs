//! The bundled model as a pack describes it.

use saysee_engine::pack::LogMelConfig;

/// Name of the space that the bundled pack and gallery share.
pub const EMBEDDING_SPACE: &str = "scenes-mini-3";

/// The front end: training hears exactly what the page hears.
pub fn front_end() -> LogMelConfig {
    LogMelConfig {
        sample_rate: 16_000,
        window: 400,
        hop: 160,
        fft: 512,
        mels: 80,
        low_hz: 40.0,
        high_hz: 7600.0,
        log_offset: 1e-6,
        floor_db: 52.0,
        scale: 2.5,
    }
}
