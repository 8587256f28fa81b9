//! The pictures: the whole gallery at first, the best ones in order once something was said.

mod hold;
mod travel;

use std::collections::HashMap;

use leptos::html;
use leptos::prelude::*;

use crate::components::galleries::Galleries;
use crate::components::keep::Keep;
use crate::components::picture::PictureCard;
use crate::logic::ranking::Row;
use crate::logic::recorder::Phase;
use crate::page::Page;
use crate::protocol::Foreign;
use crate::texts;
use crate::texts::answer;

/// The picture grid.
#[component]
pub fn Results() -> impl IntoView {
    let page = expect_context::<Page>();
    let grid = NodeRef::<html::Ol>::new();
    let rows = Memo::new(move |_| page.rows());
    let ranked = Memo::new(move |_| rows.with(|rows| !rows.is_empty()));
    let by_item = Memo::new(move |_| {
        rows.with(|rows| {
            rows.iter()
                .map(|row| (row.item, *row))
                .collect::<HashMap<_, Row>>()
        })
    });
    let wanted = Memo::new(move |_| page.shown().0);
    // While somebody speaks the next order is a quarter of a second away.
    let provisional = Memo::new(move |_| page.phase() == Phase::Listening);
    // An order that would slip away under a finger waits until that is lifted.
    let shown = Memo::new(move |before: Option<&Vec<usize>>| {
        let waits = page.insight.hold.get().waits(provisional.get());
        match before {
            Some(before) if waits && !before.is_empty() => before.clone(),
            _ => wanted.get(),
        }
    });
    let more = Memo::new(move |_| page.shown().1);
    travel::animate(grid, shown, provisional);
    hold::watch(grid, page.insight.hold);

    let heading = move || match (ranked.get(), page.pictures()) {
        (true, _) => texts::results::BEST.to_owned(),
        (false, 0) => texts::results::NONE.to_owned(),
        (false, count) if page.foreign().is_some() => texts::results::unranked(count),
        (false, count) => texts::results::to_find(count),
    };
    let note = move || {
        // Of those shown, some have to be no good matches for the good ones to stand out.
        let enough = |count: usize| !provisional.get() || count < shown.with(Vec::len);
        let good = || {
            let (count, _) = page.line().filter(|(count, _)| enough(*count))?;
            Some(answer::good_matches(count))
        };
        let look = || {
            let can_be_found = page.pictures() != 0 && page.foreign().is_none();
            (!ranked.get() && can_be_found).then(|| texts::results::LOOK.to_owned())
        };
        page.without().or_else(good).or_else(look)
    };
    view! {
        <section class="results" aria-labelledby="results-heading">
            <div class="results-head">
                <h2 id="results-heading">{heading}</h2>
                <Keep />
            </div>
            <div class="results-note">
                <p data-testid="results-note">{note}</p>
                <Galleries />
            </div>
            {move || page.foreign().map(|foreign| view! { <ForeignNotice foreign /> })}
            <ol
                data-testid="results"
                class:ranked=move || ranked.get()
                class:provisional=move || provisional.get()
                node_ref=grid
            >
                <For each=move || shown.get() key=|item| *item let:item>
                    <PictureCard item by_item />
                </For>
            </ol>
            <Show when=move || more.get() != 0>
                <button type="button" class="results-more" on:click=move |_| page.show_more()>
                    {move || texts::results::more(more.get())}
                </button>
            </Show>
        </section>
    }
}

/// Says why nothing is ranked, and what would help.
#[component]
fn ForeignNotice(foreign: Foreign) -> impl IntoView {
    let spaces = texts::results::spaces(&foreign);
    view! {
        <div class="results-foreign" data-testid="foreign">
            <p>
                <strong>{texts::results::FOREIGN}</strong>
                {texts::results::FOREIGN_MEANS} <code>"?gallery="</code> "."
            </p>
            <p class="results-spaces">{spaces}</p>
        </div>
    }
}
