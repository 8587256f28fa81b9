//! The timeline: the waveform as it comes in, lit where the model found a word, with the word below.

mod draw;
mod glide;

pub use glide::prefers_less_motion;

use leptos::html;
use leptos::prelude::*;

use crate::components::WORD_COLOURS;
use crate::logic::recorder::Phase;
use crate::logic::timeline::{Label, Placed, axis_seconds, place};
use crate::page::Page;
use crate::protocol::Keyword;
use crate::texts;

/// Pixels from one lane of words to the next.
const LANE: f32 = 36.0;

/// Waveform and keywords.
#[component]
pub fn Timeline() -> impl IntoView {
    let page = expect_context::<Page>();
    let canvas = NodeRef::<html::Canvas>::new();
    let width = draw::width_of(canvas);

    let target = Memo::new(move |_| {
        let seconds = page.waveform.with(|waveform| waveform.seconds());
        let (live, limit) = page.recorder.with(|recorder| {
            let live = matches!(recorder.phase(), Phase::Listening);
            (live, recorder.limit_seconds())
        });
        axis_seconds(seconds, live, limit)
    });
    let axis = glide::follow(target);

    let placed = Memo::new(move |_| {
        let labels = page.found.with(|found| {
            let label = |keyword: &Keyword| Label {
                start: keyword.start,
                end: keyword.end,
                width: draw::chip_width(&keyword.token),
            };
            found.keywords.iter().map(label).collect::<Vec<_>>()
        });
        place(&labels, axis.get(), width.get())
    });

    Effect::new(move |_| {
        let Some(canvas) = canvas.get() else { return };
        page.found.with(|found| {
            page.waveform.with(|waveform| {
                draw::draw(
                    &canvas,
                    waveform,
                    &found.keywords,
                    axis.get(),
                    width.get(),
                    page.playhead.get(),
                );
            });
        });
    });

    let count = Memo::new(move |_| page.found.with(|found| found.keywords.len()));
    view! {
        <div class="timeline">
            <canvas node_ref=canvas aria-hidden="true"></canvas>
            <ol class="words" data-testid="keywords" aria-label=texts::timeline::KEYWORDS>
                <For each=move || 0..count.get() key=|index| *index let:index>
                    <Word index placed />
                </For>
            </ol>
        </div>
    }
}

/// One keyword, below its stretch of the waveform.
#[component]
fn Word(index: usize, placed: Memo<Vec<Placed>>) -> impl IntoView {
    let page = expect_context::<Page>();
    // The list may be shorter by the time a word that is about to go is asked about itself.
    let keyword = Memo::new(move |_| page.found.with(|found| found.keywords.get(index).cloned()));
    let of = move |read: fn(&Keyword) -> String| keyword.with(|keyword| keyword.as_ref().map(read));
    let place = Memo::new(move |_| placed.with(|placed| placed.get(index).copied()));
    let transform = move || {
        place.get().map_or_else(String::new, |place| {
            format!(
                "translate({:.1}px, {:.0}px)",
                place.chip_left,
                place.lane as f32 * LANE
            )
        })
    };
    view! {
        <li
            class="word"
            class:firm=move || keyword.with(|keyword| keyword.as_ref().is_some_and(|keyword| keyword.firm))
            data-testid="keyword"
            data-token=move || of(|keyword| keyword.token.clone())
            data-start=move || of(|keyword| format!("{:.3}", keyword.start))
            data-end=move || of(|keyword| format!("{:.3}", keyword.end))
            data-score=move || of(|keyword| format!("{:.4}", keyword.score))
            title=move || of(alternatives)
            style:transform=transform
            style=("--hue", format!("var(--word-{})", index % WORD_COLOURS))
        >
            {move || of(|keyword| keyword.token.clone())}
        </li>
    }
}

/// "or: dog, puppy"
fn alternatives(keyword: &Keyword) -> String {
    let others: Vec<&str> = keyword
        .alternatives
        .iter()
        .map(|(token, _)| token.as_str())
        .filter(|token| *token != keyword.token)
        .collect();
    if others.is_empty() {
        String::new()
    } else {
        texts::timeline::alternatives(&others)
    }
}
