//! Utterances to answers, one after the other; questions without sound are in `questions`.

mod questions;

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;
use gloo_timers::future::TimeoutFuture;
use saysee_engine::live::{LiveKeyword, Pass, Utterance, View};
use saysee_engine::{BackendChoice, BackendKind, Engine, EngineError};
use web_sys::File;

use crate::logic::problem::{Code, Problem};
use crate::protocol::{self, Folder, Found, Ranking, Ready, Report, Request};
use crate::worker::inbox::Letter;
use crate::worker::insight::Insight;
use crate::worker::loading::{Loaded, Opened};
use crate::worker::reading::Reading;
use crate::worker::{bench, outbox, problems};

/// So often a GPU may be lost; after that the CPU takes over.
const MOST_LOSSES: u32 = 2;
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
        insight: Insight::default(),
        reading: None,
        opening: None,
        losses: 0,
    };
    loop {
        if !session.is_free() {
            let Some(letter) = inbox.next().await else {
                return;
            };
            session.take(letter).await;
        }
        // The page may have said more while the engine was at work: all of it counts before the next
        // piece of work is chosen. The browser delivers messages only between tasks.
        TimeoutFuture::new(0).await;
        while let Ok(letter) = inbox.try_recv() {
            session.take(letter).await;
        }
        while session.work().await == Work::Again {}
        session.find_out().await;
    }
}

/// What becomes of a piece of work.
#[derive(PartialEq, Eq)]
enum Work {
    /// It is done, or cannot be.
    Done,
    /// It has to be done once more, with another engine.
    Again,
}

/// What an engine is made of, to make it again.
#[derive(Clone)]
struct Opening {
    pack: Folder,
    gallery: Folder,
    files: Vec<File>,
    choice: BackendChoice,
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
    /// What is found out when nothing else is to be done.
    insight: Insight,
    /// What reads typed text.
    reading: Option<Reading>,
    /// What the engine was made of.
    opening: Option<Opening>,
    /// How often the GPU was lost.
    losses: u32,
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
    /// The ranking of the last pass, and every picture's score.
    ranking: (Ranking, Vec<f32>),
    /// The last pass, if it heard everything.
    complete: Option<Pass>,
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
                sparing,
            } => {
                let opening = Opening {
                    pack,
                    gallery,
                    files,
                    choice: choice(backend),
                };
                self.opening = Some(opening.clone());
                match opening.open(refetch).await {
                    Ok(opened) => {
                        let offer = opened.offer().await;
                        if agreed || !offer.needs_asking(sparing) {
                            self.load(opened, opening.choice).await;
                        } else {
                            self.offered = Some((opened, opening.choice));
                            outbox::send(&Report::Offer(offer));
                        }
                    }
                    Err(problem) => self.fail_to_load(problem),
                }
            }
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
            Request::Text { utterance, text } => {
                let embedding = self.embed_text(&text).await;
                self.rank(utterance, embedding).await;
            }
            Request::Like { utterance, picture } => {
                let embedding = self.embedding_of(picture);
                self.rank(utterance, embedding).await;
            }
            Request::Rank {
                utterance,
                space,
                embedding,
            } => {
                let embedding = self.check(&space, embedding);
                self.rank(utterance, embedding).await;
            }
            Request::Explain {
                utterance,
                spans,
                pictures,
            } => self.insight.explain(utterance, spans, pictures),
            Request::Strike { utterance, spans } => self.insight.strike(utterance, spans),
            Request::Learn { sample } => self.insight.learn(sample, samples),
            Request::See { picture } => {
                if let Ok(embedding) = self.embedding_of(picture) {
                    outbox::send(&Report::Seen { picture, embedding });
                }
            }
            Request::Count { utterance } => self.insight.count(utterance),
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
            Ok(loaded) => {
                let Loaded {
                    engine,
                    mut ready,
                    pictures,
                    reading,
                } = loaded;
                ready.losses = self.losses;
                self.engine = Ok(engine);
                self.ready = Some(ready.clone());
                self.insight.set_pictures(pictures);
                self.reading = reading;
                outbox::send(&Report::Ready(Box::new(ready)));
            }
            Err(problem) => self.fail_to_load(problem),
        }
    }

    /// The GPU is gone, and everything on it: makes the engine again, on the CPU if that happens too often. What is
    /// being said meanwhile is kept.
    async fn restore(&mut self, error: &EngineError) -> Work {
        let Some(opening) = self.opening.clone() else {
            return Work::Done;
        };
        self.losses += 1;
        let detail = error.to_string();
        // Room for the new one.
        self.engine = Err(Problem::new(Code::GpuLost, detail.clone()));
        outbox::send(&Report::Lost { detail });
        let choice = match self.losses {
            0..=MOST_LOSSES => opening.choice,
            _ => BackendChoice::Cpu,
        };
        match opening.open(false).await {
            Ok(opened) => self.load(opened, choice).await,
            Err(problem) => self.fail_to_load(problem),
        }
        match self.engine {
            Ok(_) => Work::Again,
            Err(_) => {
                self.current = None;
                Work::Done
            }
        }
    }

    fn fail_to_load(&mut self, problem: Problem) {
        self.engine = Err(problem.clone());
        outbox::send(&Report::Unavailable { problem });
    }

    fn begin(&mut self, number: u32, sample_rate: f64, live: bool) {
        self.insight.give_up();
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
                    // The page knows whether a speaker falls silent or only pauses; a recording is asked from its first
                    // sample to its last.
                    utterance: if live {
                        utterance.through_pauses()
                    } else {
                        utterance.through_silence()
                    },
                    engine_ms: 0.0,
                    ranking: (Ranking::default(), Vec::new()),
                    complete: None,
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
    async fn work(&mut self) -> Work {
        let (Ok(engine), Some(current)) = (&mut self.engine, &mut self.current) else {
            return Work::Done;
        };
        let pass = current
            .utterance
            .next_pass()
            .filter(|pass| current.live || pass.complete);
        if let Some(pass) = pass {
            let hearing = match pass.complete {
                true => engine.query(&pass.samples, usize::MAX).await,
                false => engine.query_growing(&pass.samples, usize::MAX).await,
            };
            match hearing {
                Ok(mut answer) => {
                    current.engine_ms = f64::from(answer.timing.total_ms);
                    let results = std::mem::take(&mut answer.results);
                    let embedding = answer.embedding.clone();
                    current.ranking = self.insight.ranking(&results, embedding);
                    current.utterance.take(&pass, answer);
                    current.complete = pass.complete.then_some(pass);
                    if !current.finished {
                        outbox::send(&Report::Live {
                            utterance: current.number,
                            found: current.found(),
                        });
                    }
                }
                Err(error) if is_of_gpu(&error) && engine.backend().kind == BackendKind::Gpu => {
                    return self.restore(&error).await;
                }
                Err(error) => self.fail(problems::of_engine(&error)),
            }
        }
        self.conclude();
        Work::Done
    }

    /// Gives the final answer, once the page waits for it and there is one.
    fn conclude(&mut self) {
        let Some(mut current) = self.current.take_if(|current| current.finished) else {
            return;
        };
        let utterance = current.number;
        let report = if let Some(pass) = current.complete.take() {
            let found = current.found();
            let (ranking, scores) = current.ranking;
            self.insight.travel(utterance, &ranking);
            let Pass {
                samples, offset, ..
            } = pass;
            self.insight.remember(utterance, samples, offset, scores);
            Report::Answer {
                utterance,
                found: Found { ranking, ..found },
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

impl Opening {
    async fn open(&self, refetch: bool) -> Result<Opened, Problem> {
        let (pack, gallery) = (self.pack.clone(), self.gallery.clone());
        Opened::new(pack, gallery, self.files.clone(), refetch).await
    }
}

/// Whether it is the device that failed, not what it was asked.
fn is_of_gpu(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::GpuLost { .. } | EngineError::Kernel { .. }
    )
}

impl Current {
    fn found(&self) -> Found {
        let View {
            seconds, keywords, ..
        } = self.utterance.view();
        let (ranking, _) = &self.ranking;
        Found {
            seconds,
            keywords: keywords.into_iter().map(keyword).collect(),
            ranking: Ranking {
                matches: ranking.matches.clone(),
                median: ranking.median,
                // Nobody keeps what is not complete.
                embedding: Vec::new(),
            },
            engine_ms: self.engine_ms,
        }
    }
}

fn keyword(LiveKeyword { id, keyword, firm }: LiveKeyword) -> protocol::Keyword {
    protocol::Keyword {
        id,
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
