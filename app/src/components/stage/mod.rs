//! The dark panel at the top: a welcome at first, the timeline as soon as somebody speaks.

mod question;

use leptos::prelude::*;

use crate::components::history::HistoryBar;
use crate::components::timeline::Timeline;
use crate::logic::asked::Asked;
use crate::page::Page;
use crate::texts;
use question::Question;

/// Welcome or timeline, in a panel that keeps its size.
#[component]
pub fn Stage() -> impl IntoView {
    let page = expect_context::<Page>();
    let speaking = Memo::new(move |_| page.has_timeline());
    // A link with keywords has a timeline, if one without a waveform.
    let silent = Memo::new(move |_| {
        let sound = page.insight.source.with(Asked::is_sound);
        !sound && page.found.with(|found| found.keywords.is_empty())
    });
    view! {
        <section class="stage" aria-label=texts::welcome::STAGE>
            <Show when=move || speaking.get() fallback=Welcome>
                <Show when=move || !silent.get() fallback=move || move || view! { <Question asked=page.insight.source.get() /> }>
                    <Timeline />
                </Show>
                <HistoryBar />
            </Show>
        </section>
    }
}

/// Bars of the picture that shows what will happen: height in percent, and which word lights it.
const EXAMPLE: [(u8, Option<usize>); 40] = [
    (8, None),
    (14, None),
    (34, Some(0)),
    (62, Some(0)),
    (48, Some(0)),
    (70, Some(0)),
    (30, Some(0)),
    (12, None),
    (9, None),
    (26, Some(1)),
    (58, Some(1)),
    (92, Some(1)),
    (76, Some(1)),
    (84, Some(1)),
    (52, Some(1)),
    (38, Some(1)),
    (16, None),
    (22, None),
    (30, None),
    (18, None),
    (12, None),
    (20, None),
    (28, None),
    (14, None),
    (10, None),
    (32, Some(2)),
    (66, Some(2)),
    (88, Some(2)),
    (60, Some(2)),
    (74, Some(2)),
    (82, Some(2)),
    (44, Some(2)),
    (56, Some(2)),
    (34, Some(2)),
    (20, None),
    (12, None),
    (8, None),
    (6, None),
    (5, None),
    (4, None),
];

/// What this is, in a sentence and a picture.
#[component]
fn Welcome() -> impl IntoView {
    let bars = EXAMPLE
        .into_iter()
        .map(|(height, word)| {
            let colour = word.map_or_else(
                || "var(--stage-quiet)".to_owned(),
                |word| format!("var(--word-{word})"),
            );
            view! { <i style:height=format!("{height}%") style:background=colour></i> }
        })
        .collect_view();
    view! {
        <div class="welcome">
            <div>
                <h2>{texts::welcome::HEADING}</h2>
                <p>{texts::welcome::SENTENCE}</p>
            </div>
            <div class="example" aria-hidden="true">
                <div class="example-bars">{bars}</div>
                <div class="example-words">
                    {texts::welcome::EXAMPLE.map(|word| view! { <b>{word}</b> })}
                </div>
            </div>
        </div>
    }
}
