//! Continuous integrate-and-fire on plain numbers: which frames make up which keyword.
//!
//! Frames carry weights in `[0, 1]`. A running sum over time is cut at every whole number; a frame at
//! a cut gives one part of its weight to the slot that ends and the rest to the slot that begins. The
//! CPU backend pools frames with these weights, and the host turns them into times whatever the backend.

use super::Firing;

/// Weights of consecutive frames in one slot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slot {
    /// The frame the first weight belongs to.
    pub first: usize,
    /// One weight a frame. They sum to 1 in a slot that fired, and in a tail that was kept.
    pub weights: Vec<f32>,
}

/// An utterance cut into slots.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cut {
    /// The slots that are kept, in time, at most [`Firing::cap`].
    pub slots: Vec<Slot>,
    /// Frames at which a slot ended.
    pub fired: Vec<usize>,
}

/// Cuts weights `alpha`, in `f32` and in order, so that every backend cuts at the same frames.
///
/// At least one slot comes out of any frames at all: if their weights never reach 1 it holds what there is.
pub fn cut(alpha: &[f32], firing: Firing) -> Cut {
    if alpha.is_empty() || firing.cap == 0 {
        return Cut::default();
    }
    let total: f32 = alpha.iter().sum();
    let whole = (total.floor().max(1.0) as usize).min(firing.cap);
    let mut slots = vec![Slot::default(); whole + 1];
    let mut fired = Vec::new();
    let mut sum = 0.0_f32;
    let mut open = 0;
    for (frame, weight) in alpha.iter().enumerate() {
        sum += weight;
        let current = (sum.floor().max(0.0) as usize).min(whole);
        let right = if current > open {
            sum - current as f32
        } else {
            0.0
        };
        slots[open].push(frame, weight - right);
        if current > open {
            slots[current].push(frame, right);
            fired.push(frame);
            open = current;
        }
    }
    let tail = slots[whole].total();
    if whole < firing.cap && tail >= firing.tail_threshold {
        slots[whole]
            .weights
            .iter_mut()
            .for_each(|weight| *weight *= 1.0 / tail);
    } else {
        slots.truncate(whole);
    }
    Cut { slots, fired }
}

impl Slot {
    fn push(&mut self, frame: usize, weight: f32) {
        if self.weights.is_empty() {
            self.first = frame;
        }
        self.weights.push(weight);
    }

    /// Sum of the weights.
    pub fn total(&self) -> f32 {
        self.weights.iter().sum()
    }

    /// First and last frame of the middle of the slot: where its weight so far passes `share` of the
    /// total, and where it passes `1 - share`. `None` for a slot without weight.
    pub fn span(&self, share: f32) -> Option<(usize, usize)> {
        let total = self.total();
        if total <= 0.0 {
            return None;
        }
        let passes = |threshold: f32| {
            let mut sum = 0.0;
            self.weights.iter().position(|weight| {
                sum += weight;
                sum >= threshold
            })
        };
        let start = passes(share * total)?;
        // Rounding may keep the sum a hair below its own total.
        let end = passes((1.0 - share) * total).unwrap_or(self.weights.len() - 1);
        Some((self.first + start, self.first + end))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIRING: Firing = Firing {
        tail_threshold: 0.5,
        cap: 75,
    };

    #[test]
    fn a_frame_at_a_cut_is_shared() {
        let cut = cut(&[0.75, 0.5, 0.75], FIRING);
        assert_eq!(cut.fired, [1, 2]);
        assert_eq!(cut.slots.len(), 2);
        assert_eq!(
            cut.slots[0],
            Slot {
                first: 0,
                weights: vec![0.75, 0.25]
            }
        );
        assert_eq!(
            cut.slots[1],
            Slot {
                first: 1,
                weights: vec![0.25, 0.75]
            }
        );
    }

    #[test]
    fn too_little_weight_gives_one_slot_and_none_gives_an_empty_one() {
        assert_eq!(
            cut(&[0.1, 0.2], FIRING).slots,
            [Slot {
                first: 0,
                weights: vec![0.1, 0.2]
            }]
        );
        let silent = cut(&[0.0; 4], FIRING);
        assert_eq!(silent.slots.len(), 1);
        assert_eq!(silent.slots[0].span(0.1), None);
        assert!(cut(&[], FIRING).slots.is_empty());
    }

    #[test]
    fn the_span_leaves_out_the_thin_ends() {
        let slot = Slot {
            first: 10,
            weights: vec![0.05, 0.4, 0.4, 0.1, 0.05],
        };
        assert_eq!(slot.span(0.1), Some((11, 13)));
        assert_eq!(slot.span(0.0), Some((10, 14)));
    }

    proptest! {
        #[test]
        fn weight_is_neither_made_nor_lost(alpha in prop::collection::vec(0.0_f32..=1.0, 1..300), cap in 1_usize..80) {
            let cut = cut(&alpha, Firing { cap, ..FIRING });
            prop_assert!(!cut.slots.is_empty() && cut.slots.len() <= cap);
            for (index, slot) in cut.slots.iter().enumerate() {
                prop_assert!(slot.first + slot.weights.len() <= alpha.len());
                if index < cut.fired.len() {
                    prop_assert!((slot.total() - 1.0).abs() < 1e-4);
                }
                if let Some((start, end)) = slot.span(0.1) {
                    prop_assert!(start <= end && end < alpha.len());
                }
            }
            let starts: Vec<usize> = cut.slots.iter().filter(|s| !s.weights.is_empty()).map(|s| s.first).collect();
            prop_assert!(starts.windows(2).all(|pair| pair[0] <= pair[1]));
        }

        #[test]
        fn any_numbers_at_all_are_survived(alpha in prop::collection::vec(any::<f32>(), 0..50), cap in 0_usize..5) {
            let cut = cut(&alpha, Firing { cap, ..FIRING });
            prop_assert!(cut.slots.len() <= cap);
        }
    }
}
