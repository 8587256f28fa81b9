//! What the whole page listens to: Escape, the key for speaking, being hidden, files that are dropped.

use gloo_events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, Element, KeyboardEvent, VisibilityState};

use crate::browser::dropped::Folder;
use crate::logic::press::{Source, is_shortcut};
use crate::logic::problem::Code;
use crate::logic::recorder::Event;
use crate::logic::status::Readiness;
use crate::page::{Page, files_of, path_of};

impl Page {
    /// Starts listening, for as long as the page lives. `dragging` is true while a file hovers over the page.
    pub fn listen(self, dragging: RwSignal<bool>) {
        let keys = EventListener::new(&document(), "keydown", move |event| {
            let event = event.unchecked_ref::<KeyboardEvent>();
            let key = event.key();
            if speaks(event) && self.shortcut.get_untracked() && !event.repeat() {
                self.press_down(Source::Key);
            }
            // An open picture closes by itself on Escape; the question behind it goes on.
            if key == "Escape" && self.selected.with_untracked(Option::is_none) {
                self.handle(Event::Escape);
            }
        });
        let up = EventListener::new(&document(), "keyup", move |event| {
            let event = event.unchecked_ref::<KeyboardEvent>();
            if is_shortcut(&event.key(), &event.code(), false) {
                self.press_up(Source::Key);
            }
        });
        // Keys and fingers that come up elsewhere are not heard of here.
        let left = EventListener::new(&window(), "blur", move |_| self.press_lost());
        let online = EventListener::new(&window(), "online", move |_| {
            let waits = self.readiness.with_untracked(|readiness| {
                matches!(readiness, Readiness::Unavailable(problem) if problem.code == Code::Offline)
            });
            if waits {
                self.load();
            }
        });
        online.forget();
        let hidden = EventListener::new(&document(), "visibilitychange", move |_| {
            if document().visibility_state() == VisibilityState::Hidden {
                self.handle(Event::Hidden);
            }
        });
        keys.forget();
        up.forget();
        left.forget();
        hidden.forget();
        self.listen_for_files(dragging);
        self.follow_devices();
    }

    fn listen_for_files(self, dragging: RwSignal<bool>) {
        // Without this the browser would leave the page and open the file.
        let options = EventListenerOptions::enable_prevent_default();
        let over =
            EventListener::new_with_options(&document(), "dragover", options, move |event| {
                if holds_files(event.unchecked_ref()) {
                    event.prevent_default();
                    dragging.maybe_update(|shown| !std::mem::replace(shown, true));
                }
            });
        let leave = EventListener::new(&document(), "dragleave", move |event| {
            // Leaving the window has no target to go to; moving between elements has.
            if event
                .unchecked_ref::<DragEvent>()
                .related_target()
                .is_none()
            {
                dragging.set(false);
            }
        });
        let drop = EventListener::new_with_options(&document(), "drop", options, move |event| {
            dragging.set(false);
            let Some(data) = event.unchecked_ref::<DragEvent>().data_transfer() else {
                return;
            };
            if let Some(folder) = Folder::of(&data) {
                event.prevent_default();
                spawn_local(async move { self.use_folder(&folder.files().await, path_of) });
                return;
            }
            let files = data.files().map_or_else(Vec::new, |files| files_of(&files));
            if files.is_empty() {
                return;
            }
            event.prevent_default();
            if files.iter().any(|file| file.name() == "pack.json") {
                self.use_folder(&files, path_of);
            } else {
                self.ask_file(files[0].clone());
            }
        });
        over.forget();
        leave.forget();
        drop.forget();
    }
}

/// Whether this is the key for speaking, and not one of a text that is typed or of a dialog.
fn speaks(event: &KeyboardEvent) -> bool {
    let modified = event.ctrl_key() || event.alt_key() || event.meta_key() || event.is_composing();
    let elsewhere = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|target| {
            let typing = "input:not([type=checkbox]), textarea, select, [contenteditable], dialog";
            target.closest(typing).ok().flatten()
        });
    is_shortcut(&event.key(), &event.code(), modified) && elsewhere.is_none()
}

fn holds_files(event: &DragEvent) -> bool {
    event
        .data_transfer()
        .is_some_and(|data| data.types().includes(&"Files".into(), 0))
}
