//! The list of utterances: JSON lines, one an utterance (docs/evaluation.md, "The manifest").

use std::io::Read;
use std::path::{Path, PathBuf};

use saysee_engine::audio::SAMPLE_RATE;
use saysee_measures::words::{content_words, is_stop_word, words};
use serde::Deserialize;

use crate::failure::Failure;
use crate::session;

/// Most bytes of a manifest.
const MAX_BYTES: u64 = 1 << 30;
/// Samples of raw sound that are read at most, whatever a line says.
const MAX_RAW_SAMPLES: usize = 600 * SAMPLE_RATE as usize;

/// One utterance. Fields that are not listed here are ignored.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Utterance {
    /// Its name; what a degradation does to it follows from this.
    pub id: String,
    /// The recording, seen from the manifest's folder. Left out, it is the manifest's own name ending in `.bin`.
    #[serde(default)]
    audio: PathBuf,
    /// First sample of the utterance, where the recording is raw 16-bit little-endian mono at 16 kHz.
    offset: Option<u64>,
    /// Its samples there.
    samples: Option<usize>,
    /// The picture it describes.
    #[serde(alias = "scene")]
    pub image: Option<String>,
    /// What is said.
    #[serde(default)]
    pub text: String,
    /// The words of it that name something, in spoken order.
    content: Option<Vec<String>>,
    /// When words are said.
    #[serde(default)]
    words: Vec<TimedWord>,
    /// The utterance is this one word, whatever small words surround it.
    pub word: Option<String>,
    /// Who speaks.
    #[serde(default)]
    pub voice: String,
    /// What made the speech; empty for a person.
    #[serde(default)]
    pub engine: String,
    /// Train, dev or test.
    #[serde(default)]
    pub split: String,
}

/// When a word is said.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct TimedWord {
    /// The word.
    #[serde(alias = "text")]
    pub word: String,
    /// Seconds.
    pub start: f64,
    /// Seconds.
    pub end: f64,
}

impl Utterance {
    /// All words that are said, in lower case.
    pub fn all_words(&self) -> Vec<String> {
        let mut all = words(&self.text);
        for word in self.content.iter().flatten() {
            if !all.contains(word) {
                all.push(word.clone());
            }
        }
        all
    }

    /// The words that name something.
    pub fn content(&self) -> Vec<String> {
        self.content
            .clone()
            .unwrap_or_else(|| content_words(&self.text))
    }

    /// The words that name something, with their times.
    pub fn timed_content(&self) -> Vec<(String, f64, f64)> {
        let lower = self
            .words
            .iter()
            .map(|word| (word.word.to_lowercase(), word));
        let names = |word: &String| match &self.content {
            Some(content) => content.contains(word),
            None => !is_stop_word(word),
        };
        lower
            .filter(|(word, _)| names(word))
            .map(|(word, timed)| (word, timed.start, timed.end))
            .collect()
    }
}

/// Reads a manifest: its utterances, with `audio` as seen from here.
///
/// # Errors
/// [`Failure::Input`] with the line at fault.
pub fn read(file: &Path) -> Result<Vec<Utterance>, Failure> {
    let bytes = session::read_at_most(file, MAX_BYTES)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| Failure::input(file, error))?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut utterances = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let refuse =
            |problem: String| Failure::input(file, format!("line {}: {problem}", number + 1));
        let mut utterance: Utterance =
            serde_json::from_str(line).map_err(|error| refuse(error.to_string()))?;
        utterance.audio = match (utterance.audio.as_os_str().is_empty(), utterance.offset) {
            (false, _) => folder.join(&utterance.audio),
            (true, Some(_)) => file.with_extension("bin"),
            (true, None) => return Err(refuse("neither audio nor offset".to_owned())),
        };
        utterances.push(utterance);
    }
    Ok(utterances)
}

/// The samples of an utterance, mono at the engine's rate.
///
/// # Errors
/// [`Failure::Recording`] or [`Failure::Input`] when the recording cannot be used.
pub fn samples(utterance: &Utterance, max_seconds: f32) -> Result<Vec<f32>, Failure> {
    let Some(offset) = utterance.offset else {
        return session::hear(&utterance.audio, max_seconds);
    };
    raw(utterance, offset).map_err(|problem| Failure::input(&utterance.audio, problem))
}

fn raw(utterance: &Utterance, offset: u64) -> Result<Vec<f32>, String> {
    use std::io::{Seek, SeekFrom};

    let count = utterance.samples.unwrap_or(0);
    if count == 0 || count > MAX_RAW_SAMPLES {
        let id = &utterance.id;
        return Err(format!(
            "{id}: samples is {count}, not 1..={MAX_RAW_SAMPLES}"
        ));
    }
    let mut bytes = vec![0; 2 * count];
    let mut read = || {
        let mut file = std::fs::File::open(&utterance.audio)?;
        file.seek(SeekFrom::Start(offset.saturating_mul(2)))?;
        file.read_exact(&mut bytes)
    };
    read().map_err(|error| format!("{}: {error}", utterance.id))?;
    let (pairs, _) = bytes.as_chunks::<2>();
    let sample = |pair: &[u8; 2]| f32::from(i16::from_le_bytes(*pair)) / 32768.0;
    Ok(pairs.iter().map(sample).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(json: &str) -> Utterance {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn content_is_what_is_listed_or_what_the_text_says() {
        let listed =
            line(r#"{"id":"a","audio":"a.wav","text":"A dog on the beach.","content":["dog"]}"#);
        assert_eq!(listed.content(), ["dog"]);
        assert_eq!(listed.all_words(), ["a", "dog", "on", "the", "beach"]);
        let told = line(r#"{"id":"a","audio":"a.wav","text":"A dog on the beach."}"#);
        assert_eq!(told.content(), ["dog", "beach"]);
    }

    #[test]
    fn times_are_those_of_words_that_name_something() {
        let timed = line(
            r#"{"id":"a","audio":"a.wav","words":[{"word":"A","start":0,"end":0.1},{"text":"Dog","start":0.1,"end":0.5}]}"#,
        );
        assert_eq!(timed.timed_content(), [("dog".to_owned(), 0.1, 0.5)]);
    }

    #[test]
    fn lines_are_named_and_raw_sound_is_found_beside_the_list() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clips-00000.jsonl");
        let sound: Vec<u8> = [0_i16, 16384, -32768]
            .iter()
            .flat_map(|s| s.to_le_bytes())
            .collect();
        std::fs::write(folder.path().join("clips-00000.bin"), sound).unwrap();
        let good =
            r#"{"id":"a","offset":1,"samples":2,"scene":"s1","engine":"flite","phones":[1]}"#;
        std::fs::write(&file, format!("{good}\n\n")).unwrap();
        let read_back = read(&file).unwrap();
        assert_eq!(read_back.len(), 1);
        assert_eq!(read_back[0].image.as_deref(), Some("s1"));
        assert_eq!(samples(&read_back[0], 15.0).unwrap(), [0.5, -1.0]);
        let long = good.replace("\"samples\":2", "\"samples\":3");
        std::fs::write(&file, format!("{long}\n")).unwrap();
        assert!(samples(&read(&file).unwrap()[0], 15.0).is_err());
        for bad in ["{\"id\":\"a\"}", "{\"audio\":\"a.wav\"}", "nonsense"] {
            std::fs::write(&file, format!("{good}\n{bad}\n")).unwrap();
            let refusal = read(&file).unwrap_err().to_string();
            assert!(refusal.contains("line 2"), "{refusal}");
        }
    }
}
