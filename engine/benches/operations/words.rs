//! Naming by sound: 1500 words in eight stretches of an utterance.

use criterion::Criterion;
use saysee_engine::phonetic::{Lexicon, PhoneFrames};
use saysee_engine::testing::Random;

const SYMBOLS: usize = 42;
const FRAMES: usize = 25;

/// Eight stretches of a second each, against 1500 words of three to nine phones: what the page does after each pass.
pub fn lexicon(criterion: &mut Criterion) {
    let mut random = Random::new(1);
    let mut phone = |count: u64| 1 + (random.bits() % count) as u16;
    let words: Vec<Vec<Vec<u16>>> = (0..1500)
        .map(|_| {
            let length = 2 + phone(7);
            vec![(0..length).map(|_| phone(SYMBOLS as u64 - 1)).collect()]
        })
        .collect();
    let lexicon = Lexicon::new(&words, 0, 3.0);
    let stretches = |sharpness: f32| -> Vec<PhoneFrames> {
        let said = words.iter().step_by(180).take(8);
        let mut noise = Random::new(2);
        said.map(|word| {
            let mut logits = noise.numbers(FRAMES * SYMBOLS, 1.0);
            for frame in 0..FRAMES {
                // Every other frame is a blank, as a trained classifier leaves them.
                let place = frame * word[0].len() / FRAMES;
                let symbol = if frame % 2 == 0 { word[0][place] } else { 0 };
                logits[frame * SYMBOLS + usize::from(symbol)] += sharpness;
            }
            PhoneFrames::from_logits(logits, SYMBOLS)
        })
        .collect()
    };
    let mut group = criterion.benchmark_group("words");
    for (name, sharpness) in [("clear", 8.0), ("vague", 2.0)] {
        let stretches = stretches(sharpness);
        group.bench_function(name, |bencher| {
            bencher.iter(|| -> usize {
                stretches
                    .iter()
                    .map(|one| lexicon.hear(one, 0.5).len())
                    .sum()
            });
        });
    }
    group.finish();
}
