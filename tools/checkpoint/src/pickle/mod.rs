//! Pickles, taken apart without running them.
//!
//! [`parse`] follows the instructions of a pickle of protocol 2 to 5 and builds a [`Tree`]: numbers,
//! text, lists, dictionaries, and for everything else a note of the class or function named and the
//! arguments it would have been given. Values live in one list and refer to each other by index, so
//! shared values stay shared, cycles are harmless, and neither building nor dropping a tree recurses.
//!
//! Bounds: instructions, values, open marks and memo entries are limited in number, and lengths are
//! checked against what is left of the input, which the tree borrows its text and bytes from.

mod input;
mod limits;
mod machine;
mod opcode;
mod problem;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use limits::MAX_BYTES as MAX_PICKLE_BYTES;
pub(crate) use machine::parse;
pub(crate) use problem::PickleError;
pub use problem::PickleProblem;
pub(crate) use tree::{Id, Object, Tree, Value};
