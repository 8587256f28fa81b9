//! Ways to ask without a microphone: bundled utterances, and a sound file.

use leptos::html;
use leptos::prelude::*;

use crate::logic::samples::Sample;
use crate::page::Page;

/// Sample sentences and the file button.
#[component]
pub fn Samples() -> impl IntoView {
    let page = expect_context::<Page>();
    let input = NodeRef::<html::Input>::new();
    let opened = move |_| {
        let Some(input) = input.get() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            page.ask_file(file);
        }
        // The same file may be chosen again.
        input.set_value("");
    };
    view! {
        <section class="samples" aria-label="Try without a microphone">
            <ul>
                <li>
                    <label class="chip file">
                        <input type="file" accept="audio/*,.wav,.mp3,.ogg,.flac,.m4a" node_ref=input on:change=opened />
                        "Open a sound file"
                    </label>
                </li>
                <For each=move || page.samples.get() key=|sample| sample.id.clone() let:sample>
                    <SampleButton sample />
                </For>
            </ul>
        </section>
    }
}

#[component]
fn SampleButton(sample: Sample) -> impl IntoView {
    let page = expect_context::<Page>();
    let id = sample.id.clone();
    view! {
        <li>
            <button
                type="button"
                class="chip"
                data-testid="sample"
                data-sample=sample.id
                on:click=move |_| page.ask_sample(&id)
            >
                <svg viewBox="0 0 12 12" aria-hidden="true">
                    <path d="M3 1.500v9l7.500-4.500z" />
                </svg>
                <span class="visually-hidden">"Play "</span>
                {sample.text}
            </button>
        </li>
    }
}
