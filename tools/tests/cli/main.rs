//! The `saysee` program as a user runs it, on a tiny random pack.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic like the tests themselves"
)]

mod collections;
mod evaluate;
mod looking_inside;
mod making_packs;
mod query;
mod refusals;
#[path = "../../fetch/tests/download/site.rs"]
#[allow(dead_code, reason = "the download's own tests use the rest")]
mod site;
mod world;
