//! The sign that a file can be let go.

use leptos::prelude::*;

use crate::texts;

/// Covers the page while a file hovers over it.
#[component]
pub fn Dropzone(dragging: RwSignal<bool>) -> impl IntoView {
    view! {
        <Show when=move || dragging.get()>
            <div class="dropzone" aria-hidden="true">
                <p>{texts::dropzone::DROP}</p>
            </div>
        </Show>
    }
}
