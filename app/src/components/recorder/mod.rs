//! The record button: one press to speak, its ring shows loudness and the time that is left.

use leptos::prelude::*;

use crate::logic::recorder::Phase;
use crate::page::Page;
use crate::texts;

/// Circumference of the ring that counts down, in its own units.
const RING: f32 = 100.0;

/// The record button.
#[component]
pub fn Recorder() -> impl IntoView {
    let page = expect_context::<Page>();
    let phase = Memo::new(move |_| page.phase());
    let listening = move || phase.get() == Phase::Listening;
    let state = move || match phase.get() {
        Phase::Asking => "asking",
        Phase::Listening => "listening",
        Phase::Thinking => "thinking",
        Phase::Idle | Phase::Answered | Phase::Failed(_) => "idle",
    };
    let used = move || {
        if !listening() {
            return RING;
        }
        let seconds = page.waveform.with(|waveform| waveform.seconds());
        let limit = page.recorder.with(|recorder| recorder.limit_seconds());
        RING * (seconds / limit).clamp(0.0, 1.0)
    };
    view! {
        <div class="recorder" data-state=state style=("--level", move || format!("{:.3}", page.meter.get()))>
            <button
                type="button"
                class="record"
                data-testid="record"
                aria-pressed=move || listening().to_string()
                aria-label=move || if listening() { texts::recorder::STOP } else { texts::recorder::SPEAK }
                on:click=move |_| page.press()
            >
                <svg class="ring" viewBox="0 0 36 36" aria-hidden="true">
                    <circle cx="18" cy="18" r="15.915" pathLength=RING stroke-dasharray=RING stroke-dashoffset=used />
                </svg>
                <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
                    <Show
                        when=listening
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
