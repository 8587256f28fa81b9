//! `saysee bench`: how long queries and their parts take on each backend, and where the time goes.

use std::io::Write;

use saysee_engine::pack::Pack;
use saysee_engine::{BackendKind, Engine};
use serde::Serialize;

use crate::bench::{Case, Ceiling, Measured, Mode, Part, as_floats, cases, measure, profile};
use crate::failure::Failure;
use crate::session::{self, Backend, ModelArguments};

/// Times queries, or parts of them, on the CPU and on the GPU, or on one of them.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// What to time. `text` and `picture` take a pack with CLIP's towers.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "speech")]
    modes: Vec<Mode>,
    /// Lengths of the utterances, in seconds.
    #[arg(long, value_delimiter = ',', default_value = "1,3,5", value_parser = seconds)]
    seconds: Vec<f32>,
    /// Timed runs of each; two more warm up.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: u32,
    /// Turn all weights into 32-bit floats first, whatever the pack has.
    #[arg(long)]
    f32: bool,
    /// Also say where the time goes: each operation with its arithmetic and memory traffic, beside what this machine
    /// can do.
    #[arg(long)]
    profile: bool,
    /// Print JSON, one object a line: a `measured` for each backend, mode and length, and a `profile` after it.
    #[arg(long)]
    json: bool,
}

fn seconds(text: &str) -> Result<f32, String> {
    match text.trim().parse::<f32>() {
        Ok(value) if (0.1..=600.0).contains(&value) => Ok(value),
        _ => Err("a length between 0.1 and 600 seconds".to_owned()),
    }
}

/// One line of JSON.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line<'a> {
    Measured(&'a Measured),
    Ceiling(&'a Ceiling),
    Profile {
        backend: BackendKind,
        mode: Mode,
        seconds: Option<f32>,
        operations: &'a [Part],
    },
}

/// Runs the command.
///
/// # Errors
/// When the pack or the backend asked for cannot be used, or has no tower for a mode. With `auto`, a missing GPU is
/// reported and left out.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let mut pack = session::open_pack(&arguments.model.pack)?;
    if arguments.f32 {
        pack = as_floats(&pack).map_err(|error| Failure::pack(&arguments.model.pack, error))?;
    }
    let cases = cases(&pack, &arguments.modes, &arguments.seconds)
        .map_err(|problem| Failure::input(&arguments.model.pack, problem))?;
    let backends: &[Backend] = match arguments.model.backend {
        Backend::Auto => &[Backend::Cpu, Backend::Gpu],
        Backend::Cpu => &[Backend::Cpu],
        Backend::CpuExact => &[Backend::CpuExact],
        Backend::Gpu => &[Backend::Gpu],
    };
    let ceiling = arguments.profile.then(Ceiling::measure);
    if let Some(ceiling) = &ceiling {
        print(
            arguments.json,
            &Line::Ceiling(ceiling),
            &ceiling.to_string(),
            out,
        )?;
    }
    let mut cpu: Vec<f64> = Vec::new();
    for backend in backends {
        let mut engine = match session::start(&pack, *backend, arguments.model.pool()) {
            Ok(engine) => engine,
            Err(failure)
                if arguments.model.backend == Backend::Auto && *backend == Backend::Gpu =>
            {
                eprintln!("gpu left out: {failure}");
                continue;
            }
            Err(failure) => return Err(failure),
        };
        let mut medians = Vec::new();
        for case in &cases {
            let measured = measure(&mut engine, &pack, case, arguments.runs)?;
            let faster = cpu.get(medians.len()).map(|cpu| cpu / measured.median_ms);
            medians.push(measured.median_ms);
            let text = measured.describe(faster);
            print(arguments.json, &Line::Measured(&measured), &text, out)?;
            if let Some(ceiling) = &ceiling {
                spend(arguments, &mut engine, &pack, case, ceiling, out)?;
            }
        }
        if *backend == Backend::Cpu {
            cpu = medians;
        }
    }
    Ok(())
}

/// Prints where the time of one case goes, on a backend that can tell.
fn spend(
    arguments: &Arguments,
    engine: &mut Engine,
    pack: &Pack,
    case: &Case,
    ceiling: &Ceiling,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let backend = engine.backend().kind;
    let mut ceiling = ceiling.clone();
    let operations = match backend {
        BackendKind::Cpu => profile::on_cpu(pack, case, arguments.runs, arguments.model.pool())?,
        BackendKind::Gpu => {
            let (operations, of_gpu) = profile::on_gpu(engine, case, arguments.runs)?;
            if let Some(of_gpu) = of_gpu {
                let line = Line::Ceiling(&of_gpu);
                print(arguments.json, &line, &of_gpu.to_string(), out)?;
                ceiling = of_gpu;
            }
            operations
        }
    };
    let line = Line::Profile {
        backend,
        mode: case.mode,
        seconds: case.seconds,
        operations: &operations,
    };
    print(
        arguments.json,
        &line,
        &profile::table(&operations, &ceiling),
        out,
    )
}

fn print(json: bool, line: &Line, text: &str, out: &mut impl Write) -> Result<(), Failure> {
    if json {
        serde_json::to_writer(&mut *out, line).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{text}")?;
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
}
