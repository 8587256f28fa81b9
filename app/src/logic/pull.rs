//! Why a picture is where it is: how much each keyword's stretch of sound pulled it up or down.
//!
//! The utterance is heard again with that stretch replaced by the noise of the room
//! (`saysee_engine::audio::occlude`). What a picture's score loses is what the stretch gave it. This holds for every
//! branch of every pack, because it asks nothing but scores; docs/architecture.md has measurements.

use std::collections::HashMap;

/// A keyword favours the pictures that it pulls at least this much as hard as the one it pulls hardest.
const FAVOUR: f32 = 0.5;
/// A pull that changes a score less than this is none.
const LEAST: f32 = 0.005;

/// What is known of the pulls of one utterance: by keyword, for each picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pulls {
    by_keyword: HashMap<usize, HashMap<usize, f32>>,
}

/// One keyword's part in a picture's score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Which keyword, in order of time.
    pub keyword: usize,
    /// What it adds to the score.
    pub pull: f32,
    /// The same as a share of the strongest part of this picture, `[-1, 1]`.
    pub share: f32,
}

impl Pulls {
    /// Takes what keyword number `keyword` gives to `pictures`, in the same order.
    pub fn learn(&mut self, keyword: usize, pictures: &[usize], pulls: &[f32]) {
        let known = pictures.iter().copied().zip(pulls.iter().copied());
        self.by_keyword.insert(
            keyword,
            known.filter(|(_, pull)| pull.is_finite()).collect(),
        );
    }

    /// Whether there is something to say about all of `keywords` keywords.
    pub fn is_complete(&self, keywords: usize) -> bool {
        (0..keywords).all(|keyword| self.by_keyword.contains_key(&keyword))
    }

    /// Whether a keyword has been asked about and answered.
    pub fn knows(&self, keyword: usize) -> bool {
        self.by_keyword.contains_key(&keyword)
    }

    /// The parts that keywords have in the score of `picture`, in order of time.
    pub fn parts(&self, picture: usize) -> Vec<Part> {
        let mut parts: Vec<Part> = self
            .by_keyword
            .iter()
            .filter_map(|(keyword, pulls)| {
                let pull = *pulls.get(&picture)?;
                Some(Part {
                    keyword: *keyword,
                    pull,
                    share: 0.0,
                })
            })
            .collect();
        parts.sort_unstable_by_key(|part| part.keyword);
        let strongest = parts
            .iter()
            .map(|part| part.pull.abs())
            .fold(LEAST, f32::max);
        for part in &mut parts {
            part.share = part.pull / strongest;
        }
        parts
    }

    /// The pictures that a keyword favours.
    pub fn favoured(&self, keyword: usize) -> Vec<usize> {
        let Some(pulls) = self.by_keyword.get(&keyword) else {
            return Vec::new();
        };
        let hardest = pulls.values().copied().fold(0.0, f32::max);
        let line = (hardest * FAVOUR).max(LEAST);
        let mut favoured: Vec<usize> = pulls
            .iter()
            .filter(|(_, pull)| **pull >= line)
            .map(|(picture, _)| *picture)
            .collect();
        favoured.sort_unstable();
        favoured
    }
}

/// What of each score is gone: `before` minus `after`, for pictures by their position.
pub fn lost(before: &[f32], after: &[f32], pictures: &[usize]) -> Vec<f32> {
    pictures
        .iter()
        .map(
            |picture| match (before.get(*picture), after.get(*picture)) {
                (Some(before), Some(after)) => before - after,
                _ => 0.0,
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pulls() -> Pulls {
        let mut pulls = Pulls::default();
        pulls.learn(0, &[4, 7, 9], &[0.02, 0.30, 0.16]);
        pulls.learn(1, &[4, 7, 9], &[0.40, -0.10, f32::NAN]);
        pulls
    }

    #[test]
    fn a_picture_names_its_parts() {
        let parts = pulls().parts(7);
        assert_eq!(parts.len(), 2);
        assert_eq!(
            (parts[0].keyword, parts[0].pull, parts[0].share),
            (0, 0.30, 1.0)
        );
        assert_eq!(parts[1].keyword, 1);
        assert!((parts[1].share + 1.0 / 3.0).abs() < 1e-6);
        assert_eq!(pulls().parts(9).len(), 1, "no number is no part");
        assert!(pulls().parts(100).is_empty());
    }

    #[test]
    fn a_keyword_favours_what_it_pulls_hard() {
        assert_eq!(pulls().favoured(0), [7, 9]);
        assert_eq!(pulls().favoured(1), [4]);
        assert!(pulls().favoured(2).is_empty());
        let mut faint = Pulls::default();
        faint.learn(0, &[1, 2], &[0.004, -0.3]);
        assert!(faint.favoured(0).is_empty());
    }

    #[test]
    fn tiny_parts_have_tiny_bars() {
        let mut faint = Pulls::default();
        faint.learn(0, &[1], &[0.001]);
        assert!(faint.parts(1)[0].share < 0.5);
    }

    #[test]
    fn it_is_known_what_is_missing() {
        assert!(pulls().is_complete(2) && !pulls().is_complete(3));
        assert!(pulls().knows(1) && !pulls().knows(2));
    }

    #[test]
    fn what_is_lost_is_a_difference() {
        let lost = lost(&[0.5, 0.4], &[0.2, 0.45], &[1, 0, 9]);
        assert!((lost[0] + 0.05).abs() < 1e-6 && (lost[1] - 0.3).abs() < 1e-6);
        assert_eq!(lost[2], 0.0);
    }
}
