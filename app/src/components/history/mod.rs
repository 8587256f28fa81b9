//! The queries of this visit: a press shows an answer again and plays what was said.

use leptos::prelude::*;

use crate::logic::history::Entry;
use crate::page::Page;
use crate::texts::answer;

/// The queries, the latest first, as soon as there is one to go back to.
#[component]
pub fn HistoryBar() -> impl IntoView {
    let page = expect_context::<Page>();
    let entries = Memo::new(move |_| {
        page.insight.history.with(|history| {
            let title =
                |entry: &Entry| (entry.utterance, entry.source.title(&entry.found.keywords));
            history.entries().iter().map(title).collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || entries.with(|entries| entries.len() > 1)>
            <nav class="history" aria-label=answer::HISTORY data-testid="history">
                <span aria-hidden="true">{answer::HISTORY}</span>
                <ol>
                    <For each=move || entries.get() key=|(utterance, _)| *utterance let((utterance, title))>
                        <li>
                            <button
                                type="button"
                                data-testid="recall"
                                aria-current=move || (page.insight.utterance.get() == utterance).then_some("true")
                                on:click=move |_| page.recall(utterance)
                            >
                                {title}
                            </button>
                        </li>
                    </For>
                </ol>
            </nav>
        </Show>
    }
}
