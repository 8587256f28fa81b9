//! Other models than the bundled one, and what is kept in the browser.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::logic::place::Pack;
use crate::page::{Offline, Page, files_of, path_of};
use crate::texts;

/// Takes a model from a folder of the visitor, and goes back to the bundled one.
#[component]
pub fn Models() -> impl IntoView {
    let page = expect_context::<Page>();
    let input = NodeRef::<html::Input>::new();
    let chosen = move |_| {
        let Some(input) = input.get() else { return };
        if let Some(list) = input.files() {
            let files = files_of(&list);
            if !files.is_empty() {
                page.use_folder(&files, path_of);
            }
        }
        // The same folder may be chosen again.
        input.set_value("");
    };
    let other = move || !page.pack.with(Pack::is_bundled);
    let kept = move || page.kept.get().filter(|bytes| *bytes > 0);
    let forgotten = RwSignal::new(false);
    let forget = move |_| {
        spawn_local(async move {
            page.forget_everything().await;
            forgotten.set(true);
        });
    };
    let offline = move || page.offline.get() != Offline::No && !forgotten.get();
    view! {
        <p class="kept" data-testid="kept" data-offline=move || offline().to_string()>
            {move || kept().map(texts::models::kept)}
            <Show when=offline>{format!(". {}", texts::models::OFFLINE)}</Show>
        </p>
        <div class="models">
            <label class="models-key">
                <input
                    type="file"
                    multiple=true
                    prop:webkitdirectory=true
                    data-testid="folder"
                    node_ref=input
                    on:change=chosen
                />
                {texts::models::FROM_FOLDER}
            </label>
            <Show when=other>
                <button
                    type="button"
                    class="models-key"
                    data-testid="bundled"
                    on:click=move |_| page.use_bundled()
                >
                    {texts::models::BACK}
                </button>
            </Show>
            <Show when=move || kept().is_some() || forgotten.get()>
                <button
                    type="button"
                    class="models-key"
                    data-testid="forget"
                    disabled=move || forgotten.get()
                    on:click=forget
                >
                    {move || if forgotten.get() { texts::models::FORGOTTEN } else { texts::models::FORGET }}
                </button>
            </Show>
        </div>
    }
}
