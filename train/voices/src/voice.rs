//! Engines and voices, and which of them training never hears.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A family of synthesisers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// espeak-ng: formant synthesis.
    Espeak,
    /// Flite: diphones and statistical parametric voices.
    Flite,
    /// SVOX Pico: a small commercial hidden Markov model voice, now free.
    Pico,
    /// RHVoice: hidden Markov model voices.
    RhVoice,
    /// Festival: diphones and hidden Markov model voices.
    Festival,
}

impl EngineKind {
    /// Every engine.
    pub const ALL: [Self; 5] = [
        Self::Espeak,
        Self::Flite,
        Self::Pico,
        Self::RhVoice,
        Self::Festival,
    ];

    /// The share of a corpus it speaks, relative to the other engines that have a voice for it.
    pub fn share(self) -> f64 {
        match self {
            Self::Espeak => 0.30,
            Self::Flite => 0.25,
            Self::Pico | Self::RhVoice => 0.20,
            Self::Festival => 0.30,
        }
    }

    /// The name in corpora and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Espeak => "espeak",
            Self::Flite => "flite",
            Self::Pico => "pico",
            Self::RhVoice => "rhvoice",
            Self::Festival => "festival",
        }
    }
}

impl fmt::Display for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A voice name that is not `engine/name` with a known engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a voice: write engine/name, for example espeak/en-us+f3 (`saysee-voices list` prints all)"
)]
pub struct VoiceNameError(String);

/// One speaker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Voice {
    /// Who makes the sound.
    pub engine: EngineKind,
    /// The name inside the engine.
    pub name: String,
    /// Kept out of training, for measuring.
    pub held_out: bool,
}

impl Voice {
    /// A voice, held out if it is one of those training never hears: two speakers, and all of Festival.
    ///
    /// Festival is the family that is missed least: its speakers, slt and kal, also speak through Flite and
    /// RHVoice. What a test hears in it is another way of making speech; unknown speakers are rms and clb.
    pub fn new(engine: EngineKind, name: &str) -> Self {
        let held_out = matches!(
            (engine, name),
            (EngineKind::Flite, "rms") | (EngineKind::RhVoice, "clb") | (EngineKind::Festival, _)
        );
        Self {
            engine,
            name: name.to_owned(),
            held_out,
        }
    }
}

impl fmt::Display for Voice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.engine, self.name)
    }
}

impl FromStr for Voice {
    type Err = VoiceNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (engine, name) = text
            .split_once('/')
            .ok_or_else(|| VoiceNameError(text.into()))?;
        let engine = EngineKind::ALL
            .into_iter()
            .find(|kind| kind.name() == engine)
            .ok_or_else(|| VoiceNameError(text.into()))?;
        Ok(Self::new(engine, name))
    }
}
