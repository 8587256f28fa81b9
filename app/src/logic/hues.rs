//! Which colour a keyword has, for as long as it is there: keywords that come and go in front of it change nothing.

use std::collections::HashMap;

/// How many colours keywords take in turn; the colours are `--word-0` and on in `tokens.css`.
pub const COLOURS: usize = 6;

/// Colours by the keyword's id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hues {
    given: HashMap<u64, usize>,
}

impl Hues {
    /// Gives colours to the keywords of these ids, in order of time. Known ones keep theirs; a new one gets the first
    /// in turn that neither neighbour has.
    pub fn give(&mut self, ids: &[u64]) {
        self.given.retain(|id, _| ids.contains(id));
        for (place, id) in ids.iter().enumerate() {
            if self.given.contains_key(id) {
                continue;
            }
            let of = |place: Option<usize>| self.given.get(ids.get(place?)?).copied();
            let neighbours = [of(place.checked_sub(1)), of(Some(place + 1))];
            let free = (0..COLOURS)
                .map(|turn| (place + turn) % COLOURS)
                .find(|colour| !neighbours.contains(&Some(*colour)));
            self.given.insert(*id, free.unwrap_or(place % COLOURS));
        }
    }

    /// The colour of a keyword.
    pub fn of(&self, id: u64) -> usize {
        self.given.get(&id).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_follow_each_other_and_stay() {
        let mut hues = Hues::default();
        hues.give(&[10, 11, 12]);
        assert_eq!([hues.of(10), hues.of(11), hues.of(12)], [0, 1, 2]);
        hues.give(&[10, 99, 11, 12]);
        assert_eq!([hues.of(10), hues.of(11), hues.of(12)], [0, 1, 2]);
        assert!(![0, 1].contains(&hues.of(99)), "not that of a neighbour");
        hues.give(&[11, 12]);
        assert_eq!([hues.of(11), hues.of(12)], [1, 2]);
    }

    #[test]
    fn neighbours_differ_however_many_there_are() {
        let mut hues = Hues::default();
        let ids: Vec<u64> = (0..30).collect();
        hues.give(&ids);
        assert!(
            ids.windows(2)
                .all(|pair| hues.of(pair[0]) != hues.of(pair[1]))
        );
    }
}
