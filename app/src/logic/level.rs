//! How loud the microphone is, and what a speaker should know about it.
//!
//! A reading is made [`READINGS`] times a second, counted in sound: often enough for a meter, rarely enough that
//! drawing it costs nothing.

use std::collections::VecDeque;

/// Readings a second.
pub const READINGS: f64 = 10.0;
/// Readings kept for the meter: three seconds.
pub const KEPT: usize = 30;

/// Loudness at the two ends of the meter, decibels below full scale.
const QUIETEST_DB: f32 = -60.0;
const LOUDEST_DB: f32 = -6.0;
/// Samples beyond this were cut off by the microphone.
const FULL_SCALE: f32 = 0.985;
/// So many of them in a reading are no accident.
const CLIPPED: u32 = 3;
/// Below this nothing comes from the microphone at all: it is muted, or not connected.
const DIGITAL_SILENCE: f32 = 1e-5;
/// Speech that is to be recognised is louder than this.
const SPEECH_DB: f32 = -45.0;
/// For so many readings a remark stays, and nothing may have been heard before there is one: a second and a half.
const PATIENCE: usize = 15;

/// What a speaker should know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hint {
    /// All is well, or it is too early to tell.
    #[default]
    Fine,
    /// No sound at all comes from the microphone.
    Silent,
    /// Nothing is loud enough.
    TooQuiet,
    /// The microphone cuts the loudest parts off.
    Clipping,
}

/// A stretch of sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Loudness for the eye, `[0, 1]`.
    pub level: f32,
    /// Whether it was cut off.
    pub clipped: bool,
    /// The largest sample.
    peak: f32,
    /// Root mean square, decibels.
    decibels: f32,
}

/// Follows one recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// Samples in a reading.
    length: usize,
    count: usize,
    energy: f32,
    peak: f32,
    beyond: u32,
    readings: VecDeque<Reading>,
}

impl Level {
    /// For samples at `sample_rate` hertz.
    pub fn new(sample_rate: f64) -> Self {
        Self {
            length: ((sample_rate / READINGS) as usize).max(1),
            count: 0,
            energy: 0.0,
            peak: 0.0,
            beyond: 0,
            readings: VecDeque::with_capacity(KEPT),
        }
    }

    /// Takes the next samples; whether there is a new reading.
    pub fn push(&mut self, samples: &[f32]) -> bool {
        let completes = self.count + samples.len() >= self.length;
        for sample in samples {
            // Hostile audio can hold what is no number.
            let size = if sample.is_finite() {
                sample.abs()
            } else {
                0.0
            };
            self.energy += size * size;
            self.peak = self.peak.max(size);
            self.beyond += u32::from(size >= FULL_SCALE);
            self.count += 1;
            if self.count == self.length {
                self.read();
            }
        }
        completes
    }

    fn read(&mut self) {
        let decibels = 10.0 * (self.energy / self.length as f32).max(1e-12).log10();
        let level = ((decibels - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)).clamp(0.0, 1.0);
        if self.readings.len() == KEPT {
            self.readings.pop_front();
        }
        self.readings.push_back(Reading {
            level,
            clipped: self.beyond >= CLIPPED,
            peak: self.peak,
            decibels,
        });
        (self.count, self.energy, self.peak, self.beyond) = (0, 0.0, 0.0, 0);
    }

    /// The last readings, oldest first.
    pub fn readings(&self) -> impl ExactSizeIterator<Item = &Reading> + DoubleEndedIterator {
        self.readings.iter()
    }

    /// Loudness now, `[0, 1]`.
    pub fn now(&self) -> f32 {
        self.readings.back().map_or(0.0, |reading| reading.level)
    }

    /// What the speaker should know now.
    pub fn hint(&self) -> Hint {
        let recent = || self.readings.iter().rev().take(PATIENCE);
        if recent().any(|reading| reading.clipped) {
            Hint::Clipping
        } else if recent().count() < PATIENCE {
            Hint::Fine
        } else if recent().all(|reading| reading.peak < DIGITAL_SILENCE) {
            Hint::Silent
        } else if recent().all(|reading| reading.decibels < SPEECH_DB) {
            Hint::TooQuiet
        } else {
            Hint::Fine
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;

    /// A tone, in chunks as the worklet posts them.
    fn feed(level: &mut Level, seconds: f64, amplitude: f32) {
        let samples: Vec<f32> = (0..(seconds * RATE) as usize)
            .map(|n| amplitude * (n as f32 * 0.03).sin())
            .collect();
        for chunk in samples.chunks(1024) {
            level.push(chunk);
        }
    }

    #[test]
    fn ten_readings_a_second_at_any_rate() {
        for rate in [8_000.0, 44_100.0, 48_000.0, 192_000.0] {
            let mut level = Level::new(rate);
            let chunks = vec![0.1; rate as usize];
            let told = chunks
                .chunks(1024)
                .filter(|chunk| level.push(chunk))
                .count();
            let made = level.readings().len();
            assert!(told >= 7 && told <= made, "{told} at {rate}");
            assert!((9..=11).contains(&made), "{made} at {rate}");
        }
    }

    #[test]
    fn loudness_is_what_is_heard() {
        let mut level = Level::new(RATE);
        assert_eq!(level.now(), 0.0);
        feed(&mut level, 0.2, 0.5);
        let loud = level.now();
        feed(&mut level, 0.2, 0.05);
        let soft = level.now();
        assert!(loud > 0.85 && soft < loud && soft > 0.4, "{soft} {loud}");
        feed(&mut level, 0.2, 0.0);
        assert_eq!(level.now(), 0.0);
    }

    #[test]
    fn remarks_take_their_time_and_go_again() {
        let mut level = Level::new(RATE);
        feed(&mut level, 1.0, 0.002);
        assert_eq!(level.hint(), Hint::Fine, "too early to tell");
        feed(&mut level, 1.0, 0.002);
        assert_eq!(level.hint(), Hint::TooQuiet);
        feed(&mut level, 0.3, 0.2);
        assert_eq!(level.hint(), Hint::Fine);
        feed(&mut level, 0.3, 1.0);
        assert_eq!(level.hint(), Hint::Clipping);
        feed(&mut level, 1.0, 0.2);
        assert_eq!(level.hint(), Hint::Clipping, "long enough to be read");
        feed(&mut level, 1.0, 0.2);
        assert_eq!(level.hint(), Hint::Fine);
        feed(&mut level, 2.0, 0.0);
        assert_eq!(level.hint(), Hint::Silent);
    }

    #[test]
    fn what_is_no_number_is_no_sound() {
        let mut level = Level::new(RATE);
        level.push(&[f32::NAN, f32::INFINITY].repeat(3_000));
        assert_eq!(level.now(), 0.0);
        assert_eq!(level.readings().len(), 1);
    }
}
