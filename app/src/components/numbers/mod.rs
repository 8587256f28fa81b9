//! Numbers for the curious: what runs, why, how fast, and how much it holds.

use leptos::ev::Event;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::logic::numbers::{Fact, engine_facts, memory_facts, stage_bars, timed_by};
use crate::logic::recorder::Phase;
use crate::logic::status::Readiness;
use crate::page::Page;
use crate::texts::answer;

/// A panel that opens; what has to be measured is measured then.
#[component]
pub fn NumbersPanel() -> impl IntoView {
    let page = expect_context::<Page>();
    let panel = NodeRef::<html::Details>::new();
    let open = RwSignal::new(false);
    let toggled = move |event: Event| {
        let details = event
            .target()
            .map(|target| target.unchecked_into::<Element>());
        open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    let ready = Memo::new(move |_| {
        page.readiness.with(|readiness| match readiness {
            Readiness::Ready(ready) => Some(ready.clone()),
            _ => None,
        })
    });
    let answered = Memo::new(move |_| page.phase() == Phase::Answered);
    // Measured for each answer, but only for those who look.
    Effect::new(move |_| {
        page.insight.utterance.track();
        let is_ready = ready.with(Option::is_some);
        let first = page.insight.numbers.with_untracked(Option::is_none);
        if open.get() && is_ready && (answered.get() || first) {
            page.count();
        }
    });
    let engine = move || {
        let pictures = page.pictures();
        ready.with(|ready| ready.as_ref().map(|ready| engine_facts(ready, pictures)))
    };
    let memory = move || {
        page.insight
            .numbers
            .with(|numbers| numbers.as_ref().map(memory_facts))
    };
    let stages = Memo::new(move |_| {
        page.insight
            .numbers
            .with(|numbers| numbers.as_ref().map(|numbers| stage_bars(&numbers.stages)))
    });
    let clock = move || {
        page.insight
            .numbers
            .with(|numbers| numbers.as_ref().map(timed_by))
    };
    view! {
        <details class="numbers" data-testid="numbers" node_ref=panel on:toggle=toggled>
            <summary>{answer::NUMBERS}</summary>
            <dl>
                {move || engine().map(facts)}
                {move || memory().map(facts)}
            </dl>
            <p data-testid="clock">{clock}</p>
            <ol>
                {move || stages.get().map(|stages| {
                    let rows = stages.into_iter().map(|stage| view! {
                        <li data-testid="stage" data-ms=format!("{:.3}", stage.milliseconds)>
                            <span>{stage.name}</span>
                            <span class="numbers-bar" aria-hidden="true">
                                <i style:transform=format!("scaleX({:.3})", stage.share)></i>
                            </span>
                            <span>{stage.time}</span>
                        </li>
                    });
                    rows.collect_view()
                })}
            </ol>
            <p>
                <a href="?bench">{answer::BENCH}</a>
            </p>
        </details>
    }
}

fn facts(facts: Vec<Fact>) -> impl IntoView {
    facts
        .into_iter()
        .map(|fact| {
            view! {
                <dt>{fact.name}</dt>
                <dd data-fact=fact.name>{fact.value}</dd>
            }
        })
        .collect_view()
}
