//! When hearing a growing utterance anew is worth its cost.

/// Speech there must be before the first pass, in seconds.
const FIRST: f32 = 0.5;
/// Least and most new sound between two passes, in seconds. The page's sound comes in chunks of 24 ms: the tenth reaches the
/// least, within a quarter of a second of the last pass, whatever resampling holds back.
const SHORTEST: f32 = 0.235;
const LONGEST: f32 = 3.0;
/// A pass may take at most this share of the time.
const SHARE: f32 = 0.5;
/// Weight of the newest cost in the running one.
const NEWEST: f32 = 0.5;

/// Spaces passes so that they take at most half of the time, however slow the machine.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// Seconds of sound at the last pass.
    last: Option<f32>,
    /// Milliseconds a pass takes for each second of sound, smoothed.
    cost: f32,
}

impl Pace {
    /// Whether a pass over `seconds` of sound is due.
    pub fn is_due(&self, seconds: f32) -> bool {
        match self.last {
            None => seconds >= FIRST,
            Some(last) => seconds - last >= self.interval(seconds),
        }
    }

    /// New sound there must be before a pass over `seconds` of it.
    fn interval(&self, seconds: f32) -> f32 {
        (self.cost * seconds / 1e3 / SHARE).clamp(SHORTEST, LONGEST)
    }

    /// A pass over `seconds` of sound took `milliseconds`.
    pub fn passed(&mut self, seconds: f32, milliseconds: f32) {
        let cost = milliseconds.max(0.0) / seconds.max(FIRST);
        self.cost = match self.last {
            None => cost,
            Some(_) => NEWEST * cost + (1.0 - NEWEST) * self.cost,
        };
        self.last = Some(seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pass_waits_for_a_word() {
        let pace = Pace::default();
        assert!(!pace.is_due(0.3));
        assert!(pace.is_due(0.5));
    }

    #[test]
    fn a_fast_machine_hears_four_times_a_second() {
        let mut pace = Pace::default();
        pace.passed(1.0, 5.0);
        assert!(!pace.is_due(1.22));
        assert!(pace.is_due(1.24));
    }

    #[test]
    fn a_slow_machine_is_busy_half_of_the_time() {
        let mut pace = Pace::default();
        pace.passed(1.0, 400.0);
        assert!(!pace.is_due(1.7));
        // Two seconds would take 800 ms: 1.6 s of new sound make up for that.
        assert!(!pace.is_due(2.5) && pace.is_due(5.0));
        pace.passed(2.0, 60_000.0);
        assert!(pace.is_due(2.0 + LONGEST));
    }

    #[test]
    fn one_hiccup_is_forgotten() {
        let mut pace = Pace::default();
        pace.passed(1.0, 1_000.0);
        for step in 0..8 {
            pace.passed(1.0 + 0.1 * step as f32, 5.0);
        }
        assert!(pace.is_due(1.7 + 0.3));
    }
}
