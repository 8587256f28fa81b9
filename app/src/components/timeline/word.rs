//! One keyword, below its stretch of the waveform: heard at a press, its pictures lit while it is pointed at.

use leptos::prelude::*;

use crate::logic::timeline::Placed;
use crate::page::Page;
use crate::protocol::Keyword;
use crate::texts::answer;

/// Pixels from one lane of words to the next.
const LANE: f32 = 48.0;
/// Runners-up shown below a word; the button names all of them.
const RUNNERS_UP: usize = 1;

/// The keyword of this id.
#[component]
pub fn Word(id: u64, placed: Memo<Vec<Placed>>) -> impl IntoView {
    let page = expect_context::<Page>();
    // Its place among the keywords; it may be gone by the time it is asked about itself.
    let place = Memo::new(move |_| {
        page.found
            .with(|found| found.keywords.iter().position(|keyword| keyword.id == id))
    });
    let keyword = Memo::new(move |_| {
        let place = place.get()?;
        page.found.with(|found| found.keywords.get(place).cloned())
    });
    let of = move |read: fn(&Keyword) -> String| keyword.with(|keyword| keyword.as_ref().map(read));
    let firm = move || keyword.with(|keyword| keyword.as_ref().is_some_and(|keyword| keyword.firm));
    let struck = Memo::new(move |_| page.insight.struck.with(|struck| struck.contains(&id)));
    let position = Memo::new(move |_| placed.with(|placed| placed.get(place.get()?).copied()));
    let transform = move || {
        position.get().map_or_else(String::new, |place| {
            let down = place.lane as f32 * LANE;
            format!("translate({:.1}px, {down:.0}px)", place.chip_left)
        })
    };
    // A struck word favours nothing.
    let light = move |on: bool| {
        page.light(
            place
                .get_untracked()
                .filter(|_| on && !struck.get_untracked()),
        )
    };
    let press = move |_| {
        let stretch = keyword.with_untracked(|keyword| keyword.as_ref().map(|k| (k.start, k.end)));
        page.play_stretch(stretch);
    };
    let label = move || {
        keyword.with(|keyword| {
            let keyword = keyword.as_ref()?;
            let others = runners_up(keyword, usize::MAX);
            let seconds = (keyword.start, keyword.end);
            Some(answer::keyword(
                &keyword.token,
                &others,
                seconds,
                struck.get(),
            ))
        })
    };
    let can_strike = move || firm() && page.has_reasons();
    view! {
        <li
            class="word"
            class:firm=firm
            class:struck=move || struck.get()
            class:lit=move || place.get().is_some() && page.insight.lit.get() == place.get()
            data-testid="keyword"
            data-token=move || of(|keyword| keyword.token.clone())
            data-start=move || of(|keyword| format!("{:.3}", keyword.start))
            data-end=move || of(|keyword| format!("{:.3}", keyword.end))
            data-score=move || of(|keyword| format!("{:.4}", keyword.score))
            style:transform=transform
            style=("--hue", move || page.insight.hues.with(|hues| format!("var(--word-{})", hues.of(id))))
            on:mouseenter=move |_| light(true)
            on:mouseleave=move |_| light(false)
            on:focusin=move |_| light(true)
            on:focusout=move |_| light(false)
        >
            <button type="button" class="word-name" data-testid="hear" aria-label=label on:click=press>
                <b>{move || of(|keyword| keyword.token.clone())}</b>
                <small>{move || of(|keyword| runners_up(keyword, RUNNERS_UP))}</small>
            </button>
            <Show when=can_strike>
                <button
                    type="button"
                    class="word-strike"
                    data-testid="strike"
                    aria-pressed=move || struck.get().to_string()
                    aria-label=move || {
                        let token = of(|keyword| keyword.token.clone()).unwrap_or_default();
                        format!("{}: {token}", answer::STRIKE)
                    }
                    title=move || if struck.get() { answer::UNSTRIKE } else { answer::STRIKE }
                    on:click=move |_| {
                        page.strike(id);
                        light(false);
                    }
                >
                    <svg viewBox="0 0 12 12" aria-hidden="true">
                        <Show
                            when=move || struck.get()
                            fallback=|| view! { <path d="M3 3l6 6M9 3l-6 6" /> }
                        >
                            <path d="M2.500 6h7M6 2.500v7" />
                        </Show>
                    </svg>
                </button>
            </Show>
        </li>
    }
}

/// "dog, puppy": the first `most` of what else it may have been.
pub fn runners_up(keyword: &Keyword, most: usize) -> String {
    let others: Vec<&str> = keyword
        .alternatives
        .iter()
        .map(|(token, _)| token.as_str())
        .filter(|token| *token != keyword.token)
        .take(most)
        .collect();
    others.join(", ")
}
