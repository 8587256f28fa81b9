//! What the page says, in the order it says it.

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use gloo_events::EventListener;
use js_sys::{Array, Float32Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, MessageEvent};

use crate::logic::problem::{Code, Problem};
use crate::protocol::{FILES, Report, Request, SAMPLES, TEXT};
use crate::worker::outbox;

/// A request with the samples that came with it.
pub struct Letter {
    /// What is asked.
    pub request: Request,
    /// Sound, if any.
    pub samples: Vec<f32>,
    /// The files of a chosen folder, if any.
    pub files: Vec<File>,
}

/// Starts listening. Requests wait in the channel while the engine is busy; a recording ends after
/// some seconds, so they cannot grow without end.
pub fn listen() -> UnboundedReceiver<Letter> {
    let (sender, receiver) = unbounded();
    let listener = EventListener::new(&outbox::scope(), "message", move |event| {
        let data = event.unchecked_ref::<MessageEvent>().data();
        match read(&data) {
            // The receiver lives as long as the worker.
            Ok(letter) => drop(sender.unbounded_send(letter)),
            Err(detail) => {
                let problem = Problem::new(Code::EngineFailed, detail);
                outbox::send(&Report::Unavailable { problem });
            }
        }
    });
    listener.forget();
    receiver
}

fn read(data: &JsValue) -> Result<Letter, String> {
    let get = |key: &str| Reflect::get(data, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED);
    let text = get(TEXT).as_string().unwrap_or_default();
    let request =
        serde_json::from_str(&text).map_err(|error| format!("the page said {text:?}: {error}"))?;
    let samples = get(SAMPLES)
        .dyn_into::<Float32Array>()
        .map_or_else(|_| Vec::new(), |samples| samples.to_vec());
    let files = get(FILES).dyn_into::<Array>().unwrap_or_default();
    Ok(Letter {
        request,
        samples,
        files: files
            .iter()
            .filter_map(|file| file.dyn_into().ok())
            .collect(),
    })
}
