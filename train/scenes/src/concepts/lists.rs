//! The lists in `lists/`: one entry a line, fields between bars, `#` before remarks.

/// The lines of a list that are entries.
pub fn lines(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The fields of a line.
///
/// # Panics
///
/// Where the line has another number of them: the lists are part of this crate, and its tests read them all.
pub fn fields<const N: usize>(line: &'static str) -> [&'static str; N] {
    let parts: Vec<&'static str> = line.split('|').map(str::trim).collect();
    let count = parts.len();
    parts
        .try_into()
        .unwrap_or_else(|_| panic!("{line}: {count} fields, not {N}"))
}

/// Things separated by commas; none where there is only "-".
pub fn entries(field: &'static str) -> impl Iterator<Item = &'static str> {
    field
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty() && *entry != "-")
}

/// Words and `key:value` pairs of a field of tags.
pub struct Tags {
    /// The plain words.
    pub words: Vec<&'static str>,
    pairs: Vec<(&'static str, &'static str)>,
}

impl Tags {
    /// The value of a key.
    pub fn value(&self, key: &str) -> Option<&'static str> {
        let pair = self.pairs.iter().find(|(name, _)| *name == key);
        pair.map(|(_, value)| *value)
    }
}

/// Reads a field of tags.
pub fn tags(field: &'static str) -> Tags {
    let (mut words, mut pairs) = (Vec::new(), Vec::new());
    for tag in field.split_whitespace() {
        match tag.split_once(':') {
            Some(pair) => pairs.push(pair),
            None => words.push(tag),
        }
    }
    Tags { words, pairs }
}
