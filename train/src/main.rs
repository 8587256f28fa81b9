//! `saysee-train`: one command for each step of making the bundled pack.

use clap::{Parser, Subcommand};
use saysee_train::commands::{evaluate, export, gallery, heads, names, phones, speech, towers};
use saysee_train::error::TrainError;

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Teach the image and the text tower to agree on scenes and their captions.
    Towers(towers::Options),
    /// Teach the speech model: phones first, then embedding and keywords.
    Speech(speech::Options),
    /// Go on with the heads alone, the encoder frozen.
    Heads(heads::Options),
    /// Teach a pack's encoder to tell phones, and nothing else about it.
    Phones(phones::Options),
    /// Rank names by the phones that are heard in recordings of people.
    Names(names::Options),
    /// Write the trained speech model as a pack.
    Export(export::Options),
    /// Embed the pictures of a gallery from their pixels.
    Gallery(gallery::Options),
    /// Score a pack on held-out voices through the engine.
    Evaluate(evaluate::Options),
}

/// Bytes of a thread's stack: a network's graph is walked recursively.
const STACK: usize = 64 << 20;

fn main() -> std::process::ExitCode {
    let command = Arguments::parse().command;
    // On a thread of the pool, every operation begins where it is called; from outside each would be handed over
    // first, and on a busy machine the scheduler takes longer over that than the operation.
    let result = match rayon::ThreadPoolBuilder::new().stack_size(STACK).build() {
        Ok(pool) => pool
            .install(|| run(command))
            .map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match result {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), TrainError> {
    match command {
        Command::Towers(options) => towers::run(&options),
        Command::Speech(options) => speech::run(&options),
        Command::Heads(options) => heads::run(&options),
        Command::Phones(options) => phones::run(&options),
        Command::Names(options) => names::run(&options),
        Command::Export(options) => export::run(&options),
        Command::Gallery(options) => gallery::run(&options),
        Command::Evaluate(options) => evaluate::run(&options),
    }
}
