//! The tokenizer from outside: a small vocabulary made here, and the reference's results for 120 texts.
//!
//! The published merges file is not part of the project. `SAYSEE_CLIP_MERGES=FILE` names it for the
//! test of the ids.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;

use saysee_clip_inputs::text::{CONTEXT, MAX_TEXT_BYTES};
use saysee_clip_inputs::{TextError, Tokenizer, TokenizerError};
use serde::Deserialize;

/// Merges for "a photo of a cat", and half a dog.
const MERGES: &str = "#version: 0.2\np h\no t\nph ot\nphot o</w>\no f</w>\nc a\nca t</w>\nð Ł\n";

#[derive(Deserialize)]
struct Golden {
    text: String,
    ids: Vec<u32>,
    decoded: String,
}

fn goldens() -> Vec<Golden> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/clip/token_goldens.json");
    let goldens: Vec<Golden> = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(goldens.len(), 120);
    goldens
}

fn small() -> Tokenizer {
    Tokenizer::from_merges(MERGES.as_bytes()).unwrap()
}

#[test]
fn ids_are_those_of_the_reference() {
    let Some(path) = std::env::var_os("SAYSEE_CLIP_MERGES") else {
        eprintln!("skipped: SAYSEE_CLIP_MERGES does not name the published merges file");
        return;
    };
    let tokenizer = Tokenizer::from_merges(&fs::read(path).unwrap()).unwrap();
    assert_eq!(tokenizer.vocabulary_size(), 49_408);
    assert_eq!((tokenizer.start(), tokenizer.end()), (49_406, 49_407));
    for golden in goldens() {
        let ids = tokenizer.encode(&golden.text);
        assert_eq!(ids, golden.ids, "{:?}", golden.text);
        assert_eq!(tokenizer.decode(&ids), golden.decoded, "{:?}", golden.text);
    }
    let a = tokenizer.token(320).unwrap();
    assert_eq!((a.text.as_ref(), a.ends_word), ("a", true));
    // Every token that is a word of its own leads back to itself.
    let words = (0..49_406).filter(|id| {
        let token = tokenizer.token(*id).unwrap();
        token.ends_word && token.text.chars().all(|c| c.is_ascii_lowercase())
    });
    for id in words {
        let text = tokenizer.token(id).unwrap().text;
        assert_eq!(tokenizer.encode(&text), [id], "{text}");
    }
}

/// Whatever the merges are, decoding shows where the words end: so cleaning and splitting are checked
/// without them.
#[test]
fn words_are_those_of_the_reference_without_any_merges() {
    let bytes = Tokenizer::from_merges(b"#version: 0.2\n").unwrap();
    assert_eq!(bytes.vocabulary_size(), 514);
    for golden in goldens() {
        let decoded = bytes.decode(&bytes.encode(&golden.text));
        assert_eq!(decoded, golden.decoded, "{:?}", golden.text);
    }
}

#[test]
fn a_text_is_framed_and_padded() {
    let tokenizer = small();
    let (start, end) = (tokenizer.start(), tokenizer.end());
    assert_eq!((start, end), (520, 521));
    let a = 256 + u32::from(b'a' - b'!');
    let ids = [a, 515, 516, a, 518];
    assert_eq!(tokenizer.encode("A photo  of a CAT"), ids);
    assert_eq!(tokenizer.decode(&ids), "a photo of a cat ");
    let padded = tokenizer
        .encode_padded("A photo of a cat", CONTEXT)
        .unwrap();
    assert_eq!(padded.len(), 77);
    assert_eq!(padded[..7], [start, a, 515, 516, a, 518, end]);
    assert!(padded[7..].iter().all(|id| *id == 0));
    assert_eq!(tokenizer.encode_padded("", 2).unwrap(), [start, end]);
    let photo = tokenizer.token(515).unwrap();
    assert_eq!((photo.text.as_ref(), photo.ends_word), ("photo", true));
    let ca = tokenizer.token(517).unwrap();
    assert_eq!((ca.text.as_ref(), ca.ends_word), ("ca", false));
    assert_eq!(tokenizer.token(519).unwrap().text, "\u{FFFD}");
    assert_eq!(tokenizer.token(start).unwrap().text, "<|startoftext|>");
    assert_eq!(tokenizer.token(522), None);
    assert_eq!(tokenizer.decode(&[517, 522]), "ca\u{FFFD}");
}

#[test]
fn a_text_too_long_is_refused_or_cut() {
    let tokenizer = small();
    let (start, end) = (tokenizer.start(), tokenizer.end());
    let text = "a photo of a cat";
    let error = tokenizer.encode_padded(text, 6).unwrap_err();
    assert_eq!(
        error,
        TextError::TooManyTokens {
            tokens: 7,
            context: 6
        }
    );
    assert!(error.to_string().contains("7 tokens"), "{error}");
    let cut = tokenizer.encode_truncated(text, 6).unwrap();
    let a = tokenizer.encode("a")[0];
    assert_eq!(cut, [start, a, 515, 516, a, end]);
    assert_eq!(
        tokenizer.encode_truncated(text, 9).unwrap(),
        tokenizer.encode_padded(text, 9).unwrap()
    );
    assert_eq!(
        tokenizer.encode_padded("", 1),
        Err(TextError::Context { context: 1 })
    );
    let bytes = MAX_TEXT_BYTES + 1;
    let long = "a".repeat(bytes);
    let refusal = Err(TextError::TooLong { bytes });
    assert_eq!(tokenizer.encode_padded(&long, CONTEXT), refusal);
    assert_eq!(tokenizer.encode_truncated(&long, CONTEXT), refusal);
    assert!(tokenizer.encode_truncated(&long[1..], CONTEXT).is_ok());
}

#[test]
fn a_file_that_is_no_merges_file_is_refused() {
    let refusal = |bytes: &[u8]| Tokenizer::from_merges(bytes).unwrap_err();
    assert_eq!(refusal(b"a b\n"), TokenizerError::Header);
    assert_eq!(refusal(b""), TokenizerError::Header);
    assert_eq!(refusal(b"\xFF"), TokenizerError::NotText { valid: 0 });
    assert!(matches!(
        refusal(b"\x1F\x8B\x08"),
        TokenizerError::Compression { .. }
    ));
    let error = refusal(b"#version: 0.2\na b\nac d\n");
    assert!(matches!(error, TokenizerError::Merge { line: 3, .. }));
}
