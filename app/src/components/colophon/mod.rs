//! The last lines: what runs, how fast, how large, and whom to thank.

use leptos::prelude::*;

use crate::components::masthead::{backend_name, sizes};
use crate::components::models::Models;
use crate::components::numbers::NumbersPanel;
use crate::logic::format;
use crate::logic::recorder::Phase;
use crate::logic::status::Readiness;
use crate::page::Page;
use crate::protocol::{Origin, Ready};

/// Facts and credits.
#[component]
pub fn Colophon() -> impl IntoView {
    let page = expect_context::<Page>();
    let facts = move || match page.readiness.get() {
        Readiness::Ready(ready) => Some(engine_facts(&ready, page.pictures())),
        Readiness::Offered(_) | Readiness::Loading(_) | Readiness::Unavailable(_) => None,
    };
    let time = move || {
        let answered = page.phase() == Phase::Answered;
        answered.then(|| {
            let ms = page.found.with(|found| found.engine_ms);
            format!("Last answer in {}", format::milliseconds(ms))
        })
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
                {move || time().map(|line| view! { <li>{line}</li> })}
            </ul>
            <Models />
            <NumbersPanel />
            </div>
            <ul>{credits}</ul>
        </footer>
    }
}

fn engine_facts(ready: &Ready, pictures: usize) -> Vec<String> {
    let name = backend_name(&ready.backend);
    let adapter = if ready.adapter.is_empty() {
        format!("Runs on {name}")
    } else {
        format!("Runs on {name}: {}", ready.adapter)
    };
    let mut facts = vec![adapter];
    if !ready.reason.is_empty() {
        facts.push(format::sentence(&ready.reason));
    }
    let sizes = sizes(ready.pack_bytes, ready.gallery_bytes, pictures);
    let origin = match ready.origin {
        Origin::Network => "",
        Origin::Storage => ", kept in this browser",
        Origin::Disk => ", from your folder",
    };
    facts.push(format!("{}: {sizes}{origin}", ready.pack));
    facts.push(format!(
        "The engine's own memory took {} at most",
        format::bytes(ready.heap_bytes)
    ));
    facts.push(format!(
        "Ready {} after its last byte",
        format::milliseconds(ready.preparing_ms)
    ));
    facts
}
