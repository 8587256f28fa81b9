//! What is taken for what.

use std::collections::BTreeMap;

use serde::Serialize;

/// How often one word was taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// The word that was said.
    pub said: String,
    /// What it was taken for.
    pub named: String,
    /// How many times.
    pub times: usize,
}

/// Counts confusions.
#[derive(Debug, Clone, Default)]
pub struct Confusions(BTreeMap<(String, String), usize>);

impl Confusions {
    /// Adds one; a word taken for itself is none.
    pub fn add(&mut self, said: &str, named: &str) {
        if said != named {
            *self
                .0
                .entry((said.to_owned(), named.to_owned()))
                .or_default() += 1;
        }
    }

    /// The `count` commonest, in alphabetical order where they are equally common.
    pub fn commonest(&self, count: usize) -> Vec<Confusion> {
        let mut all: Vec<Confusion> = self
            .0
            .iter()
            .map(|((said, named), times)| Confusion {
                said: said.clone(),
                named: named.clone(),
                times: *times,
            })
            .collect();
        all.sort_by_key(|confusion| std::cmp::Reverse(confusion.times));
        all.truncate(count);
        all
    }
}

/// Pairs keywords that were not said with the words at their times: `(said, named)`. A keyword belongs to the word
/// that it overlaps most, unless it overlaps none.
pub fn in_time<'a>(
    words: &'a [(String, f64, f64)],
    keywords: &'a [(String, f64, f64)],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let overlap = |a: &(String, f64, f64), b: &(String, f64, f64)| a.2.min(b.2) - a.1.max(b.1);
    let wrong = move |keyword: &&(String, f64, f64)| words.iter().all(|word| word.0 != keyword.0);
    keywords.iter().filter(wrong).filter_map(move |keyword| {
        let most = |a: &&(String, f64, f64), b: &&(String, f64, f64)| {
            overlap(a, keyword).total_cmp(&overlap(b, keyword))
        };
        let word = words.iter().max_by(most)?;
        (overlap(word, keyword) > 0.0).then_some((word.0.as_str(), keyword.0.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_come_first_and_right_ones_are_none() {
        let mut confusions = Confusions::default();
        for (said, named) in [
            ("deer", "dear"),
            ("bee", "b"),
            ("dog", "dog"),
            ("bee", "b"),
            ("cat", "hat"),
        ] {
            confusions.add(said, named);
        }
        let all = confusions.commonest(9);
        let told: Vec<_> = all.iter().map(|c| (c.said.as_str(), c.times)).collect();
        assert_eq!(told, [("bee", 2), ("cat", 1), ("deer", 1)]);
        assert_eq!(confusions.commonest(1).len(), 1);
    }

    #[test]
    fn a_wrong_keyword_belongs_to_the_word_it_overlaps_most() {
        let at = |word: &str, start, end| (word.to_owned(), start, end);
        let words = [at("dog", 0.2, 0.6), at("beach", 0.8, 1.3)];
        let keywords = [
            at("dog", 0.2, 0.6),
            at("peach", 0.5, 1.2),
            at("snow", 1.5, 1.8),
        ];
        let found: Vec<_> = in_time(&words, &keywords).collect();
        assert_eq!(found, [("beach", "peach")]);
    }
}
