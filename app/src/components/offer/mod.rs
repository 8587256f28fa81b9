//! The question before a large download.

use leptos::html;
use leptos::prelude::*;

use crate::logic::status::Readiness;
use crate::page::Page;
use crate::protocol::Offer;
use crate::texts;

/// Asks whether to load a large model. Escape means not now.
#[component]
pub fn OfferDialog() -> impl IntoView {
    let page = expect_context::<Page>();
    let dialog = NodeRef::<html::Dialog>::new();
    let offer = Memo::new(move |_| {
        page.readiness.with(|readiness| match readiness {
            Readiness::Offered(offer) => Some(offer.clone()),
            _ => None,
        })
    });
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match offer.get() {
            // Fails only on a dialog that is open already.
            Some(_) if !dialog.open() => drop(dialog.show_modal()),
            Some(_) => {}
            None => dialog.close(),
        }
    });
    let closed = move |_| {
        // Closed by the visitor, not by an answer.
        if offer.get_untracked().is_some() {
            page.decline();
        }
    };
    view! {
        <dialog class="offer" data-testid="offer" aria-labelledby="offer-heading" node_ref=dialog on:close=closed>
            <h2 id="offer-heading">{texts::offer::HEADING}</h2>
            {move || offer.get().map(|offer| view! { <Facts offer /> })}
            <div class="offer-keys">
                <button type="button" class="offer-yes" data-testid="agree" on:click=move |_| page.agree()>
                    {texts::offer::LOAD}
                </button>
                <button type="button" data-testid="decline" on:click=move |_| page.decline()>
                    {texts::offer::NOT_NOW}
                </button>
            </div>
        </dialog>
    }
}

#[component]
fn Facts(offer: Offer) -> impl IntoView {
    let size = offer.sentence();
    view! {
        <p class="offer-size">{size}</p>
        <p>
            {texts::offer::FROM} <strong>{offer.host}</strong>
            {texts::offer::KEPT}
        </p>
    }
}
