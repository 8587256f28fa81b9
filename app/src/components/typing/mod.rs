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
    let reads = Memo::new(move |_| {
        page.readiness
            .with(|readiness| matches!(readiness, Readiness::Ready(ready) if ready.reads_text))
    });
    let input = NodeRef::<html::Input>::new();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(input) = input.get_untracked() {
            page.ask_text(&input.value());
        }
    };
    view! {
        <Show when=move || reads.get()>
            <form class="typing" data-testid="typing" role="search" on:submit=submit>
                <input
                    type="search"
                    aria-label=answer::TYPE
                    placeholder=answer::TYPE
                    maxlength=LONGEST
                    enterkeyhint="search"
                    autocomplete="off"
                    node_ref=input
                />
                <button type="submit">{answer::SEARCH}</button>
            </form>
        </Show>
    }
}
