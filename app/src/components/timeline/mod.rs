//! The timeline: the waveform as it comes in, lit where the model found a word, with the word below.

mod draw;
mod glide;
mod word;

pub use glide::prefers_less_motion;

use leptos::html;
use leptos::prelude::*;

use crate::logic::recorder::Phase;
use crate::logic::timeline::{Label, axis_seconds, place};
use crate::page::Page;
use crate::protocol::Keyword;
use word::Word;

/// Waveform and keywords.
#[component]
pub fn Timeline() -> impl IntoView {
    let page = expect_context::<Page>();
    let canvas = NodeRef::<html::Canvas>::new();
    let width = draw::width_of(canvas);

    let target = Memo::new(move |_| {
        let heard = page.waveform.with(|waveform| waveform.seconds());
        // A link has keywords but no waveform.
        let seconds = heard.max(page.found.with(|found| found.seconds));
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
        let words = page.found.with(|found| {
            let word = |keyword: &Keyword| draw::Stretch {
                start: keyword.start,
                end: keyword.end,
                firm: keyword.firm,
                struck: page
                    .insight
                    .struck
                    .with(|struck| struck.contains(&keyword.id)),
                colour: page.insight.hues.with(|hues| hues.of(keyword.id)),
            };
            found.keywords.iter().map(word).collect::<Vec<_>>()
        });
        page.waveform.with(|waveform| {
            let axis = draw::Axis {
                seconds: axis.get(),
                width: width.get(),
            };
            let (lit, playhead) = (page.insight.lit.get(), page.playhead.get());
            draw::draw(&canvas, waveform, &words, axis, lit, playhead);
        });
    });

    let ids = Memo::new(move |_| {
        page.found.with(|found| {
            let ids = found.keywords.iter().map(|keyword| keyword.id);
            ids.collect::<Vec<_>>()
        })
    });
    view! {
        <div class="timeline">
            <canvas node_ref=canvas aria-hidden="true"></canvas>
            <ol class="words" data-testid="keywords" aria-label="Keywords">
                <For each=move || ids.get() key=|id| *id let:id>
                    <Word id placed />
                </For>
            </ol>
        </div>
    }
}
