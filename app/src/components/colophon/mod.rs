//! The last lines: what runs, how fast, how large, and whom to thank.

use leptos::prelude::*;

use crate::components::models::Models;
use crate::components::numbers::NumbersPanel;
use crate::logic::format;
use crate::logic::status::Readiness;
use crate::page::Page;
use crate::protocol::Ready;
use crate::texts;

/// Facts and credits.
#[component]
pub fn Colophon() -> impl IntoView {
    let page = expect_context::<Page>();
    let facts = move || match page.readiness.get() {
        Readiness::Ready(ready) => Some(engine_facts(&ready, page.pictures())),
        _ => None,
    };
    let credits = move || {
        page.catalogue.with(|catalogue| {
            let lines = catalogue
                .as_ref()
                .map(|catalogue| catalogue.attribution.clone());
            lines
                .unwrap_or_default()
                .into_iter()
                .map(|line| view! { <li>{line}</li> })
                .collect_view()
        })
    };
    view! {
        <footer class="colophon">
            <div>
            <ul>
                {move || facts().map(|lines| lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view())}
            </ul>
            <Models />
            <NumbersPanel />
            </div>
            <ul>{credits}</ul>
        </footer>
    }
}

fn engine_facts(ready: &Ready, pictures: usize) -> Vec<String> {
    let mut facts = vec![texts::engine::runs_on_adapter(ready)];
    if !ready.reason.is_empty() {
        facts.push(format::sentence(&ready.reason));
    }
    if ready.losses > 0 {
        facts.push(texts::engine::losses(ready.losses));
    }
    facts.push(texts::engine::pack(ready, pictures));
    facts
}
