//! Mono sound: wav files, sample rates, silence.

use std::path::Path;

/// Samples a second of everything in a corpus.
pub use saysee_degrade::SAMPLE_RATE;
pub use saysee_degrade::resample;

/// What can be wrong with sound.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// The file cannot be read or written as a wav file.
    #[error("{path}: {source}")]
    Wav {
        /// The file.
        path: String,
        /// What the reader said.
        source: hound::Error,
    },
    /// The samples cannot be resampled.
    #[error(transparent)]
    Resample(#[from] saysee_degrade::ResampleError),
}

/// Reads a wav file as mono samples in [-1, 1] and their rate.
pub fn read_wav(path: &Path) -> Result<(Vec<f32>, u32), AudioError> {
    let failed = |source| AudioError::Wav {
        path: path.display().to_string(),
        source,
    };
    let mut reader = hound::WavReader::open(path).map_err(failed)?;
    let format = reader.spec();
    let channels = usize::from(format.channels.max(1));
    let samples: Vec<f32> = match format.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().collect::<Result<_, _>>(),
        hound::SampleFormat::Int => {
            let scale =
                (1.0 / f64::from(1_u32 << (format.bits_per_sample.clamp(1, 32) - 1))) as f32;
            reader
                .samples::<i32>()
                .map(|sample| sample.map(|sample| sample as f32 * scale))
                .collect()
        }
    }
    .map_err(failed)?;
    let mono = samples
        .chunks_exact(channels)
        .map(|frame| frame.iter().sum::<f32>() / channels as f32)
        .collect();
    Ok((mono, format.sample_rate))
}

/// Writes mono samples as a 16-bit wav file.
pub fn write_wav(path: &Path, samples: &[f32], sample_rate: u32) -> Result<(), AudioError> {
    let failed = |source| AudioError::Wav {
        path: path.display().to_string(),
        source,
    };
    let format = hound::WavSpec {
        channels: 1,
        sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, format).map_err(failed)?;
    for &sample in samples {
        writer.write_sample(to_i16(sample)).map_err(failed)?;
    }
    writer.finalize().map_err(failed)
}

/// A sample as stored.
pub fn to_i16(sample: f32) -> i16 {
    (sample * 32768.0).round().clamp(-32768.0, 32767.0) as i16
}

/// Where the sound is: the samples from the first to the last 10 ms within 45 dB of the loudest 10 ms.
///
/// Empty when all is silent.
pub fn sounding(samples: &[f32], sample_rate: u32) -> std::ops::Range<usize> {
    let frame = (sample_rate as usize / 100).max(1);
    let energy: Vec<f32> = samples
        .chunks(frame)
        .map(|chunk| chunk.iter().map(|x| x * x).sum::<f32>() / frame as f32)
        .collect();
    let floor = energy.iter().copied().fold(0.0, f32::max) * 10_f32.powf(-4.5);
    if floor <= 0.0 {
        return 0..0;
    }
    let first = energy.iter().position(|&e| e > floor).unwrap_or(0);
    let last = energy.iter().rposition(|&e| e > floor).unwrap_or(0);
    first * frame..((last + 1) * frame).min(samples.len())
}
