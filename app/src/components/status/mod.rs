//! The status line: what is going on, what to do next.

use leptos::prelude::*;

use crate::logic::problem::Remedy;
use crate::page::Page;

/// The status line. The sentence is announced by screen readers; the hint, which may hold running
/// numbers, is not.
#[component]
pub fn StatusLine() -> impl IntoView {
    let page = expect_context::<Page>();
    let status = Memo::new(move |_| page.status());
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
            <Show when=move || status.with(|status| status.remedy == Remedy::LoadAgain)>
                <button type="button" class="status-retry" data-testid="retry" on:click=move |_| page.load()>
                    "Load again"
                </button>
            </Show>
        </div>
    }
}
