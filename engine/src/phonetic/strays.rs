//! The best explanation of frames by phones that belong to no word.

use super::PhoneFrames;

/// The best explanations of every beginning and every end of a stretch by strays alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Strays {
    /// Item t: of the frames before t.
    pub(super) before: Vec<f32>,
    /// Item t: of the frames from t on.
    pub(super) from: Vec<f32>,
    /// Item t: of the frames from t on, were strays free: nothing explains them better.
    pub(super) free: Vec<f32>,
}

impl Strays {
    /// Each stray phone costs `cost`, in nats; blanks cost nothing.
    pub fn of(frames: &PhoneFrames, blank: usize, cost: f32) -> Self {
        let before = best(frames.rows(), frames.symbols, blank, cost);
        let mut from = best(frames.rows().rev(), frames.symbols, blank, cost);
        from.reverse();
        let mut sum = 0.0;
        let mut free = vec![sum];
        for row in frames.rows().rev() {
            sum += row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            free.push(sum);
        }
        free.reverse();
        Self { before, from, free }
    }

    /// Of all frames.
    pub fn total(&self) -> f32 {
        self.from.first().copied().unwrap_or(0.0)
    }
}

/// The best explanation of the first t rows, for each t from 0.
fn best<'a>(
    rows: impl Iterator<Item = &'a [f32]>,
    symbols: usize,
    blank: usize,
    cost: f32,
) -> Vec<f32> {
    // The best path that ends in each symbol, and the best of them all.
    let mut ends = vec![f32::NEG_INFINITY; symbols];
    let mut any = 0.0_f32;
    let mut totals = vec![any];
    for row in rows {
        for (symbol, (end, score)) in ends.iter_mut().zip(row).enumerate() {
            let entered = if symbol == blank { any } else { any - cost };
            *end = score + entered.max(*end);
        }
        any = ends.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        totals.push(any);
    }
    totals
}
