//! Links, files and the clipboard: what a visitor takes along.

use gloo_events::EventListener;
use js_sys::{Array, Object, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement, Url};

use crate::logic::address::{Address, BUNDLED_PACK};
use crate::logic::export;
use crate::logic::place::{Pack, Place};
use crate::logic::problem::{Code, Problem};
use crate::logic::share::{Refusal, Shared, Word};
use crate::logic::status::Readiness;
use crate::page::{Page, sounds};
use crate::protocol::Ready;

#[wasm_bindgen]
extern "C" {
    /// What web-sys keeps behind its flag for unstable interfaces, though every browser has it.
    #[wasm_bindgen(js_name = ClipboardItem)]
    type ClipboardItem;
    #[wasm_bindgen(constructor, js_name = ClipboardItem, catch)]
    fn new(items: &Object) -> Result<ClipboardItem, JsValue>;
    type WritableClipboard;
    #[wasm_bindgen(method, catch)]
    fn write(this: &WritableClipboard, items: &Array) -> Result<Promise, JsValue>;
}

impl Page {
    /// Asks what the fragment of the page's address carries, now and whenever it changes.
    pub fn listen_for_links(self) {
        self.open_link();
        let changed = EventListener::new(&window(), "hashchange", move |_| self.open_link());
        changed.forget();
    }

    fn open_link(self) {
        let fragment = window().location().hash().unwrap_or_default();
        match Shared::read(&fragment) {
            None => {}
            Some(Ok(shared)) => self.ask_shared(shared),
            Some(Err(refusal)) => {
                let detail = match refusal {
                    Refusal::Version(version) => format!("the link is of version {version}"),
                    Refusal::Damaged => "the link does not add up".to_owned(),
                };
                self.fail(Problem::new(Code::LinkDamaged, detail));
            }
        }
    }

    /// Takes the last link out of the address: what is shown is something else now.
    pub(super) fn leave_link(self) {
        let location = window().location();
        let fragment = location.hash().unwrap_or_default();
        if self.insight.opening.get_value() || Shared::read(&fragment).is_none() {
            return;
        }
        let path = location.pathname().unwrap_or_default();
        let query = location.search().unwrap_or_default();
        if let Ok(history) = window().history() {
            let address = format!("{path}{query}");
            drop(history.replace_state_with_url(&JsValue::NULL, "", Some(&address)));
        }
    }

    /// A link to the answer on the page; `None` while there is nothing that others could open.
    pub fn link(self) -> Option<String> {
        let ready = self.readiness.with(|readiness| match readiness {
            Readiness::Ready(ready) => Some(ready.clone()),
            _ => None,
        })?;
        if self.pack.with(|pack| matches!(pack, Pack::Chosen(_))) {
            return None;
        }
        let shared = self.shared(&ready)?;
        let fragment = shared.write(self.insight.precision.get());
        let location = window().location();
        let origin = location.origin().ok()?;
        let path = location.pathname().ok()?;
        let query = self.address.with_value(query_of);
        Some(format!("{origin}{path}{query}#{fragment}"))
    }

    /// Whether the pack is the one that the page opens by itself.
    pub fn starts_with_its_own_pack(self) -> bool {
        self.address.with_value(
            |address| matches!(&address.pack, Place::Bundled(name) if name == BUNDLED_PACK),
        )
    }

    /// Folder of the gallery, where both it and the pack come with the page.
    pub fn bundled_gallery(self) -> Option<String> {
        self.address
            .with_value(|address| match (&address.pack, &address.gallery) {
                (Place::Bundled(_), Place::Bundled(name)) => Some(name.clone()),
                _ => None,
            })
    }

    /// The address of the page with another bundled gallery.
    pub fn address_with_gallery(self, name: &str) -> String {
        let mut address = self.address.get_value();
        address.gallery = Place::Bundled(name.to_owned());
        match query_of(&address) {
            query if query.is_empty() => "?".to_owned(),
            query => query,
        }
    }

    fn shared(self, ready: &Ready) -> Option<Shared> {
        let found = self.found.get();
        let struck = self.insight.struck.get();
        let label = self.insight.source.with(|source| source.label());
        (!found.ranking.embedding.is_empty()).then(|| Shared {
            mark: ready.mark,
            space: ready.space.clone(),
            gallery: ready.gallery.clone(),
            pack: ready.pack.clone(),
            label,
            seconds: found.seconds,
            keywords: found
                .keywords
                .into_iter()
                .map(|keyword| Word {
                    start: keyword.start,
                    end: keyword.end,
                    score: keyword.score,
                    struck: struck.contains(&keyword.id),
                    token: keyword.token,
                })
                .collect(),
            embedding: found.ranking.embedding,
        })
    }

    /// Saves the keywords on the page as JSON.
    pub fn save_json(self) {
        let pack = self.readiness.with_untracked(|readiness| match readiness {
            Readiness::Ready(ready) => ready.pack.clone(),
            _ => String::new(),
        });
        let json = self
            .found
            .with_untracked(|found| export::json(&found.keywords, found.seconds, &pack));
        match json {
            Ok(json) => save(json.as_bytes(), "application/json", "saysee-keywords.json"),
            Err(error) => leptos::logging::error!("keywords cannot be written: {error}"),
        }
    }

    /// Saves the keywords on the page as WebVTT.
    pub fn save_webvtt(self) {
        let text = self
            .found
            .with_untracked(|found| export::webvtt(&found.keywords));
        save(text.as_bytes(), "text/vtt", "saysee-keywords.vtt");
    }
}

/// The query string that opens the same pack and gallery.
fn query_of(address: &Address) -> String {
    let standard = Address::default();
    let part = |key: &str, place: &Place, usual: &Place| match place {
        place if place == usual => None,
        Place::Bundled(name) => Some(format!("{key}={name}")),
        Place::Elsewhere(folder) => {
            let folder = String::from(js_sys::encode_uri_component(folder));
            Some(format!("{key}={folder}"))
        }
        Place::Refused(_) => None,
    };
    let parts: Vec<String> = [
        part("pack", &address.pack, &standard.pack),
        part("gallery", &address.gallery, &standard.gallery),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("?{}", parts.join("&"))
    }
}

/// Has the browser save `bytes` as `name`.
fn save(bytes: &[u8], kind: &str, name: &str) {
    let Ok(address) = sounds::file(bytes, kind) else {
        return;
    };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // The download has its own hold on the file by the next task.
    set_timeout(
        move || drop(Url::revoke_object_url(&address)),
        std::time::Duration::from_secs(1),
    );
}

/// Puts `text` into the clipboard; tells whether that worked.
pub fn copy_text(text: &str, done: impl FnOnce(bool) + 'static) {
    let writing = window().navigator().clipboard().write_text(text);
    spawn_local(async move { done(JsFuture::from(writing).await.is_ok()) });
}

/// Puts a picture that is on the page into the clipboard, as PNG: the only kind browsers take. Must run inside the
/// handler of a press.
pub fn copy_picture(picture: &HtmlImageElement, done: impl FnOnce(bool) + 'static) {
    match writing(picture) {
        Ok(writing) => spawn_local(async move { done(JsFuture::from(writing).await.is_ok()) }),
        Err(_) => done(false),
    }
}

fn writing(picture: &HtmlImageElement) -> Result<Promise, JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(picture.natural_width());
    canvas.set_height(picture.natural_height());
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    let context: web_sys::CanvasRenderingContext2d = context.unchecked_into();
    context.draw_image_with_html_image_element(picture, 0.0, 0.0)?;
    // Safari wants the item at once and its content later.
    let png = Promise::new(&mut |resolve, reject| {
        let taken = wasm_bindgen::closure::Closure::once_into_js(move |blob: JsValue| {
            drop(resolve.call1(&JsValue::NULL, &blob));
        });
        if let Err(error) = canvas.to_blob(taken.unchecked_ref()) {
            drop(reject.call1(&JsValue::NULL, &error));
        }
    });
    let items = Object::new();
    Reflect::set(&items, &"image/png".into(), &png)?;
    let item = ClipboardItem::new(&items)?;
    let clipboard: JsValue = window().navigator().clipboard().into();
    clipboard
        .unchecked_ref::<WritableClipboard>()
        .write(&Array::of1(item.as_ref()))
}
