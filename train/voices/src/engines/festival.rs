//! Festival, one process for a batch of sentences.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
};

use super::{Request, SpeakError, Speech, Synthesiser, TimedWord, require_sound};
use crate::{
    audio,
    voice::{EngineKind, Voice},
};

const ENGINE: EngineKind = EngineKind::Festival;
/// Name used here, Festival's function, folder.
const VOICES: [(&str, &str, &str); 2] = [
    (
        "slt_hts",
        "voice_cmu_us_slt_arctic_hts",
        "us/cmu_us_slt_arctic_hts",
    ),
    ("kal_diphone", "voice_kal_diphone", "english/kal_diphone"),
];
const DATA: &str = "/usr/share/festival/voices";

/// Festival with the voices of this machine.
pub struct Festival {
    voices: Vec<(&'static str, &'static str)>,
}

impl Festival {
    /// Looks for the program and its voices.
    pub fn open() -> Result<Self, SpeakError> {
        let missing = |detail: &str| SpeakError::NotInstalled {
            engine: ENGINE,
            detail: detail.into(),
        };
        Command::new("festival")
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .map_err(|_| missing("the program `festival`"))?;
        let voices: Vec<_> = VOICES
            .iter()
            .filter(|(_, _, folder)| Path::new(DATA).join(folder).is_dir())
            .map(|&(name, function, _)| (name, function))
            .collect();
        if voices.is_empty() {
            return Err(missing(&format!("voices in {DATA}")));
        }
        Ok(Self { voices })
    }

    fn script(&self, requests: &[Request], folder: &Path) -> String {
        let mut script = String::new();
        for (i, request) in requests.iter().enumerate() {
            let Some((_, function)) = self.voices.iter().find(|(name, _)| *name == request.voice)
            else {
                continue;
            };
            let text: String = request
                .text
                .chars()
                .filter(|c| !matches!(c, '"' | '\\'))
                .collect();
            // A sentence that fails must not end the batch: its file is then missing.
            let _ = writeln!(
                script,
                "(unwind-protect (begin ({function}) (Parameter.set 'Duration_Stretch {stretch:.3}) \
                 (if (boundp 'hts_engine_params) \
                 (set! hts_engine_params (cons '(\"-r\" {rate:.3}) hts_engine_params))) \
                 (set! said (utt.synth (Utterance Text \"{text}\"))) \
                 (utt.save.wave said \"{wav}\" 'riff) \
                 (set! times (fopen \"{words}\" \"w\")) \
                 (mapcar (lambda (word) (format times \"%s %f %f\\n\" (item.name word) \
                 (item.feat word 'word_start) (item.feat word 'word_end))) (utt.relation.items said 'Word)) \
                 (fclose times)))",
                stretch = 1.0 / request.rate,
                rate = request.rate,
                wav = folder.join(format!("{i}.wav")).display(),
                words = folder.join(format!("{i}.words")).display(),
            );
        }
        script
    }
}

impl Synthesiser for Festival {
    fn voices(&self) -> Vec<Voice> {
        self.voices
            .iter()
            .map(|(name, _)| Voice::new(ENGINE, name))
            .collect()
    }

    fn speak(&mut self, request: &Request) -> Result<Speech, SpeakError> {
        let failed = || SpeakError::Failed {
            engine: ENGINE,
            detail: format!("saying {:?}", request.text),
        };
        self.speak_many(std::slice::from_ref(request))
            .pop()
            .unwrap_or_else(|| Err(failed()))
    }

    fn speak_many(&mut self, requests: &[Request]) -> Vec<Result<Speech, SpeakError>> {
        let run = || -> std::io::Result<Scratch> {
            let scratch = Scratch::new()?;
            let script = scratch.0.join("batch.scm");
            fs::write(&script, self.script(requests, &scratch.0))?;
            Command::new("festival")
                .arg("-b")
                .arg(&script)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()?;
            Ok(scratch)
        };
        let scratch = run();
        requests
            .iter()
            .enumerate()
            .map(|(i, request)| {
                let failed = |detail: String| SpeakError::Failed {
                    engine: ENGINE,
                    detail,
                };
                if !self.voices.iter().any(|(name, _)| *name == request.voice) {
                    return Err(SpeakError::UnknownVoice {
                        engine: ENGINE,
                        voice: request.voice.clone(),
                    });
                }
                let scratch = scratch
                    .as_ref()
                    .map_err(|error| failed(error.to_string()))?;
                let (samples, sample_rate) =
                    audio::read_wav(&scratch.0.join(format!("{i}.wav")))
                        .map_err(|error| failed(format!("saying {:?}: {error}", request.text)))?;
                // Without times a sentence is as good as those of engines that never tell.
                let words = fs::read_to_string(scratch.0.join(format!("{i}.words")))
                    .map_or_else(|_| Vec::new(), |text| timed_words(&text));
                require_sound(
                    ENGINE,
                    request,
                    Speech {
                        samples,
                        sample_rate,
                        words,
                    },
                )
            })
            .collect()
    }
}

/// Lines of a word, when it begins and when it ends, in seconds.
fn timed_words(text: &str) -> Vec<TimedWord> {
    let word = |line: &str| {
        let mut parts = line.split_whitespace();
        Some(TimedWord {
            word: parts.next()?.to_owned(),
            start: parts.next()?.parse().ok()?,
            end: parts.next()?.parse().ok()?,
        })
    };
    text.lines().filter_map(word).collect()
}

/// A folder that goes away with the batch.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!(
            "saysee-festival-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed lies in the system's temporary folder and does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_with_their_times() {
        let words = timed_words("two 0.090000 0.245000\nbroken 0.3\ndogs 0.245000 0.870000\n");
        let words: Vec<_> = words
            .iter()
            .map(|w| (w.word.as_str(), w.start, w.end))
            .collect();
        assert_eq!(words, [("two", 0.09, 0.245), ("dogs", 0.245, 0.87)]);
    }
}
