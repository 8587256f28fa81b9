//! Shaders without what only people read: comments and indentation, half of their text, are not compiled in. Line breaks stay, so
//! that a message names the line of the file.

/// What is compiled in of a file of `shaders/`, given from this folder.
macro_rules! bare {
    ($($path:tt)+) => {{
        const TEXT: &str = include_str!($($path)+);
        const BYTES: [u8; $crate::gpu::bare::length(TEXT)] = $crate::gpu::bare::bytes(TEXT);
        const BARE: &str = match std::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => unreachable!(),
        };
        BARE
    }};
}
pub(super) use bare;

/// Bytes of `text` that [`bytes`] keeps.
pub(super) const fn length(text: &str) -> usize {
    let mut place = Place::START;
    let mut length = 0;
    while let Some((_, next)) = next(text.as_bytes(), place) {
        length += 1;
        place = next;
    }
    length
}

/// `text` without comments, and without spaces at the beginning of a line.
pub(super) const fn bytes<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let mut bare = [0; LENGTH];
    let mut place = Place::START;
    let mut length = 0;
    while let Some((byte, next)) = next(text.as_bytes(), place) {
        bare[length] = byte;
        length += 1;
        place = next;
    }
    bare
}

/// How far a text is read.
#[derive(Clone, Copy)]
struct Place {
    at: usize,
    /// Whether only spaces were there since the line began.
    indented: bool,
}

impl Place {
    const START: Self = Self {
        at: 0,
        indented: true,
    };
}

/// The next byte that is kept, and what comes after it.
const fn next(text: &[u8], place: Place) -> Option<(u8, Place)> {
    let Place {
        mut at,
        mut indented,
    } = place;
    while at < text.len() {
        let byte = text[at];
        if byte == b'/' && at + 1 < text.len() && text[at + 1] == b'/' {
            while at < text.len() && text[at] != b'\n' {
                at += 1;
            }
        } else if indented && byte == b' ' {
            at += 1;
        } else {
            indented = byte == b'\n';
            at += 1;
            return Some((byte, Place { at, indented }));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_go_and_lines_stay() {
        const TEXT: &str = "// Head ±1\nfn f() {\n    let x = a / b; // why\n\n    #if A == b\n}";
        const BARE: [u8; length(TEXT)] = bytes(TEXT);
        let expected = "\nfn f() {\nlet x = a / b; \n\n#if A == b\n}";
        assert_eq!(std::str::from_utf8(&BARE).unwrap(), expected);
    }
}
