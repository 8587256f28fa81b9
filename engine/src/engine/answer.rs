//! What an utterance came to.

use serde::Serialize;

use crate::graph::Heard;
use crate::graph::front_end::Timing as FrameTiming;
use crate::ops::{Firing, Slot, cut};

/// Share of a keyword's weight that is left out at either end of its time span.
const SPAN_SHARE: f32 = 0.1;

/// What an utterance came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// Length of the utterance.
    pub seconds: f32,
    /// Its embedding, of length 1.
    pub embedding: Vec<f32>,
    /// Keywords, in time.
    pub keywords: Vec<Keyword>,
    /// Pictures, best first.
    pub results: Vec<Match>,
    /// How long it took.
    pub timing: Timing,
}

/// A keyword the network discovered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Keyword {
    /// Seconds at which it begins.
    pub start: f32,
    /// Seconds at which it ends.
    pub end: f32,
    /// The nearest token of the vocabulary.
    pub token: String,
    /// Cosine between the keyword and its token.
    pub score: f32,
    /// The next nearest tokens and their cosines, best first.
    pub alternatives: Vec<(String, f32)>,
}

/// A picture and how well it fits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Match {
    /// Its place in the gallery.
    pub index: usize,
    /// Its name in the gallery.
    pub id: String,
    /// Cosine between its embedding and the utterance's.
    pub score: f32,
}

/// How long an answer took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Timing {
    /// From samples to scores, the way back from the GPU included.
    pub network_ms: f32,
    /// All of it, naming and ranking included.
    pub total_ms: f32,
}

/// What it takes to turn slots into keywords.
pub(super) struct Naming {
    pub(super) tokens: Vec<String>,
    /// Best tokens the network leaves for each slot.
    pub(super) per_slot: usize,
    /// Least cosine of a keyword that is reported.
    pub(super) threshold: f32,
    pub(super) firing: Firing,
    pub(super) frames: FrameTiming,
}

impl Naming {
    /// The slots that say something, with their times in an utterance of `seconds`.
    pub(super) fn keywords(&self, heard: &Heard, seconds: f32) -> Vec<Keyword> {
        let cut = cut(&heard.alpha, self.firing);
        let rows = heard.tokens.chunks_exact(2 * self.per_slot);
        cut.slots
            .iter()
            .zip(rows)
            .take(heard.slots)
            .filter_map(|(slot, row)| self.keyword(slot, row, seconds))
            .collect()
    }

    fn keyword(&self, slot: &Slot, row: &[f32], seconds: f32) -> Option<Keyword> {
        let (first, last) = slot.span(SPAN_SHARE)?;
        let (columns, scores) = row.split_at(self.per_slot);
        let mut named = columns.iter().zip(scores).filter_map(|(column, score)| {
            Some((self.tokens.get(*column as usize)?.clone(), *score))
        });
        let (token, score) = named.next().filter(|(_, score)| *score >= self.threshold)?;
        let centre = |frame: usize| self.frames.first + self.frames.step * frame as f32;
        let clamp = |time: f32| time.clamp(0.0, seconds);
        Some(Keyword {
            start: clamp(centre(first) - self.frames.step / 2.0),
            end: clamp(centre(last) + self.frames.step / 2.0),
            token,
            score,
            alternatives: named.collect(),
        })
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
            firing: Firing {
                tail_threshold: 0.5,
                cap: 4,
            },
            frames: FrameTiming {
                step: 0.04,
                first: 0.0125,
            },
        }
    }

    fn heard(alpha: &[f32], tokens: &[f32], slots: usize) -> Heard {
        Heard {
            embedding: vec![1.0],
            alpha: alpha.to_vec(),
            slots,
            tokens: tokens.to_vec(),
            scores: Vec::new(),
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
}
