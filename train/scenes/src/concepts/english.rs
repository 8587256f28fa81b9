//! The little English that names need: plurals and articles.

/// The regular plural of a name; of several words the last one changes ("palm trees").
pub fn plural(name: &str) -> String {
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let stem = |cut: usize| &name[..name.len() - cut];
    if ends(&["s", "x", "z", "ch", "sh"]) {
        format!("{name}es")
    } else if ends(&["y"]) && !ends(&["ay", "ey", "oy", "uy"]) {
        format!("{}ies", stem(1))
    } else {
        format!("{name}s")
    }
}

/// "a" or "an", as the word after it sounds.
pub fn article(next: &str) -> &'static str {
    // "unicorn" and "ewe" begin with the sound of "you", "one" with that of "won"; "hour" with a vowel.
    let consonant = ["uni", "ewe", "euro", "one", "use"];
    let vowel = next.starts_with(['a', 'e', 'i', 'o', 'u'])
        && !consonant.iter().any(|start| next.starts_with(start));
    if vowel || next.starts_with("hour") {
        "an"
    } else {
        "a"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_plurals() {
        for (one, two) in [
            ("dog", "dogs"),
            ("fox", "foxes"),
            ("pony", "ponies"),
            ("monkey", "monkeys"),
            ("palm tree", "palm trees"),
            ("torch", "torches"),
        ] {
            assert_eq!(plural(one), two);
        }
    }

    #[test]
    fn articles_follow_the_sound() {
        for (word, expected) in [
            ("apple", "an"),
            ("dog", "a"),
            ("unicorn", "a"),
            ("umbrella", "an"),
            ("hourglass", "an"),
            ("ewe", "a"),
        ] {
            assert_eq!(article(word), expected, "{word}");
        }
    }
}
