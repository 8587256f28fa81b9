//! Slots to keywords: what each is called and when it was said.

use std::ops::Range;

use super::answer::Keyword;
use super::sounds::{Candidate, Sounds, stretches};
use crate::graph::Heard;
use crate::graph::front_end::Timing as FrameTiming;
use crate::ops::{Firing, cut};
use crate::pack::{self, Slots};

/// Share of a keyword's weight that is left out at either end of its time span.
const SPAN_SHARE: f32 = 0.1;
/// Share of the strongest attention that a frame of a keyword's time span has at least.
const ATTENTION_SHARE: f32 = 0.5;

/// What it takes to turn slots into keywords.
pub(super) struct Naming {
    pub(super) tokens: Vec<String>,
    /// Best tokens the network leaves for each slot.
    pub(super) per_slot: usize,
    /// Least cosine of a keyword that is reported.
    pub(super) threshold: f32,
    pub(super) times: Times,
    pub(super) frames: FrameTiming,
    /// How words sound, where the pack says so.
    pub(super) sounds: Option<Sounds>,
}

/// What tells when a slot was said.
pub(super) enum Times {
    /// Firing weights, one a frame.
    Firing(Firing),
    /// Two numbers a frame, the second above 0 where a segment ends.
    Segments,
    /// The attention of each head and CLS row, to CLS rows and frames.
    Attention {
        heads: usize,
        cls_rows: usize,
        /// The CLS row that is the first slot.
        first: usize,
    },
}

impl Times {
    /// How the slots of `head` tell their times; `None` when it has no keywords.
    pub(super) fn of(head: &pack::Head) -> Option<Self> {
        let heads = match head.block {
            pack::HeadBlock::None => 1,
            pack::HeadBlock::AttentionNorm { heads }
            | pack::HeadBlock::Transformer { heads, .. } => heads,
        };
        Some(match &head.keywords.as_ref()?.slots {
            Slots::Firing(firing) => Self::Firing(Firing {
                tail_threshold: firing.tail_threshold,
                cap: firing.cap,
            }),
            Slots::Segments(_) => Self::Segments,
            Slots::Cls { .. } => Self::Attention {
                heads,
                cls_rows: head.cls_rows(),
                first: usize::from(head.parallel.is_some()),
            },
        })
    }

    /// The frames that each slot is named by its sound in, of `frames`; `None` for one that was not said at all.
    fn stretches(&self, heard: &Heard, frames: usize) -> Vec<Option<Range<usize>>> {
        match self {
            Self::Firing(firing) => stretches(&cut(&heard.times, *firing).slots, frames),
            Self::Segments | Self::Attention { .. } => {
                let spans = self.spans(heard).into_iter();
                let stretch =
                    |(first, last): (usize, usize)| first.min(frames)..frames.min(last + 1);
                spans.map(|span| span.map(stretch)).collect()
            }
        }
    }

    /// First and last frame of each slot, `None` for one that was not said at all.
    fn spans(&self, heard: &Heard) -> Vec<Option<(usize, usize)>> {
        match self {
            Self::Firing(firing) => {
                let cut = cut(&heard.times, *firing);
                cut.slots.iter().map(|slot| slot.span(SPAN_SHARE)).collect()
            }
            Self::Segments => segments(&heard.times, heard.slots),
            Self::Attention {
                heads,
                cls_rows,
                first,
            } => (0..heard.slots)
                .map(|slot| attended(&heard.times, *heads, *cls_rows, first + slot))
                .collect(),
        }
    }
}

/// The stretches that end where the second number of a frame is above 0.
fn segments(times: &[f32], slots: usize) -> Vec<Option<(usize, usize)>> {
    let frames = times.len() / 2;
    let ends = (0..frames).filter(|t| times[2 * t + 1] > 0.0 || t + 1 == frames);
    let mut start = 0;
    let span = |end: usize| {
        let span = Some((start, end));
        start = end + 1;
        span
    };
    ends.map(span).take(slots).collect()
}

/// The frames around the one that a CLS row attends to most, as far as it attends to them nearly as much.
fn attended(weights: &[f32], heads: usize, cls_rows: usize, row: usize) -> Option<(usize, usize)> {
    let columns = weights.len().checked_div(heads * cls_rows)?;
    let frames = columns.checked_sub(cls_rows)?;
    let mean = |frame: usize| -> f32 {
        let at = |head: usize| weights.get((head * cls_rows + row) * columns + cls_rows + frame);
        (0..heads).filter_map(at).sum()
    };
    let sums: Vec<f32> = (0..frames).map(mean).collect();
    let peak = (0..frames).max_by(|a, b| sums[*a].total_cmp(&sums[*b]))?;
    let near = |frame: &usize| sums[*frame] >= ATTENTION_SHARE * sums[peak];
    let first = (0..=peak).rev().take_while(near).last()?;
    let last = (peak..frames).take_while(near).last()?;
    Some((first, last))
}

impl Naming {
    /// The slots that say something, with their times in an utterance of `seconds`.
    pub(super) fn keywords(&self, heard: &Heard, seconds: f32) -> Vec<Keyword> {
        if let Some(sounds) = &self.sounds {
            return self.sounding(sounds, heard, seconds);
        }
        let rows = heard.tokens.chunks_exact((2 * self.per_slot).max(1));
        let spans = self.times.spans(heard);
        let slots = spans.into_iter().zip(rows).take(heard.slots);
        slots
            .filter_map(|(span, row)| self.keyword(span?, row, seconds))
            .collect()
    }

    fn keyword(&self, (first, last): (usize, usize), row: &[f32], seconds: f32) -> Option<Keyword> {
        let (columns, scores) = row.split_at(self.per_slot);
        let mut named = columns.iter().zip(scores).filter_map(|(column, score)| {
            Some((self.tokens.get(*column as usize)?.clone(), *score))
        });
        let (token, score) = named.next().filter(|(_, score)| *score >= self.threshold)?;
        let (start, end) = self.times((first, last), seconds);
        Some(Keyword {
            start,
            end,
            token,
            score,
            alternatives: named.collect(),
        })
    }

    /// The slots in which a word was heard by its sound.
    fn sounding(&self, sounds: &Sounds, heard: &Heard, seconds: f32) -> Vec<Keyword> {
        let frames = sounds.frames(heard);
        let stretches = self.times.stretches(heard, frames.len());
        let cosines = heard.cosines.chunks_exact(self.tokens.len().max(1));
        let slots = stretches.into_iter().zip(cosines).take(heard.slots);
        let keywords = slots.filter_map(|(stretch, cosines)| {
            let found = sounds.candidates(&frames, stretch?, cosines, self.threshold);
            let word = |candidate: &Candidate| {
                Some((self.tokens.get(candidate.token)?.clone(), candidate.score))
            };
            let (token, score) = word(found.first()?)?;
            let (start, end) = self.times(found.first()?.frames, seconds);
            Some(Keyword {
                start,
                end,
                token,
                score,
                alternatives: found.iter().skip(1).filter_map(word).collect(),
            })
        });
        keywords.collect()
    }

    /// How well each token fits an utterance that is one word, by the best of its slots' cosines and by its sound where
    /// the pack says how it sounds. Excluded tokens have minus infinity.
    pub(super) fn fits(&self, heard: &Heard, excluded: &[usize]) -> Vec<f32> {
        let width = self.tokens.len();
        let mut best = vec![f32::NEG_INFINITY; width];
        for row in heard
            .cosines
            .chunks_exact(width.max(1))
            .take(heard.slots.max(1))
        {
            for (best, cosine) in best.iter_mut().zip(row) {
                *best = best.max(*cosine);
            }
        }
        let mut fits = match &self.sounds {
            Some(sounds) => sounds.whole(heard, &best),
            None => best,
        };
        for token in excluded {
            fits[*token] = f32::NEG_INFINITY;
        }
        fits
    }

    /// Seconds of the first frame's beginning and the last one's end, inside an utterance of `seconds`.
    fn times(&self, (first, last): (usize, usize), seconds: f32) -> (f32, f32) {
        let centre = |frame: usize| self.frames.first + self.frames.step * frame as f32;
        let clamp = |time: f32| time.clamp(0.0, seconds);
        (
            clamp(centre(first) - self.frames.step / 2.0),
            clamp(centre(last) + self.frames.step / 2.0),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming() -> Naming {
        Naming {
            tokens: ["<pad>", "dog", "beach"].map(str::to_owned).to_vec(),
            per_slot: 2,
            threshold: 0.4,
            times: Times::Firing(Firing {
                tail_threshold: 0.5,
                cap: 4,
            }),
            frames: FrameTiming {
                step: 0.04,
                first: 0.0125,
            },
            sounds: None,
        }
    }

    fn heard(alpha: &[f32], tokens: &[f32], slots: usize) -> Heard {
        Heard {
            embedding: vec![1.0],
            times: alpha.to_vec(),
            slots,
            tokens: tokens.to_vec(),
            ..Heard::default()
        }
    }

    #[test]
    fn keywords_lie_where_their_weight_does() {
        let mut alpha = vec![0.0; 50];
        alpha[10] = 0.5;
        alpha[11] = 0.5;
        alpha[30] = 0.9;
        let row = [1.0, 2.0, 0.9, 0.2];
        let tokens = [row, [2.0, 1.0, 0.5, 0.4], row, row].concat();
        let keywords = naming().keywords(&heard(&alpha, &tokens, 2), 2.0);
        assert_eq!(keywords.len(), 2);
        assert_eq!(keywords[0].token, "dog");
        assert_eq!(keywords[0].alternatives, [("beach".to_owned(), 0.2)]);
        assert!((keywords[0].start - (10.0 * 0.04 + 0.0125 - 0.02)).abs() < 1e-5);
        assert!((keywords[0].end - (11.0 * 0.04 + 0.0125 + 0.02)).abs() < 1e-5);
        assert_eq!(keywords[1].token, "beach");
        assert!((keywords[1].start - (30.0 * 0.04 + 0.0125 - 0.02)).abs() < 1e-5);
    }

    #[test]
    fn what_is_unsure_empty_or_beyond_the_end_is_left_out() {
        let unsure = [1.0, 2.0, 0.3, 0.2].repeat(4);
        assert!(
            naming()
                .keywords(&heard(&[1.0, 1.0], &unsure, 2), 0.1)
                .is_empty()
        );
        let sure = [1.0, 2.0, 0.9, 0.2].repeat(4);
        assert!(
            naming()
                .keywords(&heard(&[0.0; 5], &sure, 1), 0.2)
                .is_empty()
        );
        assert_eq!(
            naming().keywords(&heard(&[1.0, 1.0], &sure, 1), 0.1).len(),
            1
        );
        let late = naming().keywords(&heard(&[1.0; 3], &sure, 3), 0.06);
        assert!(late.iter().all(|keyword| keyword.end <= 0.06));
    }

    #[test]
    fn nonsense_from_a_device_is_survived() {
        let rows = [f32::NAN, 1e30, f32::NAN, f32::NAN].repeat(4);
        assert!(
            naming()
                .keywords(&heard(&[f32::NAN; 3], &rows, 99), 1.0)
                .is_empty()
        );
        assert!(naming().keywords(&heard(&[1.0], &[], 1), 1.0).is_empty());
    }

    #[test]
    fn segments_end_at_their_boundaries() {
        let times = [0.1, 0.0, 0.9, 0.4, 0.2, 0.0, 0.0, 0.0];
        assert_eq!(segments(&times, 2), [Some((0, 1)), Some((2, 3))]);
        assert_eq!(segments(&times, 1), [Some((0, 1))]);
        assert!(segments(&[], 3).is_empty());
    }

    #[test]
    fn attention_is_averaged_over_heads_and_spreads_from_its_peak() {
        // Two heads, two CLS rows, four frames.
        let head = |row: [f32; 4]| [vec![0.0; 6], [[0.3, 0.1].as_slice(), &row].concat()].concat();
        let weights = [head([0.0, 0.2, 0.4, 0.0]), head([0.0, 0.2, 0.2, 0.1])].concat();
        assert_eq!(attended(&weights, 2, 2, 1), Some((1, 2)));
        assert_eq!(attended(&[], 2, 2, 1), None);
    }
}
