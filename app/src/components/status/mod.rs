//! The status line: what is going on, what to do next.

use leptos::prelude::*;

use crate::logic::place::Pack;
use crate::logic::problem::{Code, Remedy};
use crate::logic::status::Readiness;
use crate::page::Page;
use crate::texts;

/// The status line. The sentence is announced by screen readers; the hint, which may hold running
/// numbers, is not.
#[component]
pub fn StatusLine() -> impl IntoView {
    let page = expect_context::<Page>();
    let speaker = Memo::new(move |_| page.speaker());
    let status = Memo::new(move |_| page.status(speaker.get()));
    // From another model that does not come there is a way back to the bundled one.
    let way_back = Memo::new(move |_| {
        let gone = page
            .readiness
            .with(|readiness| matches!(readiness, Readiness::Unavailable(_)));
        gone && !page.pack.with(Pack::is_bundled)
    });
    let stopped = move || status.with(|status| status.problem == Some(Code::LoadingStopped.name()));
    view! {
        <div class="status">
            <div
                role="status"
                aria-live="polite"
                data-testid="status"
                data-state=move || status.with(|status| status.state)
                data-problem=move || status.with(|status| status.problem)
                title=move || status.with(|status| status.detail.clone())
            >
                <p class="status-sentence">
                    {move || status.with(|status| status.sentence.clone())}
                    <span class="visually-hidden">{move || status.with(|status| format!(" {}", status.aside))}</span>
                </p>
                <p class="status-hint" aria-hidden=move || status.with(|status| status.problem.is_none()).to_string()>
                    {move || status.with(|status| status.hint.clone())}
                </p>
            </div>
            <div class="status-keys">
                <Show when=move || status.with(|status| status.remedy == Remedy::LoadAgain)>
                    <button type="button" class="status-key" data-testid="retry" on:click=move |_| page.load()>
                        {move || if stopped() { texts::status::LOAD } else { texts::status::LOAD_AGAIN }}
                    </button>
                </Show>
                <Show when=move || way_back.get()>
                    <button
                        type="button"
                        class="status-key quiet"
                        data-testid="way-back"
                        on:click=move |_| page.use_bundled()
                    >
                        {texts::status::USE_BUNDLED}
                    </button>
                </Show>
            </div>
        </div>
    }
}
