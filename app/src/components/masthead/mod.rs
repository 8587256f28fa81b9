//! The top line: the name, and what the engine is doing or running on.

use leptos::prelude::*;

use crate::logic::status::Readiness;
use crate::page::Page;
use crate::texts;

/// Name and engine.
#[component]
pub fn Masthead() -> impl IntoView {
    let page = expect_context::<Page>();
    let ready = Memo::new(move |_| {
        page.readiness.with(|readiness| match readiness {
            Readiness::Ready(ready) => Some(ready.clone()),
            _ => None,
        })
    });
    let kind = move || ready.with(|ready| ready.as_ref().map(|ready| ready.backend.clone()));

    view! {
        <header class="masthead">
            <h1 class="name">"Say" <span>"See"</span></h1>
            <p
                class="engine"
                data-testid="backend"
                data-kind=kind
                data-losses=move || ready.with(|ready| ready.as_ref().map(|ready| ready.losses.to_string()))
                data-from=move || ready.with(|ready| ready.as_ref().map(|ready| ready.origin.name()))
                data-heap=move || ready.with(|ready| ready.as_ref().map(|ready| ready.heap_bytes.to_string()))
                title=move || ready.with(|ready| ready.as_ref().map(|ready| ready.reason.clone()))
            >
                {move || match page.readiness.get() {
                    Readiness::Ready(ready) => {
                        let text = texts::engine::runs_on(&ready.backend);
                        view! { <span class="engine-light"></span> {text} }.into_any()
                    }
                    Readiness::Loading(loading) | Readiness::Restoring(loading) => {
                        let percent = (loading.fraction() * 100.0).round();
                        let text = loading.amount();
                        view! {
                            <span
                                class="engine-progress"
                                role="progressbar"
                                aria-label=texts::engine::LOADING
                                aria-valuenow=percent
                                aria-valuetext=text.clone()
                            >
                                <span style:width=format!("{percent}%")></span>
                            </span>
                            <span class="engine-amount">{text}</span>
                        }
                            .into_any()
                    }
                    Readiness::Offered(_) | Readiness::Unavailable(_) => {
                        view! { <span class="engine-light off"></span> {texts::engine::NONE} }.into_any()
                    }
                }}
            </p>
        </header>
    }
}
