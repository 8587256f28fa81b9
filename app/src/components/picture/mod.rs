//! One picture of the gallery: a button that shows it large.

use std::collections::HashMap;

use leptos::prelude::*;

use crate::logic::catalogue::Picture;
use crate::logic::format;
use crate::logic::ranking::Row;
use crate::page::Page;

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
                data-testid=move || if row.get().is_some() { "result" } else { "picture" }
                data-position=item
                data-item=id
                data-score=move || row.get().map(|row| format!("{:.4}", row.score))
            >
                <button type="button" on:click=move |_| page.selected.set(Some(item))>
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
            </li>
        }
    })
}
