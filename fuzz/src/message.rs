//! What every refusal must be.

use std::fmt::Display;

/// Most bytes of a message that someone has to read.
const MOST: usize = 2000;

/// A refusal is one line of bounded length that names `file`, and cannot disturb a terminal.
pub fn check(error: &impl Display, file: &str) {
    let text = error.to_string();
    assert!(text.len() <= MOST, "{} bytes of message", text.len());
    assert!(text.contains(file), "no file named: {text}");
    assert!(
        !text.chars().any(char::is_control),
        "control characters: {text:?}"
    );
}
