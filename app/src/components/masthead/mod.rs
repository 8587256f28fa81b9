//! The top line: the name, and what the engine is doing or running on.

use leptos::prelude::*;

use crate::logic::format;
use crate::logic::status::Readiness;
use crate::page::Page;

/// Name and engine.
#[component]
pub fn Masthead() -> impl IntoView {
    let page = expect_context::<Page>();
    let ready = Memo::new(move |_| {
        page.readiness.with(|readiness| match readiness {
            Readiness::Ready(ready) => Some(ready.clone()),
            Readiness::Offered(_) | Readiness::Loading(_) | Readiness::Unavailable(_) => None,
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
                data-from=move || ready.with(|ready| ready.as_ref().map(|ready| ready.origin.name()))
                data-threads=move || ready.with(|ready| ready.as_ref().and_then(|ready| ready.threads).map(|threads| threads.to_string()))
                data-heap=move || ready.with(|ready| ready.as_ref().map(|ready| ready.heap_bytes.to_string()))
                title=move || ready.with(|ready| ready.as_ref().map(|ready| ready.reason.clone()))
            >
                {move || match page.readiness.get() {
                    Readiness::Ready(ready) => {
                        let name = backend_name(&ready.backend);
                        view! { <span class="engine-light"></span> {format!("Runs on {name}")} }.into_any()
                    }
                    Readiness::Loading(loading) => {
                        let percent = (loading.fraction() * 100.0).round();
                        let text = loading.amount();
                        view! {
                            <span
                                class="engine-progress"
                                role="progressbar"
                                aria-label="Loading the model"
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
                        view! { <span class="engine-light off"></span> "No engine" }.into_any()
                    }
                }}
            </p>
        </header>
    }
}

/// What a backend is called on the page.
pub fn backend_name(kind: &str) -> &'static str {
    if kind == "gpu" { "WebGPU" } else { "the CPU" }
}

/// "2.3 MB model, 61 kB for 240 pictures".
pub fn sizes(pack_bytes: u64, gallery_bytes: u64, pictures: usize) -> String {
    format!(
        "{} model, {} for {pictures} pictures",
        format::bytes(pack_bytes),
        format::bytes(gallery_bytes)
    )
}
