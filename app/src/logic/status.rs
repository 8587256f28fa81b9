//! The one line that says where things stand.

use crate::logic::format;
use crate::logic::problem::{Problem, Remedy};
use crate::logic::progress::Progress;
use crate::logic::recorder::Phase;
use crate::protocol::{Found, Ready};

/// What has to happen before there is an engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Loading {
    /// Files arrive.
    Fetching(Progress),
    /// They are checked, and weights go to the device.
    Preparing,
    /// Kernels are compiled: so many of so many are done.
    Compiling(u32, u32),
}

impl Loading {
    /// How far this is, `[0, 1]`.
    pub fn fraction(&self) -> f64 {
        match self {
            Self::Fetching(progress) => progress.fraction(),
            Self::Preparing => 1.0,
            Self::Compiling(done, total) => f64::from(*done) / f64::from((*total).max(1)),
        }
    }

    /// How far this is, in few words.
    pub fn amount(&self) -> String {
        match self {
            Self::Fetching(progress) => progress.amount(),
            Self::Preparing => "preparing".to_owned(),
            Self::Compiling(done, total) => format!("kernel {done} of {total}"),
        }
    }

    /// How far this is, in words.
    pub fn sentence(&self) -> String {
        match self {
            Self::Fetching(progress) => progress.sentence(),
            Self::Preparing => "preparing".to_owned(),
            Self::Compiling(done, total) => format!("compiling kernels, {done} of {total}"),
        }
    }
}

/// Whether there is an engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Readiness {
    /// Files arrive, or the engine is being made.
    Loading(Loading),
    /// It answers.
    Ready(Ready),
    /// It will not come by itself.
    Unavailable(Problem),
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

/// The status of question and engine together. `best` is the caption of the first picture.
pub fn status(phase: &Phase, readiness: &Readiness, found: &Found, best: Option<&str>) -> Status {
    match (phase, readiness) {
        (Phase::Failed(problem), _) => Status::failed(problem),
        // Without an engine nothing else matters, except what the visitor is in the middle of.
        (Phase::Idle | Phase::Thinking, Readiness::Unavailable(problem)) => Status::failed(problem),
        (Phase::Idle, Readiness::Loading(loading)) => Status::plain(
            "loading",
            "Loading the model.",
            format::sentence(&loading.sentence()),
        ),
        (Phase::Idle, Readiness::Ready(_)) => Status::plain(
            "idle",
            "Ready when you are.",
            "Press and describe a picture.",
        ),
        (Phase::Asking, _) => Status::plain(
            "asking",
            "Waiting for the microphone.",
            "Please allow it in the browser.",
        ),
        (Phase::Listening, _) => Status::plain(
            "listening",
            "Listening.",
            "Pause, or press again, when done.",
        ),
        (Phase::Thinking, Readiness::Loading(loading)) => {
            let hint = format::sentence(&loading.sentence());
            Status::plain("thinking", "Heard you; the model is still loading.", hint)
        }
        (Phase::Thinking, Readiness::Ready(_)) => {
            Status::plain("thinking", "Looking through the pictures.", "")
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
        "No single word stood out.".to_owned()
    } else {
        format!("Heard {}.", format::list(&words))
    };
    let time = format::milliseconds(found.engine_ms);
    Status {
        aside: best.map_or_else(String::new, |caption| format!("Best picture: {caption}.")),
        ..Status::plain(
            "answered",
            heard,
            format!("{time} for {} of sound", format::seconds(found.seconds)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::problem::Code;
    use crate::protocol::Keyword;

    fn ready() -> Readiness {
        Readiness::Ready(Ready {
            backend: "cpu".to_owned(),
            adapter: String::new(),
            reason: String::new(),
            pack: String::new(),
            pack_bytes: 0,
            gallery_bytes: 0,
            max_seconds: 15.0,
            preparing_ms: 0.0,
        })
    }

    fn state(phase: &Phase, readiness: &Readiness) -> &'static str {
        status(phase, readiness, &Found::default(), None).state
    }

    #[test]
    fn phases_and_engine_combine() {
        let loading = Readiness::Loading(Loading::Fetching(Progress::default()));
        let damaged =
            Readiness::Unavailable(Problem::new(Code::DownloadDamaged, "weights-1: checksum"));
        assert_eq!(state(&Phase::Idle, &loading), "loading");
        assert_eq!(state(&Phase::Idle, &ready()), "idle");
        assert_eq!(state(&Phase::Idle, &damaged), "failed");
        assert_eq!(state(&Phase::Thinking, &loading), "thinking");
        assert_eq!(state(&Phase::Thinking, &damaged), "failed");
        assert_eq!(state(&Phase::Listening, &loading), "listening");
        assert_eq!(state(&Phase::Asking, &damaged), "asking");
    }

    #[test]
    fn every_step_of_loading_can_be_shown() {
        let mut progress = Progress::default();
        progress.update(1_200_000, 2_400_000, 0.0);
        let steps = [
            (Loading::Fetching(progress), 0.5, "1.2 MB of 2.4 MB"),
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
    fn a_failure_says_what_and_what_next() {
        let problem = Problem::new(Code::DownloadDamaged, "weights-1.safetensors: checksum");
        let shown = status(
            &Phase::Idle,
            &Readiness::Unavailable(problem),
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
    fn an_answer_names_words_and_picture() {
        let keyword = |token: &str| Keyword {
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
            matches: Vec::new(),
            engine_ms: 48.0,
        };
        let shown = status(
            &Phase::Answered,
            &ready(),
            &found,
            Some("two dogs on the beach"),
        );
        assert_eq!(shown.sentence, "Heard dogs and beach.");
        assert_eq!(shown.aside, "Best picture: two dogs on the beach.");
        assert_eq!(shown.hint, "48 ms for 1.75 s of sound");
        let nothing = status(&Phase::Answered, &ready(), &Found::default(), None);
        assert_eq!(nothing.sentence, "No single word stood out.");
    }
}
