//! What was heard against what was said: figures with intervals, by group.

use std::collections::{BTreeMap, BTreeSet};

use saysee_measures::boundaries::{self, Counts};
use saysee_measures::confusions::{Confusion, Confusions, in_time};
use saysee_measures::keywords::{Named, WordScores};
use saysee_measures::{Estimate, bootstrap, estimate, recall};
use serde::Serialize;

use super::listen::{Heard, HeardWord};
use super::manifest::Utterance;

/// A figure by its name, and how it is read off scores.
type Part<S, F> = (&'static str, fn(&S) -> F);

/// Names of a keyword that count as named, as in the papers' hit rates.
const NEIGHBOURS: usize = 5;
/// Confusions that are listed.
const CONFUSIONS: usize = 20;

/// How figures are made.
pub struct Settings<'a> {
    /// The pictures that are searched: ids, and embeddings of length 1 one after the other. Empty: none.
    pub pictures: (Vec<String>, &'a [f32]),
    /// Decides the resamples of the intervals.
    pub seed: u64,
    /// Keywords of every utterance, where the pack has a fixed number of them.
    pub fixed_keywords: Option<usize>,
}

/// All figures under one degradation.
#[derive(Debug, Serialize)]
pub struct Report {
    /// `clean`, or the name of a degradation.
    pub condition: String,
    /// All utterances first, then those of each engine and of each voice.
    pub groups: Vec<Group>,
    /// Words that were named otherwise, in sentences with known times.
    pub confusions: Vec<Confusion>,
    /// Utterances that are one word and were taken for another.
    pub word_confusions: Vec<Confusion>,
}

/// Figures of some utterances.
#[derive(Debug, Serialize)]
pub struct Group {
    /// `all`, `engine NAME` or `voice NAME`.
    pub name: String,
    /// Utterances in it.
    pub utterances: usize,
    /// Figures there is ground for.
    pub figures: Vec<Figure>,
}

/// One figure, in percent.
#[derive(Debug, Serialize)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// What was counted: captions, pictures, utterances.
    pub count: usize,
    /// The figure and its 95 % interval.
    #[serde(flatten)]
    pub estimate: Estimate,
}

/// Figures of all utterances and of each engine and voice among them.
pub fn report(
    condition: &str,
    utterances: &[Utterance],
    heard: &[Heard],
    settings: &Settings,
) -> Report {
    let pairs: Vec<(&Utterance, &Heard)> = utterances.iter().zip(heard).collect();
    let mut groups = vec![group("all".to_owned(), &pairs, settings)];
    for (kind, of) in [
        ("engine", (|u| &u.engine) as fn(&Utterance) -> &String),
        ("voice", |u| &u.voice),
    ] {
        let mut members: BTreeMap<&String, Vec<(&Utterance, &Heard)>> = BTreeMap::new();
        for pair in &pairs {
            members.entry(of(pair.0)).or_default().push(*pair);
        }
        if members.len() > 1 {
            for (name, pairs) in members {
                groups.push(group(format!("{kind} {name}"), &pairs, settings));
            }
        }
    }
    let (mut sentences, mut words) = (Confusions::default(), Confusions::default());
    for (utterance, heard) in &pairs {
        let keywords: Vec<_> = heard
            .keywords
            .iter()
            .filter_map(|keyword| {
                Some((keyword.names.first()?.clone(), keyword.start, keyword.end))
            })
            .collect();
        for (said, named) in in_time(&utterance.timed_content(), &keywords) {
            sentences.add(said, named);
        }
        let best = heard.word.as_ref().and_then(|word| word.best.as_ref());
        if let (Some(said), Some(named)) = (&utterance.word, best) {
            words.add(said, named);
        }
    }
    Report {
        condition: condition.to_owned(),
        groups,
        confusions: sentences.commonest(CONFUSIONS),
        word_confusions: words.commonest(CONFUSIONS),
    }
}

fn group(name: String, pairs: &[(&Utterance, &Heard)], settings: &Settings) -> Group {
    let mut figures = Figures {
        seed: settings.seed,
        list: Vec::new(),
    };
    retrieval(&mut figures, pairs, settings);
    texts(&mut figures, pairs);
    keywords(&mut figures, pairs, settings);
    times(&mut figures, pairs);
    isolated(&mut figures, pairs);
    Group {
        name,
        utterances: pairs.len(),
        figures: figures.list,
    }
}

struct Figures {
    seed: u64,
    list: Vec<Figure>,
}

impl Figures {
    /// The mean of what units have, in percent.
    fn mean(&mut self, name: impl Into<String>, values: &[Option<f64>]) {
        let count = values.iter().flatten().count();
        self.add(name, count, bootstrap::mean(values, self.seed));
    }

    fn recall(&mut self, name: &str, places: &[Option<usize>]) {
        for k in [1, 5, 10] {
            let found: Vec<_> = places
                .iter()
                .map(|place| Some(recall::found(*place, k)))
                .collect();
            self.mean(format!("{name} R@{k}"), &found);
        }
    }

    fn add(&mut self, name: impl Into<String>, count: usize, estimate: Option<Estimate>) {
        let Some(Estimate { value, low, high }) = estimate else {
            return;
        };
        let [value, low, high] = [value, low, high].map(|share| 100.0 * share);
        self.list.push(Figure {
            name: name.into(),
            count,
            estimate: Estimate { value, low, high },
        });
    }
}

/// Captions find pictures, pictures captions. A caption of a picture that is not there is missed; a picture without
/// captions is not asked for.
fn retrieval(figures: &mut Figures, pairs: &[(&Utterance, &Heard)], settings: &Settings) {
    let (ids, embeddings) = &settings.pictures;
    let captions: Vec<(&str, &Heard)> = pairs
        .iter()
        .filter_map(|(utterance, heard)| Some((utterance.image.as_deref()?, *heard)))
        .collect();
    if ids.is_empty() || captions.is_empty() {
        return;
    }
    let width = embeddings.len() / ids.len();
    let scores: Vec<f32> = captions
        .iter()
        .flat_map(|(_, heard)| {
            let pictures = embeddings.chunks_exact(width.max(1));
            pictures.map(|picture| dot(&heard.embedding, picture))
        })
        .collect();
    let own: Vec<&str> = captions.iter().map(|(image, _)| *image).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    figures.recall("speech -> image", &recall::best_places(&scores, &own, &ids));
    let turned = recall::transposed(&scores, ids.len());
    let asked: BTreeSet<&str> = own.iter().copied().collect();
    let places = recall::best_places(&turned, &ids, &own);
    let places: Vec<_> = ids
        .iter()
        .zip(places)
        .filter(|(id, _)| asked.contains(**id))
        .map(|(_, place)| place)
        .collect();
    figures.recall("image -> speech", &places);
}

/// Speech finds what is said, and the other way round, among the utterances themselves: right is any sentence about the same
/// picture, or only the same sentence (spec: evaluation, section 2; both embeddings of length 1).
fn texts(figures: &mut Figures, pairs: &[(&Utterance, &Heard)]) {
    let read: Vec<&(&Utterance, &Heard)> = pairs
        .iter()
        .filter(|(_, heard)| !heard.text.is_empty())
        .collect();
    if read.is_empty() {
        return;
    }
    let scores: Vec<f32> = read
        .iter()
        .flat_map(|(_, heard)| {
            read.iter()
                .map(|(_, other)| dot(&heard.embedding, &other.text))
        })
        .collect();
    let turned = recall::transposed(&scores, read.len());
    let pictures: Option<Vec<&str>> = read
        .iter()
        .map(|(utterance, _)| utterance.image.as_deref())
        .collect();
    let sentences = read.iter().map(|(utterance, _)| utterance.text.as_str());
    for (mode, own) in [
        ("about the same picture", pictures),
        ("the same sentence", Some(sentences.collect())),
    ] {
        let Some(own) = own else {
            continue;
        };
        for (way, scores) in [("speech -> text", &scores), ("text -> speech", &turned)] {
            let places = recall::best_places(scores, &own, &own);
            figures.recall(&format!("{way}, {mode},"), &places);
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn keywords(figures: &mut Figures, pairs: &[(&Utterance, &Heard)], settings: &Settings) {
    let named = |words: fn(&Utterance) -> Vec<String>| -> Vec<Named> {
        let sentences = pairs
            .iter()
            .filter(|(utterance, _)| utterance.word.is_none() && !utterance.all_words().is_empty());
        let named = sentences.map(|(utterance, heard)| Named {
            said: words(utterance).into_iter().collect(),
            keywords: heard
                .keywords
                .iter()
                .map(|keyword| keyword.names.clone())
                .collect(),
        });
        named.collect()
    };
    let (all, content) = (named(Utterance::all_words), named(Utterance::content));
    for (name, named) in [("", &content), (", stop words counted", &all)] {
        let rates: Vec<_> = named
            .iter()
            .map(|named| named.hit_rate(NEIGHBOURS))
            .collect();
        figures.mean(format!("keyword hit rate, 5 names{name}"), &rates);
        for position in 0..settings.fixed_keywords.unwrap_or(0) {
            let hits: Vec<_> = named
                .iter()
                .map(|named| named.hit_at(position, NEIGHBOURS))
                .collect();
            figures.mean(
                format!("keyword {} hit rate, 5 names{name}", position + 1),
                &hits,
            );
        }
    }
    let first: Vec<_> = content.iter().map(|named| named.hit_rate(1)).collect();
    figures.mean("keyword hit rate, 1 name", &first);
    let scores: Vec<WordScores> = content.iter().map(Named::words).collect();
    let parts: [Part<WordScores, Option<f64>>; 4] = [
        ("word precision", |scores| scores.precision),
        ("word recall", |scores| scores.recall),
        ("word F1", |scores| scores.f1),
        ("duplicate words", |scores| scores.duplicates),
    ];
    for (name, part) in parts {
        let values: Vec<_> = scores.iter().map(part).collect();
        figures.mean(name, &values);
    }
}

/// Boundaries of keywords against those of the words that name something, where their times are known.
fn times(figures: &mut Figures, pairs: &[(&Utterance, &Heard)]) {
    for tolerance in [0.02, 0.04] {
        let compared = pairs.iter().filter_map(|(utterance, heard)| {
            let words = utterance
                .timed_content()
                .into_iter()
                .map(|(_, start, end)| (start, end));
            let expected = boundaries::of_spans(words, heard.seconds, tolerance);
            let spans = heard
                .keywords
                .iter()
                .map(|keyword| (keyword.start, keyword.end));
            let predicted = boundaries::of_spans(spans, heard.seconds, tolerance);
            let known = !expected.is_empty();
            known.then(|| boundaries::compare(&predicted, &expected, tolerance))
        });
        let counts: Vec<Counts> = compared.collect();
        let milliseconds = (1000.0 * tolerance) as u32;
        for (kind, scores) in [
            (
                "strict",
                Counts::strict as fn(&Counts) -> Option<boundaries::Scores>,
            ),
            ("lenient", Counts::lenient),
        ] {
            let parts: [Part<boundaries::Scores, f64>; 4] = [
                ("precision", |scores| scores.precision),
                ("recall", |scores| scores.recall),
                ("F1", |scores| scores.f1),
                ("R-value", |scores| scores.r_value),
            ];
            for (name, part) in parts {
                let pooled = estimate(counts.len(), figures.seed, |drawn| {
                    let mut sum = Counts::default();
                    for unit in drawn {
                        sum += counts[*unit];
                    }
                    scores(&sum).map(|scores| part(&scores))
                });
                let name = format!("boundaries {kind} {milliseconds} ms {name}");
                figures.add(name, counts.len(), pooled);
            }
        }
    }
}

/// Utterances that are one word. One that is not in the vocabulary is missed.
fn isolated(figures: &mut Figures, pairs: &[(&Utterance, &Heard)]) {
    let words: Vec<_> = pairs
        .iter()
        .filter_map(|(_, heard)| heard.word.as_ref())
        .collect();
    if words.is_empty() {
        return;
    }
    let in_vocabulary: Vec<_> = words
        .iter()
        .map(|word| Some(f64::from(u8::from(word.place.is_some()))))
        .collect();
    figures.mean("words in the vocabulary", &in_vocabulary);
    for (name, place) in [
        (
            "words among the vocabulary",
            (|word| word.place) as fn(&HeardWord) -> Option<usize>,
        ),
        ("words among the names", |word| word.place_among_names),
    ] {
        let places: Vec<_> = words.iter().map(|word| place(word)).collect();
        figures.recall(name, &places);
        let known: Vec<_> = places.iter().copied().filter(Option::is_some).collect();
        if known.len() < places.len() {
            figures.recall(&format!("{name}, those in the vocabulary"), &known);
        }
    }
}
