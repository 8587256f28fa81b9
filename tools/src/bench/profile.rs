//! Where the time of a case goes, operation by operation.

use std::fmt::Write as _;

use saysee_engine::EngineError;
use saysee_engine::cpu::{CpuOps, Pool};
use saysee_engine::graph::Network;
use saysee_engine::pack::Pack;
use saysee_engine::profile::{Cost, Profiled};
use serde::Serialize;

use super::cases::{Case, Input, Mode};
use super::ceiling::Ceiling;

/// One operation at one shape, in a run on average.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// The operation and its shape.
    pub operation: String,
    /// Calls in a run.
    pub calls: u64,
    /// Milliseconds of a run.
    pub milliseconds: f64,
    /// Thousand million multiplications and additions a second.
    pub gigaflops: f64,
    /// Thousand million bytes a second that it cannot do without.
    pub gigabytes: f64,
}

/// Runs a case on the CPU, its operations counted and timed.
///
/// # Errors
/// What the engine reports.
pub fn on_cpu(pack: &Pack, case: &Case, runs: u32, pool: Pool) -> Result<Vec<Part>, EngineError> {
    let mut ops = Profiled::new(CpuOps::new().on(pool));
    let network = Network::new(&mut ops, pack)?;
    // Once to warm up.
    for run in 0..=runs {
        if run == 1 {
            ops.take();
        }
        pollster::block_on(once(&network, &mut ops, case))?;
    }
    Ok(ops.take().iter().map(|cost| part(cost, runs)).collect())
}

async fn once(
    network: &Network<Profiled<CpuOps>>,
    ops: &mut Profiled<CpuOps>,
    case: &Case,
) -> Result<(), EngineError> {
    match &case.input {
        Input::Samples(samples) if case.mode == Mode::Encoder => {
            network.encode(ops, samples).await.map(drop)
        }
        Input::Samples(samples) => network.hear(ops, samples).await.map(drop),
        Input::Tokens(ids) => network.embed_text(ops, ids).await.map(drop),
        Input::Planes(planes) => network.embed_image(ops, planes).await.map(drop),
    }
}

fn part(cost: &Cost, runs: u32) -> Part {
    Part {
        operation: cost.operation.clone(),
        calls: cost.calls / u64::from(runs),
        milliseconds: cost.seconds * 1e3 / f64::from(runs),
        gigaflops: cost.gigaflops(),
        gigabytes: cost.gigabytes(),
    }
}

/// The operations as a table, with what share of the machine's ceilings they reach.
pub fn table(parts: &[Part], ceiling: &Ceiling) -> String {
    let all: f64 = parts.iter().map(|part| part.milliseconds).sum();
    let mut text = format!(
        "  {:>9}  {:>5}  {:>5}  {:>15}  {:>14}  operation",
        "ms", "share", "calls", "GFLOP/s", "GB/s"
    );
    for part in parts {
        let share = |rate: f64, most: f64| match rate {
            0.0 => String::new(),
            rate => format!("{rate:.1} ({:.0} %)", 100.0 * rate / most.max(1e-9)),
        };
        // Writing into a string cannot fail.
        let _ = write!(
            text,
            "\n  {:>9.3}  {:>4.1}%  {:>5}  {:>15}  {:>14}  {}",
            part.milliseconds,
            100.0 * part.milliseconds / all.max(1e-9),
            part.calls,
            share(part.gigaflops, ceiling.gigaflops),
            share(part.gigabytes, ceiling.gigabytes),
            part.operation
        );
    }
    let _ = write!(text, "\n  {all:>9.3}  in all");
    text
}

#[cfg(test)]
mod tests {
    use saysee_engine::pack::WeightFormat;
    use saysee_engine::testing;

    use super::super::cases::cases;
    use super::*;

    #[test]
    fn every_operation_has_its_share() {
        let pack = testing::pack(WeightFormat::Q8, 1).unwrap();
        let cases = cases(&pack, &[Mode::Encoder], &[0.5]).unwrap();
        let parts = on_cpu(&pack, &cases[0], 2, Pool::alone()).unwrap();
        let norms = parts
            .iter()
            .find(|part| part.operation.starts_with("layer_norm"));
        // Two blocks with three norms each, and one for each of three hidden states.
        assert_eq!(norms.unwrap().calls, 9);
        let ceiling = Ceiling {
            gigaflops: 100.0,
            gigabytes: 10.0,
        };
        let table = table(&parts, &ceiling);
        assert!(
            table.contains("linear") && table.contains("in all"),
            "{table}"
        );
    }
}
