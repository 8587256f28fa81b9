//! What the page does in a bench: asks the worker, gathers what it says, adds what only a page knows.

use js_sys::JSON;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::browser::clock;
use crate::logic::bench::Progress;
use crate::logic::format;
use crate::page::Page;
use crate::protocol::{Ready, Report, Request};
use crate::texts;

impl Page {
    /// Asks for the measurements of this visit, if it is one for them: an engine is ready.
    pub(super) fn begin_bench(self, ready: &Ready) {
        if !self.address.with_value(|address| address.bench) {
            return;
        }
        let ready_ms = clock::milliseconds();
        self.bench.set(Progress {
            facts: facts(ready, ready_ms),
            ..Progress::default()
        });
        let query = window().location().search().unwrap_or_default();
        self.send(&Request::Bench { query, ready_ms }, None);
    }

    /// Takes what the worker says of a bench.
    pub(super) fn take_bench(self, report: Report) {
        self.bench.update(|progress| match report {
            Report::Measuring {
                mode,
                phase,
                done,
                of,
            } => {
                progress.mode = mode;
                progress.phase = phase;
                progress.done = (done, of);
            }
            Report::Measured { mode, cells } => progress.rows.push((mode, cells)),
            Report::Stages { length, rows } => progress.stages = Some((length, rows)),
            Report::Benched { memory, json } => {
                progress.facts.push(["Memory".to_owned(), memory]);
                progress.json = Some(spread_out(json));
            }
            _ => {}
        });
    }
}

fn facts(ready: &Ready, ready_ms: f64) -> Vec<[String; 2]> {
    let name = texts::engine::backend(&ready.backend);
    let [pack, all, last] = [
        format::bytes(ready.pack_bytes),
        format::milliseconds(ready_ms),
        format::milliseconds(ready.preparing_ms),
    ];
    [
        ("Runs on", format!("{name}: {}", ready.adapter)),
        ("Why", format::sentence(&ready.reason)),
        ("Model", format!("{}, {pack}", ready.pack)),
        (
            "Ready",
            format!("{all} after the page was opened, {last} after the last byte"),
        ),
    ]
    .map(|(name, fact)| [name.to_owned(), fact])
    .to_vec()
}

/// JSON with a line for each of its parts; the browser can do that.
fn spread_out(json: String) -> String {
    let spread = JSON::parse(&json).and_then(|value| {
        JSON::stringify_with_replacer_and_space(&value, &JsValue::NULL, &JsValue::from_f64(1.0))
    });
    spread.map_or(json, String::from)
}
