//! One picture of the gallery: a button that shows it large.

use std::collections::HashMap;

use leptos::prelude::*;

use crate::logic::catalogue::Picture;
use crate::logic::format;
use crate::logic::ranking::Row;
use crate::page::Page;
use crate::texts::answer;

/// A picture with its caption and, when ranked, its score bar.
#[component]
pub fn PictureCard(item: usize, by_item: Memo<HashMap<usize, Row>>) -> impl IntoView {
    let page = expect_context::<Page>();
    let picture = page.catalogue.with_untracked(|catalogue| {
        catalogue
            .as_ref()
            .and_then(|catalogue| catalogue.items.get(item).cloned())
    });
    let row = Memo::new(move |_| by_item.with(|rows| rows.get(&item).copied()));
    // The keyword under the pointer, if it favours this picture.
    let lit = Memo::new(move |_| {
        let keyword = page.insight.lit.get()?;
        page.insight.pulls.with(|pulls| {
            pulls
                .knows(keyword)
                .then(|| pulls.favoured(keyword).binary_search(&item).is_ok())
        })
    });
    let hue = move || {
        let id = page
            .insight
            .lit
            .get()
            .and_then(|place| page.found.with(|found| Some(found.keywords.get(place)?.id)));
        id.map(|id| {
            page.insight
                .hues
                .with(|hues| format!("var(--word-{})", hues.of(id)))
        })
    };
    let line = Memo::new(move |_| page.line().is_some_and(|(_, first)| first == item));
    picture.map(move |picture| {
        let address = page.picture_address(&picture.file);
        let Picture {
            id,
            caption,
            width,
            height,
            colour,
            ..
        } = picture.clone();
        view! {
            <li
                class="picture"
                class:weak=move || row.get().is_some_and(|row| row.good == Some(false))
                data-testid=move || if row.get().is_some() { "result" } else { "picture" }
                data-position=item
                data-item=id
                data-score=move || row.get().map(|row| format!("{:.4}", row.score))
                data-good=move || row.get().and_then(|row| row.good).map(|good| good.to_string())
                data-repeats=move || row.get().and_then(|row| row.repeats).map(|leader| leader.to_string())
                data-lit=move || lit.get().map(|lit| lit.to_string())
                style=("--hue", hue)
            >
                <Show when=move || line.get()>
                    <p class="picture-line" data-testid="line">{answer::LINE}</p>
                </Show>
                <button type="button" class="picture-open" on:click=move |_| page.select(item)>
                    <img
                        src=address
                        alt=caption.clone()
                        width=width
                        height=height
                        loading="lazy"
                        decoding="async"
                        style:aspect-ratio=format!("{:.4}", picture.aspect())
                        style:background-color=colour
                    />
                    <span class="caption" aria-hidden="true">{format::sentence(&caption)}</span>
                    <Show when=move || row.get().is_some()>
                        <span class="share" aria-hidden="true">
                            <span style:transform=move || {
                                format!("scaleX({:.3})", row.get().map_or(0.0, |row| row.share))
                            }></span>
                        </span>
                    </Show>
                </button>
                <Show when=move || row.get().is_some_and(|row| row.repeated > 0)>
                    <Alike item by_item />
                </Show>
            </li>
        }
    })
}

/// Shows or hides the pictures that repeat this one.
#[component]
fn Alike(item: usize, by_item: Memo<HashMap<usize, Row>>) -> impl IntoView {
    let page = expect_context::<Page>();
    let open = Memo::new(move |_| page.insight.open.with(|open| open.contains(&item)));
    let count = move || by_item.with(|rows| rows.get(&item).map_or(0, |row| row.repeated));
    let toggle = move |_| {
        page.insight.open.update(|open| {
            if !open.remove(&item) {
                open.insert(item);
            }
        });
    };
    view! {
        <button
            type="button"
            class="picture-alike"
            data-testid="alike"
            aria-expanded=move || open.get().to_string()
            on:click=toggle
        >
            {move || answer::alike(count(), open.get())}
        </button>
    }
}
