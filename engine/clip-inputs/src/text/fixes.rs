//! The repairs of the text fixer that the reference runs first (ftfy), so far as typed text needs
//! them: character references, ligatures, full-width forms, curly quotes, control characters, and
//! Unicode's composed normal form.
//!
//! Not made: guessing back text that went through a wrong encoding, and removing terminal colours.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::html::{unescape_strictly, windows_1252};

/// Most times the repairs are repeated. The fixer has no such bound; but what is still changing then
/// is no text, and each time costs a pass over all of it.
const MAX_ROUNDS: usize = 16;

/// Repairs line by line. From the first `<` on, the text may be markup, and its references are left
/// as they are.
pub(super) fn fix(text: &str) -> String {
    let mut references = true;
    text.split_inclusive('\n')
        .map(|line| {
            references &= !line.contains('<');
            fix_line(line, references)
        })
        .collect()
}

/// Repeats all repairs until nothing changes.
fn fix_line(line: &str, references: bool) -> String {
    let mut text = line.to_owned();
    for _ in 0..MAX_ROUNDS {
        let unescaped = if references {
            unescape_strictly(&text)
        } else {
            Cow::Borrowed(text.as_str())
        };
        let mut fixed = String::with_capacity(unescaped.len());
        for character in unescaped.chars() {
            fix_character(character, &mut fixed);
        }
        if is_nfc_quick(fixed.chars()) != IsNormalized::Yes {
            fixed = fixed.nfc().collect();
        }
        if fixed == text {
            break;
        }
        text = fixed;
    }
    text
}

/// What the single-character repairs, one after another, make of a character.
fn fix_character(character: char, out: &mut String) {
    let character = windows_1252(character);
    if let Some(letters) = ligature(character) {
        out.push_str(letters);
        return;
    }
    match character {
        '\u{3000}' => out.push(' '),
        // Full-width letters and half-width katakana, as their usual selves.
        '\u{FF01}'..='\u{FFEF}' => out.extend(std::iter::once(character).nfkc()),
        '\u{2BC}' | '\u{2018}'..='\u{201B}' => out.push('\''),
        '\u{201C}'..='\u{201F}' => out.push('"'),
        _ if is_control(character) => {}
        _ => out.push(character),
    }
}

/// The letters of a Latin ligature.
fn ligature(character: char) -> Option<&'static str> {
    Some(match character {
        'Ĳ' => "IJ",
        'ĳ' => "ij",
        // An apostrophe as a letter of its own, which is straightened like the curly ones.
        'ŉ' => "'n",
        'Ǳ' => "DZ",
        'ǲ' => "Dz",
        'ǳ' => "dz",
        'Ǆ' => "DŽ",
        'ǅ' => "Dž",
        'ǆ' => "dž",
        'Ǉ' => "LJ",
        'ǈ' => "Lj",
        'ǉ' => "lj",
        'Ǌ' => "NJ",
        'ǋ' => "Nj",
        'ǌ' => "nj",
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' => "ſt",
        'ﬆ' => "st",
        _ => return None,
    })
}

/// Control characters that are no white space, and marks that do not belong in a text.
fn is_control(character: char) -> bool {
    matches!(
        u32::from(character),
        0..=0x08 | 0x0B | 0x0E..=0x1F | 0x7F | 0x206A..=0x206F | 0xFEFF | 0xFFF9..=0xFFFC
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    // What ftfy 6.3's fix_text gives.
    #[test]
    fn text_is_repaired_as_by_the_fixer() {
        for (text, expected) in [
            ("ﬁ ĳ ŉ Ǆ", "fi ij 'n DŽ"),
            ("ＡＢＣ　１２ ｶﾞ ￡", "ABC 12 ガ £"),
            ("‘it’s’ “so”", "'it's' \"so\""),
            ("e\u{301} \u{212B}", "é Å"),
            ("a\u{FEFF}b\u{1}c\u{7F}\u{FFFC}d\te", "abcd\te"),
            ("wait\u{85} \u{93}x\u{94}", "wait… \"x\""),
            ("&amp;amp;amp;rsquo;", "'"),
            ("a < b &amp; c", "a < b &amp; c"),
            ("&amp;\n<\n&amp;", "&\n<\n&amp;"),
            ("", ""),
        ] {
            assert_eq!(fix(text), expected, "{text:?}");
        }
    }

    #[test]
    fn repeated_repairs_end() {
        let nested = format!("&{}lt;", "amp;".repeat(10_000));
        assert!(fix(&nested).ends_with("amp;lt;"));
    }
}
