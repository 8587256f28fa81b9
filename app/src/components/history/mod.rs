//! The queries of this visit, along the lower edge of the stage: a press shows an answer again.

use leptos::html;
use leptos::prelude::*;

use crate::logic::history::Entry;
use crate::page::Page;
use crate::texts::answer;

/// The queries in the order in which they were asked, as soon as there is one to go back to. A new one comes last, so
/// that those before it stay where they are, and is scrolled to.
#[component]
pub fn HistoryBar() -> impl IntoView {
    let page = expect_context::<Page>();
    let list = NodeRef::<html::Ol>::new();
    let entries = Memo::new(move |_| {
        page.insight.history.with(|history| {
            let title =
                |entry: &Entry| (entry.utterance, entry.source.title(&entry.found.keywords));
            let entries = history.entries().iter().rev();
            entries.map(title).collect::<Vec<_>>()
        })
    });
    Effect::new(move |_| {
        entries.track();
        request_animation_frame(move || {
            if let Some(list) = list.try_get_untracked().flatten() {
                list.set_scroll_left(list.scroll_width());
            }
        });
    });
    view! {
        <Show when=move || entries.with(|entries| entries.len() > 1)>
            <nav class="history" aria-label=answer::HISTORY data-testid="history">
                <ol node_ref=list>
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
