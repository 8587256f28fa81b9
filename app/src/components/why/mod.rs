//! Why a picture is where it is: each keyword, its stretch of the sound, and how much that pulled the picture up.

use leptos::prelude::*;

use crate::logic::pull::Part;
use crate::page::Page;
use crate::protocol::Keyword;
use crate::texts::answer;

/// The keywords' parts in the score of picture `item`; nothing while nothing was said.
#[component]
pub fn Why(item: usize) -> impl IntoView {
    let page = expect_context::<Page>();
    let words = Memo::new(move |_| page.found.with(|found| found.keywords.len()));
    let parts = Memo::new(move |_| page.insight.pulls.with(|pulls| pulls.parts(item)));
    let complete = move || {
        page.insight
            .pulls
            .with(|pulls| pulls.is_complete(words.get()))
    };
    view! {
        <Show when=move || words.get() != 0>
            <section class="why" data-testid="why" aria-label=answer::WHY>
                <h3>{answer::WHY}</h3>
                <Show
                    when=move || page.has_reasons()
                    fallback=|| view! { <p class="why-hint">{answer::NO_REASONS}</p> }
                >
                    <ul>
                        <For each=move || parts.get() key=|part| part.keyword let:part>
                            <PartRow item keyword=part.keyword />
                        </For>
                    </ul>
                    <p class="why-hint" role="status">
                        {move || if complete() { answer::WHY_HINT } else { answer::FINDING_OUT }}
                    </p>
                </Show>
            </section>
        </Show>
    }
}

/// One keyword's part.
#[component]
fn PartRow(item: usize, keyword: usize) -> impl IntoView {
    let page = expect_context::<Page>();
    let word = Memo::new(move |_| {
        page.found
            .with(|found| found.keywords.get(keyword).cloned())
    });
    let part = Memo::new(move |_| {
        let parts = page.insight.pulls.with(|pulls| pulls.parts(item));
        parts.into_iter().find(|part| part.keyword == keyword)
    });
    let of = move |read: fn(&Part) -> f32| part.with(|part| part.as_ref().map_or(0.0, read));
    let seconds = move || page.found.with(|found| found.seconds.max(0.1));
    let hear = move |_| {
        page.play_stretch(
            word.with_untracked(|word| word.as_ref().map(|word| (word.start, word.end))),
        );
    };
    let hue = move || {
        let id = word.with(|word| word.as_ref().map_or(0, |word| word.id));
        page.insight
            .hues
            .with(|hues| format!("var(--word-{})", hues.of(id)))
    };
    let token = move || word.with(|word| word.as_ref().map(|word| word.token.clone()));
    let percent = move |read: fn(&Keyword) -> f32| {
        let at = word.with(|word| word.as_ref().map_or(0.0, read));
        (at / seconds() * 100.0).clamp(0.0, 100.0)
    };
    view! {
        <li
            data-testid="part"
            data-token=token
            data-pull=move || format!("{:.4}", of(|part| part.pull))
            style=("--hue", hue)
        >
            <button type="button" class="why-word" on:click=hear>
                <span class="visually-hidden">"Hear "</span>
                {token}
            </button>
            <span class="why-where" aria-hidden="true">
                <i
                    style:left=move || format!("{:.1}%", percent(|word| word.start))
                    style:width=move || format!("{:.1}%", percent(|word| word.end - word.start))
                ></i>
            </span>
            <span class="why-bar" class:down=move || of(|part| part.pull) < 0.0 aria-hidden="true">
                <i style:transform=move || format!("scaleX({:.3})", of(|part| part.share.abs()))></i>
            </span>
            <span class="why-pull">{move || answer::pull(of(|part| part.pull))}</span>
        </li>
    }
}
