//! The record button: tap it, or hold it while speaking. Around it the voice of the last seconds, as rays, and the time
//! that is used up, as a ring.

mod corona;

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::logic::press::Source;
use crate::logic::recorder::Phase;
use crate::page::Page;
use crate::texts;

/// The record button.
#[component]
pub fn Recorder() -> impl IntoView {
    let page = expect_context::<Page>();
    let canvas = NodeRef::<html::Canvas>::new();
    let phase = Memo::new(move |_| page.phase());
    let listening = Memo::new(move |_| phase.get() == Phase::Listening);
    let state = move || match phase.get() {
        Phase::Asking => "asking",
        Phase::Listening => "listening",
        Phase::Thinking => "thinking",
        Phase::Idle | Phase::Answered | Phase::Failed(_) => "idle",
    };
    Effect::new(move |_| {
        let Some(canvas) = canvas.get() else { return };
        let listening = listening.get();
        page.level.with(|level| {
            let (seconds, limit) = (
                page.waveform.with_untracked(|waveform| waveform.seconds()),
                page.recorder
                    .with_untracked(|recorder| recorder.limit_seconds()),
            );
            let used = if listening { seconds / limit } else { 0.0 };
            corona::draw(&canvas, level, used);
        });
    });
    view! {
        <div class="recorder" data-state=state>
            <canvas class="corona" aria-hidden="true" data-testid="meter" node_ref=canvas></canvas>
            <button
                type="button"
                class="record"
                data-testid="record"
                aria-pressed=move || listening.get().to_string()
                aria-label=move || if listening.get() { texts::recorder::STOP } else { texts::recorder::SPEAK }
                aria-keyshortcuts=move || page.shortcut.get().then_some(texts::recorder::KEY)
                on:pointerdown=move |event| pointer_down(page, &event)
                on:pointerup=move |event| page.press_up(Source::Pointer(event.pointer_id()))
                on:pointercancel=move |event| page.press_up(Source::Pointer(event.pointer_id()))
                on:contextmenu=move |event| event.prevent_default()
                on:keydown=move |event| key_down(page, &event)
                on:keyup=move |event| key_up(page, &event)
                on:click=move |event| click(page, &event)
            >
                <svg class="turn" viewBox="0 0 36 36" aria-hidden="true">
                    <circle cx="18" cy="18" r="15.9" />
                </svg>
                <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
                    <Show
                        when=move || listening.get()
                        fallback=|| {
                            view! {
                                <rect x="9" y="3" width="6" height="11" rx="3" />
                                <path d="M5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3" />
                            }
                        }
                    >
                        <rect x="7" y="7" width="10" height="10" rx="2.500" />
                    </Show>
                </svg>
            </button>
        </div>
    }
}

fn pointer_down(page: Page, event: &PointerEvent) {
    if event.button() != 0 {
        return;
    }
    let button = event
        .current_target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    if let Some(button) = button {
        // The finger may come up beside the button. A pointer that is gone already cannot be followed, and need not be.
        drop(button.set_pointer_capture(event.pointer_id()));
    }
    page.press_down(Source::Pointer(event.pointer_id()));
}

/// Enter and the space bar press the button like a finger, for as long as they are down.
fn key_down(page: Page, event: &KeyboardEvent) {
    if matches!(event.key().as_str(), "Enter" | " ") {
        // No click of the browser's own, and no scrolling.
        event.prevent_default();
        if !event.repeat() {
            page.press_down(Source::Key);
        }
    }
}

fn key_up(page: Page, event: &KeyboardEvent) {
    if matches!(event.key().as_str(), "Enter" | " ") {
        event.prevent_default();
        page.press_up(Source::Key);
    }
}

/// A click that no finger, mouse or key has made: that of a screen reader or of voice control.
fn click(page: Page, event: &MouseEvent) {
    let pointer = event.dyn_ref::<web_sys::PointerEvent>();
    let made = event.detail() != 0 && pointer.is_none_or(|event| event.pointer_id() >= 0);
    if !made {
        page.press_once();
    }
}
