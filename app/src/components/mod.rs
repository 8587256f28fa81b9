//! The parts of the page: one idea a folder, its style beside it.

mod app;
mod bench;
mod colophon;
mod dropzone;
mod galleries;
mod history;
mod keep;
mod masthead;
mod microphone;
mod models;
mod numbers;
mod offer;
mod picture;
mod recorder;
mod results;
mod samples;
mod stage;
mod status;
mod timeline;
mod typing;
mod update;
mod viewer;
mod why;

pub use app::App;
pub use bench::Bench;
