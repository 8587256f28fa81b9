//! Pronunciations of known words, with the espeak-ng of this machine.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail tests"
)]

use saysee_voices::phones::{self, BLANK, PHONES, Pronouncer};

/// `None`, with the reason printed, where espeak-ng is missing.
fn pronouncer() -> Option<Pronouncer> {
    Pronouncer::new()
        .inspect_err(|error| eprintln!("skipped: {error}"))
        .ok()
}

fn spell(pronouncer: &mut Pronouncer, text: &str) -> String {
    let phones = pronouncer.phones(text).unwrap();
    phones
        .into_iter()
        .map(|id| phones::symbol(id).unwrap())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn known_words() {
    let Some(mut pronouncer) = pronouncer() else {
        return;
    };
    for (text, expected) in [
        ("dog", "d ɑ ɡ"),
        ("dogs", "d ɑ ɡ z"),
        ("beach", "b i tʃ"),
        ("orange", "ɔ ɹ ɪ n dʒ"),
        ("bird", "b ɜ d"),
        ("mountain", "m aʊ n t ɪ n"),
        ("two dogs on the beach", "t u d ɑ ɡ z ɔ n ð ə b i tʃ"),
        ("water", "w ɔ t ɚ"),
        ("boy", "b ɔɪ"),
        ("yellow", "j ɛ l oʊ"),
        ("apple", "æ p ə l"),
        ("button", "b ʌ t ə n"),
    ] {
        assert_eq!(spell(&mut pronouncer, text), expected, "{text}");
    }
}

#[test]
fn a_sentence_reduces_its_function_words() {
    let Some(mut pronouncer) = pronouncer() else {
        return;
    };
    assert_ne!(spell(&mut pronouncer, "a"), "ə", "alone, the letter");
    assert!(spell(&mut pronouncer, "a dog").starts_with("ə d"));
}

#[test]
fn the_same_text_has_the_same_phones_and_no_blank() {
    let (Some(mut one), Some(mut other)) = (pronouncer(), pronouncer()) else {
        return;
    };
    let text = "there are three red cars and a garage near the snowy mountains";
    let first = one.phones(text).unwrap();
    assert_eq!(first, one.phones(text).unwrap());
    assert_eq!(first, other.phones(text).unwrap());
    assert!(
        first
            .iter()
            .all(|&id| id != BLANK && usize::from(id) < PHONES.len())
    );
}

#[test]
fn punctuation_numbers_and_nothing_do_not_fail() {
    let Some(mut pronouncer) = pronouncer() else {
        return;
    };
    assert!(pronouncer.phones("").unwrap().is_empty());
    assert_eq!(
        spell(&mut pronouncer, "two dogs, on a beach."),
        spell(&mut pronouncer, "two dogs") + " " + &spell(&mut pronouncer, "on a beach")
    );
    assert_eq!(
        spell(&mut pronouncer, "3 cats"),
        spell(&mut pronouncer, "three cats")
    );
}

#[test]
fn a_text_with_a_zero_byte_is_refused() {
    let Some(mut pronouncer) = pronouncer() else {
        return;
    };
    assert!(pronouncer.phones("dog\0cat").is_err());
}

#[test]
fn symbols_and_ids_are_inverse() {
    for (position, symbol) in PHONES.iter().enumerate() {
        assert_eq!(phones::id(symbol).map(usize::from), Some(position));
    }
    assert_eq!(phones::id("ʘ"), None);
    assert_eq!(phones::symbol(200), None);
}
