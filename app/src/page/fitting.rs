//! From a picture to speech: which bundled utterances fit it. They are embedded by the worker the first time somebody
//! wants to know.

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::fetch;
use crate::logic::samples::Sample;
use crate::page::Page;
use crate::page::decode;

/// Largest bundled sample, bytes.
const LARGEST: u64 = 8_000_000;

impl Page {
    /// Has the bundled utterances embedded, unless that was done.
    pub fn want_fits(self) {
        if self.insight.learning.get_untracked() {
            return;
        }
        self.insight.learning.set(true);
        let samples = self.samples.get_untracked().unwrap_or_default();
        let longest = self
            .recorder
            .with_untracked(|recorder| recorder.limit_seconds());
        spawn_local(async move {
            for sample in samples {
                match read(&sample, longest).await {
                    Ok(sound) => self.learn(&sample.id, &sound),
                    Err(error) => leptos::logging::warn!("{}: {error}", sample.file),
                }
            }
        });
    }
}

async fn read(sample: &Sample, longest: f32) -> Result<Vec<f32>, String> {
    let address = format!("assets/samples/{}", sample.file);
    let bytes = fetch::read(&address, LARGEST, false, |_| ())
        .await
        .map_err(|error| error.to_string())?;
    let bytes = Uint8Array::from(bytes.as_slice()).buffer();
    decode::decode(&bytes, longest)
        .await
        .map_err(|problem| problem.detail)
}
