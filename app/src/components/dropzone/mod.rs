//! The sign that a file can be let go.

use leptos::prelude::*;

/// Covers the page while a file hovers over it.
#[component]
pub fn Dropzone(dragging: RwSignal<bool>) -> impl IntoView {
    view! {
        <Show when=move || dragging.get()>
            <div class="dropzone" aria-hidden="true">
                <p>"Drop a sound file to search with it, or a model's folder to use it"</p>
            </div>
        </Show>
    }
}
