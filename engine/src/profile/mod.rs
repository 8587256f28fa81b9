//! [`Ops`] that keep account of themselves: how often each operation ran at which shape, how long it took, and how
//! much arithmetic and memory traffic it cannot do without.
//!
//! ```text
//! let mut ops = Profiled::new(CpuOps::new());
//! let network = Network::new(&mut ops, &pack)?;
//! network.hear(&mut ops, &samples).await?;
//! let costs = ops.take();
//! ```
//!
//! Only operations that run as they are called can be timed from outside. On a GPU a call records work and returns:
//! there the kernels' own clock is needed, and [`Cost`] is what its readings become.

mod account;
mod forward;

pub use account::Cost;

use std::collections::BTreeMap;

use web_time::Instant;

use crate::error::EngineError;
use crate::pack::WeightData;

/// Operations that keep account of themselves.
pub struct Profiled<O> {
    ops: O,
    costs: BTreeMap<String, Cost>,
}

/// A weight, and what reading it takes.
pub struct ProfiledWeight<W> {
    weight: W,
    /// Rows and columns.
    shape: [usize; 2],
    /// Bytes in the number format it was handed over in.
    bytes: u64,
}

impl<O> Profiled<O> {
    /// Keeps account of `ops`.
    pub fn new(ops: O) -> Self {
        Self {
            ops,
            costs: BTreeMap::new(),
        }
    }

    /// What was spent since the last call, the most expensive first.
    pub fn take(&mut self) -> Vec<Cost> {
        let mut costs: Vec<Cost> = std::mem::take(&mut self.costs).into_values().collect();
        costs.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
        costs
    }

    /// Runs `operation` and writes it down as `name`. It does `arithmetic` operations at least, and reads and writes
    /// `bytes` at least.
    fn timed<T>(
        &mut self,
        name: String,
        arithmetic: usize,
        bytes: u64,
        operation: impl FnOnce(&mut O) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let start = Instant::now();
        let result = operation(&mut self.ops);
        self.add(name, arithmetic, bytes, start);
        result
    }

    fn add(&mut self, name: String, arithmetic: usize, bytes: u64, start: Instant) {
        let seconds = start.elapsed().as_secs_f64();
        let cost = self.costs.entry(name.clone()).or_insert_with(|| Cost {
            operation: name,
            ..Cost::default()
        });
        cost.calls += 1;
        cost.seconds += seconds;
        cost.arithmetic += arithmetic as f64;
        cost.bytes += bytes as f64;
    }
}

fn stored_bytes(weight: &WeightData) -> u64 {
    let numbers = weight.shape().iter().product::<usize>() as u64;
    match weight {
        WeightData::F32 { .. } => 4 * numbers,
        WeightData::F16 { .. } => 2 * numbers,
        WeightData::Q8 { scales, .. } => numbers + 4 * scales.len() as u64,
        WeightData::Q4 { scales, .. } => numbers / 2 + 4 * scales.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::CpuOps;
    use crate::graph::Network;
    use crate::pack::WeightFormat;
    use crate::testing;

    #[test]
    fn it_computes_the_same_and_keeps_account() {
        let pack = testing::pack(WeightFormat::Q8, 1).unwrap();
        let samples = testing::sound(1.0, 2);
        let mut plain = CpuOps::new();
        let network = Network::new(&mut plain, &pack).unwrap();
        let expected = pollster::block_on(network.hear(&mut plain, &samples)).unwrap();

        let mut ops = Profiled::new(CpuOps::new());
        let network = Network::new(&mut ops, &pack).unwrap();
        let heard = pollster::block_on(network.hear(&mut ops, &samples)).unwrap();
        assert_eq!(heard, expected);

        let costs = ops.take();
        assert!(ops.take().is_empty(), "taken is gone");
        assert!(
            costs
                .windows(2)
                .all(|pair| pair[0].seconds >= pair[1].seconds)
        );
        // Two blocks: frames of 64 to three times as many.
        let qkv = costs
            .iter()
            .find(|cost| {
                cost.operation.starts_with("linear") && cost.operation.ends_with("64 -> 192")
            })
            .unwrap();
        assert_eq!(qkv.calls, 2);
        let frames = qkv.arithmetic / (2.0 * 2.0 * 64.0 * 192.0);
        assert!((20.0..30.0).contains(&frames), "{frames} frames");
        assert!(costs.iter().any(|cost| cost.operation == "read"));
    }
}
