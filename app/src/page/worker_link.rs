//! The page's end of the line to the worker.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::{Array, Float32Array, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, ErrorEvent, MessageEvent, Url, Worker, WorkerOptions, WorkerType,
};

use crate::browser::error_text;
use crate::logic::problem::{Code, Problem};
use crate::page::builds::Build;
use crate::protocol::{FILES, Report, Request, SAMPLES, TEXT};

/// What goes along with a request.
#[derive(Clone, Copy)]
pub enum Enclosed<'a> {
    /// Nothing.
    Nothing,
    /// Samples. Their memory is handed over: the array is empty afterwards.
    Samples(&'a Float32Array),
    /// Files: the worker reads them by itself.
    Files(&'a Array),
}

/// A running worker. Dropping it ends the worker.
pub struct WorkerLink {
    worker: Worker,
    /// Requests made before the worker listens.
    waiting: Option<Vec<(JsValue, Array)>>,
    _listeners: [EventListener; 2],
}

impl WorkerLink {
    /// Starts that build of the worker. `on_report` hears what it says, and of its death.
    ///
    /// A worker that a page starts from an address has no policy but its server's, and static servers send none. A
    /// `confined` one is started from a script of the page's own making and has the page's policy: what the page must
    /// not fetch, it cannot. `on_refused` hears when the browser does not take such a worker.
    ///
    /// # Errors
    /// When the browser refuses to start a worker.
    pub fn start(
        build: Build,
        confined: bool,
        on_report: impl Fn(Report) + Copy + 'static,
        on_refused: impl Fn() + 'static,
    ) -> Result<Self, Problem> {
        let worker = launch(build, confined)
            .map_err(|error| Problem::new(Code::EngineFailed, error_text(&error)))?;
        let heard = Rc::new(Cell::new(false));
        let hearing = heard.clone();
        let message = EventListener::new(&worker, "message", move |event| {
            hearing.set(true);
            let data = event.unchecked_ref::<MessageEvent>().data();
            let text = data.as_string().unwrap_or_default();
            match serde_json::from_str(&text) {
                Ok(report) => on_report(report),
                Err(error) => leptos::logging::error!("the worker said {text:?}: {error}"),
            }
        });
        let error = EventListener::new(&worker, "error", move |event| {
            if confined && !heard.get() {
                on_refused();
                return;
            }
            // A script that did not load gives a plain event without a message.
            let (code, detail) = match event.dyn_ref::<ErrorEvent>() {
                Some(error) => (Code::of_dead_worker(&error.message()), error.message()),
                None => (
                    Code::DownloadFailed,
                    format!("{}_loader.js did not load", build.name),
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

    /// Takes over what another one was asked and never listened to. -> whether that was anything.
    pub fn take_over(&mut self, mut other: Self) -> bool {
        let unheard = other.waiting.take().unwrap_or_default();
        let any = !unheard.is_empty();
        if let Some(waiting) = &mut self.waiting {
            waiting.extend(unheard);
        }
        any
    }

    /// The worker has said hello: what waited is sent.
    pub fn greeted(&mut self) {
        for (message, transfer) in self.waiting.take().into_iter().flatten() {
            self.post(&message, &transfer);
        }
    }

    /// Sends a request with what goes along.
    pub fn send(&mut self, request: &Request, beside: Enclosed) {
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
        match beside {
            Enclosed::Nothing => {}
            Enclosed::Samples(samples) => {
                set(&message, SAMPLES, samples);
                transfer.push(&samples.buffer());
            }
            Enclosed::Files(files) => set(&message, FILES, files),
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

fn launch(build: Build, confined: bool) -> Result<Worker, JsValue> {
    let Build { name, threads } = build;
    let options = WorkerOptions::new();
    // The one thing that a worker knows from the beginning.
    options.set_name(&format!("threads={threads}"));
    options.set_type(WorkerType::Module);
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    let address = |file: &str| Url::new_with_base(file, &base).map(|url| url.href());
    if !confined {
        return Worker::new_with_options(&address(&format!("{name}_loader.js"))?, &options);
    }
    let module = JsValue::from_str(&address(&format!("{name}.js"))?);
    let quoted = js_sys::JSON::stringify(&module)?;
    let script = format!("import start from {quoted}; await start();");
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let parts = Array::of1(&JsValue::from_str(&script));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind)?;
    // Kept for as long as the page lives: some browsers read it later than they say.
    let own = Url::create_object_url_with_blob(&blob)?;
    Worker::new_with_options(&own, &options)
}

/// Sets a property of an object we made ourselves, which cannot refuse.
fn set(object: &Object, key: &str, value: &JsValue) {
    drop(Reflect::set(object, &JsValue::from_str(key), value));
}
