//! Questions that come as whole recordings: bundled samples, and files of the visitor.

use js_sys::{ArrayBuffer, Float32Array, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, Url};

use crate::browser::{error_text, fetch};
use crate::logic::asked::Asked;
use crate::logic::catalogue;
use crate::logic::problem::{Code, Problem};
use crate::logic::recorder::Event;
use crate::logic::samples;
use crate::logic::waveform::Waveform;
use crate::page::{Page, decode};
use crate::protocol::Request;

/// Largest sound file taken, bytes.
const LARGEST_FILE: u64 = 50_000_000;
/// Largest bundled sample or list, bytes.
const LARGEST_ASSET: u64 = 8_000_000;

impl Page {
    /// Fetches the list of pictures, so that there is something to see before there is an engine.
    pub fn load_pictures(self) {
        let address = self.picture_address("gallery.json");
        spawn_local(async move {
            let read = fetch::read_text(&address, LARGEST_ASSET).await;
            match read
                .map_err(|error| error.to_string())
                .and_then(|json| catalogue::parse(&json))
            {
                Ok(catalogue) => self.catalogue.set(Some(catalogue.into())),
                // The worker needs the same file and will say what is wrong with it.
                Err(error) => leptos::logging::warn!("no pictures yet: {error}"),
            }
        });
    }

    /// Fetches the list of bundled utterances and asks the one that the address names.
    pub fn load_samples(self) {
        spawn_local(async move {
            let read = fetch::read_text("assets/samples/samples.json", LARGEST_ASSET).await;
            let parsed = read
                .map_err(|error| error.to_string())
                .and_then(|json| samples::parse(&json).map_err(|error| error.to_string()));
            match parsed {
                Ok(samples) => self.samples.set(Some(samples)),
                Err(error) => {
                    leptos::logging::warn!("no samples: {error}");
                    self.samples.set(Some(Vec::new()));
                }
            }
            if let Some(id) = self.address.with_value(|address| address.sample.clone()) {
                self.ask_sample(&id);
            }
        });
    }

    /// Plays a bundled utterance and asks it.
    pub fn ask_sample(self, id: &str) {
        let file = self.samples.with_untracked(|samples| {
            samples
                .iter()
                .flatten()
                .find(|sample| sample.id == id)
                .map(|sample| sample.file.clone())
        });
        let id = id.to_owned();
        self.ask(Asked::Sample(id.clone()), async move {
            let missing = |detail: String| Problem::new(Code::SampleMissing, detail);
            let file = file.ok_or_else(|| missing(format!("no sample is called {id}")))?;
            let address = format!("assets/samples/{file}");
            self.play(&address, false);
            let bytes = fetch::read(&address, LARGEST_ASSET, false, |_| ())
                .await
                .map_err(|error| missing(format!("{file}: {error}")))?;
            Ok(Uint8Array::from(bytes.as_slice()).buffer())
        });
    }

    /// Plays a sound file of the visitor and asks it.
    pub fn ask_file(self, file: File) {
        self.ask(Asked::File(file.name()), async move {
            if file.size() > LARGEST_FILE as f64 {
                return Err(Problem::new(
                    Code::AudioTooLarge,
                    format!("{} bytes", file.size()),
                ));
            }
            if let Ok(address) = Url::create_object_url_with_blob(&file) {
                self.play(&address, true);
            }
            let bytes = JsFuture::from(file.array_buffer())
                .await
                .map_err(|error| Problem::new(Code::AudioUnreadable, error_text(&error)))?;
            Ok(bytes.unchecked_into::<ArrayBuffer>())
        });
    }

    /// Asks the recording that `bytes` will bring.
    fn ask(
        self,
        source: Asked,
        bytes: impl Future<Output = Result<ArrayBuffer, Problem>> + 'static,
    ) {
        let utterance = self.ask_without_sound(source);
        let max_seconds = self
            .recorder
            .with_untracked(|recorder| recorder.limit_seconds());
        spawn_local(async move {
            let samples = match bytes.await {
                Ok(bytes) => decode::decode(&bytes, max_seconds).await,
                Err(problem) => Err(problem),
            };
            let current = self
                .recorder
                .with_untracked(|recorder| recorder.utterance())
                == utterance;
            match samples {
                _ if !current => {}
                Ok(samples) => self.submit(utterance, &samples),
                Err(problem) => self.handle(Event::Failed { utterance, problem }),
            }
        });
    }

    fn submit(self, utterance: u32, samples: &[f32]) {
        let mut waveform = Waveform::new(f64::from(decode::RATE));
        waveform.push(samples);
        self.waveform.set(waveform);
        self.machinery.update_value(|machinery| {
            machinery
                .sounds
                .add(utterance, f64::from(decode::RATE), samples);
        });
        let begin = Request::Begin {
            utterance,
            sample_rate: f64::from(decode::RATE),
            live: false,
        };
        self.send(&begin, None);
        self.send(
            &Request::Sound { utterance },
            Some(&Float32Array::from(samples)),
        );
        self.send(&Request::Finish { utterance }, None);
    }
}
