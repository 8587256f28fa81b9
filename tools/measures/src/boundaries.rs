//! When words begin and end, in seconds.

use std::ops::AddAssign;

/// Boundaries as near to each other as this are one: a word's end and the beginning of the next.
const SAME: f64 = 1e-3;
/// Keeps a distance of exactly the tolerance inside it.
const ROUNDING: f64 = 1e-9;

/// The boundaries of spans, in time, without those of the utterance itself: nearer than `margin` to its start or end.
pub fn of_spans(
    spans: impl IntoIterator<Item = (f64, f64)>,
    seconds: f64,
    margin: f64,
) -> Vec<f64> {
    let ends = spans.into_iter().flat_map(|(start, end)| [start, end]);
    let mut times: Vec<f64> = ends
        .filter(|time| *time > margin && *time < seconds - margin)
        .collect();
    times.sort_by(f64::total_cmp);
    times.dedup_by(|later, earlier| *later - *earlier < SAME);
    times
}

/// What an utterance, or several added up, have in common with what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Boundaries predicted.
    pub predicted: usize,
    /// Boundaries expected.
    pub expected: usize,
    /// Predicted ones with an expected one within the tolerance; several may share one.
    pub predicted_near: usize,
    /// Expected ones with a predicted one within the tolerance; several may share one.
    pub expected_near: usize,
    /// Pairs within the tolerance, each boundary in one pair at most, matched in the order of time.
    pub pairs: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.predicted += other.predicted;
        self.expected += other.expected;
        self.predicted_near += other.predicted_near;
        self.expected_near += other.expected_near;
        self.pairs += other.pairs;
    }
}

/// Compares boundaries, each list in the order of time; a distance of exactly `tolerance` is near.
pub fn compare(predicted: &[f64], expected: &[f64], tolerance: f64) -> Counts {
    let near = |a: f64, b: f64| (a - b).abs() <= tolerance + ROUNDING;
    let near_any = |times: &[f64], others: &[f64]| -> usize {
        let is_near = |time: &&f64| others.iter().any(|other| near(**time, *other));
        times.iter().filter(is_near).count()
    };
    let (mut pairs, mut p, mut e) = (0, 0, 0);
    while p < predicted.len() && e < expected.len() {
        if near(predicted[p], expected[e]) {
            pairs += 1;
            p += 1;
            e += 1;
        } else if predicted[p] < expected[e] {
            p += 1;
        } else {
            e += 1;
        }
    }
    Counts {
        predicted: predicted.len(),
        expected: expected.len(),
        predicted_near: near_any(predicted, expected),
        expected_near: near_any(expected, predicted),
        pairs,
    }
}

/// Precision, recall and what follows from them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores {
    /// Predicted boundaries that are right, of all.
    pub precision: f64,
    /// Expected boundaries that were found, of all.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// 1 for perfection; falls with too many boundaries as with too few (Räsänen, Laine and Altosaar 2009).
    pub r_value: f64,
}

impl Counts {
    /// One to one. `None` when nothing was expected or nothing predicted.
    pub fn strict(&self) -> Option<Scores> {
        self.scores(self.pairs, self.pairs)
    }

    /// Many to one, which rewards saying more. `None` when nothing was expected or nothing predicted.
    pub fn lenient(&self) -> Option<Scores> {
        self.scores(self.predicted_near, self.expected_near)
    }

    fn scores(&self, right: usize, found: usize) -> Option<Scores> {
        if self.predicted == 0 || self.expected == 0 {
            return None;
        }
        let precision = right as f64 / self.predicted as f64;
        let recall = found as f64 / self.expected as f64;
        Some(Scores {
            precision,
            recall,
            f1: crate::keywords::f1(precision, recall),
            r_value: r_value(precision, recall),
        })
    }
}

/// From precision and recall. Without any precision, segmentation is over by as much as one can be.
fn r_value(precision: f64, recall: f64) -> f64 {
    let over = if precision > 0.0 {
        recall / precision - 1.0
    } else {
        0.0
    };
    let r1 = (1.0 - recall).hypot(over);
    let r2 = (recall - 1.0 - over) / std::f64::consts::SQRT_2;
    1.0 - (r1.abs() + r2.abs()) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_share_boundaries_and_the_utterance_has_none() {
        let spans = [(0.0, 0.5), (0.5, 0.9), (1.2, 2.0)];
        assert_eq!(of_spans(spans, 2.0, 0.02), [0.5, 0.9, 1.2]);
    }

    #[test]
    fn lenient_matches_may_share_and_strict_ones_may_not() {
        let counts = compare(&[0.49, 0.51, 1.04, 3.0], &[0.5, 1.0, 2.0], 0.04);
        assert_eq!(
            counts,
            Counts {
                predicted: 4,
                expected: 3,
                predicted_near: 3,
                expected_near: 2,
                pairs: 2
            }
        );
        let lenient = counts.lenient().unwrap();
        assert!((lenient.precision - 0.75).abs() < 1e-12);
        assert!((lenient.recall - 2.0 / 3.0).abs() < 1e-12);
        let strict = counts.strict().unwrap();
        assert!((strict.precision - 0.5).abs() < 1e-12);
        assert!((strict.f1 - 2.0 * 0.5 * (2.0 / 3.0) / (0.5 + 2.0 / 3.0)).abs() < 1e-12);
    }

    #[test]
    fn the_r_value_is_one_for_perfection_and_falls_with_too_many() {
        let perfect = compare(&[1.0, 2.0], &[1.0, 2.0], 0.02).strict().unwrap();
        assert_eq!((perfect.f1, perfect.r_value), (1.0, 1.0));
        // P = 1/2, R = 1: OS = 1, r1 = 1, r2 = -1/sqrt(2).
        let doubled = compare(&[1.0, 1.5, 2.0, 2.5], &[1.0, 2.0], 0.02);
        let expected = 1.0 - (1.0 + 0.5_f64.sqrt()) / 2.0;
        assert!((doubled.strict().unwrap().r_value - expected).abs() < 1e-12);
    }

    #[test]
    fn the_tolerance_is_inclusive_and_counts_add_up() {
        let mut sum = compare(&[0.52], &[0.5], 0.02);
        assert_eq!(sum.pairs, 1);
        sum += compare(&[0.53], &[0.5], 0.02);
        assert_eq!((sum.pairs, sum.predicted, sum.expected), (1, 2, 2));
        assert_eq!(compare(&[], &[0.5], 0.02).strict(), None);
    }
}
