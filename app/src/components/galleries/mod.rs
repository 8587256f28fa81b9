//! Which of the bundled galleries is searched, and the way to the other.

use leptos::prelude::*;

use crate::page::Page;
use crate::texts::galleries;

/// Links to the bundled galleries. Where pack or gallery come from elsewhere there is nothing to choose.
#[component]
pub fn Galleries() -> impl IntoView {
    let page = expect_context::<Page>();
    page.bundled_gallery().map(|current| {
        let link = move |(name, text): (&'static str, &'static str)| {
            let is_current = current == name;
            view! {
                <a
                    class="galleries-link"
                    href=page.address_with_gallery(name)
                    data-testid=format!("gallery-{name}")
                    aria-current=is_current.then_some("page")
                >
                    {text}
                </a>
            }
        };
        view! {
            <nav class="galleries" aria-label=galleries::WHAT data-testid="galleries">
                {galleries::ALL.map(link).collect_view()}
            </nav>
        }
    })
}
