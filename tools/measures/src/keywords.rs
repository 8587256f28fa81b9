//! Keywords against what was said.

use std::collections::BTreeSet;

/// What was said in an utterance, and what was named in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// Words that were said.
    pub said: BTreeSet<String>,
    /// For each keyword, in time, the word it was named and its nearest others, best first.
    pub keywords: Vec<Vec<String>>,
}

impl Named {
    /// Keywords of which any of the first `neighbours` names was said.
    fn hits(&self, neighbours: usize) -> impl Iterator<Item = bool> {
        let said = move |name: &String| self.said.contains(name);
        let keywords = self.keywords.iter();
        keywords.map(move |names| names.iter().take(neighbours).any(said))
    }

    /// The share of its keywords that hit (macro hit rate: the mean of these over utterances). An utterance in which
    /// nothing is named counts as 0; one in which nothing was said has none.
    pub fn hit_rate(&self, neighbours: usize) -> Option<f64> {
        if self.said.is_empty() {
            return None;
        }
        let (hits, count) = self.hits(neighbours).fold((0, 0), |(hits, count), hit| {
            (hits + u32::from(hit), count + 1)
        });
        Some(f64::from(hits) / f64::from(count.max(1)))
    }

    /// Whether the keyword of a position hits; `None` where there is no such keyword.
    pub fn hit_at(&self, position: usize, neighbours: usize) -> Option<f64> {
        let hit = self.hits(neighbours).nth(position)?;
        Some(f64::from(u8::from(hit)))
    }

    /// What its words, each taken once, come to.
    pub fn words(&self) -> WordScores {
        let names = self.keywords.iter().filter_map(|names| names.first());
        let unique: BTreeSet<&String> = names.collect();
        let found = unique
            .iter()
            .filter(|name| self.said.contains(**name))
            .count() as f64;
        let share = |whole: usize| (whole > 0).then(|| found / whole as f64);
        let named = self.keywords.len();
        let recall = share(self.said.len());
        let precision = share(unique.len());
        WordScores {
            precision,
            recall,
            f1: recall.map(|recall| f1(precision.unwrap_or(0.0), recall)),
            duplicates: (named > 0).then(|| 1.0 - unique.len() as f64 / named as f64),
        }
    }
}

/// Word scores of one utterance; their means over utterances are what is reported.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WordScores {
    /// Distinct words named that were said, of those named; `None` where nothing was named.
    pub precision: Option<f64>,
    /// The same of those said; `None` where nothing was said.
    pub recall: Option<f64>,
    /// The harmonic mean of both; 0 where something was said and nothing named.
    pub f1: Option<f64>,
    /// Of the words named, the share that had been named before; `None` where nothing was named.
    pub duplicates: Option<f64>,
}

/// `2 p r / (p + r)`, 0 when both are.
pub fn f1(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 {
        2.0 * precision * recall / (precision + recall)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(said: &[&str], keywords: &[&[&str]]) -> Named {
        let owned = |words: &&[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Named {
            said: said.iter().map(|word| (*word).to_owned()).collect(),
            keywords: keywords.iter().map(owned).collect(),
        }
    }

    #[test]
    fn a_keyword_hits_when_one_of_its_names_was_said() {
        let utterance = named(
            &["dogs", "beach", "two"],
            &[
                &["two", "three"],
                &["dog", "dogs"],
                &["snow", "ice"],
                &["beach"],
            ],
        );
        assert_eq!(utterance.hit_rate(2), Some(0.75));
        assert_eq!(utterance.hit_rate(1), Some(0.5));
        let by_position: Vec<_> = (0..5).map(|i| utterance.hit_at(i, 2)).collect();
        assert_eq!(
            by_position,
            [Some(1.0), Some(1.0), Some(0.0), Some(1.0), None]
        );
    }

    #[test]
    fn words_count_once_and_repeats_are_duplicates() {
        let utterance = named(
            &["dogs", "beach", "two"],
            &[&["dogs"], &["dogs"], &["snow"], &["two"]],
        );
        let scores = utterance.words();
        // dogs and two of dogs, snow, two; of three said; one of four repeats.
        assert_eq!(scores.precision, Some(2.0 / 3.0));
        assert_eq!(scores.recall, Some(2.0 / 3.0));
        assert!((scores.f1.unwrap() - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(scores.duplicates, Some(0.25));
    }

    #[test]
    fn nothing_named_and_nothing_said() {
        let silent = named(&["dogs"], &[]);
        assert_eq!(silent.hit_rate(5), Some(0.0));
        let scores = silent.words();
        assert_eq!((scores.precision, scores.recall), (None, Some(0.0)));
        assert_eq!((scores.f1, scores.duplicates), (Some(0.0), None));
        let unsaid = named(&[], &[&["dogs"]]);
        assert_eq!(unsaid.hit_rate(5), None);
        assert_eq!(unsaid.words().recall, None);
        assert_eq!(unsaid.words().precision, Some(0.0));
    }
}
