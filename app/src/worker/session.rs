//! Utterances to answers, one after the other.

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;
use gloo_timers::future::TimeoutFuture;
use saysee_engine::live::{LiveKeyword, Utterance, View};
use saysee_engine::{BackendChoice, Engine};

use crate::logic::problem::{Code, Problem};
use crate::protocol::{self, Found, Ready, Report, Request};
use crate::worker::inbox::Letter;
use crate::worker::loading::Opened;
use crate::worker::{bench, outbox, problems};

/// Pictures ranked for an utterance: as many as a visitor may page through.
const RANKED: usize = 120;
/// Seconds below which nothing can be recognised.
const SHORTEST: f32 = 0.05;

/// Serves requests, in order, until the page ends the worker.
pub async fn serve(mut inbox: UnboundedReceiver<Letter>) {
    let mut session = Session {
        engine: Err(Problem::new(Code::EngineFailed, "no engine was asked for")),
        ready: None,
        offered: None,
        waiting: Vec::new(),
        current: None,
    };
    while let Some(letter) = inbox.next().await {
        session.take(letter).await;
        // The page may have said more while the engine was at work: all of it counts before the next
        // piece of work is chosen. The browser delivers messages only between tasks.
        TimeoutFuture::new(0).await;
        while let Ok(letter) = inbox.try_recv() {
            session.take(letter).await;
        }
        session.work().await;
    }
}

struct Session {
    /// The engine, or why there is none.
    engine: Result<Engine, Problem>,
    /// What was told of it.
    ready: Option<Ready>,
    /// What the visitor has to agree to.
    offered: Option<(Opened, BackendChoice)>,
    /// What was said while the visitor was asked.
    waiting: Vec<Letter>,
    current: Option<Current>,
}

/// The utterance that is being spoken.
struct Current {
    number: u32,
    /// Whether the page wants to know before it is complete.
    live: bool,
    /// Whether the page has said that it is complete.
    finished: bool,
    utterance: Utterance,
    /// Milliseconds of the last pass.
    engine_ms: f64,
}

impl Session {
    async fn take(&mut self, letter: Letter) {
        let decides = matches!(letter.request, Request::Open { .. } | Request::Agree);
        if self.offered.is_some() && !decides {
            self.waiting.push(letter);
            return;
        }
        self.answer(letter).await;
        if self.offered.is_none() {
            for letter in std::mem::take(&mut self.waiting) {
                self.answer(letter).await;
            }
        }
    }

    async fn answer(&mut self, letter: Letter) {
        let Letter {
            request,
            samples,
            files,
        } = letter;
        match request {
            Request::Open {
                pack,
                gallery,
                backend,
                refetch,
                agreed,
            } => match Opened::new(pack, gallery, files, refetch).await {
                Ok(opened) => {
                    let offer = opened.offer().await;
                    if agreed || !offer.needs_asking() {
                        self.load(opened, choice(backend)).await;
                    } else {
                        self.offered = Some((opened, choice(backend)));
                        outbox::send(&Report::Offer(offer));
                    }
                }
                Err(problem) => self.fail_to_load(problem),
            },
            Request::Agree => {
                if let Some((opened, choice)) = self.offered.take() {
                    self.load(opened, choice).await;
                }
            }
            Request::Begin {
                utterance,
                sample_rate,
                live,
            } => self.begin(utterance, sample_rate, live),
            Request::Sound { utterance } => self.feed(utterance, |current| {
                current
                    .utterance
                    .push(&samples)
                    .map_err(|error| problems::of_engine(&error.into()))?;
                Ok(())
            }),
            Request::Finish { utterance } => self.feed(utterance, |current| {
                current.finished = true;
                current
                    .utterance
                    .finish()
                    .map_err(|error| problems::of_engine(&error.into()))?;
                Ok(())
            }),
            Request::Cancel { utterance } => {
                self.current.take_if(|current| current.number == utterance);
            }
            Request::Bench { query, ready_ms } => {
                let run = match &mut self.engine {
                    Ok(engine) => bench::run(engine, &query, self.ready.as_ref(), ready_ms).await,
                    Err(problem) => Err(problem.clone()),
                };
                if let Err(problem) = run {
                    self.fail_to_load(problem);
                }
            }
        }
    }

    async fn load(&mut self, opened: Opened, choice: BackendChoice) {
        match opened.load(choice).await {
            Ok((engine, ready)) => {
                self.engine = Ok(engine);
                self.ready = Some(ready.clone());
                outbox::send(&Report::Ready(ready));
            }
            Err(problem) => self.fail_to_load(problem),
        }
    }

    fn fail_to_load(&mut self, problem: Problem) {
        self.engine = Err(problem.clone());
        outbox::send(&Report::Unavailable { problem });
    }

    fn begin(&mut self, number: u32, sample_rate: f64, live: bool) {
        let begun = self
            .engine
            .as_ref()
            .map_err(Problem::clone)
            .and_then(|engine| {
                let utterance = Utterance::new(sample_rate as u32, engine.max_seconds());
                utterance.map_err(|error| problems::of_engine(&error.into()))
            });
        match begun {
            Ok(utterance) => {
                self.current = Some(Current {
                    number,
                    live,
                    finished: false,
                    // A recording is asked from its first sample to its last, pauses included.
                    utterance: if live {
                        utterance
                    } else {
                        utterance.through_silence()
                    },
                    engine_ms: 0.0,
                });
            }
            Err(problem) => outbox::send(&Report::Failed {
                utterance: number,
                problem,
            }),
        }
    }

    /// Changes the current utterance, if it is this one; an utterance that cannot go on is over.
    fn feed(&mut self, number: u32, change: impl FnOnce(&mut Current) -> Result<(), Problem>) {
        let Some(current) = self
            .current
            .as_mut()
            .filter(|current| current.number == number)
        else {
            return;
        };
        if let Err(problem) = change(current) {
            self.fail(problem);
        }
    }

    fn fail(&mut self, problem: Problem) {
        if let Some(Current { number, .. }) = self.current.take() {
            outbox::send(&Report::Failed {
                utterance: number,
                problem,
            });
        }
    }

    /// Hears what is worth hearing now, and tells the page.
    async fn work(&mut self) {
        let (Ok(engine), Some(current)) = (&mut self.engine, &mut self.current) else {
            return;
        };
        let pass = current
            .utterance
            .next_pass()
            .filter(|pass| current.live || pass.complete);
        if let Some(pass) = pass {
            match engine.query(&pass.samples, RANKED).await {
                Ok(answer) => {
                    current.engine_ms = f64::from(answer.timing.total_ms);
                    current.utterance.take(&pass, answer);
                    if !current.finished {
                        outbox::send(&Report::Live {
                            utterance: current.number,
                            found: current.found(),
                        });
                    }
                }
                Err(error) => self.fail(problems::of_engine(&error)),
            }
        }
        self.conclude();
    }

    /// Gives the final answer, once the page waits for it and there is one.
    fn conclude(&mut self) {
        let Some(current) = self.current.take_if(|current| current.finished) else {
            return;
        };
        let utterance = current.number;
        let report = if current.utterance.view().complete {
            Report::Answer {
                utterance,
                found: current.found(),
            }
        } else {
            let seconds = current.utterance.seconds();
            let code = if seconds < SHORTEST {
                Code::TooShort
            } else {
                Code::NothingHeard
            };
            let problem = Problem::new(code, format!("{seconds:.2} seconds of silence"));
            Report::Failed { utterance, problem }
        };
        outbox::send(&report);
    }
}

impl Current {
    fn found(&self) -> Found {
        let View {
            seconds,
            keywords,
            results,
            ..
        } = self.utterance.view();
        let matches = results.into_iter().map(|found| protocol::Match {
            index: found.index,
            score: found.score,
        });
        Found {
            seconds,
            keywords: keywords.into_iter().map(keyword).collect(),
            matches: matches.collect(),
            engine_ms: self.engine_ms,
        }
    }
}

fn keyword(LiveKeyword { keyword, firm, .. }: LiveKeyword) -> protocol::Keyword {
    protocol::Keyword {
        start: keyword.start,
        end: keyword.end,
        token: keyword.token,
        score: keyword.score,
        firm,
        alternatives: keyword.alternatives,
    }
}

fn choice(backend: protocol::BackendChoice) -> BackendChoice {
    match backend {
        protocol::BackendChoice::Auto => BackendChoice::Auto,
        protocol::BackendChoice::Gpu => BackendChoice::Gpu,
        protocol::BackendChoice::Cpu => BackendChoice::Cpu,
    }
}
