//! What the page decides, without a browser: state machines, geometry and arithmetic, each with plain tests.

pub mod address;
pub mod bench;
pub mod catalogue;
pub mod corona;
pub mod devices;
pub mod folder;
pub mod format;
pub mod level;
pub mod motion;
pub mod offer;
pub mod place;
pub mod press;
pub mod problem;
pub mod progress;
pub mod ranking;
pub mod recorder;
pub mod samples;
pub mod status;
pub mod timeline;
pub mod voice;
pub mod waveform;
