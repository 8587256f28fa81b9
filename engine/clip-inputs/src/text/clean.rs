//! The clean-up before splitting: repairs, character references, white space, lower case.

use super::fixes::fix;
use super::html::unescape;

/// `text` as the reference's tokenizer sees it. Nothing is lost that could be a token, except case
/// and the width of gaps.
pub(super) fn clean(text: &str) -> String {
    let fixed = fix(text);
    // Twice, as in the reference: captions off the web are often escaped twice.
    let unescaped = unescape(&unescape(&fixed)).into_owned();
    let mut collapsed = String::with_capacity(unescaped.len());
    for part in unescaped.split_whitespace() {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(part);
    }
    collapsed.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    // What the reference's two clean-up functions and lower() give.
    #[test]
    fn text_is_cleaned_as_in_the_reference() {
        for (text, expected) in [
            (
                "  many   spaces\tand\nnewlines ",
                "many spaces and newlines",
            ),
            ("&amp; html &lt;b&gt; entities", "& html <b> entities"),
            ("&amp;amp;amp;amp;lt; ok", "< ok"),
            ("<b>&amp;amp;amp;", "<b>&amp;"),
            ("İstanbul ΟΔΟΣ", "i\u{307}stanbul οδος"),
            ("a\u{A0}b\u{2028}c", "a b c"),
            ("&notit; &nbsp; &Eacute", "¬it; é"),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }
}
