//! What a visitor takes along of an answer: a link, its keywords.

use leptos::prelude::*;

use crate::logic::recorder::Phase;
use crate::page::{Page, copy_text};
use crate::texts::answer;

/// The keys that keep the answer on the page.
#[component]
pub fn Keep() -> impl IntoView {
    let page = expect_context::<Page>();
    let answered = Memo::new(move |_| page.phase() == Phase::Answered);
    let link = Memo::new(move |_| if answered.get() { page.link() } else { None });
    let words = move || page.found.with(|found| !found.keywords.is_empty());
    // What the button said last, until there is another link.
    let said = RwSignal::new(None::<&'static str>);
    Effect::new(move |_| {
        link.track();
        said.set(None);
    });
    let copy = move |_| {
        if let Some(link) = link.get_untracked() {
            copy_text(&link, move |done| {
                said.set(Some(if done {
                    answer::COPIED
                } else {
                    answer::NOT_COPIED
                }));
            });
        }
    };
    view! {
        <Show when=move || answered.get() && (link.with(Option::is_some) || words())>
            <div class="keep" data-testid="keep" role="group" aria-label=answer::KEEP>
                <Show when=move || link.with(Option::is_some)>
                    <button
                        type="button"
                        class="keep-key"
                        data-testid="copy-link"
                        data-link=link
                        title=answer::LINK_HINT
                        on:click=copy
                    >
                        <span aria-live="polite">{move || said.get().unwrap_or(answer::COPY_LINK)}</span>
                    </button>
                </Show>
                <Show when=words>
                    <button
                        type="button"
                        class="keep-key"
                        data-testid="save-json"
                        title=answer::KEYWORDS_AS_JSON
                        aria-label=answer::KEYWORDS_AS_JSON
                        on:click=move |_| page.save_json()
                    >
                        {answer::AS_JSON}
                    </button>
                    <button
                        type="button"
                        class="keep-key"
                        data-testid="save-webvtt"
                        title=answer::KEYWORDS_AS_WEBVTT
                        aria-label=answer::KEYWORDS_AS_WEBVTT
                        on:click=move |_| page.save_webvtt()
                    >
                        {answer::AS_WEBVTT}
                    </button>
                </Show>
            </div>
        </Show>
    }
}
