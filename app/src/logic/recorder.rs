//! The life of a question: idle, asking for the microphone, listening, thinking, answered, failed.
//!
//! [`Recorder::handle`] takes what happened and returns what is to be done about it. It holds no
//! microphone and knows no clock: time is counted in sound, which a throttled tab cannot bend.

use saysee_engine::live::Activity;

use crate::logic::problem::{Code, Problem};

/// Sound without a voice after which listening gives up, in seconds.
const PATIENCE: f32 = 6.0;

/// A press that ends a recording shorter than this was a slip of the finger.
const SHORTEST_RECORDING: f32 = 0.3;

/// Where a question stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing was asked, or it was called off.
    Idle,
    /// The browser asks the visitor for the microphone.
    Asking,
    /// Sound comes in and is shown.
    Listening,
    /// All the sound is there; the answer is not.
    Thinking,
    /// The answer is on the page.
    Answered,
    /// There will be no answer.
    Failed(Problem),
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The record button went down.
    Press,
    /// It came up again.
    Release {
        /// Whether it was down for longer than a tap.
        held: bool,
    },
    /// Escape was pressed.
    Escape,
    /// The page went into the background.
    Hidden,
    /// Another model takes over: questions to the old one are over, answered or not.
    Exchanged,
    /// The microphone runs.
    MicrophoneOpened,
    /// The microphone could not be had, or was lost.
    MicrophoneFailed(Problem),
    /// So many seconds of sound have come in since listening began, with this in them.
    Sound {
        /// Seconds of sound.
        seconds: f32,
        /// What is known of the speaker.
        activity: Activity,
    },
    /// A recording (a sample, a file), a text, a picture or a link is asked as a whole.
    Recording,
    /// An answer of this visit is shown again.
    Recalled,
    /// The answer to utterance `utterance`.
    Answer {
        /// Which utterance.
        utterance: u32,
    },
    /// Utterance `utterance` cannot be answered.
    Failed {
        /// Which utterance.
        utterance: u32,
        /// Why.
        problem: Problem,
    },
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Ask for the microphone.
    OpenMicrophone,
    /// Let go of the microphone.
    CloseMicrophone,
    /// Start utterance `0`: clear the timeline, tell the worker.
    Begin(u32),
    /// Utterance `0` is complete: ask for its answer.
    Finish(u32),
    /// Utterance `0` is called off.
    Cancel(u32),
}

/// The state machine.
#[derive(Clone, Debug)]
pub struct Recorder {
    phase: Phase,
    utterance: u32,
    seconds: f32,
    spoken: bool,
    /// Whether the button that began this question is still down: as long as it is, pauses end nothing.
    holding: bool,
    limit_seconds: f32,
}

impl Recorder {
    /// A recorder that stops by itself after `limit_seconds`.
    pub fn new(limit_seconds: f32) -> Self {
        Self {
            phase: Phase::Idle,
            utterance: 0,
            seconds: 0.0,
            spoken: false,
            holding: false,
            limit_seconds,
        }
    }

    /// Where the question stands.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Number of the current utterance; answers to earlier ones are out of date.
    pub fn utterance(&self) -> u32 {
        self.utterance
    }

    /// Seconds of sound after which listening ends in any case.
    pub fn limit_seconds(&self) -> f32 {
        self.limit_seconds
    }

    /// Whether the button is held down.
    pub fn is_holding(&self) -> bool {
        self.holding && matches!(self.phase, Phase::Asking | Phase::Listening)
    }

    /// Sets the longest utterance, once a pack has told.
    pub fn set_limit_seconds(&mut self, seconds: f32) {
        self.limit_seconds = seconds;
    }

    /// Takes one event; returns what is to be done, in order.
    pub fn handle(&mut self, event: Event) -> Vec<Command> {
        match event {
            Event::Press => self.press(),
            Event::Release { held } => self.release(held),
            Event::Escape => self.call_off(),
            Event::Exchanged => {
                let commands = self.call_off();
                self.phase = Phase::Idle;
                commands
            }
            Event::Hidden if self.phase == Phase::Listening && self.spoken => self.finish(),
            Event::Hidden if self.phase == Phase::Thinking => Vec::new(),
            Event::Hidden => self.call_off(),
            Event::MicrophoneOpened if self.phase == Phase::Asking => {
                self.phase = Phase::Listening;
                vec![self.begin()]
            }
            // Permission came after the question was called off.
            Event::MicrophoneOpened => vec![Command::CloseMicrophone],
            Event::MicrophoneFailed(problem) => self.microphone_failed(problem),
            Event::Sound { seconds, activity } => self.sound(seconds, activity),
            Event::Recording => {
                let mut commands = self.call_off();
                self.phase = Phase::Thinking;
                commands.push(self.begin());
                commands
            }
            Event::Recalled => {
                let commands = self.call_off();
                self.phase = Phase::Answered;
                commands
            }
            Event::Answer { utterance } => {
                if self.awaits(utterance) {
                    self.phase = Phase::Answered;
                }
                Vec::new()
            }
            Event::Failed { utterance, problem } => {
                if self.awaits(utterance) {
                    self.phase = Phase::Failed(problem);
                } else if self.phase == Phase::Listening && utterance == self.utterance {
                    self.phase = Phase::Failed(problem);
                    return vec![Command::CloseMicrophone];
                }
                Vec::new()
            }
        }
    }

    fn awaits(&self, utterance: u32) -> bool {
        self.phase == Phase::Thinking && utterance == self.utterance
    }

    fn begin(&mut self) -> Command {
        self.utterance += 1;
        self.seconds = 0.0;
        self.spoken = false;
        Command::Begin(self.utterance)
    }

    fn press(&mut self) -> Vec<Command> {
        match self.phase {
            Phase::Listening if self.seconds < SHORTEST_RECORDING => self.call_off(),
            // Whoever presses stop wants an answer, however softly they spoke.
            Phase::Listening => self.finish(),
            Phase::Asking => Vec::new(),
            Phase::Idle | Phase::Thinking | Phase::Answered | Phase::Failed(_) => {
                let mut commands = self.call_off();
                self.phase = Phase::Asking;
                self.holding = true;
                commands.push(Command::OpenMicrophone);
                commands
            }
        }
    }

    /// Whoever lets go after a hold has finished. Who does before there was any sound to speak of, perhaps because the
    /// browser had to ask for the microphone first, goes on as after a tap.
    fn release(&mut self, held: bool) -> Vec<Command> {
        let holding = std::mem::take(&mut self.holding);
        match self.phase {
            Phase::Listening if holding && held && self.seconds >= SHORTEST_RECORDING => {
                self.finish()
            }
            _ => Vec::new(),
        }
    }

    fn sound(&mut self, seconds: f32, activity: Activity) -> Vec<Command> {
        if self.phase != Phase::Listening {
            return Vec::new();
        }
        self.seconds = seconds;
        self.spoken |= activity != Activity::Waiting;
        let full = seconds >= self.limit_seconds;
        if self.holding {
            return if full { self.finish() } else { Vec::new() };
        }
        let out_of_patience = activity == Activity::Waiting && seconds >= PATIENCE;
        if activity == Activity::Ended || (self.spoken && full) {
            self.finish()
        } else if out_of_patience || full {
            let commands = self.call_off();
            self.phase = Phase::Failed(Problem::new(Code::NothingHeard, "no voice above the room"));
            commands
        } else {
            Vec::new()
        }
    }

    fn finish(&mut self) -> Vec<Command> {
        self.phase = Phase::Thinking;
        vec![Command::CloseMicrophone, Command::Finish(self.utterance)]
    }

    fn microphone_failed(&mut self, problem: Problem) -> Vec<Command> {
        match self.phase {
            // What was said before the plug came out may be enough.
            Phase::Listening if self.spoken => self.finish(),
            Phase::Listening | Phase::Asking => {
                let commands = self.call_off();
                self.phase = Phase::Failed(problem);
                commands
            }
            _ => Vec::new(),
        }
    }

    /// Ends whatever is going on, without an answer. An answer that is on the page stays.
    fn call_off(&mut self) -> Vec<Command> {
        let commands = match self.phase {
            Phase::Asking => vec![Command::CloseMicrophone],
            Phase::Listening => vec![Command::CloseMicrophone, Command::Cancel(self.utterance)],
            Phase::Thinking => vec![Command::Cancel(self.utterance)],
            Phase::Idle | Phase::Answered | Phase::Failed(_) => return Vec::new(),
        };
        self.phase = Phase::Idle;
        commands
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listening() -> Recorder {
        let mut recorder = Recorder::new(15.0);
        assert_eq!(recorder.handle(Event::Press), [Command::OpenMicrophone]);
        assert!(recorder.handle(Event::Release { held: false }).is_empty());
        assert_eq!(
            recorder.handle(Event::MicrophoneOpened),
            [Command::Begin(1)]
        );
        recorder
    }

    /// The same, with the button still down.
    fn holding() -> Recorder {
        let mut recorder = Recorder::new(15.0);
        recorder.handle(Event::Press);
        recorder.handle(Event::MicrophoneOpened);
        recorder
    }

    fn sound(seconds: f32, activity: Activity) -> Event {
        Event::Sound { seconds, activity }
    }

    fn problem() -> Problem {
        Problem::new(Code::MicrophoneDenied, "")
    }

    #[test]
    fn a_spoken_question_is_answered() {
        let mut recorder = listening();
        assert_eq!(recorder.phase(), &Phase::Listening);
        assert!(recorder.handle(sound(0.5, Activity::Waiting)).is_empty());
        assert!(recorder.handle(sound(2.0, Activity::Speaking)).is_empty());
        assert_eq!(
            recorder.handle(sound(3.0, Activity::Ended)),
            [Command::CloseMicrophone, Command::Finish(1)]
        );
        assert_eq!(recorder.phase(), &Phase::Thinking);
        recorder.handle(Event::Answer { utterance: 1 });
        assert_eq!(recorder.phase(), &Phase::Answered);
    }

    #[test]
    fn a_second_press_stops() {
        let mut recorder = listening();
        recorder.handle(sound(1.0, Activity::Waiting));
        assert_eq!(
            recorder.handle(Event::Press),
            [Command::CloseMicrophone, Command::Finish(1)]
        );
    }

    #[test]
    fn an_old_answer_can_be_shown_while_somebody_speaks() {
        let mut recorder = listening();
        assert_eq!(
            recorder.handle(Event::Recalled),
            [Command::CloseMicrophone, Command::Cancel(1)]
        );
        assert_eq!(recorder.phase(), &Phase::Answered);
        assert!(recorder.handle(Event::Recalled).is_empty());
    }

    #[test]
    fn a_double_tap_is_not_a_question() {
        let mut recorder = listening();
        recorder.handle(sound(0.1, Activity::Waiting));
        assert_eq!(
            recorder.handle(Event::Press),
            [Command::CloseMicrophone, Command::Cancel(1)]
        );
        assert_eq!(recorder.phase(), &Phase::Idle);
    }

    #[test]
    fn a_hold_lasts_as_long_as_the_finger() {
        let mut recorder = holding();
        assert!(recorder.is_holding());
        for (seconds, activity) in [
            (7.0, Activity::Waiting),
            (8.0, Activity::Speaking),
            (9.0, Activity::Ended),
        ] {
            assert!(recorder.handle(sound(seconds, activity)).is_empty());
        }
        assert_eq!(
            recorder.handle(Event::Release { held: true }),
            [Command::CloseMicrophone, Command::Finish(1)]
        );
        assert!(!recorder.is_holding());
    }

    #[test]
    fn the_limit_ends_a_hold_too() {
        let mut recorder = holding();
        assert_eq!(
            recorder.handle(sound(15.0, Activity::Waiting)),
            [Command::CloseMicrophone, Command::Finish(1)]
        );
        assert!(recorder.handle(Event::Release { held: true }).is_empty());
    }

    #[test]
    fn letting_go_before_there_is_sound_is_a_tap() {
        let mut asked = Recorder::new(15.0);
        asked.handle(Event::Press);
        assert!(asked.handle(Event::Release { held: true }).is_empty());
        asked.handle(Event::MicrophoneOpened);
        let mut slow = holding();
        slow.handle(sound(0.1, Activity::Waiting));
        assert!(slow.handle(Event::Release { held: true }).is_empty());
        for mut recorder in [asked, slow] {
            recorder.handle(sound(1.0, Activity::Speaking));
            assert_eq!(
                recorder.handle(sound(2.0, Activity::Ended)),
                [Command::CloseMicrophone, Command::Finish(1)]
            );
        }
    }

    #[test]
    fn the_press_that_stops_is_no_hold() {
        let mut recorder = listening();
        recorder.handle(sound(1.0, Activity::Speaking));
        recorder.handle(Event::Press);
        assert!(recorder.handle(Event::Release { held: true }).is_empty());
        assert_eq!(recorder.phase(), &Phase::Thinking);
    }

    #[test]
    fn silence_fails_and_lets_go_of_the_microphone() {
        let mut recorder = listening();
        assert!(recorder.handle(sound(5.9, Activity::Waiting)).is_empty());
        assert_eq!(
            recorder.handle(sound(6.0, Activity::Waiting)),
            [Command::CloseMicrophone, Command::Cancel(1)]
        );
        assert!(
            matches!(recorder.phase(), Phase::Failed(problem) if problem.code == Code::NothingHeard)
        );
    }

    #[test]
    fn the_limit_ends_a_long_speech() {
        let mut recorder = listening();
        assert!(recorder.handle(sound(14.9, Activity::Speaking)).is_empty());
        assert_eq!(
            recorder.handle(sound(15.0, Activity::Speaking)),
            [Command::CloseMicrophone, Command::Finish(1)]
        );
    }

    #[test]
    fn another_model_starts_over() {
        let mut recorder = listening();
        assert_eq!(
            recorder.handle(Event::Exchanged),
            [Command::CloseMicrophone, Command::Cancel(1)]
        );
        recorder.handle(Event::Recording);
        recorder.handle(Event::Answer { utterance: 2 });
        assert!(recorder.handle(Event::Exchanged).is_empty());
        assert_eq!(recorder.phase(), &Phase::Idle);
    }

    #[test]
    fn refusal_is_shown_and_can_be_tried_again() {
        let mut recorder = Recorder::new(15.0);
        recorder.handle(Event::Press);
        recorder.handle(Event::MicrophoneFailed(problem()));
        assert_eq!(recorder.phase(), &Phase::Failed(problem()));
        assert_eq!(recorder.handle(Event::Press), [Command::OpenMicrophone]);
    }

    #[test]
    fn permission_after_escape_is_given_back() {
        let mut recorder = Recorder::new(15.0);
        recorder.handle(Event::Press);
        assert_eq!(recorder.handle(Event::Escape), [Command::CloseMicrophone]);
        assert_eq!(
            recorder.handle(Event::MicrophoneOpened),
            [Command::CloseMicrophone]
        );
        assert_eq!(recorder.phase(), &Phase::Idle);
    }

    #[test]
    fn late_answers_are_ignored() {
        let mut recorder = Recorder::new(15.0);
        assert_eq!(recorder.handle(Event::Recording), [Command::Begin(1)]);
        assert_eq!(
            recorder.handle(Event::Recording),
            [Command::Cancel(1), Command::Begin(2)]
        );
        recorder.handle(Event::Answer { utterance: 1 });
        recorder.handle(Event::Failed {
            utterance: 1,
            problem: problem(),
        });
        assert_eq!(recorder.phase(), &Phase::Thinking);
        recorder.handle(Event::Answer { utterance: 2 });
        assert_eq!(recorder.phase(), &Phase::Answered);
    }

    #[test]
    fn a_sample_takes_over_from_the_microphone() {
        let mut recorder = listening();
        assert_eq!(
            recorder.handle(Event::Recording),
            [
                Command::CloseMicrophone,
                Command::Cancel(1),
                Command::Begin(2)
            ]
        );
    }

    #[test]
    fn a_hidden_page_lets_go_of_the_microphone() {
        let mut silent = listening();
        assert_eq!(
            silent.handle(Event::Hidden),
            [Command::CloseMicrophone, Command::Cancel(1)]
        );
        let mut spoken = listening();
        spoken.handle(sound(1.0, Activity::Speaking));
        assert_eq!(
            spoken.handle(Event::Hidden),
            [Command::CloseMicrophone, Command::Finish(1)]
        );
        assert!(spoken.handle(Event::Hidden).is_empty());
        assert_eq!(spoken.phase(), &Phase::Thinking);
    }

    #[test]
    fn an_unplugged_microphone_keeps_what_was_said() {
        let mut recorder = listening();
        recorder.handle(sound(2.0, Activity::Speaking));
        assert_eq!(
            recorder.handle(Event::MicrophoneFailed(problem())),
            [Command::CloseMicrophone, Command::Finish(1)]
        );
        let mut silent = listening();
        silent.handle(Event::MicrophoneFailed(problem()));
        assert_eq!(silent.phase(), &Phase::Failed(problem()));
    }

    #[test]
    fn an_engine_that_fails_while_listening_ends_it() {
        let mut recorder = listening();
        let commands = recorder.handle(Event::Failed {
            utterance: 1,
            problem: problem(),
        });
        assert_eq!(commands, [Command::CloseMicrophone]);
        assert_eq!(recorder.phase(), &Phase::Failed(problem()));
    }

    #[test]
    fn an_answer_on_the_page_survives_escape() {
        let mut recorder = Recorder::new(15.0);
        recorder.handle(Event::Recording);
        recorder.handle(Event::Answer { utterance: 1 });
        assert!(recorder.handle(Event::Escape).is_empty());
        assert_eq!(recorder.phase(), &Phase::Answered);
    }
}
