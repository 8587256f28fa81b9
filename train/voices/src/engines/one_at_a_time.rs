//! One engine at work in a process at a time: the C libraries behind them share global state (Flite's list of
//! voices and each voice's settings, for one), and several speaking at once bring the process down. espeak-ng has a lock
//! of its own, which pronunciations take too.

use std::mem::ManuallyDrop;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Request, SpeakError, Speech, Synthesiser};
use crate::voice::Voice;

static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    // The lock guards nothing of ours that a panic could leave half-changed.
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An engine that is opened, used and closed only in its turn.
pub(super) struct OneAtATime<S>(ManuallyDrop<S>);

impl<S> OneAtATime<S> {
    pub(super) fn open(open: impl FnOnce() -> Result<S, SpeakError>) -> Result<Self, SpeakError> {
        let _turn = turn();
        open().map(|engine| Self(ManuallyDrop::new(engine)))
    }
}

impl<S: Synthesiser> Synthesiser for OneAtATime<S> {
    fn voices(&self) -> Vec<Voice> {
        self.0.voices()
    }

    fn speak(&mut self, request: &Request) -> Result<Speech, SpeakError> {
        let _turn = turn();
        self.0.speak(request)
    }

    fn speak_many(&mut self, requests: &[Request]) -> Vec<Result<Speech, SpeakError>> {
        let _turn = turn();
        self.0.speak_many(requests)
    }
}

impl<S> Drop for OneAtATime<S> {
    fn drop(&mut self) {
        let _turn = turn();
        // SAFETY: dropped here and nowhere else, and not used again.
        unsafe { ManuallyDrop::drop(&mut self.0) }
    }
}
