//! Naming by sound: which word of the vocabulary a stretch of the utterance is, by its cosine and by its phones.

use std::ops::Range;

use crate::graph::Heard;
use crate::ops::Slot;
use crate::pack::Manifest;
use crate::phonetic::{Lexicon, PhoneFrames};

/// Candidates that are kept for each stretch, the best and its alternatives.
const CANDIDATES: usize = 5;

/// What it takes to name words by their sound.
pub(super) struct Sounds {
    lexicon: Lexicon,
    symbols: usize,
    /// What a phone that was heard counts, in cosines.
    weight: f32,
    /// The share of its phones that a word must be heard with more than.
    threshold: f32,
}

/// A word that a stretch may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    /// Row of the vocabulary.
    pub(super) token: usize,
    /// The mean of its cosine and of the share of its phones that was heard.
    pub(super) score: f32,
    cosine: f32,
    rank: f32,
    /// First and last frame in the utterance.
    pub(super) frames: (usize, usize),
}

impl Sounds {
    /// `None` for a pack that says nothing of phones.
    pub(super) fn of(manifest: &Manifest) -> Option<Self> {
        let phones = manifest.phones.as_ref()?;
        // A manifest was checked before it got here; words that nobody can spell would be heard nowhere.
        let mut words = phones.words().unwrap_or_default();
        for excluded in &manifest.vocabulary.excluded {
            if let Some(word) = words.get_mut(*excluded) {
                word.clear();
            }
        }
        Some(Self {
            lexicon: Lexicon::new(&words, phones.blank, phones.stray_cost),
            symbols: phones.symbols.len(),
            weight: phones.weight,
            threshold: phones.threshold,
        })
    }

    /// What the classifier heard in each frame.
    pub(super) fn frames(&self, heard: &Heard) -> PhoneFrames {
        PhoneFrames::from_logits(heard.phones.clone(), self.symbols)
    }

    /// The words that a stretch may be, best first: those of which enough was heard, and nothing where the best of them
    /// has a cosine below `least`: better nothing than something wrong.
    pub(super) fn candidates(
        &self,
        frames: &PhoneFrames,
        stretch: Range<usize>,
        cosines: &[f32],
        least: f32,
    ) -> Vec<Candidate> {
        let start = stretch.start;
        let heard = self.lexicon.hear(&frames.stretch(stretch), self.threshold);
        let mut candidates: Vec<Candidate> = heard
            .into_iter()
            .filter_map(|sounding| {
                let cosine = cosines
                    .get(sounding.word)
                    .copied()
                    .filter(|x| x.is_finite())?;
                let share = sounding.share();
                Some(Candidate {
                    token: sounding.word,
                    score: (cosine + share) / 2.0,
                    cosine,
                    rank: cosine + self.weight * sounding.gain,
                    frames: (start + sounding.frames.0, start + sounding.frames.1),
                })
            })
            .collect();
        candidates.sort_by(|a, b| b.rank.total_cmp(&a.rank).then(a.token.cmp(&b.token)));
        candidates.truncate(CANDIDATES);
        if candidates.first().is_none_or(|best| best.cosine < least) {
            candidates.clear();
        }
        candidates
    }

    /// How well each word fits a clip that is one word: minus infinity for one that does not fit into it at all.
    pub(super) fn whole(&self, heard: &Heard, cosines: &[f32]) -> Vec<f32> {
        let frames = self.frames(heard);
        let mut scores = vec![f32::NEG_INFINITY; cosines.len()];
        for sounding in self.lexicon.hear(&frames, f32::NEG_INFINITY) {
            if let Some(score) = scores.get_mut(sounding.word) {
                *score = cosines[sounding.word] + self.weight * sounding.gain;
            }
        }
        scores
    }
}

/// The stretches that the slots of an utterance of `frames` frames are named in: cut midway between the centres of
/// their weights. A slot without weight has none.
pub(super) fn stretches(slots: &[Slot], frames: usize) -> Vec<Option<Range<usize>>> {
    let centres: Vec<Option<f32>> = slots.iter().map(centre).collect();
    let mut stretches = Vec::with_capacity(slots.len());
    let mut start = 0;
    for (index, own) in centres.iter().enumerate() {
        let Some(own) = own else {
            stretches.push(None);
            continue;
        };
        let next = centres[index + 1..].iter().flatten().next();
        let end = match next {
            Some(next) => ((own + next) / 2.0).ceil().max(0.0) as usize,
            None => frames,
        };
        let end = end.clamp(start, frames);
        stretches.push(Some(start..end));
        start = end;
    }
    stretches
}

/// The mean of the slot's frames by weight.
fn centre(slot: &Slot) -> Option<f32> {
    let total = slot.total();
    let frames = (slot.first..).zip(&slot.weights);
    let sum: f32 = frames.map(|(frame, weight)| frame as f32 * weight).sum();
    (total > 0.0 && (sum / total).is_finite()).then(|| sum / total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::WeightFormat;
    use crate::testing;

    fn slot(first: usize, weights: &[f32]) -> Slot {
        Slot {
            first,
            weights: weights.to_vec(),
        }
    }

    #[test]
    fn stretches_meet_midway_between_centres() {
        let slots = [
            slot(4, &[0.5, 0.5]),
            slot(5, &[0.0]),
            slot(10, &[1.0]),
            slot(20, &[0.2, 0.8]),
        ];
        let found = stretches(&slots, 30);
        // Centres 4.5, 10 and 20.8.
        assert_eq!(found, [Some(0..8), None, Some(8..16), Some(16..30)]);
        assert_eq!(
            stretches(&slots, 10),
            [Some(0..8), None, Some(8..10), Some(10..10)]
        );
        assert!(stretches(&[], 9).is_empty());
    }

    /// Frames that say these symbols of the testing pack, one each.
    fn said(symbols: &[usize]) -> Vec<f32> {
        let row = |symbol: &usize| {
            (0..5)
                .map(|other| if other == *symbol { 8.0 } else { 0.0 })
                .collect::<Vec<f32>>()
        };
        symbols.iter().flat_map(row).collect()
    }

    #[test]
    fn a_word_is_named_by_its_phones_and_its_cosine() {
        let manifest = testing::manifest_with_phones(WeightFormat::F32);
        let sounds = Sounds::of(&manifest).unwrap();
        // word7 is "d b a", word11 "d c a": numbers 4 2 1 and 4 3 1.
        let heard = Heard {
            phones: said(&[0, 4, 0, 2, 1, 0, 0, 4, 3, 1]),
            ..Heard::default()
        };
        let frames = sounds.frames(&heard);
        let name = |stretch, cosines: &[f32], least| -> Vec<usize> {
            let found = sounds.candidates(&frames, stretch, cosines, least);
            found.iter().map(|candidate| candidate.token).collect()
        };
        let even = vec![0.2; 17];
        assert_eq!(name(0..6, &even, -1.0)[0], 7);
        assert_eq!(name(6..10, &even, -1.0)[0], 11);
        let found = sounds.candidates(&frames, 6..10, &even, -1.0);
        assert_eq!(found[0].frames, (7, 9));
        assert!((found[0].score - 0.6).abs() < 0.05, "{found:?}");
        // A cosine can outweigh a phone, and one that is too small keeps everything dark.
        let mut strong = even.clone();
        strong[7] = 0.9;
        assert_eq!(name(6..10, &strong, -1.0)[0], 7);
        assert!(name(6..10, &even, 0.3).is_empty());
        assert!(name(5..7, &even, -1.0).is_empty(), "silence");
        assert!(name(0..6, &[], -1.0).is_empty());
    }

    #[test]
    fn half_a_word_is_not_enough() {
        let mut manifest = testing::manifest_with_phones(WeightFormat::F32);
        manifest.phones.as_mut().unwrap().threshold = 0.8;
        let sounds = Sounds::of(&manifest).unwrap();
        let heard = Heard {
            phones: said(&[4, 2]),
            ..Heard::default()
        };
        let frames = sounds.frames(&heard);
        assert!(
            sounds
                .candidates(&frames, 0..2, &[0.9; 17], -1.0)
                .is_empty()
        );
    }

    #[test]
    fn a_clip_that_is_one_word_is_told_among_all() {
        let manifest = testing::manifest_with_phones(WeightFormat::F32);
        let sounds = Sounds::of(&manifest).unwrap();
        let heard = Heard {
            phones: said(&[0, 4, 4, 2, 0, 1, 0]),
            ..Heard::default()
        };
        let scores = sounds.whole(&heard, &[0.0; 17]);
        let best = (0..17).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        assert_eq!(best, Some(7));
        assert_eq!(scores[0], f32::NEG_INFINITY, "excluded");
        assert!(scores[3..].iter().all(|score| score.is_finite()));
    }
}
