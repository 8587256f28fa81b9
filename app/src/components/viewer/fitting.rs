//! The other direction: which of the sample sentences fit a picture.

use leptos::prelude::*;

use crate::logic::fits::fits;
use crate::logic::format;
use crate::page::Page;
use crate::texts::answer;

/// Sentences shown.
const SHOWN: usize = 3;

/// The sentences that fit the picture that is shown large, once somebody wants to know.
#[component]
pub fn Fitting() -> impl IntoView {
    let page = expect_context::<Page>();
    let count = move || {
        page.samples
            .with(|samples| samples.as_ref().map_or(0, Vec::len))
    };
    let learning = move || page.insight.learning.get();
    let complete = move || page.insight.learnt.with(|learnt| learnt.len()) >= count();
    let best = Memo::new(move |_| {
        let picture = page.insight.looked_at.get();
        if picture.is_empty() {
            return Vec::new();
        }
        page.insight.learnt.with(|learnt| {
            let mut fits = fits(&picture, learnt);
            fits.truncate(SHOWN);
            fits
        })
    });
    let text = move |id: &str| {
        page.samples.with(|samples| {
            let sample = samples.iter().flatten().find(|sample| sample.id == id);
            sample.map_or_else(|| id.to_owned(), |sample| sample.text.clone())
        })
    };
    let sentences = move || {
        best.get()
            .into_iter()
            .map(|fit| {
                let (id, score) = (fit.id.clone(), format!("{:.4}", fit.score));
                view! {
                    <li>
                        <button
                            type="button"
                            data-testid="fit"
                            data-sample=fit.id.clone()
                            data-score=score
                            on:click=move |_| {
                                page.selected.set(None);
                                page.ask_sample(&id);
                            }
                        >
                            {format::sentence(&text(&fit.id))}
                            <span class="fitting-bar" aria-hidden="true">
                                <i style:transform=format!("scaleX({:.3})", fit.share)></i>
                            </span>
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <Show when=move || page.is_ready() && page.foreign().is_none() && count() != 0>
            <section class="fitting" data-testid="fitting" aria-label=answer::FITTING>
                <Show
                    when=learning
                    fallback=move || {
                        view! {
                            <div class="viewer-keys">
                                <button
                                    type="button"
                                    data-testid="find-fitting"
                                    on:click=move |_| page.want_fits()
                                >
                                    {answer::FIND_FITTING}
                                </button>
                            </div>
                        }
                    }
                >
                    <h3>{answer::FITTING}</h3>
                    <Show
                        when=complete
                        fallback=|| view! { <p class="fitting-note" role="status">{answer::LISTENING_TO_SAMPLES}</p> }
                    >
                        <ol>{sentences}</ol>
                    </Show>
                </Show>
            </section>
        </Show>
    }
}
