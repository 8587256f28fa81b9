//! The top line: the name, and what the engine is doing or running on.

use leptos::prelude::*;

use crate::logic::status::{Loading, Readiness};
use crate::page::Page;
use crate::protocol::Ready;
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
    let of = move |read: fn(&Ready) -> String| ready.with(|ready| ready.as_deref().map(read));
    let loading = Memo::new(move |_| {
        page.readiness.with(|readiness| match readiness {
            Readiness::Loading(loading) | Readiness::Restoring(loading) => Some(loading.clone()),
            _ => None,
        })
    });
    let is_loading = Memo::new(move |_| loading.with(Option::is_some));
    let light = move || ready.with(Option::is_some);
    let name = move || of(|ready| texts::engine::runs_on(&ready.backend));
    view! {
        <header class="masthead">
            <h1 class="name">"Say" <span>"See"</span></h1>
            <div
                class="engine"
                data-testid="backend"
                data-kind=move || of(|ready| ready.backend.clone())
                data-losses=move || of(|ready| ready.losses.to_string())
                data-from=move || of(|ready| ready.origin.name().to_owned())
                data-threads=move || ready.with(|ready| ready.as_ref().and_then(|ready| ready.threads).map(|threads| threads.to_string()))
                data-heap=move || of(|ready| ready.heap_bytes.to_string())
                title=move || of(|ready| ready.reason.clone())
            >
                <Show
                    when=move || is_loading.get()
                    fallback=move || {
                        view! {
                            <span class="engine-light" class:off=move || !light()></span>
                            <span>{move || name().unwrap_or_else(|| texts::engine::NONE.to_owned())}</span>
                        }
                    }
                >
                    <Progress loading />
                </Show>
            </div>
        </header>
    }
}

/// How far the loading is, and a way to call it off.
#[component]
fn Progress(loading: Memo<Option<Loading>>) -> impl IntoView {
    let page = expect_context::<Page>();
    let percent = move || {
        let fraction = loading.with(|loading| loading.as_ref().map_or(0.0, Loading::fraction));
        (fraction * 100.0).round()
    };
    let amount = move || loading.with(|loading| loading.as_ref().map(Loading::amount));
    // What is made again after a loss is what the visitor waits for.
    let first = move || {
        page.readiness
            .with(|readiness| matches!(readiness, Readiness::Loading(_)))
    };
    view! {
        <span
            class="engine-progress"
            role="progressbar"
            aria-label=texts::engine::LOADING
            aria-valuenow=percent
            aria-valuetext=amount
        >
            <span style:width=move || format!("{}%", percent())></span>
        </span>
        <span class="engine-amount">{amount}</span>
        <Show when=first>
            <button
                type="button"
                class="engine-stop"
                data-testid="way-back"
                aria-label=texts::engine::STOP
                title=texts::engine::STOP
                on:click=move |_| page.stop_loading()
            >
                <svg viewBox="0 0 12 12" aria-hidden="true">
                    <path d="M2 2l8 8M10 2l-8 8" />
                </svg>
            </button>
        </Show>
    }
}
