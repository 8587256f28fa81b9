//! The bench: how long everything takes on this machine, as tables and as JSON. It takes the place of the whole page.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use crate::components::offer::OfferDialog;
use crate::components::status::StatusLine;
use crate::logic::bench::Progress;
use crate::logic::status::Readiness;
use crate::page::Page;
use crate::texts;

/// The bench.
#[component]
pub fn Bench(page: Page) -> impl IntoView {
    provide_context(page);
    page.load();
    let bench = page.bench;
    let state = move || {
        let failed = page
            .readiness
            .with(|readiness| matches!(readiness, Readiness::Unavailable(_)));
        if failed {
            "failed"
        } else {
            bench.with(Progress::state)
        }
    };
    let json = move || bench.with(|bench| bench.json.clone());
    let label = RwSignal::new(texts::bench::COPY);
    let copy = move |_| {
        let text = bench.with_untracked(|bench| bench.json.clone());
        let writing = window()
            .navigator()
            .clipboard()
            .write_text(&text.unwrap_or_default());
        spawn_local(async move {
            label.set(match JsFuture::from(writing).await {
                Ok(_) => texts::bench::COPIED,
                Err(_) => texts::bench::NOT_COPIED,
            });
        });
    };
    view! {
        <main
            class="bench"
            data-testid="bench"
            data-state=state
            data-mode=move || bench.with(|bench| bench.mode.clone())
            data-phase=move || bench.with(|bench| bench.phase.clone())
        >
            <h1>{texts::bench::HEADING}</h1>
            <div hidden=move || !matches!(state(), "loading" | "failed")>
                <StatusLine />
            </div>
            <p role="status">{move || bench.with(Progress::sentence)}</p>
            <div inner_html=move || bench.with(Progress::html)></div>
            <div hidden=move || json().is_none()>
                <button type="button" class="bench-copy" data-testid="bench-copy" on:click=copy>
                    {move || label.get()}
                </button>
                <details>
                    <summary>{texts::bench::ALL}</summary>
                    <pre data-testid="bench-result">{json}</pre>
                </details>
            </div>
            <p>
                <a href="./">{texts::bench::BACK}</a>
            </p>
        </main>
        <OfferDialog />
    }
}
