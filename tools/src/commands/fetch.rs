//! `saysee fetch`: a published checkpoint from where its authors keep it.

use std::io::Write;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use saysee_fetch::catalogue::{self, Content, Entry};
use saysee_fetch::{Arrival, Options, Progress};

use super::convert::{self, How};
use crate::failure::Failure;

/// Downloads a published checkpoint, and makes a pack of it where --out says. An interrupted download goes on where it
/// stopped; the checksum is recorded at first and verified from then on.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What to fetch; `--list` has the names.
    #[arg(required_unless_present = "list")]
    name: Option<String>,
    /// List everything that can be fetched.
    #[arg(long)]
    list: bool,
    /// Where downloads are kept.
    #[arg(long, value_name = "FOLDER", default_value = "checkpoints")]
    folder: PathBuf,
    /// Another server with the same paths.
    #[arg(long, value_name = "ADDRESS")]
    mirror: Option<String>,
    /// Convert what was fetched into this folder.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    #[command(flatten)]
    how: How,
}

/// Runs the command.
///
/// # Errors
/// When the name is not known, the download fails, or the conversion does.
pub fn run(arguments: &mut Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let Some(name) = arguments.name.as_deref().filter(|_| !arguments.list) else {
        return list(out);
    };
    let entry = catalogue::find(name)?;
    let options = Options {
        mirror: arguments.mirror.clone(),
        ..Options::default()
    };
    let file = fetch(entry, arguments, &options, out)?;
    let Some(target) = &arguments.out else {
        return Ok(());
    };
    if !matches!(entry.content, Content::Checkpoint(_)) {
        writeln!(out, "{name} is no checkpoint: nothing is converted")?;
        return Ok(());
    }
    if arguments.how.vocab.is_none() {
        for needed in entry.needed() {
            let fetched = fetch(needed, arguments, &options, out)?;
            if matches!(needed.content, Content::Merges) {
                arguments.how.vocab = Some(fetched);
            }
        }
    }
    convert::convert(&file, target, &arguments.how, out)
}

fn list(out: &mut impl Write) -> Result<(), Failure> {
    for entry in catalogue::entries() {
        writeln!(
            out,
            "{:<40} {:>8.1} MB  {}",
            entry.name,
            entry.about_bytes as f64 / 1e6,
            entry.content
        )?;
    }
    Ok(())
}

fn fetch(
    entry: &Entry,
    arguments: &Arguments,
    options: &Options,
    out: &mut impl Write,
) -> Result<PathBuf, Failure> {
    let bar = ProgressBar::new(entry.about_bytes);
    let template = "{msg} {wide_bar} {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left";
    bar.set_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.set_message(entry.name.to_owned());
    let mut is_first = true;
    let fetched = entry.fetch(&arguments.folder, options, &mut |progress| match progress {
        Progress::Checking { done, total } => {
            bar.set_length(total);
            bar.set_position(done);
        }
        Progress::Downloading {
            done,
            total,
            resumed_from,
        } => {
            if let Some(total) = total {
                bar.set_length(total);
            }
            if is_first {
                // The rate is that of what comes now.
                bar.reset_eta();
                is_first = false;
                if resumed_from > 0 {
                    bar.println(format!("going on after {resumed_from} bytes"));
                }
            }
            bar.set_position(done);
        }
        Progress::Retrying {
            attempt,
            of,
            wait,
            problem,
        } => bar.println(format!(
            "{problem}; attempt {attempt} of {of} in {:.0} s",
            wait.as_secs_f32()
        )),
        Progress::Restarting { lost, reason } => {
            bar.println(format!(
                "from the start again, {lost} bytes are lost: {reason}"
            ));
        }
    })?;
    bar.finish_and_clear();
    let how = match fetched.arrival {
        Arrival::AlreadyThere => "already there, checksum verified".to_owned(),
        Arrival::Downloaded { resumed_from: 0 } => "downloaded".to_owned(),
        Arrival::Downloaded { resumed_from } => format!("downloaded from byte {resumed_from} on"),
    };
    let first = if fetched.is_first_use {
        ", recorded now"
    } else {
        ""
    };
    writeln!(
        out,
        "{}: {how}, {} bytes\nsha256 {}{first}",
        fetched.file.display(),
        fetched.bytes,
        fetched.sha256
    )?;
    Ok(fetched.file)
}
