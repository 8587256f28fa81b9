//! The cache that keeps models for the next visit.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::CacheStorage;

/// Its name; another way to keep things needs another name.
pub const NAME: &str = "saysee-packs-1";

/// The browser's caches; there are none on insecure pages, and in some private windows.
pub fn caches() -> Option<CacheStorage> {
    Reflect::get(&js_sys::global(), &JsValue::from_str("caches"))
        .ok()
        .filter(JsValue::is_object)
        .map(JsCast::unchecked_into)
}

/// Forgets all models that are kept.
pub async fn forget() {
    if let Some(caches) = caches() {
        // Where nothing can be deleted, nothing was kept.
        drop(JsFuture::from(caches.delete(NAME)).await);
    }
}
