//! The bench: how long everything takes on this machine, as a table and as JSON.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use crate::components::masthead::backend_name;
use crate::components::status::StatusLine;
use crate::logic::bench::{Progress, StageTimes};
use crate::logic::format;
use crate::logic::status::Readiness;
use crate::page::Page;
use crate::protocol::Ready;

/// Stages that are listed: the slowest.
const LISTED_STAGES: usize = 12;

/// The whole bench.
#[component]
pub fn Bench() -> impl IntoView {
    let page = expect_context::<Page>();
    let progress = page.bench;
    let failed = Memo::new(move |_| {
        page.readiness
            .with(|readiness| matches!(readiness, Readiness::Unavailable(_)))
    });
    let state = move || match failed.get() {
        true => "failed",
        false => progress.with(Progress::state),
    };
    let now = move || progress.with(|progress| progress.now);
    let ready = Memo::new(move |_| page.ready());
    let report = Memo::new(move |_| page.bench_report());
    view! {
        <section
            class="bench"
            aria-labelledby="bench-heading"
            data-testid="bench"
            data-state=state
            data-mode=move || now().map(|(mode, ..)| mode.name())
            data-phase=move || now().map(|(_, phase, ..)| phase.name())
        >
            <h2 id="bench-heading">"How fast is SaySee here?"</h2>
            <Show when=move || ready.get().is_none()>
                <StatusLine />
            </Show>
            <Show when=move || ready.get().is_some()>
                <p role="status">{move || progress.with(Progress::sentence)}</p>
            </Show>
            {move || ready.get().map(|ready| view! { <Facts ready /> })}
            <Times />
            {move || progress.with(|progress| progress.stages.clone()).map(|stages| view! { <Stages stages /> })}
            {move || report.get().map(|report| view! { <Written report /> })}
            <p>
                <a href="./">"Back to the pictures"</a>
            </p>
        </section>
    }
}

/// What runs, and how much it holds.
#[component]
fn Facts(ready: Ready) -> impl IntoView {
    let page = expect_context::<Page>();
    let backend = format!("{}: {}", backend_name(&ready.backend), ready.adapter);
    let loaded = move || {
        let all = format::milliseconds(page.ready_ms.get());
        let last = format::milliseconds(ready.preparing_ms);
        format!("{all} after the page was opened, {last} after the last byte")
    };
    let memory = move || {
        let totals = page.bench.with(|progress| progress.totals);
        let heap = totals.map_or(ready.heap_bytes, |totals| totals.heap_bytes);
        let gpu = totals.and_then(|totals| totals.gpu);
        let gpu = gpu.map(|gpu| {
            let bytes = format::bytes(gpu.weights + gpu.activations + gpu.other);
            format!(", {bytes} on the GPU")
        });
        format!(
            "{} in the worker{}",
            format::bytes(heap),
            gpu.unwrap_or_default()
        )
    };
    view! {
        <dl class="bench-facts">
            <dt>"Runs on"</dt>
            <dd>{backend}</dd>
            <dt>"Why"</dt>
            <dd>{format::sentence(&ready.reason)}</dd>
            <dt>"Model"</dt>
            <dd>{format!("{}, {}", ready.pack, format::bytes(ready.pack_bytes))}</dd>
            <dt>"Ready"</dt>
            <dd>{loaded}</dd>
            <dt>"Memory"</dt>
            <dd>{memory}</dd>
        </dl>
    }
}

/// What was timed so far.
#[component]
fn Times() -> impl IntoView {
    let page = expect_context::<Page>();
    let rows = move || {
        page.bench.with(|progress| {
            let rows = progress.measurements.iter().map(|measured| {
                let [first, median, range, speed] = measured.cells();
                view! {
                    <tr data-testid="measurement" data-mode=measured.mode.name()>
                        <th scope="row">{measured.title()}</th>
                        <td>{first}</td>
                        <td class="bench-median">{median}</td>
                        <td>{range}</td>
                        <td>{speed}</td>
                    </tr>
                }
            });
            rows.collect_view()
        })
    };
    let some = Memo::new(move |_| {
        page.bench
            .with(|progress| !progress.measurements.is_empty())
    });
    view! {
        <Show when=move || some.get()>
            <div class="bench-scroll">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"What"</th>
                            <th scope="col">"First time"</th>
                            <th scope="col">"Median"</th>
                            <th scope="col">"Fastest to slowest"</th>
                            <th scope="col">"Faster than speech"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Show>
    }
}

/// The slowest stages.
#[component]
fn Stages(stages: StageTimes) -> impl IntoView {
    let all: f64 = stages.stages.iter().map(|(_, ms)| ms).sum();
    let mut slowest = stages.stages;
    slowest.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let rows = slowest.into_iter().take(LISTED_STAGES).map(|(name, ms)| {
        let share = format!("{:.0} %", 100.0 * ms / all.max(1e-9));
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{format::milliseconds(ms)}</td>
                <td>{share}</td>
            </tr>
        }
    });
    view! {
        <details>
            <summary>{format!("Where the time of {} s goes", stages.seconds)}</summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Stage"</th>
                        <th scope="col">"Time"</th>
                        <th scope="col">"Share"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </details>
    }
}

/// Everything as JSON, to look at and to take along.
#[component]
fn Written(report: String) -> impl IntoView {
    let copied = RwSignal::new(None);
    let text = report.clone();
    let copy = move |_| {
        let writing = window().navigator().clipboard().write_text(&text);
        spawn_local(async move {
            copied.set(Some(JsFuture::from(writing).await.is_ok()));
        });
    };
    let label = move || match copied.get() {
        None => "Copy as JSON",
        Some(true) => "Copied",
        Some(false) => "Not allowed to copy: take it from below",
    };
    view! {
        <button type="button" class="bench-copy" data-testid="bench-copy" on:click=copy>
            {label}
        </button>
        <details>
            <summary>"All of it as JSON"</summary>
            <pre data-testid="bench-result">{report}</pre>
        </details>
    }
}
