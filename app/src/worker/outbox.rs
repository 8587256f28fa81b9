//! What is said to the page.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

use crate::protocol::Report;

/// The worker itself.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Says something to the page.
pub fn send(report: &Report) {
    match serde_json::to_string(report) {
        // Posting a text fails in no browser.
        Ok(text) => drop(scope().post_message(&JsValue::from_str(&text))),
        Err(error) => web_sys::console::error_1(&JsValue::from_str(&error.to_string())),
    }
}
