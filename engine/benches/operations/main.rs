//! How long the CPU backend takes for what networks are made of, at the shapes of HuBERT base and of the bundled pack:
//!
//! ```text
//! cargo bench -p saysee-engine [-- FILTER]
//! ```
//!
//! "elem/s" are multiplications and additions a second for products and attention, samples a second for front ends,
//! pictures a second for the search. "words" is the naming of eight stretches by their sound.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "shapes are our own, and criterion writes the functions"
)]

mod attention;
mod front_end;
mod inputs;
mod products;
mod search;
mod words;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    benches,
    products::linear,
    products::threads,
    products::convolve,
    attention::attention,
    front_end::log_mel,
    front_end::convolutions,
    search::search,
    words::lexicon
);
criterion_main!(benches);
