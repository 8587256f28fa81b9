//! The clock: processor time where Linux tells it, and the time of a kernel by it.

use std::sync::OnceLock;
use std::time::Instant;

use saysee_engine::EngineError;
use saysee_engine::gpu::{GpuOps, GpuTensor};
use saysee_engine::ops::Ops;

const RUNS: usize = 7;

/// Milliseconds since some moment: of processor time if `PROCESSOR_TIME` says so, else of wall time.
pub(super) fn now() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let wall = START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3;
    match PROCESSOR_TIME.get() {
        Some(true) => processor_time().unwrap_or(wall),
        _ => wall,
    }
}

/// Whether to count processor time.
pub(super) static PROCESSOR_TIME: OnceLock<bool> = OnceLock::new();

/// Milliseconds that all threads of this process have run, as Linux counts them.
pub(super) fn processor_time() -> Option<f64> {
    let mut nanoseconds = 0.0;
    for thread in std::fs::read_dir("/proc/self/task").ok()? {
        let text = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += text.split_whitespace().next()?.parse::<f64>().ok()?;
    }
    Some(nanoseconds / 1e6)
}

pub(super) fn least(mut work: impl FnMut() -> Result<(), EngineError>) -> Result<f64, EngineError> {
    let mut least = f64::INFINITY;
    for _ in 0..RUNS {
        let start = now();
        work()?;
        least = least.min(now() - start);
    }
    Ok(least)
}

/// Records `work` some times, submits once, and prints the time of one.
pub(super) fn time(
    gpu: &mut GpuOps,
    what: &str,
    mut work: impl FnMut(&mut GpuOps) -> Result<GpuTensor, EngineError>,
) -> Result<(), EngineError> {
    /// Fewer of what takes long.
    const ENOUGH: f64 = 300.0;
    let probe = gpu.upload(&[0.0], 1, 1)?;
    let idle = least(|| pollster::block_on(gpu.read(&[&probe])).map(drop))?;
    let mut several = |count: u32| {
        let start = now();
        for _ in 0..count {
            work(gpu)?;
        }
        pollster::block_on(gpu.read(&[&probe]))?;
        Ok::<_, EngineError>((now() - start - idle).max(0.0) / f64::from(count))
    };
    several(1)?;
    let mut best = several(1)?;
    if best < ENOUGH {
        for _ in 0..RUNS {
            best = best.min(several(20_u32.min((ENOUGH / best.max(0.01)) as u32 + 1))?);
        }
    }
    println!("{what:<48} {best:8.3} ms");
    Ok(())
}
