//! What page and worker say to each other.
//!
//! Each message is one JSON text; samples travel beside it as a transferred `Float32Array`, so that
//! sound is never copied or spelt out. The worker speaks first ([`Report::Hello`]) because a module
//! worker drops what is sent to it before its code has run.

use serde::{Deserialize, Serialize};

use crate::logic::problem::Problem;

/// Version of this protocol. Page and worker are built together; a browser's cache can still mix builds.
pub const VERSION: u32 = 4;

/// Key of a posted message's JSON text.
pub const TEXT: &str = "text";
/// Key of the samples beside it.
pub const SAMPLES: &str = "samples";
/// Key of the files of a chosen folder beside it.
pub const FILES: &str = "files";

/// Where the files of a pack or gallery come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum Folder {
    /// The page's own server.
    Bundled {
        /// Address of the folder, ending in `/`.
        address: String,
    },
    /// A server the visitor named. What comes from there is kept for the next visit.
    Elsewhere {
        /// Address of the folder, ending in `/`.
        address: String,
    },
    /// A folder of the visitor; its files travel beside the message.
    Chosen,
}

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
    /// [`Report::Ready`] or [`Report::Unavailable`]; other requests wait until then. Answered by [`Report::Offer`]
    /// when that takes a large download and nobody has agreed to it.
    Open {
        /// The pack.
        pack: Folder,
        /// The gallery.
        gallery: Folder,
        /// Which backend.
        backend: BackendChoice,
        /// Whether to go past the browser's cache: set after a damaged download.
        refetch: bool,
        /// Whether the visitor has agreed to a large download.
        agreed: bool,
    },
    /// The visitor agrees to what was offered; answered as [`Request::Open`] is.
    Agree,
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
    /// Measure the engine. Answered by [`Report::Measuring`], [`Report::Measured`] and [`Report::Stages`], last by
    /// [`Report::Benched`] or [`Report::Unavailable`].
    Bench {
        /// The page's query string, which says what to measure.
        query: String,
        /// When there was an engine, milliseconds after the page was opened.
        ready_ms: f64,
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
    /// A download to be agreed to.
    Offer(Offer),
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
    /// Where a bench stands.
    Measuring {
        /// Name of what is measured.
        mode: String,
        /// Name of the phase of that.
        phase: String,
        /// Measurements that are done.
        done: u32,
        /// Measurements there are.
        of: u32,
    },
    /// One measurement is done.
    Measured {
        /// Name of what was measured.
        mode: String,
        /// Its row: what it was, and its figures in words.
        cells: Vec<String>,
    },
    /// Where the time of an utterance goes.
    Stages {
        /// Its length, in words.
        length: String,
        /// The slowest stages: name, time, share of all.
        rows: Vec<Vec<String>>,
    },
    /// All measurements are done.
    Benched {
        /// How much memory is held, in words.
        memory: String,
        /// Everything, as JSON.
        json: String,
    },
}

/// A large download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Name of the pack.
    pub name: String,
    /// The server it comes from.
    pub host: String,
    /// Bytes of weights.
    pub bytes: u64,
    /// Bytes of them that are in the browser's storage.
    pub stored_bytes: u64,
}

/// Where bytes come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A server.
    #[default]
    Network,
    /// The browser's storage: an earlier visit left them there.
    Storage,
    /// A folder of the visitor.
    Disk,
}

impl Origin {
    /// The name the page shows as `data-from`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Storage => "storage",
            Self::Disk => "disk",
        }
    }
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
        /// Where the last of them came from.
        origin: Origin,
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
    /// Threads of the CPU that compute together; none of ours on a GPU.
    pub threads: Option<usize>,
    /// Why this backend.
    pub reason: String,
    /// Name of the pack.
    pub pack: String,
    /// Bytes of weights.
    pub pack_bytes: u64,
    /// Where all of them came from; the network if any did.
    pub origin: Origin,
    /// Bytes of picture embeddings.
    pub gallery_bytes: u64,
    /// Why the pictures cannot be ranked, when they are of another model.
    pub foreign: Option<Foreign>,
    /// Bytes of the worker's memory. It never shrinks, so this is the most it has been.
    pub heap_bytes: u64,
    /// Longest utterance the pack takes, seconds.
    pub max_seconds: f32,
    /// Time from the last byte to the first possible answer, milliseconds.
    pub preparing_ms: f64,
}

/// A pack and a gallery that were not made for each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreign {
    /// Name of the gallery.
    pub gallery: String,
    /// Space of the gallery's embeddings.
    pub gallery_space: String,
    /// Space of the pack's embeddings.
    pub pack_space: String,
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
                pack: Folder::Elsewhere {
                    address: "https://packs.example/base/".to_owned(),
                },
                gallery: Folder::Bundled {
                    address: "http://127.0.0.1:8080/assets/galleries/g/".to_owned(),
                },
                backend: BackendChoice::Gpu,
                refetch: true,
                agreed: false,
            },
            Request::Open {
                pack: Folder::Chosen,
                gallery: Folder::Chosen,
                backend: BackendChoice::Auto,
                refetch: false,
                agreed: true,
            },
            Request::Agree,
            Request::Begin {
                utterance: 3,
                sample_rate: 44_100.0,
                live: true,
            },
            Request::Sound { utterance: 3 },
            Request::Finish { utterance: 3 },
            Request::Cancel { utterance: 3 },
            Request::Bench {
                query: "?bench&runs=3".to_owned(),
                ready_ms: 12.5,
            },
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
            Report::Offer(Offer {
                name: "base".to_owned(),
                host: "packs.example".to_owned(),
                bytes: 151_000_000,
                stored_bytes: 8,
            }),
            Report::Progress(Step::Fetching {
                bytes: 1,
                total: 2,
                origin: Origin::Storage,
            }),
            Report::Progress(Step::Preparing),
            Report::Progress(Step::Compiling { done: 3, total: 9 }),
            Report::Unavailable {
                problem: Problem::new(Code::DownloadDamaged, "weights-1.safetensors: checksum"),
            },
            Report::Answer {
                utterance: 9,
                found,
            },
            Report::Measuring {
                mode: "text".to_owned(),
                phase: "warm".to_owned(),
                done: 1,
                of: 2,
            },
            Report::Measured {
                mode: "text".to_owned(),
                cells: vec!["Typed text".to_owned()],
            },
            Report::Stages {
                length: "3 s".to_owned(),
                rows: vec![vec!["log_mel".to_owned()]],
            },
            Report::Benched {
                memory: "3.0 MB".to_owned(),
                json: "{}".to_owned(),
            },
        ];
        for report in reports {
            let text = serde_json::to_string(&report).unwrap();
            assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
        }
    }
}
