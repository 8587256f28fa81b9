//! The few browser facilities that page and worker share.

pub mod clock;
pub mod dropped;
pub mod fetch;
pub mod kept;
pub mod memory;

use wasm_bindgen::{JsCast, JsValue};

/// What a thrown JavaScript value says of itself.
pub fn error_text(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| {
            error
                .dyn_ref::<web_sys::DomException>()
                .map(web_sys::DomException::message)
        })
        .unwrap_or_else(|| format!("{error:?}"))
}
