//! What `?bench` measures, and how it is told.
//!
//! ```text
//! mod.rs          what is measured: modes, lengths, runs     measurement.rs  how long one thing took
//! progress.rs     what the page knows of it                  html.rs         and how it shows that
//! ```
//!
//! Plan and figures belong to the worker; the page is handed words to show. So a visit that measures nothing does not
//! download the means to read figures as well as to write them.

mod html;
mod measurement;
mod progress;

pub use measurement::{GpuMemory, Kernel, Measurement, Report, kernel_rows, stage_rows};
pub use progress::Progress;

use serde::de::DeserializeOwned;

use crate::logic::address::value;

/// Longest utterance and most runs and pictures that an address may ask for.
const MOST_SECONDS: f32 = 30.0;
const MOST_RUNS: u32 = 1000;
const MOST_PICTURES: u32 = 1_000_000;
/// Most lengths or numbers of pictures of one bench.
const MOST_OF_A_KIND: usize = 8;

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A whole spoken query.
    Speech,
    /// A spoken query up to the weighted sum of the encoder's hidden states.
    Encoder,
    /// One of the looks that are taken at a sentence while it is spoken.
    Live,
    /// The stages of a spoken query, one by one.
    Stages,
    /// A typed text of the greatest length.
    Text,
    /// A picture, scaled already.
    Picture,
    /// Ranking pictures by an embedding that is there already.
    Search,
}

impl Mode {
    /// All of them, in the order they are measured.
    pub const ALL: [Self; 7] = [
        Self::Speech,
        Self::Encoder,
        Self::Live,
        Self::Stages,
        Self::Text,
        Self::Picture,
        // Last: it puts other pictures in the place of the gallery's.
        Self::Search,
    ];

    /// Its name in addresses, and in the page's attributes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Speech => "speech",
            Self::Encoder => "encoder",
            Self::Live => "live",
            Self::Stages => "stages",
            Self::Text => "text",
            Self::Picture => "picture",
            Self::Search => "search",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// What a visit measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What is timed.
    pub modes: Vec<Mode>,
    /// Lengths of utterances, seconds.
    pub seconds: Vec<f32>,
    /// Timed runs of each; 0 for the first run alone.
    pub runs: u32,
    /// Numbers of pictures that are searched.
    pub pictures: Vec<u32>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            modes: Mode::ALL.to_vec(),
            seconds: vec![1.0, 3.0, 5.0],
            runs: 5,
            pictures: vec![10_000],
        }
    }
}

impl Plan {
    /// From a query string; what is missing or makes no sense is as it is by default.
    pub fn parse(query: &str) -> Self {
        let value = |key: &str| value(query, key);
        let usual = Self::default();
        let modes = list(value("modes"), Mode::parse);
        let seconds = list(value("seconds"), |text| {
            let seconds: f32 = number(text)?;
            (0.1..=MOST_SECONDS).contains(&seconds).then_some(seconds)
        });
        let pictures = list(value("pictures"), |text| {
            let pictures: u32 = number(text)?;
            (1..=MOST_PICTURES).contains(&pictures).then_some(pictures)
        });
        let runs = value("runs").and_then(number);
        Self {
            modes: modes.unwrap_or(usual.modes),
            seconds: seconds.unwrap_or(usual.seconds),
            runs: runs.filter(|runs| *runs <= MOST_RUNS).unwrap_or(usual.runs),
            pictures: pictures.unwrap_or(usual.pictures),
        }
    }

    /// Whether `mode` is wanted.
    pub fn wants(&self, mode: Mode) -> bool {
        self.modes.contains(&mode)
    }
}

/// A number, read by what reads messages: the worker need not carry a second reader of numbers.
fn number<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

/// The values between the commas of `text`, if all of them can be read.
fn list<T>(text: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let values: Vec<T> = text?.split(',').map(read).collect::<Option<_>>()?;
    (values.len() <= MOST_OF_A_KIND).then_some(values)
}

/// Where a measurement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The first run begins: kernels, buffers and the browser's code for it are made on the way.
    First,
    /// The first run has ended; some follow until the browser has optimised its code.
    Warm,
    /// The timed runs begin.
    Timed,
    /// They have ended.
    Done,
}

impl Phase {
    /// Its name in the page's attributes.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Warm => "warm",
            Self::Timed => "timed",
            Self::Done => "done",
        }
    }
}

/// Something like speech in loudness and rhythm, 16 kHz: what is in it does not change how long a query takes.
pub fn murmur(seconds: f32) -> Vec<f32> {
    let mut state = 1_u32;
    (0..(seconds * 16_000.0) as usize)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = (state >> 16) as f32 / 32_768.0 - 1.0;
            let syllable = (n as f32 / 16_000.0 * 4.0 * std::f32::consts::TAU).sin();
            0.3 * hiss * syllable.max(0.0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_from_an_address() {
        for query in ["", "?", "?bench", "?bench&backend=cpu"] {
            assert_eq!(Plan::parse(query), Plan::default(), "{query}");
        }
        let query = "?bench&modes=encoder,text&seconds=1,2.5&runs=0&pictures=10,100000";
        let plan = Plan::parse(query);
        assert_eq!(plan.modes, [Mode::Encoder, Mode::Text]);
        assert_eq!(plan.seconds, [1.0, 2.5]);
        assert!(plan.wants(Mode::Text) && !plan.wants(Mode::Live));
        assert_eq!((plan.runs, plan.pictures), (0, vec![10, 100_000]));
    }

    #[test]
    fn what_makes_no_sense_is_as_usual() {
        for query in [
            "modes=speech,everything",
            "modes=",
            "seconds=0",
            "seconds=1,inf",
            "seconds=1,1,1,1,1,1,1,1,1",
            "runs=-1",
            "runs=1000000",
            "pictures=4000000000",
        ] {
            assert_eq!(Plan::parse(query), Plan::default(), "{query}");
        }
    }

    #[test]
    fn the_murmur_is_as_long_as_asked_and_not_silent() {
        let samples = murmur(0.5);
        assert_eq!(samples.len(), 8_000);
        assert!(samples.iter().any(|sample| sample.abs() > 0.1));
        assert!(samples.iter().all(|sample| sample.abs() <= 0.3));
    }
}
