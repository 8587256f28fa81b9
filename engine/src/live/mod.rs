//! One utterance in progress: chunks of sound in, a view of what has been understood so far out.
//!
//! There is no clock and no I/O here. The caller pushes sound, asks for the next [`Pass`], lets an
//! [`crate::Engine`] hear it, and hands the answer back:
//!
//! ```
//! # use saysee_engine::{Answer, live::Utterance};
//! # fn hear(samples: &[f32]) -> Answer { unreachable!() }
//! # fn main() -> Result<(), saysee_engine::audio::AudioError> {
//! let mut utterance = Utterance::new(48_000, 15.0)?;
//! utterance.push(&[0.0; 1_024])?;
//! if let Some(pass) = utterance.next_pass() {
//!     let answer = hear(&pass.samples);
//!     utterance.take(&pass, answer);
//! }
//! let view = utterance.view();
//! # Ok(())
//! # }
//! ```
//!
//! - [`activity`](VoiceActivity): when somebody speaks, and when they have finished;
//! - [`pace`](Pace): when hearing the utterance anew is worth its cost;
//! - [`tracker`](KeywordTracker): keywords that stay put while the utterance grows.

mod activity;
mod pace;
mod tracker;
mod utterance;

pub use activity::{Activity, VoiceActivity};
pub use pace::Pace;
pub use tracker::{KeywordTracker, LiveKeyword};
pub use utterance::{Ending, Pass, State, Utterance, View};
