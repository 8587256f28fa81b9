//! What occlusion says about the bundled samples: whether the words that pulled a picture up are the ones it shows.
//! `cargo test -p saysee-engine --test occlusion -- --nocapture` prints the figures of docs/architecture.md.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use saysee_engine::audio::occlude;
use saysee_engine::format::{Source, SourceError};
use saysee_engine::gallery::Gallery;
use saysee_engine::index::cosine;
use saysee_engine::pack::Pack;
use saysee_engine::{BackendChoice, Engine};

const ASSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets");

struct Folder(String);

impl Source for Folder {
    async fn read(&self, file: &str, _: Option<u64>) -> Result<Vec<u8>, SourceError> {
        std::fs::read(Path::new(&self.0).join(file)).map_err(|_| SourceError::NotFound)
    }
}

/// What is found out about a way to ask which pictures a keyword pulls.
#[derive(Default)]
struct Figures {
    keywords: f32,
    area: f32,
    rarer: f32,
    still_heard: f32,
    others: f32,
    others_kept: f32,
}

/// Samples of one of the bundled wav files: 16-bit, mono, 16 kHz.
fn read_wav(file: &str) -> Vec<f32> {
    let bytes = std::fs::read(format!("{ASSETS}/samples/{file}")).unwrap();
    let data = bytes.windows(4).position(|four| four == b"data").unwrap() + 8;
    let sample = |two: &[u8; 2]| f32::from(i16::from_le_bytes(*two)) / 32_768.0;
    bytes[data..]
        .as_chunks::<2>()
        .0
        .iter()
        .map(sample)
        .collect()
}

/// Captions and keywords differ in number: "babies" is "baby", "octopuses" is "octopus".
fn stem(word: &str) -> String {
    let word = word
        .strip_suffix("ies")
        .map_or_else(|| word.to_owned(), |stem| format!("{stem}y"));
    let word = word
        .strip_suffix("uses")
        .map_or_else(|| word.clone(), |stem| format!("{stem}us"));
    let plural = word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us");
    word[..word.len() - usize::from(plural)].to_owned()
}

/// How well numbers tell pictures that have something from those that have not: 1 always, 0.5 by chance.
fn area(numbers: &[f32], has: &[bool]) -> Option<f32> {
    let of = |wanted: bool| {
        let kept = numbers
            .iter()
            .zip(has)
            .filter(move |(_, has)| **has == wanted);
        kept.map(|(number, _)| *number).collect::<Vec<_>>()
    };
    let (with, without) = (of(true), of(false));
    let won: usize = with
        .iter()
        .map(|number| without.iter().filter(|other| number > *other).count())
        .sum();
    let pairs = with.len() * without.len();
    (pairs > 0).then(|| won as f32 / pairs as f32)
}

/// Share of the ten best pictures that have something.
fn among_the_best(scores: &[f32], has: &[bool]) -> f32 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    order[..10].iter().filter(|picture| has[**picture]).count() as f32 / 10.0
}

#[test]
fn words_pull_up_the_pictures_that_show_them() {
    let pack = Folder(format!("{ASSETS}/packs/scenes-mini"));
    let gallery = Folder(format!("{ASSETS}/galleries/scenes"));
    let pack = pollster::block_on(Pack::open(&pack)).unwrap();
    let gallery = pollster::block_on(Gallery::open(&gallery)).unwrap();
    let mut engine = pollster::block_on(Engine::new(&pack, BackendChoice::Cpu)).unwrap();
    let dimension = engine.dimension();
    let pictures = gallery.embeddings().into_owned();
    let scores = |embedding: &[f32]| -> Vec<f32> {
        pictures
            .chunks(dimension)
            .map(|picture| cosine(picture, embedding))
            .collect()
    };
    let captions: Vec<Vec<String>> = gallery
        .manifest()
        .items
        .iter()
        .map(|item| item.caption.split(' ').map(stem).collect())
        .collect();
    let vocabulary = &pack.manifest().vocabulary.tokens;
    let table = pack.tensors()["vocabulary.table"].to_f32();

    let samples = std::fs::read(format!("{ASSETS}/samples/samples.json")).unwrap();
    let samples: serde_json::Value = serde_json::from_slice(&samples).unwrap();
    let (mut shipped, mut alone, mut row) = (Figures::default(), 0.0, 0.0);
    for sample in samples.as_array().unwrap() {
        let sound = read_wav(sample["file"].as_str().unwrap());
        let whole = pollster::block_on(engine.query(&sound, 0)).unwrap();
        let before = scores(&whole.embedding);
        for keyword in &whole.keywords {
            let word = stem(&keyword.token);
            let has: Vec<bool> = captions
                .iter()
                .map(|caption| caption.contains(&word))
                .collect();
            let without = occlude(&sound, &[(keyword.start, keyword.end)]);
            let without = pollster::block_on(engine.query(&without, 0)).unwrap();
            let after = scores(&without.embedding);
            let pulls: Vec<f32> = before.iter().zip(&after).map(|(a, b)| a - b).collect();
            let Some(told) = area(&pulls, &has) else {
                continue;
            };
            let heard: Vec<String> = without
                .keywords
                .iter()
                .map(|other| stem(&other.token))
                .collect();
            let others = whole.keywords.iter().map(|other| stem(&other.token));
            let others: Vec<String> = others.filter(|other| *other != word).collect();
            shipped.keywords += 1.0;
            shipped.area += told;
            shipped.rarer += among_the_best(&before, &has) - among_the_best(&after, &has);
            shipped.still_heard += f32::from(u8::from(heard.contains(&word)));
            shipped.others += others.len() as f32;
            shipped.others_kept +=
                others.iter().filter(|other| heard.contains(other)).count() as f32;

            // 80 ms beside the stretch belong to it.
            let (start, end) = (keyword.start - 0.16, keyword.end + 0.16);
            let only = occlude(&sound, &[(0.0, start), (end, f32::INFINITY)]);
            let only = pollster::block_on(engine.query(&only, 0)).unwrap();
            alone += area(&scores(&only.embedding), &has).unwrap_or(0.5);
            let token = vocabulary.iter().position(|token| *token == keyword.token);
            let token = token
                .and_then(|token| table.get(token * dimension..(token + 1) * dimension))
                .unwrap_or_default();
            row += area(&scores(token), &has).unwrap_or(0.5);
        }
    }
    let count = shipped.keywords;
    let (told, still) = (shipped.area / count, shipped.still_heard / count);
    println!("{count} keywords, {} pictures", captions.len());
    println!(
        "occlusion: area {told:.3}, {:.2} rarer among the ten best",
        shipped.rarer / count
    );
    println!(
        "  still heard {still:.2}, others kept {:.2}",
        shipped.others_kept / shipped.others
    );
    println!("the stretch alone: area {:.3}", alone / count);
    println!("the token's row of the vocabulary: area {:.3}", row / count);
    assert!(count >= 20.0, "{count} keywords");
    assert!(told > 0.75 && told > alone / count - 0.05, "area {told}");
    assert!(still < 0.15, "still heard {still}");
    assert!(shipped.others_kept / shipped.others > 0.85);
}
