//! What `?bench` measures, and how it is told.

use serde::{Deserialize, Serialize};

use crate::logic::format;

/// Longest utterance and most runs and pictures that an address may ask for.
const MOST_SECONDS: f32 = 30.0;
const MOST_RUNS: u32 = 1000;
const MOST_PICTURES: u32 = 200_000;
/// Most lengths or numbers of pictures of one bench.
const MOST_OF_A_KIND: usize = 8;

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// From the values of an address; what is missing or makes no sense is as it is by default.
    pub fn parse<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Self {
        let usual = Self::default();
        let modes = list(value("modes"), Mode::parse);
        let seconds = list(value("seconds"), |text| {
            let seconds: f32 = text.parse().ok()?;
            (0.1..=MOST_SECONDS).contains(&seconds).then_some(seconds)
        });
        let pictures = list(value("pictures"), |text| {
            let pictures: u32 = text.parse().ok()?;
            (1..=MOST_PICTURES).contains(&pictures).then_some(pictures)
        });
        let runs = value("runs").and_then(|text| text.parse().ok());
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

/// The values between the commas of `text`, if all of them can be read.
fn list<T>(text: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let values: Vec<T> = text?.split(',').map(read).collect::<Option<_>>()?;
    (values.len() <= MOST_OF_A_KIND).then_some(values)
}

/// Where a measurement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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

/// How long one thing took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// What was timed.
    pub mode: Mode,
    /// Length of the utterance, where there is one.
    pub seconds: Option<f32>,
    /// Pictures that were searched, where they were.
    pub pictures: Option<u32>,
    /// The first run, milliseconds.
    pub first_ms: f64,
    /// Timed runs.
    pub runs: u32,
    /// Of the timed runs, milliseconds; none without them.
    pub median_ms: Option<f64>,
    /// The fastest of them.
    pub fastest_ms: Option<f64>,
    /// The slowest of them.
    pub slowest_ms: Option<f64>,
}

impl Measurement {
    /// From the times of its runs, milliseconds.
    pub fn new(
        mode: Mode,
        seconds: Option<f32>,
        pictures: Option<u32>,
        first_ms: f64,
        mut times: Vec<f64>,
    ) -> Self {
        times.sort_by(f64::total_cmp);
        Self {
            mode,
            seconds,
            pictures,
            first_ms,
            runs: times.len() as u32,
            median_ms: times.get(times.len() / 2).copied(),
            fastest_ms: times.first().copied(),
            slowest_ms: times.last().copied(),
        }
    }

    /// What was timed, in words.
    pub fn title(&self) -> String {
        let seconds = self.seconds.map(short_seconds).unwrap_or_default();
        match self.mode {
            Mode::Speech => format!("Spoken query, {seconds}"),
            Mode::Encoder => format!("Encoder alone, {seconds}"),
            Mode::Live => format!("One look while speaking, of {seconds}"),
            Mode::Stages => format!("Stages, {seconds}"),
            Mode::Text => "Typed text, full length".to_owned(),
            Mode::Picture => "Picture".to_owned(),
            Mode::Search => format!("Search among {}", self.pictures.unwrap_or_default()),
        }
    }

    /// The cells of its row behind the title: first, median, fastest to slowest, and how much faster than speech.
    pub fn cells(&self) -> [String; 4] {
        let shown = |ms: Option<f64>| ms.map(format::milliseconds).unwrap_or_default();
        let range = match (self.fastest_ms, self.slowest_ms) {
            (Some(fastest), Some(slowest)) => format!(
                "{} to {}",
                format::milliseconds(fastest),
                format::milliseconds(slowest)
            ),
            _ => String::new(),
        };
        let speed = self
            .seconds
            .zip(self.median_ms)
            .filter(|_| self.mode != Mode::Live);
        let speed = speed.map(|(seconds, ms)| format!("{:.1} ×", f64::from(seconds) * 1e3 / ms));
        [
            format::milliseconds(self.first_ms),
            shown(self.median_ms),
            range,
            speed.unwrap_or_default(),
        ]
    }
}

fn short_seconds(seconds: f32) -> String {
    format!("{seconds} s")
}

/// The time of each stage of one utterance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageTimes {
    /// Its length, seconds.
    pub seconds: f32,
    /// Stages and their milliseconds, in the order they are computed.
    pub stages: Vec<(String, f64)>,
}

/// Bytes of GPU memory, by what they are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpuMemory {
    /// Weights and galleries.
    pub weights: u64,
    /// Matrices of queries.
    pub activations: u64,
    /// Everything else.
    pub other: u64,
    /// Buffers.
    pub buffers: u64,
}

/// What is known at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Most bytes of the worker's memory.
    pub heap_bytes: u64,
    /// GPU memory that is held, on the GPU.
    pub gpu: Option<GpuMemory>,
}

/// How far a bench is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// What is being measured: the mode, the phase, and which of how many.
    pub now: Option<(Mode, Phase, u32, u32)>,
    /// What was measured.
    pub measurements: Vec<Measurement>,
    /// Where the time goes, where the backend can tell.
    pub stages: Option<StageTimes>,
    /// At the end.
    pub totals: Option<Totals>,
}

impl Progress {
    /// Its name in the page's attributes.
    pub fn state(&self) -> &'static str {
        match (&self.now, &self.totals) {
            (_, Some(_)) => "done",
            (Some(_), None) => "measuring",
            (None, None) => "loading",
        }
    }

    /// What is going on, in a sentence.
    pub fn sentence(&self) -> String {
        match (&self.now, &self.totals) {
            (_, Some(_)) => "Measured.".to_owned(),
            (Some((_, _, done, of)), None) => {
                format!("Measuring {} of {of}. Leave this tab in front.", done + 1)
            }
            (None, None) => "Loading the model.".to_owned(),
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

    fn parse(pairs: &[(&str, &'static str)]) -> Plan {
        Plan::parse(|key| {
            let found = pairs.iter().find(|(name, _)| *name == key);
            found.map(|(_, value)| *value)
        })
    }

    #[test]
    fn a_plan_is_read_from_an_address() {
        assert_eq!(parse(&[]), Plan::default());
        let plan = parse(&[
            ("modes", "encoder,text"),
            ("seconds", "1,2.5"),
            ("runs", "0"),
            ("pictures", "10,100000"),
        ]);
        assert_eq!(plan.modes, [Mode::Encoder, Mode::Text]);
        assert_eq!(plan.seconds, [1.0, 2.5]);
        assert_eq!((plan.runs, plan.pictures), (0, vec![10, 100_000]));
        assert!(plan.wants(Mode::Text) && !plan.wants(Mode::Live));
    }

    #[test]
    fn what_makes_no_sense_is_as_usual() {
        for (key, value) in [
            ("modes", "speech,everything"),
            ("seconds", "0"),
            ("seconds", "1,inf"),
            ("seconds", "1,1,1,1,1,1,1,1,1"),
            ("runs", "-1"),
            ("runs", "1000000"),
            ("pictures", "4000000000"),
        ] {
            assert_eq!(parse(&[(key, value)]), Plan::default(), "{key}={value}");
        }
    }

    #[test]
    fn a_row_tells_first_median_range_and_speed() {
        let times = vec![30.0, 10.0, 20.0];
        let measured = Measurement::new(Mode::Speech, Some(2.0), None, 50.0, times);
        assert_eq!(measured.title(), "Spoken query, 2 s");
        assert_eq!(
            measured.cells(),
            ["50 ms", "20 ms", "10 ms to 30 ms", "100.0 ×"]
        );
        let first = Measurement::new(Mode::Search, None, Some(10_000), 4.0, Vec::new());
        assert_eq!(first.title(), "Search among 10000");
        assert_eq!(first.cells(), ["4.0 ms", "", "", ""]);
    }

    #[test]
    fn progress_has_a_state_and_a_sentence() {
        let mut progress = Progress::default();
        assert_eq!(progress.state(), "loading");
        progress.now = Some((Mode::Text, Phase::First, 2, 9));
        assert_eq!(progress.state(), "measuring");
        assert!(progress.sentence().starts_with("Measuring 3 of 9"));
        progress.totals = Some(Totals::default());
        assert_eq!(progress.state(), "done");
    }

    #[test]
    fn the_murmur_is_as_long_as_asked_and_not_silent() {
        let samples = murmur(0.5);
        assert_eq!(samples.len(), 8_000);
        assert!(samples.iter().any(|sample| sample.abs() > 0.1));
        assert!(samples.iter().all(|sample| sample.abs() <= 0.3));
    }
}
