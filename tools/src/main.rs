//! The command line of SaySee: ask a gallery with a recording, a text or a picture, make packs of published
//! checkpoints, look inside packs and at every stage of the network, measure speed.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use saysee::commands::{
    bench, convert, embed, evaluate, fetch, index, inspect, manifest, matching, query, random_pack,
};
use saysee::failure::{self, Failure};

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
    Text(matching::TextArguments),
    Image(matching::ImageArguments),
    Embed(embed::Arguments),
    Evaluate(evaluate::Arguments),
    Fetch(fetch::Arguments),
    Convert(convert::Arguments),
    Index(index::Arguments),
    Inspect(inspect::Arguments),
    Manifest(manifest::Arguments),
    Bench(bench::Arguments),
    RandomPack(random_pack::Arguments),
}

fn main() -> ExitCode {
    let mut arguments = Arguments::parse();
    let mut out = std::io::stdout().lock();
    let result = match &mut arguments.command {
        Command::Query(arguments) => query::run(arguments, &mut out),
        Command::Text(arguments) => matching::run_text(arguments, &mut out),
        Command::Image(arguments) => matching::run_image(arguments, &mut out),
        Command::Embed(arguments) => embed::run(arguments, &mut out),
        Command::Evaluate(arguments) => evaluate::run(arguments, &mut out),
        Command::Fetch(arguments) => fetch::run(arguments, &mut out),
        Command::Convert(arguments) => convert::run(arguments, &mut out),
        Command::Index(arguments) => index::run(arguments, &mut out),
        Command::Inspect(arguments) => inspect::run(arguments, &mut out),
        Command::Manifest(arguments) => manifest::run(arguments, &mut out),
        Command::Bench(arguments) => bench::run(arguments, &mut out),
        Command::RandomPack(arguments) => random_pack::run(arguments, &mut out),
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
