//! What can be done with the picture that is shown large: search with it, copy it, save it.

use leptos::html;
use leptos::prelude::*;

use crate::logic::catalogue::Picture;
use crate::page::{Page, copy_picture, copy_text};
use crate::texts::answer;

/// The keys below a picture.
#[component]
pub fn PictureKeys(item: usize, image: NodeRef<html::Img>, picture: Picture) -> impl IntoView {
    let page = expect_context::<Page>();
    let said = RwSignal::new(None::<&'static str>);
    let told = move |done: bool| {
        said.set(Some(if done {
            answer::COPIED
        } else {
            answer::NOT_COPIED
        }));
    };
    let address = page.picture_address(&picture.file);
    let name = picture
        .file
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    let character = StoredValue::new(picture.character);
    let copy = move |_| match (character.get_value(), image.get_untracked()) {
        (Some(character), _) => copy_text(&character, told),
        (None, Some(image)) => copy_picture(&image, told),
        (None, None) => {}
    };
    let copy_label = character.with_value(|character| match character {
        Some(character) => answer::copy_character(character),
        None => answer::COPY_PICTURE.to_owned(),
    });
    let can_search = move || page.foreign().is_none() && page.is_ready();
    view! {
        <div class="viewer-keys">
            <Show when=can_search>
                <button
                    type="button"
                    class="main"
                    data-testid="more-like-this"
                    on:click=move |_| page.more_like(item)
                >
                    {answer::MORE_LIKE_THIS}
                </button>
            </Show>
            <button type="button" data-testid="copy-picture" on:click=copy>
                <span aria-live="polite">
                    {move || said.get().map_or_else(|| copy_label.clone(), str::to_owned)}
                </span>
            </button>
            <a data-testid="download" href=address download=name>
                {answer::DOWNLOAD}
            </a>
        </div>
    }
}
