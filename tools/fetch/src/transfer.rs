//! From a part to the whole: asks, reads, and asks again until everything is there.

use std::io::ErrorKind;
use std::thread;
use std::time::Duration;

use crate::digest::BLOCK;
use crate::part::Part;
use crate::server::{Server, Trouble};
use crate::{FetchError, Options, Progress, space};

/// Bytes that count as getting any further. With fewer, a server that sends a handful of bytes in each
/// connection would be asked for ever.
const STEP: u64 = 64 * 1024;

/// The longest pause between two tries, whatever the server asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Completes a part.
pub(crate) fn complete(
    server: &Server,
    part: &mut Part,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), FetchError> {
    let mut furthest = part.done();
    let mut attempts = 0;
    loop {
        let trouble = match once(server, part, progress) {
            Ok(()) => return Ok(()),
            Err(trouble) => trouble,
        };
        let (problem, asked_for) = match trouble {
            Trouble::Final(error) => return Err(error),
            Trouble::Passing { problem, wait } => (problem, Some(wait.unwrap_or_default())),
            Trouble::Changed(reason) => {
                give_up(part, reason, progress)?;
                (reason.to_owned(), None)
            }
        };
        if part.done() >= furthest.saturating_add(STEP) {
            furthest = part.done();
            attempts = 0;
        }
        attempts += 1;
        if attempts > options.retries {
            return Err(FetchError::Interrupted {
                address: server.address().to_owned(),
                problem,
                attempts,
                done: part.done(),
                total: part.total(),
                part: part.path().to_owned(),
            });
        }
        // Another file can be asked for at once: nobody is overloaded.
        let Some(asked_for) = asked_for else {
            continue;
        };
        let own = options.pause.saturating_mul(1 << (attempts - 1).min(16));
        let wait = own.max(asked_for).min(LONGEST_PAUSE);
        progress(Progress::Retrying {
            attempt: attempts,
            of: options.retries,
            wait,
            problem,
        });
        thread::sleep(wait);
    }
}

/// One question and its answer, as far as it comes.
fn once(
    server: &Server,
    part: &mut Part,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), Trouble> {
    let mut answer = server.ask(part.resume())?;
    if !answer.is_rest {
        let reason =
            "the server sends the whole file again: it has changed, or cannot be continued";
        give_up(part, reason, progress).map_err(Trouble::Final)?;
        part.begin(answer.origin).map_err(Trouble::Final)?;
    }
    let (resumed_from, total) = (part.done(), part.total());
    let missing = total.unwrap_or(0).saturating_sub(resumed_from);
    space::check(part.path(), missing).map_err(Trouble::Final)?;
    let mut block = vec![0; BLOCK];
    loop {
        let done = part.done();
        progress(Progress::Downloading {
            done,
            total,
            resumed_from,
        });
        // Not one byte more is waited for: a connection may be lost after the last one too.
        if total == Some(done) {
            return Ok(());
        }
        let count = match answer.body.read(&mut block) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            count => count.map_err(|error| server.broken_off(error))?,
        };
        match (count, total) {
            (0, None) if done > 0 => return Ok(()),
            (0, None) => return Err(server.not_the_file("nothing")),
            (0, Some(_)) => return Err(server.broken_off(ErrorKind::UnexpectedEof.into())),
            _ => {}
        }
        // Without a length beforehand, or with more than was announced, only counting helps.
        let size = done + count as u64;
        if let Err(error) = server.check_size(size) {
            part.clear()
                .map_err(FetchError::io("written", part.path()))
                .map_err(Trouble::Final)?;
            return Err(Trouble::Final(error));
        }
        part.append(&block[..count]).map_err(Trouble::Final)?;
    }
}

fn give_up(
    part: &mut Part,
    reason: &str,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), FetchError> {
    if part.done() > 0 {
        progress(Progress::Restarting {
            lost: part.done(),
            reason: reason.to_owned(),
        });
    }
    part.clear().map_err(FetchError::io("written", part.path()))
}
