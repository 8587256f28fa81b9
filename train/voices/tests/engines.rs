//! Every engine of this machine, with every one of its voices.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail tests"
)]

use saysee_voices::{
    EngineKind, Voice,
    engines::{self, Request, SpeakError, Synthesiser},
};

fn installed() -> Vec<(EngineKind, Box<dyn Synthesiser>)> {
    let mut engines = Vec::new();
    for kind in EngineKind::ALL {
        match engines::open(kind) {
            Ok(engine) => engines.push((kind, engine)),
            Err(error) => eprintln!("skipped: {error}"),
        }
    }
    engines
}

fn request(voice: &Voice, text: &str, rate: f32) -> Request {
    Request {
        voice: voice.name.clone(),
        text: text.into(),
        rate,
        pitch: 1.0,
    }
}

#[test]
fn every_voice_speaks() {
    for (kind, mut engine) in installed() {
        let voices = engine.voices();
        assert!(!voices.is_empty(), "{kind} has no voice");
        let requests: Vec<Request> = voices
            .iter()
            .map(|voice| request(voice, "two dogs on the beach", 1.0))
            .collect();
        for (voice, speech) in voices.iter().zip(engine.speak_many(&requests)) {
            let speech = speech.unwrap_or_else(|error| panic!("{voice}: {error}"));
            let seconds = speech.samples.len() as f32 / speech.sample_rate as f32;
            assert!((0.7..4.0).contains(&seconds), "{voice} took {seconds} s");
        }
    }
}

#[test]
fn rate_shortens_speech() {
    for (_, mut engine) in installed() {
        for voice in engine.voices().iter().take(5) {
            let mut seconds = |rate| {
                let speech = engine
                    .speak(&request(voice, "three elephants in the kitchen", rate))
                    .unwrap();
                speech.samples.len() as f32 / speech.sample_rate as f32
            };
            let (slow, fast) = (seconds(0.85), seconds(1.25));
            assert!(slow > 1.15 * fast, "{voice}: {slow} s and {fast} s");
        }
    }
}

#[test]
fn unknown_voices_are_refused() {
    for (kind, mut engine) in installed() {
        let nobody = Voice::new(kind, "nobody-has-this-name");
        let error = engine.speak(&request(&nobody, "a dog", 1.0)).unwrap_err();
        assert!(matches!(error, SpeakError::UnknownVoice { .. }), "{error}");
    }
}

#[test]
fn voices_have_names_that_can_be_written_and_read() {
    for (_, engine) in installed() {
        for voice in engine.voices() {
            assert_eq!(voice.to_string().parse(), Ok(voice));
        }
    }
    assert!("nonsense".parse::<Voice>().is_err());
    assert!("nobody/x".parse::<Voice>().is_err());
}
