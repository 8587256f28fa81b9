//! Speech synthesisers behind one interface.
//!
//! Four of them are C libraries opened at run time (so this crate builds where none is installed, and a clip
//! costs no process start); Festival runs one process for a batch of sentences.

mod espeak;
mod festival;
mod flite;
mod library;
mod one_at_a_time;
mod pico;
mod rhvoice;

pub use espeak::{Espeak, PRONUNCIATION_VOICE};
pub use festival::Festival;
pub use flite::Flite;
pub use pico::Pico;
pub use rhvoice::RhVoice;

use crate::voice::{EngineKind, Voice};
use one_at_a_time::OneAtATime;

/// What to say and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Name of the voice, as in [`Voice::name`].
    pub voice: String,
    /// Plain text.
    pub text: String,
    /// Speaking rate relative to the voice's own; 1.2 is 20 % faster.
    pub rate: f32,
    /// Pitch relative to the voice's own; 1.1 is 10 % higher. Engines without a pitch control ignore it.
    pub pitch: f32,
}

/// A word and when it is spoken.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TimedWord {
    /// The word, as in the text.
    pub word: String,
    /// Seconds from the first sample.
    pub start: f32,
    /// Seconds from the first sample.
    pub end: f32,
}

/// What an engine said.
#[derive(Debug, Clone, Default)]
pub struct Speech {
    /// Mono samples in [-1, 1].
    pub samples: Vec<f32>,
    /// Samples a second.
    pub sample_rate: u32,
    /// Times of the words; empty when the engine does not tell.
    pub words: Vec<TimedWord>,
}

/// Why an engine could not be opened or did not speak.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SpeakError {
    /// The engine is not on this machine.
    #[error("{engine} is not installed ({detail}); train/setup-voices installs it on Debian")]
    NotInstalled {
        /// The engine.
        engine: EngineKind,
        /// What was looked for.
        detail: String,
    },
    /// The engine is there but failed.
    #[error("{engine} failed: {detail}")]
    Failed {
        /// The engine.
        engine: EngineKind,
        /// What it was doing.
        detail: String,
    },
    /// The engine does not have this voice.
    #[error(
        "{engine} has no voice '{voice}'; `saysee-voices list` prints the voices of this machine"
    )]
    UnknownVoice {
        /// The engine.
        engine: EngineKind,
        /// The voice asked for.
        voice: String,
    },
    /// The engine returned no sound.
    #[error("{engine} voice '{voice}' said nothing for '{text}'")]
    Silent {
        /// The engine.
        engine: EngineKind,
        /// The voice asked for.
        voice: String,
        /// The text it was given.
        text: String,
    },
}

/// A speech synthesiser.
pub trait Synthesiser {
    /// Its English voices on this machine.
    fn voices(&self) -> Vec<Voice>;

    /// Says one text.
    fn speak(&mut self, request: &Request) -> Result<Speech, SpeakError>;

    /// Says many texts, each with its own outcome, in order.
    fn speak_many(&mut self, requests: &[Request]) -> Vec<Result<Speech, SpeakError>> {
        requests.iter().map(|request| self.speak(request)).collect()
    }
}

/// Opens one engine.
pub fn open(kind: EngineKind) -> Result<Box<dyn Synthesiser>, SpeakError> {
    Ok(match kind {
        EngineKind::Espeak => Box::new(espeak::SharedEspeak::open()?),
        EngineKind::Flite => Box::new(OneAtATime::open(Flite::open)?),
        EngineKind::Pico => Box::new(OneAtATime::open(Pico::open)?),
        EngineKind::RhVoice => Box::new(OneAtATime::open(RhVoice::open)?),
        EngineKind::Festival => Box::new(Festival::open()?),
    })
}

/// 16-bit samples as an engine delivers them.
fn from_i16(samples: &[i16]) -> impl Iterator<Item = f32> + '_ {
    samples.iter().map(|&sample| f32::from(sample) / 32768.0)
}

fn require_sound(
    engine: EngineKind,
    request: &Request,
    speech: Speech,
) -> Result<Speech, SpeakError> {
    if speech.samples.iter().any(|sample| sample.abs() > 0.01) {
        Ok(speech)
    } else {
        Err(SpeakError::Silent {
            engine,
            voice: request.voice.clone(),
            text: request.text.clone(),
        })
    }
}
