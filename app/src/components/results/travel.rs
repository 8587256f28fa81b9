//! Moves pictures visibly from their old place to their new one.

use std::collections::HashMap;
use std::ops::Range;

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
const BRIEF_JOURNEY: f64 = 140.0;
/// Quick to leave, slow to arrive.
const PACE: &str = "cubic-bezier(0.2, 0.8, 0.2, 1)";

#[wasm_bindgen]
extern "C" {
    /// An element, with what web-sys keeps behind its flag for unstable interfaces, though browsers have had it since 2020.
    type Animated;
    #[wasm_bindgen(method)]
    fn animate(this: &Animated, frames: &Array, options: &Object) -> Journey;
    #[wasm_bindgen(method, js_name = getBoundingClientRect)]
    fn seen_at(this: &Animated) -> Rectangle;

    /// An animation.
    type Journey;
    #[wasm_bindgen(method)]
    fn cancel(this: &Journey);

    /// A `DOMRect`.
    type Rectangle;
    #[wasm_bindgen(method, getter)]
    fn x(this: &Rectangle) -> f64;
    #[wasm_bindgen(method, getter)]
    fn y(this: &Rectangle) -> f64;
    #[wasm_bindgen(method, getter)]
    fn width(this: &Rectangle) -> f64;
}

/// Animates the pictures of `grid` whenever `shown` changes. Browsers take the focus from an element that is moved: it
/// is given back. `provisional` says whether another order is about to come.
pub fn animate(grid: NodeRef<html::Ol>, shown: Memo<Vec<usize>>, provisional: Memo<bool>) {
    let before = StoredValue::new(None::<HashMap<usize, Place>>);
    let focused = StoredValue::new_local(None);
    let journeys = StoredValue::new_local(Vec::<Journey>::new());
    let depart = move || {
        let Some(grid) = grid.try_get_untracked().flatten() else {
            return;
        };
        let Some(before) = before.try_update_value(Option::take).flatten() else {
            return;
        };
        if !prefers_less_motion() {
            let places = cards(&grid).map(|(item, card)| (item, place(&grid, &card)));
            let motions = motions(&before, &places.collect(), &screen(&grid));
            // Those that are under way go on from where they are seen.
            journeys.with_value(|journeys| journeys.iter().for_each(Journey::cancel));
            let journey = if provisional.get_untracked() {
                BRIEF_JOURNEY
            } else {
                JOURNEY
            };
            let begun = cards(&grid)
                .filter_map(|(item, card)| Some(play(&card, *motions.get(&item)?, journey)));
            journeys.set_value(begun.collect());
        }
        restore_focus(&grid, focused.get_value());
    };
    // Before the list is put into its new order.
    ImmediateEffect::new_scoped(move || {
        shown.track();
        // Of several changes before the next frame, only the first has been seen.
        if before.with_value(Option::is_some) {
            return;
        }
        if let Some(grid) = grid.try_get_untracked().flatten() {
            focused.set_value(hold::focused(&grid));
            before.set_value(Some(seen(&grid)));
            // By then the list has its new order and has not been painted in it yet.
            request_animation_frame(depart);
        }
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
fn cards(grid: &HtmlOListElement) -> impl Iterator<Item = (usize, HtmlElement)> {
    let children = grid.children();
    (0..children.length()).filter_map(move |index| {
        let card: HtmlElement = children.item(index)?.unchecked_into();
        let item = card.get_attribute("data-position")?.parse().ok()?;
        Some((item, card))
    })
}

/// Where the cards are on the screen, those on a journey included.
fn seen(grid: &HtmlOListElement) -> HashMap<usize, Place> {
    let origin = grid.unchecked_ref::<Animated>().seen_at();
    let place = |card: &HtmlElement| {
        let card = card.unchecked_ref::<Animated>().seen_at();
        Place {
            x: card.x() - origin.x(),
            y: card.y() - origin.y(),
            width: card.width(),
        }
    };
    cards(grid)
        .map(|(item, card)| (item, place(&card)))
        .collect()
}

/// From where to where the grid is on the screen, pixels from its top.
fn screen(grid: &HtmlOListElement) -> Range<f64> {
    let top = -grid.unchecked_ref::<Animated>().seen_at().y();
    let height = window()
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64());
    top..top + height.unwrap_or(f64::INFINITY)
}

/// Where a card belongs, whatever animation is playing on it.
fn place(grid: &HtmlOListElement, card: &HtmlElement) -> Place {
    Place {
        x: f64::from(card.offset_left() - grid.offset_left()),
        y: f64::from(card.offset_top() - grid.offset_top()),
        width: f64::from(card.offset_width()),
    }
}

fn play(card: &HtmlElement, motion: Motion, journey: f64) -> Journey {
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
    card.unchecked_ref::<Animated>().animate(&frames, &options)
}

fn object(properties: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in properties {
        // A fresh object of our own cannot refuse a property.
        drop(Reflect::set(&object, &JsValue::from_str(key), value));
    }
    object
}
