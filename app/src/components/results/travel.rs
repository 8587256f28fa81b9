//! Moves pictures visibly from their old place to their new one.

use std::collections::HashMap;

use js_sys::{Array, Object, Reflect};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, HtmlOListElement};

use super::hold;
use crate::components::timeline::prefers_less_motion;
use crate::logic::motion::{Motion, Place, motions};

/// Milliseconds of a journey.
const JOURNEY: f64 = 420.0;
/// The same while somebody speaks: over before the next order comes, a quarter of a second later.
const BRIEF_JOURNEY: f64 = 200.0;
/// Quick to leave, slow to arrive.
const PACE: &str = "cubic-bezier(0.2, 0.8, 0.2, 1)";

#[wasm_bindgen]
extern "C" {
    /// What web-sys keeps behind its flag for unstable interfaces, though browsers have had it since 2020.
    type Animated;
    #[wasm_bindgen(method)]
    fn animate(this: &Animated, frames: &Array, options: &Object) -> JsValue;
}

/// Animates the pictures of `grid` whenever `shown` changes. Browsers take the focus from an element that is moved: it
/// is given back. `provisional` says whether another order is about to come.
pub fn animate(grid: NodeRef<html::Ol>, shown: Memo<Vec<usize>>, provisional: Memo<bool>) {
    let before = StoredValue::new(HashMap::<usize, Place>::new());
    let width = StoredValue::new(0);
    let focused = StoredValue::new_local(None);
    // Before the list is put into its new order.
    ImmediateEffect::new_scoped(move || {
        shown.track();
        let grid = grid.try_get_untracked().flatten();
        focused.set_value(grid.and_then(|grid| hold::focused(&grid)));
    });
    Effect::new(move |_| {
        shown.track();
        // By the next frame the list has its new order and has not been painted in it yet.
        request_animation_frame(move || {
            let Some(grid) = grid.try_get_untracked().flatten() else {
                return;
            };
            let cards = cards(&grid);
            let after: HashMap<usize, Place> = cards
                .iter()
                .map(|(item, card)| (*item, place(card)))
                .collect();
            // A page that was resized in between has moved everything already.
            let same_width = width.get_value() == grid.client_width();
            if same_width && !prefers_less_motion() {
                let mut motions = before.with_value(|before| motions(before, &after));
                let journey = if provisional.get_untracked() {
                    BRIEF_JOURNEY
                } else {
                    JOURNEY
                };
                for (item, card) in cards {
                    if let Some(motion) = motions.remove(&item) {
                        play(&card, motion, journey);
                    }
                }
            }
            restore_focus(&grid, focused.get_value());
            width.set_value(grid.client_width());
            before.set_value(after);
        });
    });
}

/// Gives the focus back to `focused` if moving it took that away; a picture that left loses it to nothing.
fn restore_focus(grid: &HtmlOListElement, focused: Option<Element>) {
    let Some(focused) = focused else { return };
    let lost = document()
        .active_element()
        .is_none_or(|active| active.tag_name() == "BODY");
    if lost && grid.contains(Some(&focused)) {
        // What cannot take the focus any more does without.
        drop(focused.unchecked_into::<HtmlElement>().focus());
    }
}

/// The cards of the grid with their positions in the gallery.
fn cards(grid: &HtmlOListElement) -> Vec<(usize, HtmlElement)> {
    let children = grid.children();
    (0..children.length())
        .filter_map(|index| {
            let card: HtmlElement = children.item(index)?.unchecked_into();
            let item = card.get_attribute("data-position")?.parse().ok()?;
            Some((item, card))
        })
        .collect()
}

/// Where a card is, whatever animation is playing on it.
fn place(card: &HtmlElement) -> Place {
    Place {
        x: f64::from(card.offset_left()),
        y: f64::from(card.offset_top()),
        width: f64::from(card.offset_width()),
    }
}

fn play(card: &HtmlElement, motion: Motion, journey: f64) {
    let frame = match motion {
        Motion::Glide { dx, dy, scale } => {
            let transform = format!("translate({dx:.1}px, {dy:.1}px) scale({scale:.3})");
            object(&[
                ("transformOrigin", "0 0".into()),
                ("transform", transform.into()),
            ])
        }
        Motion::Appear => object(&[("opacity", 0.0.into())]),
    };
    // The one keyframe is where the journey starts; it ends where the card is.
    let frames = Array::of2(&frame, &Object::new());
    let options = object(&[("duration", journey.into()), ("easing", PACE.into())]);
    card.unchecked_ref::<Animated>().animate(&frames, &options);
}

fn object(properties: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in properties {
        // A fresh object of our own cannot refuse a property.
        drop(Reflect::set(&object, &JsValue::from_str(key), value));
    }
    object
}
