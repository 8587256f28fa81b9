//! One utterance, from the first chunk of sound to the last answer.

use serde::Serialize;

use super::activity::{Activity, VoiceActivity};
use super::pace::Pace;
use super::tracker::{KeywordTracker, LiveKeyword};
use crate::audio::{AudioError, Resampler, SAMPLE_RATE};
use crate::engine::{Answer, Keyword, Match};

/// Sound kept before the first speech, in seconds: the first consonant is softer than what detects it.
const PRE_ROLL: f32 = 0.3;
/// Fewest samples worth hearing.
const FEWEST: usize = 400;
/// A recording without a louder sample than this is digital silence.
const SILENCE: f32 = 1e-4;

/// Where an utterance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody has spoken yet.
    Waiting,
    /// Somebody speaks.
    Speaking,
    /// No more sound is taken.
    Ended(Ending),
}

/// Why an utterance ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The speaker fell silent.
    Silence,
    /// It is as long as it may be.
    Full,
    /// The caller said so.
    Finished,
}

/// Sound for the engine to hear.
#[derive(Clone, Debug, PartialEq)]
pub struct Pass {
    /// 16 kHz samples, as [`crate::Engine::query`] takes them.
    pub samples: Vec<f32>,
    /// Seconds of the recording before the first of them.
    pub offset: f32,
    /// Whether this is all there will ever be.
    pub complete: bool,
}

/// What has been understood so far.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    /// Where the utterance stands.
    pub state: State,
    /// Seconds of sound so far.
    pub seconds: f32,
    /// Loudness now, for a meter, in `[0, 1]`.
    pub level: f32,
    /// Keywords, in time, in seconds of the recording.
    pub keywords: Vec<LiveKeyword>,
    /// Pictures, best first, as of the last answer.
    pub results: Vec<Match>,
    /// Whether everything that was said is in the answer.
    pub complete: bool,
}

/// Collects sound, decides when it is worth hearing, and keeps what was understood.
#[derive(Debug)]
pub struct Utterance {
    resampler: Resampler,
    voice: VoiceActivity,
    pace: Pace,
    tracker: KeywordTracker,
    /// 16 kHz samples from `dropped` on.
    samples: Vec<f32>,
    /// Samples before those, let go while nobody spoke.
    dropped: usize,
    most: usize,
    ending: Option<Ending>,
    /// Whether it is over when the speaker falls silent.
    ends_at_silence: bool,
    /// Whether it begins where speech begins.
    begins_at_speech: bool,
    /// Samples of the recording that the last pass ended with.
    passed: usize,
    results: Vec<Match>,
    complete: bool,
}

impl Utterance {
    /// An utterance recorded at `rate` samples a second, of at most `max_seconds` from where speech begins.
    /// It ends by itself when the speaker falls silent.
    ///
    /// # Errors
    /// [`AudioError::Rate`] when the rate is outside 8000..=192000.
    pub fn new(rate: u32, max_seconds: f32) -> Result<Self, AudioError> {
        Ok(Self {
            resampler: Resampler::new(rate)?,
            voice: VoiceActivity::default(),
            pace: Pace::default(),
            tracker: KeywordTracker::default(),
            samples: Vec::new(),
            dropped: 0,
            most: (max_seconds.clamp(0.0, 3_600.0) * SAMPLE_RATE as f32) as usize,
            ending: None,
            ends_at_silence: true,
            begins_at_speech: true,
            passed: 0,
            results: Vec::new(),
            complete: false,
        })
    }

    /// The same, for a speaker who says when they are done: pauses are part of it, only [`Utterance::finish`] and the
    /// greatest length end it.
    #[must_use]
    pub fn through_pauses(mut self) -> Self {
        self.ends_at_silence = false;
        self
    }

    /// The same, for a recording that is wanted from its first sample to its last.
    #[must_use]
    pub fn through_silence(mut self) -> Self {
        self.ends_at_silence = false;
        self.begins_at_speech = false;
        self
    }

    /// Takes the next chunk of mono sound at the rate given to [`Utterance::new`]. Sound after the end is ignored.
    ///
    /// # Errors
    /// [`AudioError::Resampling`] if resampling fails.
    pub fn push(&mut self, chunk: &[f32]) -> Result<State, AudioError> {
        if self.ending.is_none() {
            let samples = self.resampler.push(chunk)?;
            self.add(&samples);
        }
        Ok(self.state())
    }

    /// There is no more sound.
    ///
    /// # Errors
    /// [`AudioError::Resampling`] if resampling fails.
    pub fn finish(&mut self) -> Result<State, AudioError> {
        if self.ending.is_none() {
            let samples = self.resampler.finish()?;
            self.add(&samples);
            self.ending.get_or_insert(Ending::Finished);
        }
        Ok(self.state())
    }

    fn add(&mut self, samples: &[f32]) {
        self.voice.push(samples);
        self.samples.extend_from_slice(samples);
        match self.voice.activity() {
            Activity::Waiting => self.forget(),
            Activity::Speaking => {}
            Activity::Ended if self.ends_at_silence => self.ending = Some(Ending::Silence),
            Activity::Ended => {}
        }
        let start = self.start();
        if self.samples.len() - start > self.most {
            self.samples.truncate(start + self.most);
            self.ending.get_or_insert(Ending::Full);
        }
    }

    /// While nobody speaks, lets go of what would not fit: the beginning of a long silence.
    fn forget(&mut self) {
        let spare = self.samples.len().saturating_sub(self.most);
        if self.begins_at_speech && spare > 0 {
            self.samples.drain(..spare);
            self.dropped += spare;
        }
    }

    /// Where in `samples` the utterance begins: a little before the first speech.
    fn start(&self) -> usize {
        match self.voice.began() {
            Some(began) if self.begins_at_speech => {
                let pre_roll = (PRE_ROLL * SAMPLE_RATE as f32) as usize;
                began.saturating_sub(pre_roll).saturating_sub(self.dropped)
            }
            _ => 0,
        }
    }

    /// Where the utterance stands.
    pub fn state(&self) -> State {
        match (self.ending, self.voice.activity()) {
            (Some(ending), _) => State::Ended(ending),
            (None, Activity::Waiting) => State::Waiting,
            (None, _) => State::Speaking,
        }
    }

    /// Whether anybody has spoken.
    pub fn has_speech(&self) -> bool {
        self.voice.began().is_some()
    }

    /// Seconds of sound so far.
    pub fn seconds(&self) -> f32 {
        self.total() as f32 / SAMPLE_RATE as f32
    }

    fn total(&self) -> usize {
        self.dropped + self.samples.len()
    }

    /// The sound to hear next, if hearing it now is worth its cost: when enough new speech has come
    /// in, and once more when the utterance has ended. Digital silence is never worth it.
    pub fn next_pass(&self) -> Option<Pass> {
        let start = self.start();
        let sound = &self.samples[start..];
        if sound.len() < FEWEST || self.complete {
            return None;
        }
        let complete = self.ending.is_some();
        let is_due = if complete {
            sound.iter().any(|x| x.abs() > SILENCE)
        } else {
            let seconds = sound.len() as f32 / SAMPLE_RATE as f32;
            self.voice.last_speech() > self.passed && self.pace.is_due(seconds)
        };
        is_due.then(|| Pass {
            samples: sound.to_vec(),
            offset: (self.dropped + start) as f32 / SAMPLE_RATE as f32,
            complete,
        })
    }

    /// Takes what the engine made of a pass.
    pub fn take(&mut self, pass: &Pass, answer: Answer) {
        self.pace.passed(answer.seconds, answer.timing.total_ms);
        let offset = (pass.offset * SAMPLE_RATE as f32).round() as usize;
        self.passed = self.passed.max(offset + pass.samples.len());
        let shift = |mut keyword: Keyword| {
            keyword.start += pass.offset;
            keyword.end += pass.offset;
            keyword
        };
        let keywords = answer.keywords.into_iter().map(shift).collect();
        if pass.complete {
            self.tracker.finish(keywords);
            self.complete = true;
        } else if !self.complete {
            self.tracker.update(keywords);
        } else {
            return;
        }
        self.results = answer.results;
    }

    /// What has been understood so far.
    pub fn view(&self) -> View {
        View {
            state: self.state(),
            seconds: self.seconds(),
            level: self.voice.meter(),
            keywords: self.tracker.keywords(),
            results: self.results.clone(),
            complete: self.complete,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Timing;
    use crate::testing::{Random, sound};

    fn answer(pass: &Pass, words: &[(&str, f32, f32)], cost: f32) -> Answer {
        let keyword = |(token, start, end): &(&str, f32, f32)| Keyword {
            start: *start,
            end: *end,
            token: (*token).to_owned(),
            score: 0.9,
            alternatives: Vec::new(),
        };
        Answer {
            seconds: pass.samples.len() as f32 / 16_000.0,
            embedding: vec![1.0],
            keywords: words.iter().map(keyword).collect(),
            results: vec![Match {
                index: 0,
                id: "p0".to_owned(),
                score: 0.5,
            }],
            timing: Timing {
                network_ms: cost,
                total_ms: cost,
            },
        }
    }

    fn hiss(seconds: f32) -> Vec<f32> {
        Random::new(3).numbers((seconds * 16_000.0) as usize, 0.001)
    }

    /// Pushes sound in 20 ms chunks and hears every pass that is due; seconds of sound at each.
    fn listen(utterance: &mut Utterance, samples: &[f32], cost: f32) -> Vec<f32> {
        let mut passes = Vec::new();
        for chunk in samples.chunks(320) {
            utterance.push(chunk).unwrap();
            if let Some(pass) = utterance.next_pass() {
                passes.push(pass.offset + pass.samples.len() as f32 / 16_000.0);
                let answer = answer(&pass, &[("dog", 0.3, 0.6)], cost);
                utterance.take(&pass, answer);
            }
        }
        passes
    }

    #[test]
    fn an_utterance_is_heard_as_it_grows_and_once_at_its_end() {
        let mut utterance = Utterance::new(16_000, 15.0).unwrap();
        assert!(listen(&mut utterance, &hiss(1.0), 5.0).is_empty());
        assert_eq!(utterance.state(), State::Waiting);
        let passes = listen(&mut utterance, &sound(2.0, 1), 5.0);
        assert!(passes.len() >= 4, "{passes:?}");
        assert!(passes.windows(2).all(|pair| pair[1] - pair[0] >= 0.235));
        assert_eq!(utterance.state(), State::Speaking);
        let view = utterance.view();
        assert!(!view.complete && view.keywords[0].firm && view.results.len() == 1);
        let passes = listen(&mut utterance, &hiss(1.5), 5.0);
        assert_eq!(utterance.state(), State::Ended(Ending::Silence));
        assert!(utterance.view().complete);
        assert!(
            !passes.is_empty() && passes.len() <= 2,
            "silence is not heard again and again: {passes:?}"
        );
        assert!(utterance.next_pass().is_none());
    }

    #[test]
    fn keywords_are_timed_in_the_recording() {
        let mut utterance = Utterance::new(16_000, 15.0).unwrap();
        listen(&mut utterance, &hiss(2.0), 5.0);
        listen(&mut utterance, &sound(1.0, 1), 5.0);
        let keyword = &utterance.view().keywords[0].keyword;
        // Speech begins at two seconds, the pass a pre-roll before it, the word 0.3 s into the pass.
        assert!((keyword.start - 2.0).abs() < 0.15, "{keyword:?}");
    }

    #[test]
    fn a_slow_engine_is_asked_less_often() {
        let mut fast = Utterance::new(16_000, 15.0).unwrap();
        let mut slow = Utterance::new(16_000, 15.0).unwrap();
        let samples = sound(6.0, 2);
        let many = listen(&mut fast, &samples, 10.0).len();
        let few = listen(&mut slow, &samples, 900.0).len();
        assert!(few * 2 < many, "{few} {many}");
        assert!(few >= 2);
    }

    #[test]
    fn the_length_is_capped() {
        let mut utterance = Utterance::new(16_000, 3.0).unwrap();
        let passes = listen(&mut utterance, &sound(10.0, 2), 5.0);
        assert_eq!(utterance.state(), State::Ended(Ending::Full));
        assert!(passes.iter().all(|seconds| *seconds <= 3.5));
        assert!(utterance.view().complete);
        assert!(utterance.seconds() < 3.5);
        utterance.push(&[0.5; 16_000]).unwrap();
        assert!(utterance.seconds() < 3.5, "sound after the end is ignored");
    }

    #[test]
    fn a_long_silence_before_speech_does_not_use_up_the_length() {
        let mut utterance = Utterance::new(16_000, 3.0).unwrap();
        listen(&mut utterance, &hiss(20.0), 5.0);
        assert_eq!(utterance.state(), State::Waiting);
        assert!(utterance.samples.len() <= 3 * 16_000);
        listen(&mut utterance, &sound(1.0, 1), 5.0);
        let pass = {
            utterance.finish().unwrap();
            utterance.next_pass().unwrap()
        };
        assert!((pass.offset - 19.7).abs() < 0.1, "{}", pass.offset);
        assert!((utterance.seconds() - 21.0).abs() < 1e-3);
    }

    #[test]
    fn pauses_of_a_speaker_who_holds_on_are_part_of_it() {
        let mut utterance = Utterance::new(16_000, 15.0).unwrap().through_pauses();
        listen(&mut utterance, &hiss(2.0), 5.0);
        for seed in [1, 2] {
            listen(&mut utterance, &sound(1.0, seed), 5.0);
            listen(&mut utterance, &hiss(2.0), 5.0);
        }
        assert_ne!(utterance.state(), State::Ended(Ending::Silence));
        utterance.finish().unwrap();
        let pass = utterance.next_pass().unwrap();
        assert!(
            pass.complete && (pass.offset - 1.7).abs() < 0.1,
            "{}",
            pass.offset
        );
        assert!((pass.samples.len() as f32 / 16_000.0 - 6.3).abs() < 0.1);
    }

    #[test]
    fn a_recording_is_heard_as_a_whole() {
        let mut utterance = Utterance::new(44_100, 15.0).unwrap().through_silence();
        let samples = [hiss(1.0), sound(1.0, 1), hiss(2.0), sound(1.0, 2)].concat();
        let at_44k: Vec<f32> = (0..samples.len() * 441 / 160)
            .map(|n| samples[n * 160 / 441])
            .collect();
        utterance.push(&at_44k).unwrap();
        assert_eq!(utterance.finish().unwrap(), State::Ended(Ending::Finished));
        let pass = utterance.next_pass().unwrap();
        assert!(pass.complete && pass.offset == 0.0);
        assert!(pass.samples.len().abs_diff(samples.len()) <= 1);
    }

    #[test]
    fn nothing_comes_of_nothing() {
        let mut utterance = Utterance::new(48_000, 15.0).unwrap();
        utterance.push(&[0.0; 48_000]).unwrap();
        utterance.finish().unwrap();
        assert!(utterance.next_pass().is_none());
        assert!(!utterance.has_speech());
        let mut empty = Utterance::new(48_000, 15.0).unwrap();
        empty.finish().unwrap();
        assert!(empty.next_pass().is_none());
        assert!(Utterance::new(1, 15.0).is_err());
    }

    #[test]
    fn soft_sound_is_still_heard_when_the_caller_says_it_is_all() {
        let mut utterance = Utterance::new(16_000, 15.0).unwrap();
        let soft: Vec<f32> = sound(1.0, 1).iter().map(|x| x * 0.003).collect();
        utterance.push(&soft).unwrap();
        assert!(!utterance.has_speech() && utterance.next_pass().is_none());
        utterance.finish().unwrap();
        assert!(utterance.next_pass().is_some());
    }

    #[test]
    fn an_answer_that_comes_late_changes_nothing() {
        let mut utterance = Utterance::new(16_000, 15.0).unwrap();
        utterance.push(&sound(1.0, 1)).unwrap();
        let early = utterance.next_pass().unwrap();
        utterance.finish().unwrap();
        let last = utterance.next_pass().unwrap();
        let said = answer(&last, &[("beach", 0.2, 0.5)], 5.0);
        utterance.take(&last, said);
        let stale = answer(&early, &[("dog", 0.3, 0.6)], 5.0);
        utterance.take(&early, stale);
        let view = utterance.view();
        assert_eq!(view.keywords.len(), 1);
        assert_eq!(view.keywords[0].keyword.token, "beach");
    }
}
