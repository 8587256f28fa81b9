//! Ways to ask without a microphone: bundled utterances, and a sound file.

use leptos::html;
use leptos::prelude::*;

use crate::logic::format;
use crate::logic::samples::Sample;
use crate::page::Page;
use crate::texts;

/// Samples shown at first where they wrap into rows; a phone scrolls through all of them in one.
const FEW: usize = 3;

/// Sample sentences and the file button.
#[component]
pub fn Samples() -> impl IntoView {
    let page = expect_context::<Page>();
    let all = RwSignal::new(false);
    let count = Memo::new(move |_| {
        page.samples
            .with(|samples| samples.as_ref().map_or(0, Vec::len))
    });
    let numbered = move || {
        page.samples
            .get()
            .unwrap_or_default()
            .into_iter()
            .enumerate()
    };
    view! {
        <section class="samples" aria-label=texts::samples::SECTION>
            <ul
                class:all=move || all.get()
                class:waiting=move || page.samples.with(Option::is_none)
            >
                <li>
                    <FileButton />
                </li>
                <For each=numbered key=|(_, sample)| sample.id.clone() let((index, sample))>
                    <li class:extra={index >= FEW}>
                        <SampleButton sample />
                    </li>
                </For>
                <Show when=move || { count.get() > FEW }>
                    <li class="samples-more">
                        <button type="button" class="chip quiet" on:click=move |_| all.update(|all| *all = !*all)>
                            {move || if all.get() { texts::samples::FEWER.to_owned() } else { texts::samples::all(count.get()) }}
                        </button>
                    </li>
                </Show>
            </ul>
        </section>
    }
}

#[component]
fn FileButton() -> impl IntoView {
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
        <label class="chip quiet samples-file" title=texts::samples::OPEN>
            <input
                type="file"
                data-testid="sound-file"
                aria-label=texts::samples::OPEN
                accept="audio/*,.wav,.mp3,.ogg,.flac,.m4a"
                node_ref=input
                on:change=opened
            />
            <svg viewBox="0 0 12 12" aria-hidden="true">
                <path d="M2 1h5.500l2.500 2.500v7.500h-8zM4.250 8.500v-2M6 9v-3.500M7.750 8.500v-2" />
            </svg>
            <span>{texts::samples::SOUND_FILE}</span>
        </label>
    }
}

#[component]
fn SampleButton(sample: Sample) -> impl IntoView {
    let page = expect_context::<Page>();
    let id = sample.id.clone();
    view! {
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
            <span class="visually-hidden">{texts::samples::PLAY}</span>
            {format::sentence(&sample.text)}
        </button>
    }
}
