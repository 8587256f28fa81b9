//! The page: its state, and what drives it.

mod bench;
mod builds;
mod control;
mod decode;
mod devices;
mod fitting;
mod insight;
mod keeping;
mod keys;
mod microphone;
mod model;
mod offline;
mod playback;
mod recordings;
mod sounds;
mod state;
mod worker_link;

pub use keeping::{copy_picture, copy_text};
pub use model::{files_of, path_of};
pub use offline::Offline;
pub use state::Page;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::components::{App, Bench};
use crate::logic::address::Address;

/// Starts the page: replaces the static shell of `index.html` by the living one.
pub fn start() {
    // What visitors get is built without panic messages (tools/build-page).
    if cfg!(debug_assertions) {
        console_error_panic_hook::set_once();
    }
    let Some(place) = document().get_element_by_id("app") else {
        leptos::logging::error!("index.html has no element with the id \"app\"");
        return;
    };
    place.set_inner_html("");
    let place = place.unchecked_into();
    let query = window().location().search().unwrap_or_default();
    let address = Address::parse(&query);
    if address.bench {
        mount_to(place, || view! { <Bench page=Page::new(address) /> }).forget();
    } else {
        mount_to(place, || view! { <App page=Page::new(address) /> }).forget();
    }
}
