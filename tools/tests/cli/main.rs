//! The `saysee` program as a user runs it, on a tiny random pack.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic like the tests themselves"
)]

mod looking_inside;
mod query;
mod refusals;
mod world;
