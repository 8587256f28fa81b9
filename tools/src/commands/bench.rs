//! `saysee bench`: milliseconds a query, on each backend.

use std::io::Write;
use std::time::Instant;

use saysee_engine::pack::Pack;
use saysee_engine::{BackendKind, BackendReport, Engine};
use serde::Serialize;

use crate::failure::Failure;
use crate::session::{self, Backend, ModelArguments};

/// Times queries of several lengths on the CPU and on the GPU, or on one of them.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// Lengths of the utterances, in seconds.
    #[arg(long, value_delimiter = ',', default_value = "1,3,5", value_parser = seconds)]
    seconds: Vec<f32>,
    /// Timed queries of each length; two more warm up.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: u32,
    /// Print one JSON object a backend and length, each on its own line.
    #[arg(long)]
    json: bool,
}

fn seconds(text: &str) -> Result<f32, String> {
    match text.trim().parse::<f32>() {
        Ok(value) if (0.1..=600.0).contains(&value) => Ok(value),
        _ => Err("a length between 0.1 and 600 seconds".to_owned()),
    }
}

/// One line of the result.
#[derive(Debug, Serialize)]
struct Measured {
    backend: BackendKind,
    adapter: String,
    seconds: f32,
    runs: u32,
    median_ms: f64,
    fastest_ms: f64,
    slowest_ms: f64,
}

/// Runs the command.
///
/// # Errors
/// When the pack or the backend asked for cannot be used. With `auto`, a missing GPU is reported and left out.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let pack = session::open_pack(&arguments.model.pack)?;
    let backends: &[Backend] = match arguments.model.backend {
        Backend::Auto => &[Backend::Cpu, Backend::Gpu],
        Backend::Cpu => &[Backend::Cpu],
        Backend::CpuExact => &[Backend::CpuExact],
        Backend::Gpu => &[Backend::Gpu],
    };
    let mut cpu: Vec<f64> = Vec::new();
    for backend in backends {
        let mut engine = match session::start(&pack, *backend) {
            Ok(engine) => engine,
            Err(failure)
                if arguments.model.backend == Backend::Auto && *backend == Backend::Gpu =>
            {
                eprintln!("gpu left out: {failure}");
                continue;
            }
            Err(failure) => return Err(failure),
        };
        let report = engine.backend().clone();
        let mut medians = Vec::new();
        for seconds in &arguments.seconds {
            let measured = measure(&mut engine, &report, &pack, *seconds, arguments.runs)?;
            let faster = cpu.get(medians.len()).map(|cpu| cpu / measured.median_ms);
            medians.push(measured.median_ms);
            print(&measured, faster, arguments.json, out)?;
        }
        if *backend == Backend::Cpu {
            cpu = medians;
        }
    }
    Ok(())
}

fn measure(
    engine: &mut Engine,
    report: &BackendReport,
    pack: &Pack,
    seconds: f32,
    runs: u32,
) -> Result<Measured, Failure> {
    let most = pack.manifest().limits.max_seconds;
    let samples = murmur(seconds.min(most));
    let mut times = Vec::with_capacity(runs as usize);
    for run in 0..runs + 2 {
        let started = Instant::now();
        pollster::block_on(engine.query(&samples, 10))?;
        if run >= 2 {
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: usize| {
        times
            .get((times.len() - 1) * share / 2)
            .copied()
            .unwrap_or_default()
    };
    Ok(Measured {
        backend: report.kind,
        adapter: report.adapter.clone(),
        seconds: seconds.min(most),
        runs,
        median_ms: at(1),
        fastest_ms: at(0),
        slowest_ms: at(2),
    })
}

/// Something like speech in loudness and rhythm: what is in it does not change how long a query takes.
fn murmur(seconds: f32) -> Vec<f32> {
    const RATE: f32 = saysee_engine::audio::SAMPLE_RATE as f32;
    let mut noise = 0x2545_f491_u32;
    (0..(seconds * RATE) as usize)
        .map(|n| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = (noise >> 16) as f32 / 32_768.0 - 1.0;
            let syllable = (n as f32 / RATE * 4.0 * std::f32::consts::TAU)
                .sin()
                .max(0.0);
            0.3 * hiss * syllable
        })
        .collect()
}

fn print(
    measured: &Measured,
    faster: Option<f64>,
    json: bool,
    out: &mut impl Write,
) -> Result<(), Failure> {
    if json {
        serde_json::to_writer(&mut *out, measured).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        let ratio = faster
            .map(|ratio| format!("  {ratio:.2} x the CPU's speed"))
            .unwrap_or_default();
        writeln!(
            out,
            "{:<4} {:>5.1} s  median {:>8.2} ms  ({:.2} to {:.2}, {} runs){ratio}  {}",
            measured.backend,
            measured.seconds,
            measured.median_ms,
            measured.fastest_ms,
            measured.slowest_ms,
            measured.runs,
            measured.adapter
        )?;
    }
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_checked() {
        assert_eq!(seconds("3"), Ok(3.0));
        assert_eq!(seconds(" 0.5"), Ok(0.5));
        for bad in ["", "0", "-1", "nan", "inf", "1e9"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_murmur_is_as_long_as_asked_and_not_silent() {
        let samples = murmur(0.5);
        assert_eq!(samples.len(), 8_000);
        let loudest = samples
            .iter()
            .fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()));
        assert!((0.1..=0.3).contains(&loudest));
    }
}
