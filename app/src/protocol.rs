//! What page and worker say to each other.
//!
//! Each message is one JSON text; samples travel beside it as a transferred `Float32Array`, so that
//! sound is never copied or spelt out. The worker speaks first ([`Report::Hello`]) because a module
//! worker drops what is sent to it before its code has run.

use serde::{Deserialize, Serialize};

use crate::logic::problem::Problem;

/// Version of this protocol. Page and worker are built together; a browser's cache can still mix builds.
pub const VERSION: u32 = 1;

/// Key of a posted message's JSON text.
pub const TEXT: &str = "text";
/// Key of the samples beside it.
pub const SAMPLES: &str = "samples";

/// Which backend to run on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackendChoice {
    /// The faster of the two, timed at start.
    #[default]
    Auto,
    /// WebGPU or nothing.
    Gpu,
    /// The CPU, whatever else there is.
    Cpu,
}

/// From the page to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub enum Request {
    /// Fetch a pack and a gallery and make an engine of them. Answered by progress, then
    /// [`Report::Ready`] or [`Report::Unavailable`]; other requests wait until then.
    Open {
        /// Address of the pack's folder, ending in `/`.
        pack: String,
        /// Address of the gallery's folder, ending in `/`.
        gallery: String,
        /// Which backend.
        backend: BackendChoice,
        /// Whether to go past the browser's cache: set after a damaged download.
        refetch: bool,
    },
    /// A new utterance begins.
    Begin {
        /// Its number.
        utterance: u32,
        /// Rate of its samples, hertz.
        sample_rate: f64,
        /// Whether to show keywords and pictures before it is complete.
        live: bool,
    },
    /// More sound of the utterance; the samples travel beside the message.
    Sound {
        /// Its number.
        utterance: u32,
    },
    /// The utterance is complete. Answered by [`Report::Answer`] or [`Report::Failed`].
    Finish {
        /// Its number.
        utterance: u32,
    },
    /// The utterance is called off.
    Cancel {
        /// Its number.
        utterance: u32,
    },
}

/// From the worker to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "kebab-case")]
pub enum Report {
    /// The worker runs and takes requests.
    Hello {
        /// Its [`VERSION`].
        version: u32,
    },
    /// How far [`Request::Open`] is.
    Progress(Step),
    /// The engine answers from now on.
    Ready(Ready),
    /// There is no engine.
    Unavailable {
        /// Why.
        problem: Problem,
    },
    /// What is known of an utterance that is still being spoken.
    Live {
        /// Its number.
        utterance: u32,
        /// What was found so far.
        found: Found,
    },
    /// What was found in a complete utterance.
    Answer {
        /// Its number.
        utterance: u32,
        /// What was found.
        found: Found,
    },
    /// An utterance cannot be answered.
    Failed {
        /// Its number.
        utterance: u32,
        /// Why.
        problem: Problem,
    },
}

/// Steps of getting ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Files arrive.
    Fetching {
        /// Bytes that have arrived.
        bytes: u64,
        /// Bytes there will be, from the manifests; 0 until they are there.
        total: u64,
    },
    /// Everything is here; it is checked, and weights go to the device.
    Preparing,
    /// Kernels are compiled.
    Compiling {
        /// Kernels that are done.
        done: u32,
        /// Kernels there are.
        total: u32,
    },
}

/// What an engine runs on and what it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ready {
    /// `"gpu"` or `"cpu"`.
    pub backend: String,
    /// Name of the graphics adapter, where the browser tells.
    pub adapter: String,
    /// Why this backend.
    pub reason: String,
    /// Name of the pack.
    pub pack: String,
    /// Bytes of weights.
    pub pack_bytes: u64,
    /// Bytes of picture embeddings.
    pub gallery_bytes: u64,
    /// Longest utterance the pack takes, seconds.
    pub max_seconds: f32,
    /// Time from the last byte to the first possible answer, milliseconds.
    pub preparing_ms: f64,
}

/// What the engine found in an utterance, complete or not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Seconds of sound it is based on.
    pub seconds: f32,
    /// Keywords in order of time.
    pub keywords: Vec<Keyword>,
    /// Pictures, best first.
    pub matches: Vec<Match>,
    /// Time the engine took, milliseconds.
    pub engine_ms: f64,
}

/// A keyword that the model discovered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keyword {
    /// Where it starts, seconds.
    pub start: f32,
    /// Where it ends, seconds.
    pub end: f32,
    /// The word.
    pub token: String,
    /// Cosine between the segment and the word.
    pub score: f32,
    /// Whether it is here to stay; before that it may change as more is heard.
    pub firm: bool,
    /// Runners-up, best first.
    pub alternatives: Vec<(String, f32)>,
}

/// A ranked picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// Position in the gallery.
    pub index: usize,
    /// Cosine between utterance and picture.
    pub score: f32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::problem::Code;

    #[test]
    fn requests_survive_the_journey() {
        let requests = [
            Request::Open {
                pack: "http://127.0.0.1:8080/assets/packs/p/".to_owned(),
                gallery: "http://127.0.0.1:8080/assets/galleries/g/".to_owned(),
                backend: BackendChoice::Gpu,
                refetch: true,
            },
            Request::Begin {
                utterance: 3,
                sample_rate: 44_100.0,
                live: true,
            },
            Request::Sound { utterance: 3 },
            Request::Finish { utterance: 3 },
            Request::Cancel { utterance: 3 },
        ];
        for request in requests {
            let text = serde_json::to_string(&request).unwrap();
            assert_eq!(serde_json::from_str::<Request>(&text).unwrap(), request);
        }
    }

    #[test]
    fn reports_survive_the_journey() {
        let found = Found {
            seconds: 1.5,
            keywords: vec![Keyword {
                start: 0.25,
                end: 0.5,
                token: "dogs".to_owned(),
                score: 0.75,
                firm: true,
                alternatives: vec![("dog".to_owned(), 0.5)],
            }],
            matches: vec![Match {
                index: 7,
                score: 0.25,
            }],
            engine_ms: 12.5,
        };
        let reports = [
            Report::Hello { version: VERSION },
            Report::Progress(Step::Fetching { bytes: 1, total: 2 }),
            Report::Progress(Step::Preparing),
            Report::Progress(Step::Compiling { done: 3, total: 9 }),
            Report::Unavailable {
                problem: Problem::new(Code::DownloadDamaged, "weights-1.safetensors: checksum"),
            },
            Report::Answer {
                utterance: 9,
                found,
            },
        ];
        for report in reports {
            let text = serde_json::to_string(&report).unwrap();
            assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
        }
    }
}
