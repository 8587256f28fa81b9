//! The notice that a new version of the page is ready.

use leptos::prelude::*;

use crate::page::{Offline, Page};
use crate::texts;

/// Offers the new version; nothing changes before the visitor wants it.
#[component]
pub fn UpdateNotice() -> impl IntoView {
    let page = expect_context::<Page>();
    view! {
        <div role="status">
            <Show when=move || page.offline.get() == Offline::Update>
                <p class="update" data-testid="update">
                    {texts::update::READY}
                    <button type="button" data-testid="take-over" on:click=move |_| page.take_over()>
                        {texts::update::USE}
                    </button>
                </p>
            </Show>
        </div>
    }
}
