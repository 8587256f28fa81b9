//! Downloads from a server on this machine that drops, stalls, changes and refuses.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may panic like the tests themselves"
)]

mod checking;
mod refusing;
mod resuming;
mod site;
mod whole;
mod world;
