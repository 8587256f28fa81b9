//! Keywords that stay put while an utterance grows.
//!
//! Each pass over the growing sound names keywords anew, and near the end of what has been said it
//! names some wrongly. A keyword is shown at once, but only becomes firm when the next pass finds it
//! again; a firm keyword only goes when two passes in a row contradict it. The final pass has heard
//! everything and is taken at its word.

use serde::Serialize;

use crate::engine::Keyword;

/// Passes in a row that make a keyword firm, or a firm keyword's rival replace it.
const CONVINCING: u32 = 2;

/// A keyword on display.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LiveKeyword {
    /// Stays the same for as long as the keyword is there.
    pub id: u64,
    /// The keyword, its times in seconds from the start of the recording.
    #[serde(flatten)]
    pub keyword: Keyword,
    /// Whether it is here to stay.
    pub firm: bool,
}

/// Follows keywords from pass to pass.
#[derive(Clone, Debug, Default)]
pub struct KeywordTracker {
    tracked: Vec<Tracked>,
    next_id: u64,
}

#[derive(Clone, Debug)]
struct Tracked {
    id: u64,
    keyword: Keyword,
    /// Passes in a row that found it.
    seen: u32,
    firm: bool,
    /// Passes in a row that did not find it.
    missed: u32,
}

impl KeywordTracker {
    /// Takes the keywords of the next pass, in time.
    pub fn update(&mut self, mut found: Vec<Keyword>) {
        for tracked in &mut self.tracked {
            match found
                .iter()
                .position(|keyword| is_same(keyword, &tracked.keyword))
            {
                Some(index) => tracked.find(found.remove(index)),
                None => tracked.miss(),
            }
        }
        self.tracked.retain(|tracked| {
            let contradicted = found
                .iter()
                .any(|keyword| overlap(keyword, &tracked.keyword) > 0.0);
            let patience = if contradicted {
                CONVINCING
            } else {
                2 * CONVINCING
            };
            tracked.missed == 0 || (tracked.firm && tracked.missed < patience)
        });
        // What is left was not there before. It waits while a firm keyword stands in its place.
        found.retain(|keyword| {
            self.tracked
                .iter()
                .all(|tracked| !is_rival(keyword, &tracked.keyword))
        });
        for keyword in found {
            self.insert(keyword, false);
        }
        self.keep_order();
    }

    /// Takes the keywords of the pass that heard everything: they are what was said.
    pub fn finish(&mut self, found: Vec<Keyword>) {
        let mut before = std::mem::take(&mut self.tracked);
        for keyword in found {
            let known = before
                .iter()
                .position(|tracked| is_same(&keyword, &tracked.keyword));
            match known {
                Some(index) => {
                    let id = before.remove(index).id;
                    self.tracked.push(Tracked::new(id, keyword, true));
                }
                None => self.insert(keyword, true),
            }
        }
    }

    /// The keywords on display, in time.
    pub fn keywords(&self) -> Vec<LiveKeyword> {
        let show = |tracked: &Tracked| LiveKeyword {
            id: tracked.id,
            keyword: tracked.keyword.clone(),
            firm: tracked.firm,
        };
        self.tracked.iter().map(show).collect()
    }

    /// Puts a new keyword where its time is, without moving the others.
    fn insert(&mut self, keyword: Keyword, firm: bool) {
        let place = self
            .tracked
            .partition_point(|tracked| tracked.keyword.start <= keyword.start);
        self.tracked
            .insert(place, Tracked::new(self.next_id, keyword, firm));
        self.next_id += 1;
    }

    /// Times that were refined may cross by a frame; what was shown first stays first.
    fn keep_order(&mut self) {
        let mut earliest = 0.0_f32;
        for tracked in &mut self.tracked {
            let keyword = &mut tracked.keyword;
            keyword.start = keyword.start.max(earliest);
            keyword.end = keyword.end.max(keyword.start);
            earliest = keyword.start;
        }
    }
}

impl Tracked {
    fn new(id: u64, keyword: Keyword, firm: bool) -> Self {
        Self {
            id,
            keyword,
            seen: 1,
            firm,
            missed: 0,
        }
    }

    fn find(&mut self, keyword: Keyword) {
        self.keyword = keyword;
        self.seen += 1;
        self.missed = 0;
        self.firm |= self.seen >= CONVINCING;
    }

    fn miss(&mut self) {
        self.seen = 0;
        self.missed += 1;
    }
}

/// Seconds that two keywords have in common.
fn overlap(a: &Keyword, b: &Keyword) -> f32 {
    (a.end.min(b.end) - a.start.max(b.start)).max(0.0)
}

/// The same word at about the same time.
fn is_same(a: &Keyword, b: &Keyword) -> bool {
    a.token == b.token && overlap(a, b) > 0.0
}

/// Two keywords for mostly the same stretch of sound.
fn is_rival(a: &Keyword, b: &Keyword) -> bool {
    let shorter = (a.end - a.start).min(b.end - b.start);
    overlap(a, b) > 0.5 * shorter
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keyword(token: &str, start: f32, end: f32) -> Keyword {
        Keyword {
            start,
            end,
            token: token.to_owned(),
            score: 0.8,
            alternatives: Vec::new(),
        }
    }

    /// What is on display: tokens, with a question mark while provisional.
    fn shown(tracker: &KeywordTracker) -> Vec<String> {
        let mark = |live: &LiveKeyword| {
            format!("{}{}", live.keyword.token, if live.firm { "" } else { "?" })
        };
        tracker.keywords().iter().map(mark).collect()
    }

    #[test]
    fn a_keyword_is_firm_when_it_is_found_again() {
        let mut tracker = KeywordTracker::default();
        tracker.update(vec![keyword("dogs", 0.5, 0.8)]);
        assert_eq!(shown(&tracker), ["dogs?"]);
        let id = tracker.keywords()[0].id;
        tracker.update(vec![keyword("dogs", 0.52, 0.84), keyword("beak", 1.4, 1.5)]);
        assert_eq!(shown(&tracker), ["dogs", "beak?"]);
        assert_eq!(tracker.keywords()[0].id, id);
        assert_eq!(tracker.keywords()[0].keyword.end, 0.84);
        tracker.update(vec![
            keyword("dogs", 0.52, 0.84),
            keyword("beach", 1.4, 1.8),
        ]);
        assert_eq!(shown(&tracker), ["dogs", "beach?"]);
        tracker.update(vec![
            keyword("dogs", 0.52, 0.84),
            keyword("beach", 1.4, 1.8),
        ]);
        assert_eq!(shown(&tracker), ["dogs", "beach"]);
    }

    #[test]
    fn seen_and_gone_and_seen_is_not_twice_in_a_row() {
        let mut tracker = KeywordTracker::default();
        tracker.update(vec![keyword("dog", 0.5, 0.8)]);
        tracker.update(vec![]);
        assert!(shown(&tracker).is_empty());
        tracker.update(vec![keyword("dog", 0.5, 0.8)]);
        assert_eq!(shown(&tracker), ["dog?"]);
    }

    #[test]
    fn a_firm_keyword_outlives_one_bad_pass() {
        let mut tracker = KeywordTracker::default();
        tracker.update(vec![keyword("dog", 0.5, 0.8)]);
        tracker.update(vec![keyword("dog", 0.5, 0.8)]);
        tracker.update(vec![keyword("fog", 0.5, 0.8)]);
        assert_eq!(shown(&tracker), ["dog"]);
        tracker.update(vec![keyword("dog", 0.5, 0.8)]);
        assert_eq!(shown(&tracker), ["dog"]);
    }

    #[test]
    fn a_rival_that_convinces_takes_its_place() {
        let mut tracker = KeywordTracker::default();
        tracker.update(vec![keyword("dog", 0.5, 0.8)]);
        tracker.update(vec![keyword("dog", 0.5, 0.8)]);
        tracker.update(vec![keyword("fog", 0.5, 0.8)]);
        tracker.update(vec![keyword("fog", 0.5, 0.8)]);
        assert_eq!(shown(&tracker), ["fog?"]);
        tracker.update(vec![keyword("fog", 0.5, 0.8)]);
        assert_eq!(shown(&tracker), ["fog"]);
    }

    #[test]
    fn a_firm_keyword_nobody_mentions_fades_in_the_end() {
        let mut tracker = KeywordTracker::default();
        tracker.update(vec![keyword("dog", 0.5, 0.8)]);
        tracker.update(vec![keyword("dog", 0.5, 0.8)]);
        for left in [1, 1, 1, 0] {
            tracker.update(vec![]);
            assert_eq!(tracker.keywords().len(), left);
        }
    }

    #[test]
    fn the_same_word_twice_is_two_keywords() {
        let mut tracker = KeywordTracker::default();
        let both = || vec![keyword("dog", 0.5, 0.8), keyword("dog", 1.5, 1.8)];
        tracker.update(both());
        tracker.update(both());
        assert_eq!(shown(&tracker), ["dog", "dog"]);
    }

    #[test]
    fn the_last_pass_is_taken_at_its_word() {
        let mut tracker = KeywordTracker::default();
        tracker.update(vec![keyword("dog", 0.5, 0.8), keyword("beak", 1.0, 1.2)]);
        tracker.update(vec![keyword("dog", 0.5, 0.8)]);
        let id = tracker.keywords()[0].id;
        let said = vec![
            keyword("two", 0.2, 0.4),
            keyword("dog", 0.5, 0.9),
            keyword("beach", 1.0, 1.4),
        ];
        tracker.finish(said.clone());
        assert_eq!(shown(&tracker), ["two", "dog", "beach"]);
        let shown = tracker.keywords();
        assert_eq!(shown[1].id, id);
        assert_eq!(
            shown
                .into_iter()
                .map(|live| live.keyword)
                .collect::<Vec<_>>(),
            said
        );
    }

    fn passes() -> impl Strategy<Value = Vec<Vec<Keyword>>> {
        let word = (0_usize..4, 0_u8..20, 1_u8..5).prop_map(|(token, start, length)| {
            let start = f32::from(start) * 0.1;
            keyword(
                ["dog", "fog", "cat", "two"][token],
                start,
                start + f32::from(length) * 0.1,
            )
        });
        let pass = prop::collection::vec(word, 0..5).prop_map(|mut pass| {
            pass.sort_by(|a, b| a.start.total_cmp(&b.start));
            pass
        });
        prop::collection::vec(pass, 1..12)
    }

    proptest! {
        #[test]
        fn nothing_jumps_about(passes in passes()) {
            let mut tracker = KeywordTracker::default();
            let mut before: Vec<LiveKeyword> = Vec::new();
            for pass in passes {
                tracker.update(pass);
                let now = tracker.keywords();
                prop_assert!(now.windows(2).all(|pair| pair[0].keyword.start <= pair[1].keyword.start));
                prop_assert!(now.iter().all(|live| live.keyword.start <= live.keyword.end));
                // Whoever is still there stands in the same order, keeps its word, and stays firm.
                let stayed: Vec<u64> = before.iter().map(|live| live.id).filter(|id| now.iter().any(|live| live.id == *id)).collect();
                let order: Vec<u64> = now.iter().map(|live| live.id).filter(|id| stayed.contains(id)).collect();
                prop_assert_eq!(&stayed, &order);
                for live in &now {
                    if let Some(old) = before.iter().find(|old| old.id == live.id) {
                        prop_assert_eq!(&old.keyword.token, &live.keyword.token);
                        prop_assert!(live.firm || !old.firm);
                    } else {
                        prop_assert!(!live.firm);
                    }
                }
                before = now;
            }
        }
    }
}
