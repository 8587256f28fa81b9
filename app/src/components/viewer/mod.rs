//! One picture, large, over the page: why it is here, what is like it, what fits it, and how to take it along.

mod fitting;
mod keys;

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use crate::components::why::Why;
use crate::logic::format;
use crate::page::Page;
use crate::texts;
use fitting::Fitting;
use keys::PictureKeys;

/// The dialog that shows the selected picture. Escape closes it and the focus goes back to where it was:
/// that is the browser's own doing.
#[component]
pub fn Viewer() -> impl IntoView {
    let page = expect_context::<Page>();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match page.selected.get() {
            // Fails only on a dialog that is open already.
            Some(_) if !dialog.open() => drop(dialog.show_modal()),
            Some(_) => {}
            None => dialog.close(),
        }
    });
    let step = move |by: isize| {
        let (shown, _) = page.shown();
        let position = page
            .selected
            .get_untracked()
            .and_then(|item| shown.iter().position(|other| *other == item));
        let next = position.and_then(|position| shown.get(position.checked_add_signed(by)?));
        if let Some(next) = next {
            page.select(*next);
        }
    };
    let keys = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowLeft" => step(-1),
        "ArrowRight" => step(1),
        _ => {}
    };
    view! {
        <dialog
            class="viewer"
            data-testid="viewer"
            aria-label=texts::viewer::NAME
            node_ref=dialog
            on:close=move |_| page.selected.set(None)
            on:keydown=keys
            on:click=move |event| {
                // A click on the dialog itself is one beside its content: on the backdrop.
                if event.target() == event.current_target() {
                    page.selected.set(None);
                }
            }
        >
            {move || page.selected.get().map(|item| view! { <Large item /> })}
            <div class="viewer-keys around">
                <button type="button" on:click=move |_| step(-1)>{texts::viewer::PREVIOUS}</button>
                <button type="button" on:click=move |_| page.selected.set(None)>{texts::viewer::CLOSE}</button>
                <button type="button" on:click=move |_| step(1)>{texts::viewer::NEXT}</button>
            </div>
        </dialog>
    }
}

#[component]
fn Large(item: usize) -> impl IntoView {
    let page = expect_context::<Page>();
    let picture = page.catalogue.with_untracked(|catalogue| {
        catalogue
            .as_ref()
            .and_then(|catalogue| catalogue.items.get(item).cloned())
    });
    let image = NodeRef::<html::Img>::new();
    let score = move || {
        let row = page
            .rows()
            .into_iter()
            .enumerate()
            .find(|(_, row)| row.item == item)?;
        Some(texts::viewer::matched(row.0 + 1, row.1.score))
    };
    picture.map(move |picture| {
        let kept = picture.clone();
        let credit = [picture.credit.as_str(), picture.licence.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        view! {
            <img
                node_ref=image
                src=page.picture_address(&picture.file)
                alt=picture.caption.clone()
                width=picture.width
                height=picture.height
                style:aspect-ratio=format!("{:.4}", picture.aspect())
                style:background-color=picture.colour
            />
            <div class="viewer-about">
                <h2>{format::sentence(&picture.caption)}</h2>
                <p>{score}</p>
                <Why item />
                <PictureKeys item image picture=kept />
                <Fitting />
                <p class="viewer-credit">{credit}</p>
            </div>
        }
    })
}
