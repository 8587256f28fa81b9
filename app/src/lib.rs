//! The SaySee page.
//!
//! Two programs of one crate: the **page** (Leptos; recorder, timeline, results) and the **worker**
//! that owns the engine. They share [`protocol`]. Everything the page decides without a browser is
//! in [`logic`], every word it says in [`texts`]; both build and test anywhere; the rest exists for `wasm32` only.

#![cfg_attr(
    target_feature = "atomics",
    allow(
        dead_code,
        reason = "what only the page uses, which is never built for threads"
    )
)]

pub mod logic;
pub mod protocol;
pub mod texts;

#[cfg(target_arch = "wasm32")]
mod browser;
// Only the worker is ever built for threads: without the page, and Leptos, that takes half the time.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
mod components;
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
pub mod page;
#[cfg(target_arch = "wasm32")]
pub mod worker;
