//! What happens when something happens: events go to the recorder, its commands to the machinery.

use js_sys::Float32Array;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::clock;
use crate::logic::asked::Asked;
use crate::logic::level::Level;
use crate::logic::press::Source;
use crate::logic::problem::{Code, Problem};
use crate::logic::recorder::{Command, Event, Phase};
use crate::logic::status::{Loading, Readiness};
use crate::logic::voice::Voice;
use crate::logic::waveform::Waveform;
use crate::page::Page;
use crate::page::microphone::Microphone;
use crate::page::worker_link::Enclosed;
use crate::protocol::{Found, Report, Request, VERSION};

impl Page {
    /// The record button, or its key, goes down. Must run inside the handler of that press: browsers grant a
    /// microphone to a visitor's own action only.
    pub fn press_down(self, source: Source) {
        let mut event = None;
        self.machinery.update_value(|machinery| {
            event = machinery.press.down(source, clock::milliseconds());
        });
        if event.is_some() {
            self.press();
        }
    }

    /// It comes up again.
    pub fn press_up(self, source: Source) {
        let mut event = None;
        self.machinery.update_value(|machinery| {
            // Browsers count a touch as the visitor's own action when it ends: only now may sound begin.
            if let Some(microphone) = &machinery.microphone {
                microphone.resume();
            }
            event = machinery.press.up(source, clock::milliseconds());
        });
        if let Some(event) = event {
            self.handle(event);
        }
    }

    /// The window has lost what was down.
    pub fn press_lost(self) {
        let mut event = None;
        self.machinery.update_value(|machinery| {
            event = machinery.press.lost(clock::milliseconds());
        });
        if let Some(event) = event {
            self.handle(event);
        }
    }

    /// A press that has no length: a screen reader's, say.
    pub fn press_once(self) {
        self.press();
        self.handle(Event::Release { held: false });
    }

    fn press(self) {
        let offered = self
            .readiness
            .with_untracked(|readiness| matches!(readiness, Readiness::Offered(_)));
        if offered {
            // First things first: the question is on the screen.
            return;
        }
        let can_load = self
            .readiness
            .with_untracked(|readiness| matches!(readiness, Readiness::Unavailable(_)));
        if can_load {
            self.load();
        }
        self.handle(Event::Press);
    }

    /// Takes one event and does what follows from it.
    pub fn handle(self, event: Event) {
        // Sound arrives dozens of times a second and mostly changes nothing that is shown.
        let before = self
            .recorder
            .with_untracked(|recorder| recorder.phase().clone());
        let mut commands = Vec::new();
        self.recorder
            .update_untracked(|recorder| commands = recorder.handle(event));
        if !commands.is_empty()
            || self
                .recorder
                .with_untracked(|recorder| *recorder.phase() != before)
        {
            self.recorder.notify();
        }
        for command in commands {
            self.execute(command);
        }
    }

    fn execute(self, command: Command) {
        match command {
            Command::OpenMicrophone => self.open_microphone(),
            Command::CloseMicrophone => {
                self.next_request();
                self.machinery
                    .update_value(|machinery| drop(machinery.microphone.take()));
                self.level.set(Level::new(16_000.0));
            }
            Command::Begin(utterance) => self.begin(utterance),
            Command::Finish(utterance) => self.send(&Request::Finish { utterance }, None),
            Command::Cancel(utterance) => {
                self.stop_playback();
                self.send(&Request::Cancel { utterance }, None);
                self.clear();
            }
        }
    }

    fn open_microphone(self) {
        self.stop_playback();
        // Called before anything is awaited, so that it still counts as the visitor's own action.
        let asked = Microphone::request(self.device.get_untracked().as_deref());
        let number = self.next_request();
        spawn_local(async move {
            let opened = match asked {
                Ok(request) => {
                    let on_sound = move |samples: Float32Array| self.sound(&samples);
                    let on_lost = move |problem| self.handle(Event::MicrophoneFailed(problem));
                    request.open(on_sound, on_lost).await
                }
                Err(problem) => Err(problem),
            };
            if self.machinery.with_value(|machinery| machinery.request) != number {
                return;
            }
            match opened {
                Ok(microphone) => {
                    self.machinery
                        .update_value(|machinery| machinery.microphone = Some(microphone));
                    self.handle(Event::MicrophoneOpened);
                    // Now that one is allowed, the browser tells what the others are called.
                    self.find_devices();
                }
                Err(problem) => self.handle(Event::MicrophoneFailed(problem)),
            }
        });
    }

    /// Numbers a request for the microphone; earlier ones are out of date from now on.
    fn next_request(self) -> u32 {
        self.machinery
            .update_value(|machinery| machinery.request += 1);
        self.machinery.with_value(|machinery| machinery.request)
    }

    fn begin(self, utterance: u32) {
        self.clear();
        self.insight.utterance.set(utterance);
        self.insight.source.set(Asked::Microphone);
        // A recording tells the worker by itself, once it is decoded.
        let rate = self
            .machinery
            .with_value(|machinery| machinery.microphone.as_ref().map(Microphone::rate));
        if let Some(sample_rate) = rate {
            self.waveform.set(Waveform::new(sample_rate));
            self.level.set(Level::new(sample_rate));
            self.machinery
                .update_value(|machinery| machinery.voice = Some(Voice::new(sample_rate)));
            let begin = Request::Begin {
                utterance,
                sample_rate,
                live: true,
            };
            self.send(&begin, None);
        }
    }

    /// Forgets the answer of a model that is gone.
    pub(super) fn forget_answer(self) {
        self.stop_playback();
        self.clear();
        self.insight.forget();
        self.machinery
            .update_value(|machinery| machinery.sounds.clear());
    }

    /// Says what went wrong with the visitor's last wish; the model is what it was.
    pub(super) fn fail(self, problem: Problem) {
        self.handle(Event::Recording);
        let utterance = self
            .recorder
            .with_untracked(|recorder| recorder.utterance());
        self.handle(Event::Failed { utterance, problem });
    }

    /// Forgets what was heard and found.
    fn clear(self) {
        self.leave_link();
        self.forget_shown();
    }

    /// Takes what was heard and found off the page.
    pub(super) fn forget_shown(self) {
        self.insight.reset();
        self.insight.shared.set(None);
        self.waveform.set(Waveform::new(16_000.0));
        self.found.set(Found::default());
        self.pages.set(1);
    }

    /// A piece of sound from the microphone.
    fn sound(self, samples: &Float32Array) {
        if self
            .recorder
            .with_untracked(|recorder| *recorder.phase() != Phase::Listening)
        {
            return;
        }
        let heard = samples.to_vec();
        // What is drawn is drawn with each reading, both at once: chunks come several times as often as anybody could see.
        let mut read = false;
        self.level.maybe_update(|level| {
            read = level.push(&heard);
            read
        });
        self.waveform.maybe_update(|waveform| {
            waveform.push(&heard);
            read
        });
        let mut known = None;
        self.machinery.update_value(|machinery| {
            known = machinery.voice.as_mut().map(|voice| voice.push(&heard));
        });
        let Some(activity) = known else {
            return;
        };
        let utterance = self
            .recorder
            .with_untracked(|recorder| recorder.utterance());
        self.machinery.update_value(|machinery| {
            let rate = machinery.microphone.as_ref().map(Microphone::rate);
            if let Some(rate) = rate {
                machinery.sounds.add(utterance, rate, &heard);
            }
        });
        self.send(&Request::Sound { utterance }, Some(samples));
        let seconds = self.waveform.with_untracked(Waveform::seconds);
        self.handle(Event::Sound { seconds, activity });
    }

    pub(super) fn send(self, request: &Request, samples: Option<&Float32Array>) {
        let beside = samples.map_or(Enclosed::Nothing, Enclosed::Samples);
        self.send_with(request, beside);
    }

    pub(super) fn send_with(self, request: &Request, beside: Enclosed) {
        self.machinery.update_value(|machinery| {
            if let Some(worker) = &mut machinery.worker {
                worker.send(request, beside);
            }
        });
    }

    pub(super) fn report(self, report: Report) {
        match report {
            Report::Hello { version } if version == VERSION => {
                self.machinery.update_value(|machinery| {
                    if let Some(worker) = &mut machinery.worker {
                        worker.greeted();
                    }
                });
            }
            Report::Hello { version } => {
                let detail =
                    format!("the worker speaks version {version}, the page version {VERSION}");
                self.unavailable(Problem::new(Code::PackRefused, detail));
            }
            Report::Progress(step) => self.readiness.update(|readiness| {
                // After a failure, a word that was still under way changes nothing.
                if let Readiness::Loading(loading) | Readiness::Restoring(loading) = readiness {
                    loading.advance(step, clock::milliseconds() / 1000.0);
                }
            }),
            Report::Lost { detail } => {
                leptos::logging::warn!("the GPU was lost: {detail}");
                self.readiness.set(Readiness::Restoring(Loading::default()));
            }
            Report::Offer(offer) => self.readiness.set(Readiness::Offered(offer)),
            Report::Ready(ready) => {
                self.recorder
                    .update(|recorder| recorder.set_limit_seconds(ready.max_seconds));
                self.begin_bench(&ready);
                self.readiness.set(Readiness::Ready(ready));
                // Not earlier: it must not compete with the model for the network.
                self.keep_page();
                self.measure_kept();
            }
            Report::Unavailable { problem } => self.unavailable(problem),
            Report::Live { utterance, found } => {
                if self.is_current(utterance) {
                    self.take_found(found);
                }
            }
            Report::Answer { utterance, found } => {
                if self.is_current(utterance) {
                    self.take_answer(utterance, found);
                }
                self.handle(Event::Answer { utterance });
            }
            Report::Failed { utterance, problem } => {
                self.handle(Event::Failed { utterance, problem })
            }
            Report::Pulls { .. }
            | Report::Struck { .. }
            | Report::Forgotten { .. }
            | Report::Travels { .. }
            | Report::Learnt { .. }
            | Report::Seen { .. }
            | Report::Numbers(_) => self.take_insight(report),
            Report::Measuring { .. }
            | Report::Measured { .. }
            | Report::Stages { .. }
            | Report::Benched { .. } => self.take_bench(report),
        }
    }

    pub(super) fn unavailable(self, mut problem: Problem) {
        if !window().navigator().on_line() {
            problem.code = problem.code.without_network();
        }
        // What the visitor wanted is no error.
        if problem.code != Code::LoadingStopped {
            leptos::logging::error!("SaySee has no engine: {}", problem.detail);
        }
        let utterance = self
            .recorder
            .with_untracked(|recorder| recorder.utterance());
        self.readiness.set(Readiness::Unavailable(problem.clone()));
        self.handle(Event::Failed { utterance, problem });
    }

    /// Whether news of this utterance still matter.
    fn is_current(self, utterance: u32) -> bool {
        self.recorder.with_untracked(|recorder| {
            recorder.utterance() == utterance
                && matches!(recorder.phase(), Phase::Listening | Phase::Thinking)
        })
    }
}
