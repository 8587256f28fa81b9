//! Folders that are dropped onto the page.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File};

#[wasm_bindgen(inline_js = r#"
export function droppedFolder(data) {
    const entries = [...data.items].map((item) => item.webkitGetAsEntry?.());
    return entries.find((entry) => entry?.isDirectory);
}
export async function filesIn(folder) {
    const reader = folder.createReader();
    const files = [];
    for (;;) {
        // Browsers hand out a hundred at a time.
        const entries = await new Promise((found, failed) => reader.readEntries(found, failed));
        if (entries.length === 0) return files;
        for (const entry of entries) {
            if (entry.isFile) files.push(await new Promise((found, failed) => entry.file(found, failed)));
        }
    }
}
"#)]
extern "C" {
    #[wasm_bindgen(js_name = droppedFolder)]
    fn dropped_folder(data: &DataTransfer) -> JsValue;
    #[wasm_bindgen(js_name = filesIn)]
    fn files_in(folder: &JsValue) -> Promise;
}

/// A folder.
pub struct Folder(JsValue);

impl Folder {
    /// The first folder among what was dropped. Must be asked for before the event is over.
    pub fn of(data: &DataTransfer) -> Option<Self> {
        let folder = dropped_folder(data);
        folder.is_object().then_some(Self(folder))
    }

    /// The files in it, those of its own folders left out. None when it cannot be read.
    pub async fn files(self) -> Vec<File> {
        let read = JsFuture::from(files_in(&self.0)).await;
        let files = read
            .map(JsCast::unchecked_into::<Array>)
            .unwrap_or_default();
        files
            .iter()
            .filter_map(|file| file.dyn_into().ok())
            .collect()
    }
}
