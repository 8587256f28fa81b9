//! What an operation costs.

use serde::Serialize;

/// All calls of one operation at one shape.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cost {
    /// The operation and its shape, such as `linear 249 x 768 -> 3072`.
    pub operation: String,
    /// Calls.
    pub calls: u64,
    /// Time of all of them.
    pub seconds: f64,
    /// Multiplications and additions of all of them; of operations that are bound by memory, none are counted.
    pub arithmetic: f64,
    /// Bytes that have to be read and written, weights as they are stored, if nothing is read twice.
    pub bytes: f64,
}

impl Cost {
    /// Thousand million operations a second.
    pub fn gigaflops(&self) -> f64 {
        per_second(self.arithmetic, self.seconds)
    }

    /// Thousand million bytes a second.
    pub fn gigabytes(&self) -> f64 {
        per_second(self.bytes, self.seconds)
    }
}

fn per_second(amount: f64, seconds: f64) -> f64 {
    if seconds > 0.0 {
        amount / seconds / 1e9
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_amounts_over_time() {
        let cost = Cost {
            seconds: 0.5,
            arithmetic: 3e9,
            bytes: 1e9,
            ..Cost::default()
        };
        assert_eq!((cost.gigaflops(), cost.gigabytes()), (6.0, 2.0));
        assert_eq!(Cost::default().gigaflops(), 0.0);
    }
}
