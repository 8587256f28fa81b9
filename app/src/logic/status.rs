//! The one line that says where things stand.

use crate::logic::format;
use crate::logic::level::Hint;
use crate::logic::problem::{Problem, Remedy};
use crate::logic::progress::Progress;
use crate::logic::recorder::Phase;
use crate::protocol::{Found, Offer, Origin, Ready, Step};
use crate::texts;

/// What has to happen before there is an engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Loading {
    /// Files arrive.
    Fetching {
        /// How many bytes of how many.
        progress: Progress,
        /// Where the last ones came from.
        origin: Origin,
        /// So many of so many kernels are compiled meanwhile.
        kernels: (u32, u32),
    },
    /// They are checked, and weights go to the device.
    Preparing,
    /// Kernels are compiled: so many of so many are done.
    Compiling(u32, u32),
}

impl Default for Loading {
    fn default() -> Self {
        Self::Fetching {
            progress: Progress::default(),
            origin: Origin::Network,
            kernels: (0, 0),
        }
    }
}

impl Loading {
    /// Takes a step of the worker at `now` (seconds of any steady clock). Kernels are compiled while the first
    /// files arrive: as long as files are missing, these are what is shown first.
    pub fn advance(&mut self, step: Step, now: f64) {
        match (&mut *self, step) {
            (
                Self::Fetching {
                    progress, origin, ..
                },
                Step::Fetching {
                    bytes,
                    total,
                    origin: from,
                },
            ) => {
                progress.update(bytes, total, now);
                *origin = from;
            }
            (
                Self::Fetching {
                    progress, kernels, ..
                },
                Step::Compiling { done, total },
            ) if progress.is_under_way() => *kernels = (done, total),
            (_, Step::Compiling { done, total }) => *self = Self::Compiling(done, total),
            (
                _,
                Step::Fetching {
                    bytes,
                    total,
                    origin,
                },
            ) if bytes < total => {
                let mut progress = Progress::default();
                progress.update(bytes, total, now);
                *self = Self::Fetching {
                    progress,
                    origin,
                    kernels: (0, 0),
                };
            }
            (_, Step::Preparing | Step::Fetching { .. }) => *self = Self::Preparing,
        }
    }

    /// How far this is, `[0, 1]`.
    pub fn fraction(&self) -> f64 {
        match self {
            Self::Fetching { progress, .. } => progress.fraction(),
            Self::Preparing => 1.0,
            Self::Compiling(done, total) => f64::from(*done) / f64::from((*total).max(1)),
        }
    }

    /// How far this is, in few words.
    pub fn amount(&self) -> String {
        match self {
            Self::Fetching { progress, .. } => progress.amount(),
            Self::Preparing => texts::loading::PREPARING.to_owned(),
            Self::Compiling(done, total) => texts::loading::kernel(*done, *total),
        }
    }

    /// How far this is, in words.
    pub fn sentence(&self) -> String {
        match self {
            Self::Fetching {
                progress,
                kernels: (done, total),
                ..
            } if done < total => texts::loading::meanwhile(&progress.amount(), *done, *total),
            Self::Fetching {
                progress, origin, ..
            } => match origin {
                Origin::Network => progress.sentence(),
                Origin::Storage | Origin::Disk => {
                    texts::loading::origin(&progress.amount(), *origin)
                }
            },
            Self::Preparing => texts::loading::PREPARING.to_owned(),
            Self::Compiling(done, total) => texts::loading::compiling(*done, *total),
        }
    }
}

/// Whether there is an engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Readiness {
    /// The visitor is asked whether to load it.
    Offered(Offer),
    /// Files arrive, or the engine is being made.
    Loading(Loading),
    /// It has answered until its GPU was lost, and is being made again.
    Restoring(Loading),
    /// It answers.
    Ready(Box<Ready>),
    /// It will not come by itself.
    Unavailable(Problem),
}

/// What is known of the speaker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Speaker {
    /// What they should know.
    pub hint: Hint,
    /// Whole seconds of sound so far.
    pub seconds: u32,
    /// Whole seconds there may be.
    pub limit: u32,
    /// Whether the button is held down.
    pub holding: bool,
}

/// What the status line shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// `loading`, `idle`, `asking`, `listening`, `thinking`, `answered` or `failed`.
    pub state: &'static str,
    /// What is going on: spoken by screen readers when it changes.
    pub sentence: String,
    /// Spoken after the sentence; those who see the page see it anyway.
    pub aside: String,
    /// What to do, or a detail that changes too often to be spoken.
    pub hint: String,
    /// Name of the problem of a failed state.
    pub problem: Option<&'static str>,
    /// For builders.
    pub detail: Option<String>,
    /// What can be pressed.
    pub remedy: Remedy,
}

impl Status {
    fn plain(state: &'static str, sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            state,
            sentence: sentence.into(),
            aside: String::new(),
            hint: hint.into(),
            problem: None,
            detail: None,
            remedy: Remedy::None,
        }
    }

    fn failed(problem: &Problem) -> Self {
        Self {
            state: "failed",
            sentence: problem.code.sentence().to_owned(),
            aside: String::new(),
            hint: problem.code.next_step().to_owned(),
            problem: Some(problem.code.name()),
            detail: Some(problem.detail.clone()),
            remedy: problem.code.remedy(),
        }
    }
}

/// The status of question, speaker and engine together. `best` is the caption of the first picture.
pub fn status(
    phase: &Phase,
    readiness: &Readiness,
    speaker: Speaker,
    found: &Found,
    best: Option<&str>,
) -> Status {
    match (phase, readiness) {
        (Phase::Failed(problem), _) => Status::failed(problem),
        // Without an engine nothing else matters, except what the visitor is in the middle of.
        (Phase::Idle | Phase::Thinking, Readiness::Unavailable(problem)) => Status::failed(problem),
        (Phase::Idle, Readiness::Loading(loading)) => Status::plain(
            "loading",
            texts::status::LOADING,
            format::sentence(&loading.sentence()),
        ),
        (Phase::Idle, Readiness::Restoring(loading)) => Status::plain(
            "loading",
            texts::status::RESTORING,
            format::sentence(&loading.sentence()),
        ),
        (Phase::Idle | Phase::Thinking, Readiness::Offered(offer)) => {
            Status::plain("offered", texts::status::OFFERED, offer.sentence())
        }
        (Phase::Idle, Readiness::Ready(_)) => {
            Status::plain("idle", texts::status::READY, texts::status::READY_HINT)
        }
        (Phase::Asking, _) => {
            Status::plain("asking", texts::status::ASKING, texts::status::ASKING_HINT)
        }
        (Phase::Listening, _) => Status::plain(
            "listening",
            texts::status::listening(speaker.hint),
            texts::status::until(speaker),
        ),
        (Phase::Thinking, Readiness::Loading(loading)) => {
            let hint = format::sentence(&loading.sentence());
            Status::plain("thinking", texts::status::WAITING, hint)
        }
        (Phase::Thinking, Readiness::Restoring(loading)) => {
            let hint = format::sentence(&loading.sentence());
            Status::plain("thinking", texts::status::WAITING_AGAIN, hint)
        }
        (Phase::Thinking, Readiness::Ready(_)) => {
            Status::plain("thinking", texts::status::THINKING, "")
        }
        (Phase::Answered, _) => answered(found, best),
    }
}

fn answered(found: &Found, best: Option<&str>) -> Status {
    let words: Vec<&str> = found
        .keywords
        .iter()
        .map(|keyword| keyword.token.as_str())
        .collect();
    let heard = if words.is_empty() {
        texts::status::NO_WORD.to_owned()
    } else {
        texts::status::heard(&words)
    };
    Status {
        aside: best.map_or_else(String::new, texts::status::best),
        ..Status::plain(
            "answered",
            heard,
            texts::status::took(found.engine_ms, found.seconds),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::problem::Code;
    use crate::protocol::{Keyword, Ranking};

    fn ready() -> Readiness {
        Readiness::Ready(Box::new(Ready {
            backend: "cpu".to_owned(),
            adapter: String::new(),
            threads: Some(1),
            reason: String::new(),
            losses: 0,
            pack: String::new(),
            pack_bytes: 0,
            origin: Origin::Network,
            gallery_bytes: 0,
            foreign: None,
            heap_bytes: 0,
            max_seconds: 15.0,
            preparing_ms: 0.0,
            kernels: None,
            same_kernels: false,
            start_ms: None,
            timings: Vec::new(),
            space: String::new(),
            gallery: String::new(),
            mark: [0; 4],
            reads_text: false,
        }))
    }

    fn state(phase: &Phase, readiness: &Readiness) -> &'static str {
        let speaker = Speaker::default();
        status(phase, readiness, speaker, &Found::default(), None).state
    }

    #[test]
    fn phases_and_engine_combine() {
        let loading = Readiness::Loading(Loading::default());
        let damaged =
            Readiness::Unavailable(Problem::new(Code::DownloadDamaged, "weights-1: checksum"));
        assert_eq!(state(&Phase::Idle, &loading), "loading");
        assert_eq!(state(&Phase::Idle, &ready()), "idle");
        assert_eq!(state(&Phase::Idle, &damaged), "failed");
        assert_eq!(state(&Phase::Thinking, &loading), "thinking");
        let restoring = Readiness::Restoring(Loading::default());
        assert_eq!(state(&Phase::Idle, &restoring), "loading");
        assert_eq!(state(&Phase::Thinking, &restoring), "thinking");
        assert_eq!(state(&Phase::Thinking, &damaged), "failed");
        assert_eq!(state(&Phase::Listening, &loading), "listening");
        assert_eq!(state(&Phase::Asking, &damaged), "asking");
    }

    #[test]
    fn every_step_of_loading_can_be_shown() {
        let fetching = |origin, kernels| {
            let mut progress = Progress::default();
            progress.update(1_200_000, 2_400_000, 0.0);
            Loading::Fetching {
                progress,
                origin,
                kernels,
            }
        };
        let steps = [
            (fetching(Origin::Network, (9, 9)), 0.5, "1.2 MB of 2.4 MB"),
            (
                fetching(Origin::Network, (3, 9)),
                0.5,
                "1.2 MB of 2.4 MB; compiling kernels, 3 of 9",
            ),
            (
                fetching(Origin::Storage, (0, 0)),
                0.5,
                "1.2 MB of 2.4 MB from this browser's storage",
            ),
            (Loading::Preparing, 1.0, "preparing"),
            (
                Loading::Compiling(3, 12),
                0.25,
                "compiling kernels, 3 of 12",
            ),
            (Loading::Compiling(0, 0), 0.0, "compiling kernels, 0 of 0"),
        ];
        for (step, fraction, sentence) in steps {
            assert_eq!(step.fraction(), fraction);
            assert_eq!(step.sentence(), sentence);
        }
    }

    #[test]
    fn files_come_before_kernels() {
        let fetching = |bytes| Step::Fetching {
            bytes,
            total: 100,
            origin: Origin::Network,
        };
        let compiling = Step::Compiling { done: 1, total: 2 };
        let mut loading = Loading::default();
        loading.advance(compiling, 0.0);
        assert_eq!(loading, Loading::Compiling(1, 2));
        loading.advance(fetching(50), 1.0);
        loading.advance(compiling, 2.0);
        assert_eq!(
            loading.sentence(),
            "50 B of 100 B; compiling kernels, 1 of 2"
        );
        loading.advance(fetching(100), 3.0);
        loading.advance(compiling, 4.0);
        assert_eq!(loading, Loading::Compiling(1, 2));
        loading.advance(Step::Preparing, 5.0);
        loading.advance(fetching(100), 6.0);
        assert_eq!(loading, Loading::Preparing);
    }

    #[test]
    fn an_offer_is_a_state_of_its_own() {
        let offer = Readiness::Offered(Offer {
            name: "base".to_owned(),
            host: "packs.example".to_owned(),
            bytes: 151_000_000,
            stored_bytes: 0,
        });
        let shown = status(
            &Phase::Idle,
            &offer,
            Speaker::default(),
            &Found::default(),
            None,
        );
        assert_eq!(shown.state, "offered");
        assert!(shown.hint.contains("151 MB"));
    }

    #[test]
    fn a_failure_says_what_and_what_next() {
        let problem = Problem::new(Code::DownloadDamaged, "weights-1.safetensors: checksum");
        let shown = status(
            &Phase::Idle,
            &Readiness::Unavailable(problem),
            Speaker::default(),
            &Found::default(),
            None,
        );
        assert_eq!(shown.problem, Some("download-damaged"));
        assert_eq!(shown.remedy, Remedy::LoadAgain);
        assert_eq!(
            shown.detail.as_deref(),
            Some("weights-1.safetensors: checksum")
        );
    }

    #[test]
    fn a_speaker_hears_what_to_do_and_how_long_it_may_take() {
        let listening = |speaker| {
            status(
                &Phase::Listening,
                &ready(),
                speaker,
                &Found::default(),
                None,
            )
        };
        let mut speaker = Speaker {
            seconds: 3,
            limit: 15,
            ..Speaker::default()
        };
        let tapped = listening(speaker);
        assert_eq!(tapped.sentence, "Listening.");
        assert!(tapped.hint.contains("3 of 15 s") && tapped.hint.contains("Pause"));
        speaker.holding = true;
        assert!(listening(speaker).hint.contains("Let go"));
        let remarks: Vec<String> = [Hint::Silent, Hint::TooQuiet, Hint::Clipping]
            .into_iter()
            .map(|hint| listening(Speaker { hint, ..speaker }).sentence)
            .collect();
        assert!(remarks[0].contains("muted") && remarks[1].contains("quiet"));
        assert!(remarks[2].contains("loud"));
    }

    #[test]
    fn an_answer_names_words_and_picture() {
        let keyword = |token: &str| Keyword {
            id: 0,
            start: 0.0,
            end: 0.5,
            token: token.to_owned(),
            score: 0.5,
            firm: true,
            alternatives: Vec::new(),
        };
        let found = Found {
            seconds: 1.75,
            keywords: vec![keyword("dogs"), keyword("beach")],
            ranking: Ranking::default(),
            engine_ms: 48.0,
        };
        let shown = status(
            &Phase::Answered,
            &ready(),
            Speaker::default(),
            &found,
            Some("two dogs on the beach"),
        );
        assert_eq!(shown.sentence, "Heard dogs and beach.");
        assert_eq!(shown.aside, "Best picture: two dogs on the beach.");
        assert_eq!(shown.hint, "48 ms for 1.75 s of sound");
        let nothing = status(
            &Phase::Answered,
            &ready(),
            Speaker::default(),
            &Found::default(),
            None,
        );
        assert_eq!(nothing.sentence, "No single word stood out.");
    }
}
