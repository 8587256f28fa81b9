//! Notices who is busy with the pictures: a finger, a mouse button, the keyboard's focus.

use gloo_events::EventListener;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, TouchEvent};

use crate::logic::hold::Hold;

/// Keeps `hold` up to date for `grid`. Touches are followed to their very end, scrolling included: a finger that
/// scrolls the pictures is on them.
pub fn watch(grid: NodeRef<html::Ol>, hold: RwSignal<Hold>) {
    let change = move |change: fn(&mut Hold)| {
        hold.maybe_update(|hold| {
            let before = *hold;
            change(hold);
            *hold != before
        });
    };
    Effect::new(move |_| {
        let Some(grid) = grid.get() else { return };
        let on = |name: &'static str, what: fn(&mut Hold)| {
            EventListener::new(&grid, name, move |_| change(what))
        };
        let of_grid = [
            on("mousedown", |hold| hold.pointer = true),
            on("touchstart", |hold| hold.pointer = true),
            on("focusin", |hold| hold.focus = true),
            on("focusout", |hold| hold.focus = false),
        ];
        let released = EventListener::new(&window(), "mouseup", move |_| {
            change(|hold| hold.pointer = false)
        });
        let lifted = ["touchend", "touchcancel"].map(|name| {
            EventListener::new(&window(), name, move |event| {
                if event.unchecked_ref::<TouchEvent>().touches().length() == 0 {
                    change(|hold| hold.pointer = false);
                }
            })
        });
        let held = StoredValue::new_local((of_grid, released, lifted));
        on_cleanup(move || held.dispose());
    });
}

/// The picture of `grid` that has the keyboard's focus.
pub fn focused(grid: &Element) -> Option<Element> {
    let active = document().active_element()?;
    grid.contains(Some(&active)).then_some(active)
}
