//! The command line of SaySee: ask a gallery with a spoken recording, look inside packs and at every
//! stage of the network, measure speed.

mod commands;
mod failure;
mod folder;
mod recording;
mod session;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use commands::{bench, embed, inspect, query};
use failure::Failure;

/// Say it, see it: pictures and keywords for spoken recordings.
#[derive(Debug, Parser)]
#[command(version, after_help = failure::EXIT_STATUSES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Query(query::Arguments),
    Embed(embed::Arguments),
    Inspect(inspect::Arguments),
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = std::io::stdout().lock();
    let result = match &arguments.command {
        Command::Query(arguments) => query::run(arguments, &mut out),
        Command::Embed(arguments) => embed::run(arguments, &mut out),
        Command::Inspect(arguments) => inspect::run(arguments, &mut out),
        Command::Bench(arguments) => bench::run(arguments, &mut out),
    };
    match result.and_then(|()| Ok(out.flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of a pipe, such as `head`, has seen enough.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.exit_code()
        }
    }
}
