//! The caches that keep models for the next visit, and all that this page keeps in the browser.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::CacheStorage;

/// Models of other servers; another way to keep things needs another name.
pub const PACKS: &str = "saysee-packs-1";
/// The model that comes with the page, as it was at the last visit.
pub const BUNDLED: &str = "saysee-bundled-1";

/// The browser's caches; there are none on insecure pages, and in some private windows.
pub fn caches() -> Option<CacheStorage> {
    Reflect::get(&js_sys::global(), &JsValue::from_str("caches"))
        .ok()
        .filter(JsValue::is_object)
        .map(JsCast::unchecked_into)
}

/// Forgets everything that is kept: models, and the page itself.
pub async fn forget() {
    let Some(caches) = caches() else { return };
    // Where nothing can be deleted, nothing was kept.
    let Ok(names) = JsFuture::from(caches.keys()).await else {
        return;
    };
    for name in names.unchecked_into::<Array>() {
        let name = name.as_string().unwrap_or_default();
        drop(JsFuture::from(caches.delete(&name)).await);
    }
}
