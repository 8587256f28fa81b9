//! The SaySee page.
//!
//! Two programs of one crate: the **page** (Leptos; recorder, timeline, results) and the **worker**
//! that owns the engine. They share [`protocol`]. Everything the page decides without a browser is
//! in [`logic`], every word it says in [`texts`]; both build and test anywhere; the rest exists for `wasm32` only.

pub mod logic;
pub mod protocol;
pub mod texts;

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod components;
#[cfg(target_arch = "wasm32")]
pub mod page;
#[cfg(target_arch = "wasm32")]
pub mod worker;
