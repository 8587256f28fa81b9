//! What is kept for the next visit: shards under their SHA-256, manifests under their address, in the browser's
//! Cache API. Nothing here is relied upon: without storage, or with none left, everything comes from its server.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Request, Response};

use crate::browser::{fetch, kept};

/// Addresses below this are keys, never requests: nothing answers at a reserved name.
const KEYS: &str = "https://stored.invalid/";

/// The browser's storage, where there is some.
pub struct Storage {
    cache: Option<Cache>,
}

impl Storage {
    /// No storage at all.
    pub fn none() -> Self {
        Self { cache: None }
    }

    /// Opens the storage of this name; browsers have none on insecure pages, and in some private windows.
    pub async fn open(name: &str) -> Self {
        let Some(caches) = kept::caches() else {
            return Self::none();
        };
        let opening = caches.open(name);
        let opened = JsFuture::from(opening).await;
        Self {
            cache: opened.ok().map(JsCast::unchecked_into),
        }
    }

    /// Whether there is something under `key`.
    pub async fn has(&self, key: &str) -> bool {
        self.find(key).await.is_some()
    }

    /// What is kept under `key`, at most `limit` bytes. `length` is what it is expected to have.
    pub async fn read(
        &self,
        key: &str,
        length: usize,
        limit: u64,
        arrived: impl FnMut(u64),
    ) -> Option<Vec<u8>> {
        let found = self.find(key).await?;
        let bytes = Vec::with_capacity(length);
        fetch::body(&found, bytes, limit, arrived).await.ok()
    }

    async fn find(&self, key: &str) -> Option<Response> {
        let cache = self.cache.as_ref()?;
        let found = JsFuture::from(cache.match_with_str(&address(key))).await;
        found.ok()?.dyn_into().ok()
    }

    /// Keeps `bytes` under `key`. When there is no room, nothing more is tried.
    pub async fn keep(&mut self, key: &str, bytes: &[u8]) {
        let Some(cache) = &self.cache else { return };
        let copy = Uint8Array::from(bytes);
        let Ok(response) = Response::new_with_opt_js_u8_array(Some(&copy)) else {
            return;
        };
        let putting = cache.put_with_str(&address(key), &response);
        if let Err(error) = JsFuture::from(putting).await {
            web_sys::console::warn_2(&JsValue::from_str("not kept for the next visit:"), &error);
            self.cache = None;
        }
    }

    /// Forgets everything but what is under `keys`.
    pub async fn keep_only(&self, keys: &[String]) {
        let Some(cache) = &self.cache else { return };
        let wanted: Vec<String> = keys.iter().map(|key| address(key)).collect();
        let Ok(kept) = JsFuture::from(cache.keys()).await else {
            return;
        };
        for request in kept.unchecked_into::<Array>() {
            let request: Request = request.unchecked_into();
            if !wanted.contains(&request.url()) {
                // What cannot be deleted takes room, and does no other harm.
                drop(JsFuture::from(cache.delete_with_request(&request)).await);
            }
        }
    }

    /// Forgets what is under `key`.
    pub async fn forget(&self, key: &str) {
        if let Some(cache) = &self.cache {
            // What cannot be deleted is overwritten or refused later.
            drop(JsFuture::from(cache.delete_with_str(&address(key))).await);
        }
    }
}

/// The key of a file that is known by its hash.
pub fn of_hash(sha256: &str) -> String {
    format!("sha256/{sha256}")
}

/// The key of a file that is known by its address only.
pub fn of_address(address: &str) -> String {
    format!("address/{}", js_sys::encode_uri_component(address))
}

fn address(key: &str) -> String {
    format!("{KEYS}{key}")
}
