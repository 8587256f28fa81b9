//! A question without sound: what was typed, or which picture was chosen.

use leptos::prelude::*;

use crate::logic::asked::Asked;
use crate::logic::format;
use crate::texts::answer;

/// What stands where the waveform would be.
#[component]
pub fn Question(asked: Asked) -> impl IntoView {
    let (eyebrow, words) = match asked {
        Asked::Text(text) => (answer::TYPED, text),
        Asked::Picture(caption) => (answer::MORE_LIKE_THIS, format::sentence(&caption)),
        Asked::Link(label) => (answer::SHARED, label),
        Asked::Microphone | Asked::Sample(_) | Asked::File(_) => return None,
    };
    Some(view! {
        <div class="question" data-testid="question">
            <p>{eyebrow}</p>
            <h2>{words}</h2>
        </div>
    })
}
