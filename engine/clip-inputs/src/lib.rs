//! Free text and pictures, turned into exactly what CLIP's two towers take.
//!
//! ```text
//! text      words -> token ids, by CLIP's byte-level BPE, and back for display
//! image     8-bit RGB -> the normalised planes of the image tower, pixel for pixel as the reference
//! ```
//!
//! The crate knows no network, no page and no file system: it is handed bytes. The merges file is
//! OpenAI's and comes in at run time.

pub mod image;
pub mod text;

pub use image::{ImageError, Preprocessing};
pub use text::{TextError, Token, Tokenizer, TokenizerError};

/// What a file says or a decoder says of it, fit to be shown on one line: control characters as their
/// escapes, and cut where it gets long.
fn shown(text: &str) -> String {
    const MOST: usize = 120;
    let mut characters = text.trim().chars();
    let shown = characters.by_ref().take(MOST);
    let mut shown: String = shown.flat_map(char::escape_debug).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_is_shown_is_one_line_of_some_length() {
        assert_eq!(shown("a\u{1b}[2J\nb é\n"), "a\\u{1b}[2J\\nb é");
        assert_eq!(shown(&"x".repeat(1 << 20)).chars().count(), 121);
        assert_eq!(shown(&"x".repeat(120)).chars().count(), 120);
    }
}
