//! Numbers as people read them.

/// `999 B`, `12 kB`, `2.3 MB`, `1.1 GB`: decimal units, two digits at most.
pub fn bytes(count: u64) -> String {
    const STEPS: [(&str, f64); 3] = [("kB", 1e3), ("MB", 1e6), ("GB", 1e9)];
    if count < 1000 {
        return format!("{count} B");
    }
    let value = count as f64;
    // 999.6 kB would print as "1000 kB": step up as soon as rounding reaches the next unit.
    let (unit, size) = STEPS
        .into_iter()
        .find(|(_, size)| value / size < 999.5)
        .unwrap_or(("GB", 1e9));
    let scaled = value / size;
    if scaled < 9.95 {
        format!("{scaled:.1} {unit}")
    } else {
        format!("{scaled:.0} {unit}")
    }
}

/// `8.4 ms`, `48 ms`, `1.2 s`.
pub fn milliseconds(ms: f64) -> String {
    if ms < 9.95 {
        format!("{ms:.1} ms")
    } else if ms < 999.5 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1000.0)
    }
}

/// `0.84 s` in a list of times: seconds with two decimals.
pub fn seconds(value: f32) -> String {
    format!("{value:.2} s")
}

/// "dogs", "dogs and beach", "two, dogs and beach".
pub fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

/// The first letter of a caption in upper case, as a sentence starts.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_step_through_the_units() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (12_345, "12 kB"),
            (999_499, "999 kB"),
            (999_700, "1.0 MB"),
            (2_345_678, "2.3 MB"),
            (9_960_000, "10 MB"),
            (1_100_000_000, "1.1 GB"),
            (5_000_000_000_000, "5000 GB"),
        ];
        for (count, text) in cases {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn times_keep_two_digits() {
        assert_eq!(milliseconds(8.41), "8.4 ms");
        assert_eq!(milliseconds(48.2), "48 ms");
        assert_eq!(milliseconds(1234.0), "1.2 s");
        assert_eq!(seconds(0.8444), "0.84 s");
    }

    #[test]
    fn words_join_as_in_a_sentence() {
        assert_eq!(list(&[]), "");
        assert_eq!(list(&["dogs"]), "dogs");
        assert_eq!(list(&["dogs", "beach"]), "dogs and beach");
        assert_eq!(list(&["two", "dogs", "beach"]), "two, dogs and beach");
        assert_eq!(sentence("éclairs on a plate"), "Éclairs on a plate");
        assert_eq!(sentence(""), "");
    }
}
