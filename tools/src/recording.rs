//! Recordings from files: wav, flac, ogg (Vorbis) and mp3, as mono samples at the file's own rate.

use std::fs::File;
use std::path::{Path, PathBuf};

use saysee_engine::audio::{AudioError, mix_to_mono};
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as DecoderError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

/// One decoded file.
#[derive(Debug)]
pub struct Recording {
    /// Samples a second.
    pub rate: u32,
    /// The mean of the channels; full scale is [-1, 1].
    pub samples: Vec<f32>,
    /// Packets that could not be decoded and are missing from the samples.
    pub damaged_packets: usize,
}

/// Why a file gave no recording.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}", file = file.display())]
pub struct RecordingError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a recording.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file cannot be opened or read.
    #[error("cannot be read: {0}")]
    Io(std::io::Error),
    /// The file is none of the formats, or uses a feature the decoder lacks.
    #[error("{0}. SaySee reads wav, flac, ogg (Vorbis) and mp3; convert the file to one of them")]
    Format(String),
    /// The file decodes to nothing.
    #[error("there is no sound in it")]
    Empty,
    /// The file is longer than an utterance may be.
    #[error("longer than the {max_seconds} s this pack takes; cut it to one sentence")]
    TooLong {
        /// The pack's limit.
        max_seconds: f32,
    },
    /// The engine has no use for such sound.
    #[error(transparent)]
    Audio(#[from] AudioError),
}

impl From<DecoderError> for Problem {
    fn from(error: DecoderError) -> Self {
        match error {
            DecoderError::IoError(error) if is_end(&error) => {
                Self::Format("the file ends too early".to_owned())
            }
            DecoderError::IoError(error) => Self::Io(error),
            other => Self::Format(other.to_string()),
        }
    }
}

fn is_end(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::UnexpectedEof
}

/// Decodes `file`, reading no further than `max_seconds` of sound.
///
/// # Errors
/// [`RecordingError`] when the file cannot be read, is of no known format, holds no sound or too much.
pub fn read(file: &Path, max_seconds: f32) -> Result<Recording, RecordingError> {
    open(file)
        .and_then(|track| track.decode(max_seconds))
        .map_err(|problem| RecordingError {
            file: file.to_owned(),
            problem,
        })
}

struct Track {
    format: Box<dyn FormatReader>,
    id: u32,
    decoder: Box<dyn AudioDecoder>,
}

fn open(file: &Path) -> Result<Track, Problem> {
    let opened = File::open(file).map_err(Problem::Io)?;
    if !opened.metadata().map_err(Problem::Io)?.is_file() {
        return Err(Problem::Io(std::io::Error::other("not a file")));
    }
    let mut hint = Hint::new();
    if let Some(extension) = file.extension().and_then(|extension| extension.to_str()) {
        hint.with_extension(extension);
    }
    let stream = MediaSourceStream::new(Box::new(opened), Default::default());
    let format = symphonia::default::get_probe().probe(
        &hint,
        stream,
        FormatOptions::default(),
        MetadataOptions::default(),
    )?;
    let unknown = || Problem::Format("there is no sound track of a known kind in it".to_owned());
    let track = format.default_track(TrackType::Audio).ok_or_else(unknown)?;
    let parameters = track.codec_params.as_ref().and_then(|any| any.audio());
    let decoder = symphonia::default::get_codecs().make_audio_decoder(
        parameters.ok_or_else(unknown)?,
        &AudioDecoderOptions::default(),
    )?;
    Ok(Track {
        id: track.id,
        format,
        decoder,
    })
}

impl Track {
    fn decode(mut self, max_seconds: f32) -> Result<Recording, Problem> {
        let mut recording = Recording {
            rate: 0,
            samples: Vec::new(),
            damaged_packets: 0,
        };
        let mut interleaved: Vec<f32> = Vec::new();
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                // A recorder that was switched off leaves its last packet unfinished: what came before counts.
                Err(DecoderError::IoError(error)) if is_end(&error) => break,
                Err(error) => return Err(error.into()),
            };
            if packet.track_id != self.id {
                continue;
            }
            let decoded = match self.decoder.decode(&packet) {
                Ok(decoded) => decoded,
                Err(DecoderError::DecodeError(_)) => {
                    recording.damaged_packets += 1;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let rate = decoded.spec().rate();
            if recording.rate != 0 && recording.rate != rate {
                return Err(Problem::Format(
                    "the sample rate changes in the middle".to_owned(),
                ));
            }
            recording.rate = rate;
            decoded.copy_to_vec_interleaved(&mut interleaved);
            let mono = mix_to_mono(&interleaved, decoded.num_planes())?;
            recording.samples.extend(mono);
            if recording.samples.len() as f32 > max_seconds * rate as f32 {
                return Err(Problem::TooLong { max_seconds });
            }
        }
        if recording.samples.is_empty() {
            return Err(Problem::Empty);
        }
        Ok(recording)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXTURES: [(&str, u32); 4] = [
        ("tone-16k-mono.wav", 16_000),
        ("tone-44k-stereo.flac", 44_100),
        ("tone-48k-mono.ogg", 48_000),
        ("tone-44k-stereo.mp3", 44_100),
    ];

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../tests/fixtures/audio")
            .join(name)
    }

    /// Amplitude of `frequency` in a recording, by correlation with a sine and a cosine.
    fn amplitude(recording: &Recording, frequency: f64) -> f64 {
        let step = std::f64::consts::TAU * frequency / f64::from(recording.rate);
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (n, sample) in recording.samples.iter().enumerate() {
            real += f64::from(*sample) * (step * n as f64).cos();
            imaginary += f64::from(*sample) * (step * n as f64).sin();
        }
        2.0 * f64::hypot(real, imaginary) / recording.samples.len() as f64
    }

    #[test]
    fn every_format_gives_the_tone_that_was_encoded() {
        for (name, rate) in FIXTURES {
            let recording = read(&fixture(name), 15.0).unwrap();
            assert_eq!(recording.rate, rate, "{name}");
            assert_eq!(recording.damaged_packets, 0, "{name}");
            let seconds = recording.samples.len() as f64 / f64::from(rate);
            assert!((seconds - 0.6).abs() < 0.06, "{name}: {seconds} s");
            let tone = amplitude(&recording, 500.0);
            assert!((tone - 0.5).abs() < 0.04, "{name}: {tone} at 500 Hz");
            assert!(amplitude(&recording, 1_250.0) < 0.01, "{name}");
        }
    }

    #[test]
    fn a_long_recording_is_refused() {
        let error = read(&fixture("tone-16k-mono.wav"), 0.25).unwrap_err();
        assert!(matches!(error.problem, Problem::TooLong { .. }), "{error}");
        assert!(error.to_string().contains("0.25 s"));
    }

    #[test]
    fn what_is_no_recording_says_so() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().join("missing.wav"), folder.path().to_owned()] {
            let error = read(&path, 15.0).unwrap_err();
            assert!(matches!(error.problem, Problem::Io(_)), "{error}");
        }
        let files = [
            ("empty.wav", &b""[..]),
            ("text.mp3", b"not a recording at all"),
            ("header.wav", b"RIFF\x24\0\0\0WAVE"),
        ];
        for (name, bytes) in files {
            let file = folder.path().join(name);
            std::fs::write(&file, bytes).unwrap();
            let error = read(&file, 15.0).unwrap_err();
            let expected = matches!(error.problem, Problem::Format(_) | Problem::Empty);
            assert!(expected, "{name}: {error:?}");
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn a_cut_off_file_gives_what_it_has_or_an_error() {
        let folder = tempfile::tempdir().unwrap();
        for (name, _) in FIXTURES {
            let whole = std::fs::read(fixture(name)).unwrap();
            let file = folder.path().join(name);
            for sixth in 1..6 {
                std::fs::write(&file, &whole[..whole.len() * sixth / 6]).unwrap();
                match read(&file, 15.0) {
                    Ok(recording) => assert!(!recording.samples.is_empty(), "{name}"),
                    Err(error) => assert!(error.to_string().contains(name), "{error}"),
                }
            }
        }
    }
}
