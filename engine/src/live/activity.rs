//! Whether somebody speaks, by loudness alone.
//!
//! Levels are compared with the room's, which is followed all the time: down fast, up slowly. Speech
//! has to be 10 dB louder to begin and 6 dB louder to go on, so that a level near the edge does not flicker.

use crate::audio::SAMPLE_RATE;

/// What the detector makes of the sound so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Nobody has spoken yet.
    Waiting,
    /// Somebody speaks, or has paused for less than the ending silence.
    Speaking,
    /// Somebody spoke, and has been silent for long enough.
    Ended,
}

/// Samples in a frame: 20 ms.
const FRAME: usize = SAMPLE_RATE as usize / 50;
const FRAME_SECONDS: f32 = FRAME as f32 / SAMPLE_RATE as f32;
/// Silence that ends an utterance, in seconds. Pauses between words stay well below.
const ENDING_SILENCE: f32 = 0.7;
/// Sound shorter than this is a click, in seconds.
const SHORTEST_SPEECH: f32 = 0.1;
/// How far above the room speech begins, and how far it goes on, in dB.
const ENTER_DB: f32 = 10.0;
const STAY_DB: f32 = 6.0;
/// Nothing quieter than this is speech, whatever the room, in dB of full scale.
const QUIETEST_DB: f32 = -50.0;
/// The room is never taken to be louder than this: whoever speaks at once must still be heard.
const LOUDEST_ROOM_DB: f32 = -36.0;
/// Share of the way to a quieter level that the room goes in a frame.
const ROOM_FALLS: f32 = 0.2;
/// How fast the room rises under a louder level, in dB a second.
const ROOM_RISES: f32 = 3.0;

/// Follows the loudness of 16 kHz sound.
#[derive(Clone, Debug)]
pub struct VoiceActivity {
    /// Samples of the frame that is not full yet.
    rest: Vec<f32>,
    room_db: f32,
    level_db: f32,
    frames: usize,
    /// Consecutive frames of sound before speech was certain.
    sounding: usize,
    /// The frame at which speech began, once it is certain.
    began: Option<usize>,
    /// The frame after the last one with speech.
    last: usize,
}

impl Default for VoiceActivity {
    fn default() -> Self {
        Self {
            rest: Vec::with_capacity(FRAME),
            room_db: LOUDEST_ROOM_DB,
            level_db: f32::NEG_INFINITY,
            frames: 0,
            sounding: 0,
            began: None,
            last: 0,
        }
    }
}

impl VoiceActivity {
    /// Takes the next samples.
    pub fn push(&mut self, samples: &[f32]) {
        let mut samples = samples;
        while !samples.is_empty() {
            let (part, more) = samples.split_at(samples.len().min(FRAME - self.rest.len()));
            self.rest.extend_from_slice(part);
            samples = more;
            if self.rest.len() == FRAME {
                let power = self.rest.iter().map(|x| x * x).sum::<f32>() / FRAME as f32;
                self.rest.clear();
                self.frame(10.0 * power.max(1e-12).log10());
            }
        }
    }

    fn frame(&mut self, level_db: f32) {
        self.level_db = level_db;
        self.frames += 1;
        let margin = if self.began.is_some() {
            STAY_DB
        } else {
            ENTER_DB
        };
        if level_db > (self.room_db + margin).max(QUIETEST_DB) {
            self.sounding += 1;
            if self.began.is_none() && self.sounding as f32 * FRAME_SECONDS >= SHORTEST_SPEECH {
                self.began = Some(self.frames - self.sounding);
            }
            self.last = self.frames;
        } else {
            self.sounding = 0;
        }
        if level_db < self.room_db {
            self.room_db += ROOM_FALLS * (level_db - self.room_db);
        } else {
            let risen = self.room_db + ROOM_RISES * FRAME_SECONDS;
            self.room_db = risen.min(level_db).min(LOUDEST_ROOM_DB);
        }
    }

    /// What is known now.
    pub fn activity(&self) -> Activity {
        if self.began.is_none() {
            Activity::Waiting
        } else if (self.frames - self.last) as f32 * FRAME_SECONDS < ENDING_SILENCE {
            Activity::Speaking
        } else {
            Activity::Ended
        }
    }

    /// The sample at which speech began.
    pub fn began(&self) -> Option<usize> {
        self.began.map(|frame| frame * FRAME)
    }

    /// The sample after the last one with speech; 0 before there was any.
    pub fn last_speech(&self) -> usize {
        if self.began.is_some() {
            self.last * FRAME
        } else {
            0
        }
    }

    /// Loudness of the last 20 ms for a meter: 0 is 60 dB below full scale, 1 is full scale.
    pub fn meter(&self) -> f32 {
        (1.0 + self.level_db / 60.0).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seconds: f32, amplitude: f32) -> Vec<f32> {
        let mut random = crate::testing::Random::new(7);
        random.numbers((seconds * 16_000.0) as usize, amplitude)
    }

    fn after(parts: &[(f32, f32)]) -> VoiceActivity {
        let mut voice = VoiceActivity::default();
        for (seconds, amplitude) in parts {
            for chunk in noise(*seconds, *amplitude).chunks(131) {
                voice.push(chunk);
            }
        }
        voice
    }

    #[test]
    fn silence_noise_and_clicks_are_nobody() {
        for parts in [
            &[(3.0, 0.0)][..],
            &[(3.0, 0.004)],
            &[(1.0, 0.02), (3.0, 0.02)],
            &[
                (1.0, 0.001),
                (0.06, 0.5),
                (0.5, 0.001),
                (0.06, 0.5),
                (0.5, 0.001),
            ],
        ] {
            assert_eq!(after(parts).activity(), Activity::Waiting, "{parts:?}");
        }
    }

    #[test]
    fn speech_begins_where_it_began_and_ends_after_silence() {
        let voice = after(&[(1.0, 0.002), (0.8, 0.2), (0.3, 0.002)]);
        assert_eq!(voice.activity(), Activity::Speaking);
        assert!(voice.began().unwrap().abs_diff(16_000) <= FRAME);
        assert!(voice.last_speech().abs_diff(28_800) <= FRAME);
        let voice = after(&[(1.0, 0.002), (0.8, 0.2), (0.8, 0.002)]);
        assert_eq!(voice.activity(), Activity::Ended);
    }

    #[test]
    fn pauses_between_words_do_not_end_it() {
        let voice = after(&[
            (0.5, 0.002),
            (0.4, 0.2),
            (0.6, 0.002),
            (0.4, 0.1),
            (0.6, 0.002),
        ]);
        assert_eq!(voice.activity(), Activity::Speaking);
    }

    #[test]
    fn whoever_speaks_at_once_is_heard() {
        let voice = after(&[(0.6, 0.15)]);
        assert_eq!(voice.activity(), Activity::Speaking);
        assert!(voice.began().unwrap() <= FRAME);
    }

    #[test]
    fn soft_speech_is_heard_in_a_quiet_room_and_not_in_a_loud_one() {
        assert_eq!(
            after(&[(1.0, 0.000_5), (0.5, 0.012)]).activity(),
            Activity::Speaking
        );
        assert_eq!(
            after(&[(2.0, 0.01), (0.5, 0.012)]).activity(),
            Activity::Waiting
        );
    }

    #[test]
    fn chunks_do_not_matter() {
        let samples = noise(0.7, 0.1);
        let mut whole = VoiceActivity::default();
        whole.push(&samples);
        let mut pieces = VoiceActivity::default();
        samples.chunks(7).for_each(|chunk| pieces.push(chunk));
        assert_eq!(whole.began(), pieces.began());
        assert_eq!(whole.meter(), pieces.meter());
        assert!((0.0..=1.0).contains(&whole.meter()));
        assert_eq!(VoiceActivity::default().meter(), 0.0);
    }
}
