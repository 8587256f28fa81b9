//! The sound of this visit's utterances, to be heard again. It stays in the page's memory and goes with it.

use std::collections::BTreeMap;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, Url};

use crate::logic::wav;

/// Samples at a rate.
#[derive(Default)]
struct Sound {
    rate: u32,
    samples: Vec<f32>,
}

/// Sounds by the number of their utterance.
#[derive(Default)]
pub struct Sounds {
    kept: BTreeMap<u32, Sound>,
}

impl Sounds {
    /// Adds samples at `rate` hertz to the sound of an utterance.
    pub fn add(&mut self, utterance: u32, rate: f64, samples: &[f32]) {
        let sound = self.kept.entry(utterance).or_default();
        sound.rate = rate as u32;
        sound.samples.extend_from_slice(samples);
    }

    /// Whether there is sound of an utterance.
    pub fn has(&self, utterance: u32) -> bool {
        self.kept.contains_key(&utterance)
    }

    /// Lets go of the sounds of other utterances than these.
    pub fn keep(&mut self, utterances: &[u32]) {
        self.kept
            .retain(|utterance, _| utterances.contains(utterance));
    }

    /// Lets go of all of it.
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    /// An address of the sound of an utterance as a wav file; whoever takes it revokes it.
    pub fn address(&self, utterance: u32) -> Option<String> {
        let sound = self.kept.get(&utterance)?;
        let bytes = wav::write(&sound.samples, sound.rate);
        file(&bytes, "audio/wav").ok()
    }
}

/// An address of a file of our own.
///
/// # Errors
/// When the browser has no memory for it.
pub fn file(bytes: &[u8], kind: &str) -> Result<String, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options)?;
    Url::create_object_url_with_blob(&blob)
}
