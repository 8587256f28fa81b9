//! The search against every path there is, and against what it must never say.

use proptest::prelude::*;

use super::*;
use crate::testing::Random;

const SYMBOLS: usize = 4;
const COST: f32 = 1.3;

/// Frames in which each given symbol is said, the others being unlikely.
fn said(symbols: &[usize], count: usize) -> PhoneFrames {
    let row = |symbol: &usize| {
        (0..count)
            .map(|other| if other == *symbol { 6.0 } else { 0.0 })
            .collect::<Vec<f32>>()
    };
    PhoneFrames::from_logits(symbols.iter().flat_map(row).collect(), count)
}

fn collapse(labels: &[usize]) -> Vec<u16> {
    let mut phones = Vec::new();
    let mut before = 0;
    for label in labels {
        if *label != before && *label != 0 {
            phones.push(*label as u16);
        }
        before = *label;
    }
    phones
}

/// The best score of a word, over all labellings of the frames and all stretches that may be the word.
fn brute_force(frames: &PhoneFrames, word: &[u16]) -> Option<f32> {
    let length = frames.len();
    let mut best: Option<f32> = None;
    for code in 0..SYMBOLS.pow(length as u32) {
        let labels: Vec<usize> = (0..length)
            .map(|t| code / SYMBOLS.pow(t as u32) % SYMBOLS)
            .collect();
        let score: f32 = frames
            .rows()
            .zip(&labels)
            .map(|(row, label)| row[*label])
            .sum();
        for first in 0..length {
            for last in first..length {
                let (said, ends) = (&labels[first..=last], [labels[first], labels[last]]);
                if ends.contains(&0) || collapse(said) != word {
                    continue;
                }
                let strays = collapse(&labels[..first]).len() + collapse(&labels[last + 1..]).len();
                let total = score - COST * strays as f32;
                best = Some(best.map_or(total, |best| best.max(total)));
            }
        }
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_trie_finds_what_trying_everything_finds(
        seed in any::<u64>(),
        length in 0_usize..6,
        words in prop::collection::vec(prop::collection::vec(1_u16..SYMBOLS as u16, 1..4), 1..6),
    ) {
        let logits = Random::new(seed).numbers(length * SYMBOLS, 4.0);
        let frames = PhoneFrames::from_logits(logits, SYMBOLS);
        let pronounced: Vec<_> = words.iter().map(|word| vec![word.clone()]).collect();
        let lexicon = Lexicon::new(&pronounced, 0, COST);
        let strays = Strays::of(&frames, 0, COST);
        let all = lexicon.hear(&frames, f32::NEG_INFINITY);
        for (number, word) in words.iter().enumerate() {
            let found = all.iter().find(|sounding| sounding.word == number);
            match brute_force(&frames, word) {
                None => prop_assert!(found.is_none()),
                Some(best) => {
                    let gain = (best - strays.total()) / COST;
                    let found = found.unwrap();
                    prop_assert!((found.gain - gain).abs() < 1e-3, "{} for {gain}", found.gain);
                    prop_assert!(found.gain <= word.len() as f32 + 1e-3);
                    prop_assert!(found.frames.0 <= found.frames.1 && found.frames.1 < length);
                }
            }
        }
        // Pruning loses nothing that is wanted.
        for least in [-0.5, 0.0, 0.4, 0.8] {
            let wanted = all.iter().copied().filter(|sounding| sounding.share() > least);
            prop_assert_eq!(lexicon.hear(&frames, least), wanted.collect::<Vec<_>>());
        }
    }

    #[test]
    fn any_numbers_at_all_are_survived(
        logits in prop::collection::vec(any::<f32>(), 0..60),
        symbols in 1_usize..6,
    ) {
        let frames = PhoneFrames::from_logits(logits, symbols);
        let words = [vec![vec![symbols as u16 - 1]], vec![]];
        for sounding in Lexicon::new(&words, 0, COST).hear(&frames, -1e6) {
            prop_assert!(sounding.gain.is_finite());
        }
    }
}

#[test]
fn strays_pay_for_each_phone_and_for_no_blank() {
    let frames = said(&[0, 1, 1, 0, 1, 2, 0], 4);
    let plain: f32 = frames
        .rows()
        .map(|row| row.iter().copied().fold(f32::MIN, f32::max))
        .sum();
    let strays = Strays::of(&frames, 0, COST);
    assert!((strays.total() - (plain - 3.0 * COST)).abs() < 1e-4);
    assert!((strays.before[7] - strays.total()).abs() < 1e-4);
    assert_eq!((strays.before[0], strays.from[7]), (0.0, 0.0));
}

#[test]
fn a_word_gains_its_phones_wherever_it_stands() {
    let words = [
        vec![vec![1, 2, 3]],
        vec![vec![1, 2]],
        vec![vec![3, 3]],
        vec![vec![3, 1]],
    ];
    let lexicon = Lexicon::new(&words, 0, 3.0);
    let frames = said(&[2, 0, 1, 1, 2, 0, 3, 0, 0, 1, 0], 4);
    let heard = lexicon.hear(&frames, 0.0);
    let find = |word: usize| heard.iter().find(|sounding| sounding.word == word);
    let whole = find(0).unwrap();
    assert!((whole.gain - 3.0).abs() < 1e-3 && whole.share() > 0.99);
    assert_eq!(whole.frames, (2, 6));
    assert!((find(1).unwrap().gain - 2.0).abs() < 1e-3);
    assert_eq!(find(3).unwrap().frames, (6, 9));
    // The second 3 was never said.
    assert!(find(2).is_none_or(|sounding| sounding.share() < 0.5));
}

#[test]
fn silence_holds_no_word_and_neither_do_frames_that_say_nothing() {
    let words = [vec![vec![1]], vec![vec![1, 2, 3]]];
    let lexicon = Lexicon::new(&words, 0, COST);
    assert!(lexicon.hear(&said(&[0; 20], 4), 0.0).is_empty());
    let vague = PhoneFrames::from_logits(vec![0.0; 80], 4);
    let heard = lexicon.hear(&vague, 0.0);
    assert!(
        heard.iter().all(|sounding| sounding.gain < 1e-3),
        "{heard:?}"
    );
    assert!(lexicon.hear(&PhoneFrames::default(), 0.0).is_empty());
}

#[test]
fn stretches_are_cut_to_what_is_there() {
    let frames = said(&[1, 2, 3], 4);
    assert_eq!(frames.stretch(1..3).len(), 2);
    assert_eq!(frames.stretch(2..99).len(), 1);
    assert!(frames.stretch(7..9).is_empty());
}
