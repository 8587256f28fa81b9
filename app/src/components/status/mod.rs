//! The status line: what is going on, what to do next.

use leptos::prelude::*;

use crate::logic::place::Pack;
use crate::logic::problem::Remedy;
use crate::logic::status::Readiness;
use crate::page::Page;
use crate::texts;

/// The status line. The sentence is announced by screen readers; the hint, which may hold running
/// numbers, is not.
#[component]
pub fn StatusLine() -> impl IntoView {
    let page = expect_context::<Page>();
    let status = Memo::new(move |_| page.status());
    let loading = move || {
        page.readiness
            .with(|readiness| matches!(readiness, Readiness::Loading(_)))
    };
    // From a model that does not come, or takes too long, there is a way back to the one that comes with the page.
    let way_back = Memo::new(move |_| {
        let gone = page
            .readiness
            .with(|readiness| matches!(readiness, Readiness::Unavailable(_)));
        (gone || loading()) && !page.pack.with(Pack::is_bundled)
    });
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
                        {texts::status::LOAD_AGAIN}
                    </button>
                </Show>
                <Show when=move || way_back.get()>
                    <button
                        type="button"
                        class="status-key quiet"
                        data-testid="way-back"
                        on:click=move |_| page.use_bundled()
                    >
                        {move || if loading() { texts::status::CANCEL } else { texts::status::USE_BUNDLED }}
                    </button>
                </Show>
            </div>
        </div>
    }
}
