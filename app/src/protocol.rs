//! What page and worker say to each other.
//!
//! Each message is one JSON text; samples travel beside it as a transferred `Float32Array`, so that
//! sound is never copied or spelt out. The worker speaks first ([`Report::Hello`]) because a module
//! worker drops what is sent to it before its code has run.

use serde::{Deserialize, Serialize};

use crate::logic::problem::Problem;
use crate::logic::share::Precision;

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
#[serde(rename_all = "kebab-case")]
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
#[serde(rename_all = "kebab-case")]
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
        /// Whether the visitor wants to save data: then every download has to be agreed to.
        sparing: bool,
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
    /// Rank by a typed text. Answered as an utterance of this number is.
    Text {
        /// Its number.
        utterance: u32,
        /// What was typed.
        text: String,
    },
    /// Rank by a picture of the gallery: more like this. Answered as an utterance is.
    Like {
        /// Its number.
        utterance: u32,
        /// Position in the gallery.
        picture: usize,
    },
    /// Rank by an embedding that came with a link. Answered as an utterance is, without keywords.
    Rank {
        /// Its number.
        utterance: u32,
        /// Name of the space it lives in.
        space: String,
        /// The embedding.
        embedding: Vec<f32>,
    },
    /// What do these stretches of an answered utterance do for these pictures? Answered by one [`Report::Pulls`] each, or by
    /// [`Report::Forgotten`]. Given up when another utterance begins.
    Explain {
        /// Its number.
        utterance: u32,
        /// Stretches of sound, seconds: those of its keywords.
        spans: Vec<(f32, f32)>,
        /// Positions in the gallery.
        pictures: Vec<usize>,
    },
    /// Rank by an answered utterance without these stretches. Answered by [`Report::Struck`] or [`Report::Forgotten`].
    /// Given up when another utterance begins.
    Strike {
        /// Its number.
        utterance: u32,
        /// Stretches of sound, seconds.
        spans: Vec<(f32, f32)>,
    },
    /// Embed a bundled utterance; its samples (16 kHz) travel beside the message. Answered by [`Report::Learnt`] when
    /// there is nothing more urgent.
    Learn {
        /// Its name.
        sample: String,
    },
    /// The embedding of a picture of the gallery. Answered by [`Report::Seen`].
    See {
        /// Position in the gallery.
        picture: usize,
    },
    /// Where the time of an answered utterance goes, and what is held. Answered by [`Report::Numbers`].
    Count {
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
#[serde(rename_all = "kebab-case")]
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
    Ready(Box<Ready>),
    /// The GPU is gone and the engine is made again, from progress to [`Report::Ready`]. What was asked meanwhile is
    /// answered then.
    Lost {
        /// What the driver said.
        detail: String,
    },
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
    /// What a stretch of an utterance does for pictures.
    Pulls {
        /// Number of the utterance.
        utterance: u32,
        /// Which of the stretches that were asked about.
        span: usize,
        /// What each picture's score would lose without it, in the order in which they were asked about.
        pulls: Vec<f32>,
    },
    /// The ranking of an utterance without some of its stretches.
    Struck {
        /// Its number.
        utterance: u32,
        /// The stretches.
        spans: Vec<(f32, f32)>,
        /// The ranking; the keywords are those of the whole utterance.
        ranking: Ranking,
    },
    /// The sound of an utterance is no longer known.
    Forgotten {
        /// Its number.
        utterance: u32,
    },
    /// With how many bits an embedding has to travel for its ranking to stay what it is.
    Travels {
        /// Number of the utterance.
        utterance: u32,
        /// So many.
        precision: Precision,
    },
    /// A bundled utterance is embedded.
    Learnt {
        /// Its name.
        sample: String,
        /// Its embedding.
        embedding: Vec<f32>,
    },
    /// The embedding of a picture.
    Seen {
        /// Position in the gallery.
        picture: usize,
        /// Its embedding.
        embedding: Vec<f32>,
    },
    /// Where the time of an utterance goes, and what is held.
    Numbers(Numbers),
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
#[serde(rename_all = "kebab-case")]
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
    /// How often the GPU has been lost since the worker was started.
    pub losses: u32,
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
    /// On a GPU, which family of kernels, and what was measured to decide.
    pub kernels: Option<String>,
    /// Whether an earlier visit found that out.
    pub same_kernels: bool,
    /// On a GPU, milliseconds for choosing among kernels and for the self-test.
    pub start_ms: Option<(f32, f32)>,
    /// What two seconds of sound took on each backend that was tried, milliseconds.
    pub timings: Vec<(String, f32)>,
    /// Name of the space of the pack's embeddings.
    pub space: String,
    /// Name of the gallery.
    pub gallery: String,
    /// The beginning of the SHA-256 of the gallery's embeddings: which version of it this is.
    pub mark: [u8; 4],
    /// Whether the pack reads typed text.
    pub reads_text: bool,
}

/// What is held, and where the time of an utterance goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// Bytes of the worker's memory.
    pub heap_bytes: u64,
    /// Bytes on the GPU: what for, and how many. Empty on the CPU.
    pub gpu_bytes: Vec<(String, u64)>,
    /// Seconds of the utterance that was measured.
    pub seconds: f32,
    /// What timed the stages.
    pub clock: Clock,
    /// Stages in the order they are computed, or the GPU's kernels, longest first, and their milliseconds. Empty before
    /// anything was said, and without a clock.
    pub stages: Vec<(String, f64)>,
}

/// What can time the parts of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// The CPU's, on the CPU.
    #[default]
    Cpu,
    /// The GPU's own, by timestamp queries.
    Gpu,
    /// Nothing: the GPU's adapter offers no timestamps.
    None,
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
    /// Pictures, best first, and what ranks them.
    pub ranking: Ranking,
    /// Time the engine took, milliseconds.
    pub engine_ms: f64,
}

/// Pictures in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// Pictures, best first: as many as a visitor may page through.
    pub matches: Vec<Match>,
    /// Score in the middle of all pictures.
    pub median: f32,
    /// What ranks them, of length 1; empty while the utterance is being spoken.
    pub embedding: Vec<f32>,
}

/// A keyword that the model discovered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keyword {
    /// Stays the same for as long as the keyword is there.
    pub id: u64,
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
    /// Position in the gallery of a better one that this one repeats.
    pub repeats: Option<usize>,
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
                sparing: true,
            },
            Request::Open {
                pack: Folder::Chosen,
                gallery: Folder::Chosen,
                backend: BackendChoice::Auto,
                refetch: false,
                agreed: true,
                sparing: false,
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
            Request::Text {
                utterance: 4,
                text: "“two dogs”".to_owned(),
            },
            Request::Like {
                utterance: 5,
                picture: 17,
            },
            Request::Rank {
                utterance: 6,
                space: "scenes-mini-1".to_owned(),
                embedding: vec![0.1, f32::MIN_POSITIVE],
            },
            Request::Explain {
                utterance: 3,
                spans: vec![(0.1, 0.5)],
                pictures: vec![7, 2],
            },
            Request::Strike {
                utterance: 3,
                spans: Vec::new(),
            },
            Request::Learn {
                sample: "two-dogs".to_owned(),
            },
            Request::See { picture: 7 },
            Request::Count { utterance: 3 },
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
                id: 4,
                start: 0.25,
                end: 0.5,
                token: "dogs".to_owned(),
                score: 0.75,
                firm: true,
                alternatives: vec![("dog".to_owned(), 0.5)],
            }],
            ranking: Ranking {
                matches: vec![Match {
                    index: 7,
                    score: 0.25,
                    repeats: Some(3),
                }],
                median: 0.125,
                embedding: vec![0.1, -0.7],
            },
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
            Report::Lost {
                detail: "Destroyed: device was destroyed".to_owned(),
            },
            Report::Progress(Step::Compiling { done: 3, total: 9 }),
            Report::Unavailable {
                problem: Problem::new(Code::DownloadDamaged, "weights-1.safetensors: checksum"),
            },
            Report::Struck {
                utterance: 9,
                spans: vec![(0.1, 0.5)],
                ranking: found.ranking.clone(),
            },
            Report::Answer {
                utterance: 9,
                found,
            },
            Report::Pulls {
                utterance: 9,
                span: 1,
                pulls: vec![0.25, -0.5],
            },
            Report::Forgotten { utterance: 2 },
            Report::Travels {
                utterance: 9,
                precision: Precision::Sixteen,
            },
            Report::Learnt {
                sample: "two-dogs".to_owned(),
                embedding: vec![1.0],
            },
            Report::Seen {
                picture: 7,
                embedding: vec![1.0],
            },
            Report::Numbers(Numbers {
                heap_bytes: 3,
                gpu_bytes: vec![("weights".to_owned(), 5)],
                seconds: 1.5,
                clock: Clock::Gpu,
                stages: vec![("log_mel".to_owned(), 0.5)],
            }),
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
