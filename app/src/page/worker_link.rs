//! The page's end of the line to the worker.

use gloo_events::EventListener;
use js_sys::{Array, Float32Array, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::browser::error_text;
use crate::logic::problem::{Code, Problem};
use crate::protocol::{Report, Request, SAMPLES, TEXT};

/// A running worker. Dropping it ends the worker.
pub struct WorkerLink {
    worker: Worker,
    /// Requests made before the worker listens.
    waiting: Option<Vec<(JsValue, Array)>>,
    _listeners: [EventListener; 2],
}

impl WorkerLink {
    /// Starts the worker. `on_report` hears what it says, and of its death.
    ///
    /// # Errors
    /// When the browser refuses to start a worker.
    pub fn start(on_report: impl Fn(Report) + Copy + 'static) -> Result<Self, Problem> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let base = document().base_uri().ok().flatten().unwrap_or_default();
        let worker = web_sys::Url::new_with_base("worker_loader.js", &base)
            .and_then(|address| Worker::new_with_options(&address.href(), &options))
            .map_err(|error| Problem::new(Code::EngineFailed, error_text(&error)))?;

        let message = EventListener::new(&worker, "message", move |event| {
            let data = event.unchecked_ref::<MessageEvent>().data();
            let text = data.as_string().unwrap_or_default();
            match serde_json::from_str(&text) {
                Ok(report) => on_report(report),
                Err(error) => leptos::logging::error!("the worker said {text:?}: {error}"),
            }
        });
        let error = EventListener::new(&worker, "error", move |event| {
            // A script that did not load gives a plain event without a message.
            let (code, detail) = match event.dyn_ref::<ErrorEvent>() {
                Some(error) => (Code::EngineFailed, error.message()),
                None => (
                    Code::DownloadFailed,
                    "worker_loader.js did not load".to_owned(),
                ),
            };
            on_report(Report::Unavailable {
                problem: Problem::new(code, detail),
            });
        });
        Ok(Self {
            worker,
            waiting: Some(Vec::new()),
            _listeners: [message, error],
        })
    }

    /// The worker has said hello: what waited is sent.
    pub fn greeted(&mut self) {
        for (message, transfer) in self.waiting.take().into_iter().flatten() {
            self.post(&message, &transfer);
        }
    }

    /// Sends a request, with samples if it has some. Their memory is handed over: the array is empty afterwards.
    pub fn send(&mut self, request: &Request, samples: Option<&Float32Array>) {
        let text = match serde_json::to_string(request) {
            Ok(text) => text,
            Err(error) => {
                leptos::logging::error!("a request cannot be written: {error}");
                return;
            }
        };
        let message = Object::new();
        let transfer = Array::new();
        set(&message, TEXT, &JsValue::from_str(&text));
        if let Some(samples) = samples {
            set(&message, SAMPLES, samples);
            transfer.push(&samples.buffer());
        }
        match &mut self.waiting {
            Some(waiting) => waiting.push((message.into(), transfer)),
            None => self.post(&message, &transfer),
        }
    }

    fn post(&self, message: &JsValue, transfer: &Array) {
        if let Err(error) = self.worker.post_message_with_transfer(message, transfer) {
            leptos::logging::error!("a request cannot be sent: {}", error_text(&error));
        }
    }
}

impl Drop for WorkerLink {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// Sets a property of an object we made ourselves, which cannot refuse.
fn set(object: &Object, key: &str, value: &JsValue) {
    drop(Reflect::set(object, &JsValue::from_str(key), value));
}
