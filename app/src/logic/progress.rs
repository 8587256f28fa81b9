//! How far a download is: bytes, total, rate and the time that is left.

use crate::texts;

/// How long the rate looks back. Long enough to be readable, short enough to follow a change of network.
const WINDOW_SECONDS: f64 = 2.0;

/// Progress of one download, fed with byte counts and a clock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    bytes: u64,
    total: u64,
    /// `(seconds, bytes)` within the last [`WINDOW_SECONDS`], oldest first.
    recent: Vec<(f64, u64)>,
}

impl Progress {
    /// Notes that `bytes` of `total` have arrived at `now` (seconds of any steady clock).
    pub fn update(&mut self, bytes: u64, total: u64, now: f64) {
        // A second attempt starts over: what was seen before says nothing about it.
        if bytes < self.bytes {
            self.recent.clear();
        }
        self.bytes = bytes;
        self.total = total;
        self.recent.push((now, bytes));
        let window_start = now - WINDOW_SECONDS;
        let keep_from = self
            .recent
            .partition_point(|(time, _)| *time < window_start);
        // One point older than the window stays, so that slow arrivals still give a rate.
        self.recent.drain(..keep_from.saturating_sub(1));
    }

    /// Between 0 and 1. Before the total is known nothing has been done; more than promised is all of it.
    pub fn fraction(&self) -> f64 {
        if self.total == 0 {
            0.0
        } else {
            (self.bytes as f64 / self.total as f64).min(1.0)
        }
    }

    /// Bytes a second over the recent past, once there is a past.
    pub fn rate(&self) -> Option<f64> {
        let (first_time, first_bytes) = self.recent.first()?;
        let (last_time, last_bytes) = self.recent.last()?;
        let elapsed = last_time - first_time;
        (elapsed > 0.1).then(|| last_bytes.saturating_sub(*first_bytes) as f64 / elapsed)
    }

    /// Whether everything that was promised is here.
    pub fn is_complete(&self) -> bool {
        self.total > 0 && self.bytes >= self.total
    }

    /// Whether some of it is known to be missing.
    pub fn is_under_way(&self) -> bool {
        self.bytes < self.total
    }

    /// "1.2 MB of 2.3 MB".
    pub fn amount(&self) -> String {
        if self.total == 0 {
            return texts::loading::STARTING.to_owned();
        }
        texts::loading::amount(self.bytes.min(self.total), self.total)
    }

    /// The amount, with the rate where it tells something: "1.2 MB of 2.3 MB, 800 kB/s".
    pub fn sentence(&self) -> String {
        match self.rate() {
            Some(rate) if rate >= 1000.0 && !self.is_complete() => {
                texts::loading::rate(&self.amount(), rate as u64)
            }
            _ => self.amount(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_known_at_first() {
        let progress = Progress::default();
        assert_eq!(progress.fraction(), 0.0);
        assert_eq!(progress.rate(), None);
        assert!(!progress.is_complete());
        assert_eq!(progress.sentence(), "starting");
    }

    #[test]
    fn the_rate_follows_the_last_two_seconds() {
        let mut progress = Progress::default();
        for step in 0..=10 {
            progress.update(step * 100_000, 4_000_000, step as f64);
        }
        assert_eq!(progress.rate().map(f64::round), Some(100_000.0));
        for step in 1..=5 {
            progress.update(1_000_000 + step * 500_000, 4_000_000, 10.0 + step as f64);
        }
        assert_eq!(progress.rate().map(f64::round), Some(500_000.0));
        assert_eq!(progress.sentence(), "3.5 MB of 4.0 MB, 500 kB/s");
    }

    #[test]
    fn more_than_promised_is_not_more_than_all() {
        let mut progress = Progress::default();
        progress.update(150, 100, 0.0);
        assert_eq!(progress.fraction(), 1.0);
        assert!(progress.is_complete());
        assert_eq!(progress.sentence(), "100 B of 100 B");
    }

    #[test]
    fn a_second_attempt_forgets_the_first() {
        let mut progress = Progress::default();
        progress.update(0, 1_000_000, 0.0);
        progress.update(900_000, 1_000_000, 1.0);
        progress.update(0, 1_000_000, 1.5);
        assert_eq!(progress.rate(), None);
        assert_eq!(progress.fraction(), 0.0);
    }

    #[test]
    fn many_updates_keep_a_bounded_past() {
        let mut progress = Progress::default();
        for step in 0..100_000_u64 {
            progress.update(step, 100_000, step as f64 * 0.01);
        }
        assert!(progress.recent.len() < 300);
    }
}
