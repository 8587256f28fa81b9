//! How sure a number is: percentile intervals over resampled utterances.

use serde::Serialize;

/// Resamples an interval is made of.
const RESAMPLES: usize = 1000;
/// Share of the resamples that lies outside the interval, on either side.
const TAIL: f64 = 0.025;

/// A number and its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The statistic of what was measured.
    pub value: f64,
    /// 2.5 % of the resamples are below.
    pub low: f64,
    /// 2.5 % of the resamples are above.
    pub high: f64,
}

/// A statistic of `count` units (utterances, pictures), and its 95 % bootstrap interval: the units are drawn anew,
/// with replacement, a thousand times. `statistic` gets the numbers of the units drawn. The same seed gives the
/// same interval.
///
/// `None` without units, or where the statistic of all of them is no number. Resamples where it is none are left out.
pub fn estimate(
    count: usize,
    seed: u64,
    statistic: impl Fn(&[usize]) -> Option<f64>,
) -> Option<Estimate> {
    let mut drawn: Vec<usize> = (0..count).collect();
    let value = statistic(&drawn).filter(|_| count > 0)?;
    let mut state = seed;
    let mut values = Vec::with_capacity(RESAMPLES);
    for _ in 0..RESAMPLES {
        for unit in &mut drawn {
            *unit = (mix(&mut state) % count as u64) as usize;
        }
        values.extend(statistic(&drawn));
    }
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let last = values.len().saturating_sub(1);
        let index = (share * last as f64).round() as usize;
        values.get(index).copied().unwrap_or(value)
    };
    Some(Estimate {
        value,
        low: at(TAIL),
        high: at(1.0 - TAIL),
    })
}

/// The mean of the units' own values, and its interval; units without a value are left out.
pub fn mean(values: &[Option<f64>], seed: u64) -> Option<Estimate> {
    estimate(values.len(), seed, |drawn| {
        let there = drawn.iter().filter_map(|unit| values[*unit]);
        let (sum, count) = there.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
        (count > 0).then(|| sum / f64::from(count))
    })
}

/// SplitMix64: the same numbers on every machine.
fn mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_share_is_about_that_of_the_binomial() {
        // 400 coins, 30 % heads: standard error 0.0229, so 0.255 to 0.345.
        let coins: Vec<Option<f64>> = (0..400)
            .map(|coin| Some(f64::from(u8::from(coin % 10 < 3))))
            .collect();
        let found = mean(&coins, 1).unwrap();
        assert!((found.value - 0.3).abs() < 1e-9);
        assert!((found.low - 0.255).abs() < 0.01, "{found:?}");
        assert!((found.high - 0.345).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn a_seed_always_gives_the_same_interval_and_another_one_another() {
        let squares: Vec<Option<f64>> = (0..50).map(|n| Some(f64::from(n * n))).collect();
        assert_eq!(mean(&squares, 1), mean(&squares, 1));
        assert_ne!(mean(&squares, 1), mean(&squares, 2));
    }

    #[test]
    fn what_is_not_there_is_left_out() {
        let found = mean(&[Some(1.0), None, Some(0.0), None], 3).unwrap();
        assert!((found.value - 0.5).abs() < 1e-9);
        assert_eq!((found.low, found.high), (0.0, 1.0));
        assert_eq!(mean(&[None, None], 1), None);
        assert_eq!(mean(&[], 1), None);
    }

    #[test]
    fn all_alike_leaves_no_doubt() {
        let found = mean(&[Some(0.25); 9], 1).unwrap();
        assert_eq!((found.value, found.low, found.high), (0.25, 0.25, 0.25));
    }
}
