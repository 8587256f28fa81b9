//! The named intermediates of one run.

use serde::Serialize;
use web_time::Instant;

/// One intermediate.
#[derive(Clone, Debug)]
pub enum Stage<T> {
    /// It lies where the operations run.
    Device(T),
    /// The host made it.
    Host {
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
        /// Row-major numbers.
        numbers: Vec<f32>,
    },
}

/// How long an intermediate took to compute after the one before it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageTime {
    /// Its name.
    pub name: String,
    /// Milliseconds.
    pub milliseconds: f64,
}

/// Keeps every intermediate that the network names, or when they were named, or nothing.
///
/// Names follow the published model's where it has the stage: `conv_0..`, `hidden_0..`,
/// `weighted_sum`, `branch_out`, `cif_alpha`, `cif_feats`, `kw_projected`, `cosine`, `parallel_raw`,
/// `parallel_audio_feat`.
#[derive(Debug)]
pub struct Stages<T> {
    list: Option<Vec<(String, Stage<T>)>>,
    marks: Option<Marks>,
}

/// When a run began, and when each of its intermediates was there.
#[derive(Debug)]
struct Marks {
    begun: Instant,
    named: Vec<(String, Instant)>,
}

impl<T: Clone> Stages<T> {
    /// Keeps none.
    pub fn off() -> Self {
        Self {
            list: None,
            marks: None,
        }
    }

    /// Keeps none, but when each was there.
    pub fn timed() -> Self {
        let marks = Marks {
            begun: Instant::now(),
            named: Vec::new(),
        };
        Self {
            list: None,
            marks: Some(marks),
        }
    }

    /// Keeps all.
    pub fn on() -> Self {
        Self {
            list: Some(Vec::new()),
            marks: None,
        }
    }

    /// Keeps `tensor` under `name` if intermediates are wanted.
    pub fn note(&mut self, name: impl Into<String>, tensor: &T) {
        if let Some(list) = &mut self.list {
            list.push((name.into(), Stage::Device(tensor.clone())));
        } else if let Some(marks) = &mut self.marks {
            marks.named.push((name.into(), Instant::now()));
        }
    }

    /// Keeps numbers that the host made, if intermediates are wanted.
    pub fn note_numbers(
        &mut self,
        name: &str,
        rows: usize,
        columns: usize,
        numbers: impl FnOnce() -> Vec<f32>,
    ) {
        if let Some(list) = &mut self.list {
            let stage = Stage::Host {
                rows,
                columns,
                numbers: numbers(),
            };
            list.push((name.to_owned(), stage));
        }
    }

    /// Whether intermediates are wanted.
    pub fn wanted(&self) -> bool {
        self.list.is_some()
    }

    /// How long each intermediate took, in the order they were computed; those that took no time of their own (a
    /// view of another) are among them.
    pub fn times(&self) -> Vec<StageTime> {
        let Some(marks) = &self.marks else {
            return Vec::new();
        };
        let mut before = marks.begun;
        let since = |(name, at): &(String, Instant)| {
            let took = at.duration_since(before).as_secs_f64() * 1e3;
            before = *at;
            StageTime {
                name: name.clone(),
                milliseconds: took,
            }
        };
        marks.named.iter().map(since).collect()
    }

    /// What was kept, in the order it was computed.
    pub fn list(&self) -> &[(String, Stage<T>)] {
        self.list.as_deref().unwrap_or_default()
    }
}
