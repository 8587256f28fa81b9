//! A number that glides to where it should be, where motion is welcome.

use leptos::prelude::*;

/// Share of the remaining way made in each frame: arrives within a third of a second.
const PACE: f32 = 0.22;

/// A signal that follows `target` smoothly; at once for visitors who prefer less motion.
pub fn follow(target: Memo<f32>) -> ReadSignal<f32> {
    let (value, set_value) = signal(target.get_untracked());
    let moving = StoredValue::new(false);
    Effect::new(move |_| {
        let goal = target.get();
        if prefers_less_motion() {
            set_value.set(goal);
        } else if !moving.get_value() {
            moving.set_value(true);
            step(target, value, set_value, moving);
        }
    });
    value
}

fn step(
    target: Memo<f32>,
    value: ReadSignal<f32>,
    set_value: WriteSignal<f32>,
    moving: StoredValue<bool>,
) {
    // The timeline may be gone by the next frame, and its signals with it.
    let (Some(goal), Some(now)) = (target.try_get_untracked(), value.try_get_untracked()) else {
        return;
    };
    if (goal - now).abs() < 0.01 {
        set_value.set(goal);
        moving.set_value(false);
    } else {
        set_value.set(now + (goal - now) * PACE);
        request_animation_frame(move || step(target, value, set_value, moving));
    }
}

/// Whether the visitor's system asks for less motion.
pub fn prefers_less_motion() -> bool {
    window()
        .match_media("(prefers-reduced-motion: reduce)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}
