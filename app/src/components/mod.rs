//! The parts of the page: one idea a folder, its style beside it.

mod app;
mod bench;
mod colophon;
mod dropzone;
mod masthead;
mod microphone;
mod models;
mod offer;
mod picture;
mod recorder;
mod results;
mod samples;
mod stage;
mod status;
mod timeline;
mod update;
mod viewer;

pub use app::App;
pub use bench::Bench;

/// How many colours keywords take in turn; the colours are `--word-0` and on in `tokens.css`.
const WORD_COLOURS: usize = 6;
