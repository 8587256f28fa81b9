//! Character references such as `&amp;` and `&#233;`, replaced the two ways the reference does it.
//!
//! Python's `html.unescape` takes what browsers take, names without a semicolon included. The text
//! fixer that runs before it wants the semicolon, and knows some names in capitals too.

use std::borrow::Cow;

use htmlize::ENTITIES;

/// Longest name Python looks at, in characters.
const MAX_NAME: usize = 32;
/// Longest name the fixer looks at, in characters.
const MAX_FIXED_NAME: usize = 24;

/// What Windows-1252 has at the places of the C1 control characters, U+0080 onwards. Its five holes
/// stay control characters.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// A C1 control character read as Windows-1252, which is what was meant; others as they are.
pub(super) fn windows_1252(character: char) -> char {
    let place = u32::from(character).checked_sub(0x80);
    let read = place.and_then(|place| WINDOWS_1252.get(place as usize));
    read.copied().unwrap_or(character)
}

/// Python's `html.unescape`.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    replace(text, |reference| {
        if let Some(number) = reference.strip_prefix("&#") {
            return numeric(number);
        }
        named(reference)
    })
}

/// The text fixer's own replacement.
pub(super) fn unescape_strictly(text: &str) -> Cow<'_, str> {
    replace(text, |reference| {
        let name = reference.strip_prefix('&')?;
        let name = name.strip_prefix('#').unwrap_or(name);
        let length = name.find(|character: char| !character.is_ascii_alphanumeric())?;
        if !(1..=MAX_FIXED_NAME).contains(&length) || !name[length..].starts_with(';') {
            return None;
        }
        let reference = &reference[..reference.len() - name.len() + length + 1];
        let expansion = match reference.strip_prefix("&#") {
            // A number of which only the beginning counts is left alone.
            Some(number) => {
                numeric(number)
                    .filter(|(length, expansion)| *length == reference.len() && expansion != ";")?
                    .1
            }
            None => match lookup(reference) {
                Some(expansion) => expansion.to_owned(),
                None => capitals(reference)?,
            },
        };
        Some((reference.len(), expansion))
    })
}

/// Replaces what `expand` finds at each `&`: the bytes it takes, from the `&` on, and what they
/// stand for.
fn replace(text: &str, expand: impl Fn(&str) -> Option<(usize, String)>) -> Cow<'_, str> {
    let Some(mut at) = text.find('&') else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match expand(rest) {
            Some((length, expansion)) => {
                out.push_str(&expansion);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
        match rest.find('&') {
            Some(next) => at = next,
            None => break,
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What follows `&#`: digits, or `x` and hexadecimal digits, and perhaps a semicolon. Gives the
/// bytes it takes with the `&#`.
fn numeric(text: &str) -> Option<(usize, String)> {
    let (digits, radix) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let length = digits
        .find(|character: char| !character.is_digit(radix))
        .unwrap_or(digits.len());
    let (digits, after) = digits.split_at(length);
    if digits.is_empty() {
        return None;
    }
    // What does not even fit the number is beyond Unicode in any case.
    let code = u32::from_str_radix(digits, radix).unwrap_or(u32::MAX);
    let taken = "&#".len() + text.len() - after.len() + usize::from(after.starts_with(';'));
    let expansion = match (code, char::from_u32(code)) {
        (0, _) | (_, None) => "\u{FFFD}".to_owned(),
        (_, Some(character)) if is_forbidden(character) => String::new(),
        (_, Some(character)) => windows_1252(character).to_string(),
    };
    Some((taken, expansion))
}

/// Characters that Python drops when a number stands for them.
fn is_forbidden(character: char) -> bool {
    let code = u32::from(character);
    matches!(code, 0x01..=0x08 | 0x0B | 0x0E..=0x1F | 0x7F | 0xFDD0..=0xFDEF)
        || code & 0xFFFE == 0xFFFE
}

/// A name with or without a semicolon: the longest beginning that is one.
fn named(reference: &str) -> Option<(usize, String)> {
    let name = reference.strip_prefix('&')?;
    let is_end = |character| {
        matches!(
            character,
            '\t' | '\n' | '\u{C}' | ' ' | '<' | '&' | '#' | ';'
        )
    };
    let end = name
        .char_indices()
        .enumerate()
        .find(|(count, (_, character))| *count == MAX_NAME || is_end(*character))
        .map_or(name.len(), |(_, (at, _))| at);
    let whole = 1 + end + usize::from(name[end..].starts_with(';'));
    // Names have two letters at least.
    (3..=whole).rev().find_map(|length| {
        let expansion = lookup(reference.get(..length)?)?;
        Some((length, expansion.to_owned()))
    })
}

/// A name in capitals that has no meaning of its own, as the same in small letters.
fn capitals(reference: &str) -> Option<String> {
    if reference.bytes().any(|byte| byte.is_ascii_lowercase()) || named(reference).is_some() {
        return None;
    }
    lookup(&reference.to_ascii_lowercase()).map(str::to_uppercase)
}

/// What `reference`, from its `&` to its `;` if it has one, stands for.
fn lookup(reference: &str) -> Option<&'static str> {
    let expansion = ENTITIES.get(reference.as_bytes())?;
    std::str::from_utf8(expansion).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // What Python 3.11's html.unescape gives.
    #[test]
    fn references_are_replaced_as_in_python() {
        for (text, expected) in [
            ("a & b &; &# &#x &#xg;", "a & b &; &# &#x &#xg;"),
            ("&lt;b&gt; &amp; &amp;amp;", "<b> & &amp;"),
            ("&notit; &Eacute &copyright", "¬it; É ©right"),
            ("&notin; &acE; &zzz;", "∉ ∾̳ &zzz;"),
            (
                "&#233;&#xE9;&#XE9 x&#233y",
                "éééx é".replace("éx é", "é xéy").as_str(),
            ),
            (
                "&#0;&#xD800;&#x110000;&#99999999999999;",
                "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}",
            ),
            ("&#1;&#xB;&#x7F;&#xFFFE;|&#13;", "|\r"),
            ("&#128;&#x92;&#x81;", "€’\u{81}"),
            ("&日本&amp", "&日本&"),
        ] {
            assert_eq!(unescape(text), expected, "{text}");
        }
    }

    // What ftfy 6.3's unescape_html gives.
    #[test]
    fn the_fixer_wants_a_semicolon_and_knows_capitals() {
        for (text, expected) in [
            ("&amp &notit; &amp;", "&amp &notit; &"),
            (
                "P&EACUTE;REZ &ntilde; &Ntilde; &NTILDE; &nTILDE;",
                "PÉREZ ñ Ñ Ñ &nTILDE;",
            ),
            ("BUNDESSTRA&SZLIG;E", "BUNDESSTRASSE"),
            ("&GTDOT; &FRAC12;", "&GTDOT; ½"),
            (
                "&#233; &#xe9; &#233 &#59; &#12ab; &#;",
                "é é &#233 &#59; &#12ab; &#;",
            ),
            ("&日;&;", "&日;&;"),
        ] {
            assert_eq!(unescape_strictly(text), expected, "{text}");
        }
    }
}
