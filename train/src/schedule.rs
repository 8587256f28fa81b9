//! Learning rates.

/// Linear warm-up, then half a cosine down to `floor` times the peak.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// The highest rate.
    pub peak: f64,
    /// Steps of the warm-up.
    pub warm_up: usize,
    /// Steps of the whole run.
    pub steps: usize,
    /// The last rate as a share of the peak.
    pub floor: f64,
}

impl Schedule {
    /// The rate of a step.
    pub fn rate(&self, step: usize) -> f64 {
        if step < self.warm_up {
            return self.peak * (step + 1) as f64 / self.warm_up as f64;
        }
        let done =
            (step - self.warm_up) as f64 / self.steps.saturating_sub(self.warm_up).max(1) as f64;
        let cosine = (1.0 + (std::f64::consts::PI * done.min(1.0)).cos()) / 2.0;
        self.peak * (self.floor + (1.0 - self.floor) * cosine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_then_falls_to_the_floor() {
        let schedule = Schedule {
            peak: 2e-3,
            warm_up: 10,
            steps: 110,
            floor: 0.05,
        };
        assert!(schedule.rate(0) < schedule.rate(9));
        assert!((schedule.rate(9) - 2e-3).abs() < 1e-9);
        assert!((schedule.rate(60) - 2e-3 * 0.525).abs() < 1e-9);
        assert!((schedule.rate(110) - 1e-4).abs() < 1e-9);
        assert!((schedule.rate(500) - 1e-4).abs() < 1e-9);
    }
}
