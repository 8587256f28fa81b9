//! Where in a JSON text a line and column are: `model.encoder.blocks[3].width`.
//!
//! Deserialisers that carry the path along are compiled twice, which was a tenth of what visitors download; a refusal
//! has its position anyway, and there is only one of them.

/// What encloses a position: an object with the key at hand, or an array with the number of its element.
enum Enclosing {
    Object(Option<String>),
    Array(usize),
}

/// The path of the value at the given line and column (both from 1, the column in bytes, as `serde_json` counts them), or
/// of what encloses it; `.` for the whole text. The text need be no JSON beyond that position.
pub(super) fn path(text: &[u8], line: usize, column: usize) -> String {
    let before: usize = text
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let end = text.len().min(before + column);
    let mut stack: Vec<Enclosing> = Vec::new();
    let mut at = 0;
    while at < end {
        match text[at] {
            b'"' => {
                let close = string_end(text, at + 1);
                // A string that a value is waited for is one; else it is the key of what follows.
                if let Some(Enclosing::Object(key)) = stack.last_mut()
                    && key.is_none()
                {
                    let name = text.get(at + 1..close).unwrap_or_default();
                    *key = Some(String::from_utf8_lossy(name).into_owned());
                }
                at = close;
            }
            b'{' => stack.push(Enclosing::Object(None)),
            b'[' => stack.push(Enclosing::Array(0)),
            b'}' | b']' => drop(stack.pop()),
            b',' => match stack.last_mut() {
                Some(Enclosing::Object(key)) => *key = None,
                Some(Enclosing::Array(index)) => *index += 1,
                None => {}
            },
            _ => {}
        }
        at += 1;
    }
    written(&stack)
}

/// Where the string that begins at `at` has its closing quote, or the end of the text.
fn string_end(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at] != b'"' {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    at.min(text.len())
}

fn written(stack: &[Enclosing]) -> String {
    let mut path = String::new();
    for enclosing in stack {
        match enclosing {
            Enclosing::Object(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Enclosing::Object(None) => {}
            Enclosing::Array(index) => path.push_str(&format!("[{index}]")),
        }
    }
    if path.is_empty() {
        path.push('.');
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The path at the first `@`, which is taken out.
    fn marked(text: &str) -> String {
        let at = text.find('@').unwrap();
        let (before, after) = text.split_at(at);
        let line = before.matches('\n').count() + 1;
        let column = at - before.rfind('\n').map_or(0, |end| end + 1);
        path(format!("{before}{}", &after[1..]).as_bytes(), line, column)
    }

    #[test]
    fn objects_and_arrays_are_followed() {
        for (text, expected) in [
            (r#"{"a":1@}"#, "a"),
            (r#"{"a":1,"b":{"c":[1,2,{"d":"x"@}]}}"#, "b.c[2].d"),
            ("{\"a\":[1,\n2,\n3@]}", "a[2]"),
            (r#"{"a":{"b":1}@,"c":2}"#, "a"),
            (r#"{"a":1}@"#, "."),
            (r#"{"a":"{[\"@","b":1}"#, "a"),
            (r#"{"a":[]@}"#, "a"),
            ("@{}", "."),
            (r#"[[1],[2,@3]]"#, "[1][1]"),
            (r#"{"a":1,"b@":2}"#, "b"),
        ] {
            assert_eq!(marked(text), expected, "{text}");
        }
    }

    #[test]
    fn no_text_and_no_position_does_harm() {
        for text in ["", "{", "\"", "\"\\", "]]}}", "{\"a", "\n\n"] {
            for line in 0..4 {
                for column in [0, 1, 2, 9, usize::MAX / 2] {
                    path(text.as_bytes(), line, column);
                }
            }
        }
    }
}
