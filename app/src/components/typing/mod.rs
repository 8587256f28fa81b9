//! Typed text, for packs that read it.

use leptos::html;
use leptos::prelude::*;

use crate::logic::status::Readiness;
use crate::page::Page;
use crate::texts::answer;

/// Longest text that is taken, characters.
const LONGEST: u32 = 200;

/// A field and its button, where the pack has a text tower.
#[component]
pub fn Typing() -> impl IntoView {
    let page = expect_context::<Page>();
    // The pack that comes with the page reads text: its field has its place from the start, so that nothing moves.
    let expected = page.starts_with_its_own_pack();
    let reads = Memo::new(move |_| {
        page.readiness.with(|readiness| match readiness {
            Readiness::Ready(ready) => ready.reads_text,
            _ => expected,
        })
    });
    let waits = Memo::new(move |_| {
        page.readiness
            .with(|readiness| !matches!(readiness, Readiness::Ready(_)))
    });
    let input = NodeRef::<html::Input>::new();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(input) = input.get_untracked() {
            page.ask_text(&input.value());
        }
    };
    // Chromium asks a server of its own about the fields of forms, but not of those whose action ends in "search".
    view! {
        <Show when=move || reads.get()>
            <form
                class="typing"
                data-testid="typing"
                role="search"
                action="search"
                on:submit=submit
            >
                <input
                    type="search"
                    aria-label=answer::TYPE
                    placeholder=answer::TYPE
                    maxlength=LONGEST
                    enterkeyhint="search"
                    autocomplete="off"
                    disabled=move || waits.get()
                    node_ref=input
                />
                <button type="submit" disabled=move || waits.get()>
                    {answer::SEARCH}
                </button>
            </form>
        </Show>
    }
}
