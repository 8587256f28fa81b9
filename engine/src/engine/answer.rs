//! What an utterance came to.

use serde::Serialize;

/// What an utterance came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// Length of the utterance.
    pub seconds: f32,
    /// Its embedding, of length 1.
    pub embedding: Vec<f32>,
    /// Keywords, in time.
    pub keywords: Vec<Keyword>,
    /// Pictures, best first.
    pub results: Vec<Match>,
    /// How long it took.
    pub timing: Timing,
}

/// A keyword the network discovered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Keyword {
    /// Seconds at which it begins.
    pub start: f32,
    /// Seconds at which it ends.
    pub end: f32,
    /// The nearest token of the vocabulary.
    pub token: String,
    /// Cosine between the keyword and its token; in a pack that knows how words sound the mean of that and of the share
    /// of the word's phones that was heard.
    pub score: f32,
    /// The next nearest tokens and their scores, best first.
    pub alternatives: Vec<(String, f32)>,
}

/// A picture and how well it fits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Match {
    /// Its place in the gallery.
    pub index: usize,
    /// Its name in the gallery.
    pub id: String,
    /// Cosine between its embedding and the utterance's.
    pub score: f32,
}

/// How long an answer took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Timing {
    /// From samples to scores, the way back from the GPU included.
    pub network_ms: f32,
    /// All of it, naming and ranking included.
    pub total_ms: f32,
}
