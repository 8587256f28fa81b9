//! What is done with an answer: why, without a word, more like this, kept, shared.

use std::collections::{BTreeMap, BTreeSet};

use js_sys::Float32Array;
use leptos::prelude::*;

use crate::logic::asked::Asked;
use crate::logic::history::{Entry, History};
use crate::logic::hold::Hold;
use crate::logic::hues::Hues;
use crate::logic::pull::Pulls;
use crate::logic::recorder::{Event, Phase};
use crate::logic::share::{Precision, Shared};
use crate::page::Page;
use crate::protocol::{Found, Keyword, Numbers, Ranking, Report, Request};

/// Explanations that take longer than this all together wait until they are asked for, milliseconds.
const CHEAP: f64 = 1_500.0;

/// What is known of the answer on the page, beyond the answer.
#[derive(Clone, Copy)]
pub struct Insight {
    /// Number of the utterance that is shown.
    pub utterance: RwSignal<u32>,
    /// What it came from.
    pub source: RwSignal<Asked>,
    /// What each keyword does for the pictures.
    pub pulls: RwSignal<Pulls>,
    /// Whether the worker was asked for that.
    pub asked: RwSignal<bool>,
    /// Whether it has to do without the sound.
    pub forgotten: RwSignal<bool>,
    /// Keywords that are not counted, by id.
    pub struck: RwSignal<BTreeSet<u64>>,
    /// The ranking by everything that was said.
    pub whole: RwSignal<Ranking>,
    /// The keyword whose pictures are lit, by its place.
    pub lit: RwSignal<Option<usize>>,
    /// Colours of the keywords.
    pub hues: RwSignal<Hues>,
    /// How exactly a link has to be written.
    pub precision: RwSignal<Precision>,
    /// What a link says that is being answered.
    pub shared: RwSignal<Option<Shared>>,
    /// Whether a link is being opened: it stays in the address.
    pub(super) opening: StoredValue<bool>,
    /// Queries of this visit.
    pub history: RwSignal<History>,
    /// Pictures whose repeats are shown.
    pub open: RwSignal<BTreeSet<usize>>,
    /// Who is busy with the pictures.
    pub hold: RwSignal<Hold>,
    /// Embeddings of the bundled utterances.
    pub learnt: RwSignal<BTreeMap<String, Vec<f32>>>,
    /// The embedding of the picture that is shown large.
    pub looked_at: RwSignal<Vec<f32>>,
    /// Whether the bundled utterances were sent to be embedded.
    pub learning: RwSignal<bool>,
    /// What is held, and where the time goes.
    pub numbers: RwSignal<Option<Numbers>>,
}

impl Insight {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self {
            utterance: RwSignal::new(0),
            source: RwSignal::new(Asked::default()),
            pulls: RwSignal::new(Pulls::default()),
            asked: RwSignal::new(false),
            forgotten: RwSignal::new(false),
            struck: RwSignal::new(BTreeSet::new()),
            whole: RwSignal::new(Ranking::default()),
            lit: RwSignal::new(None),
            hues: RwSignal::new(Hues::default()),
            precision: RwSignal::new(Precision::Full),
            shared: RwSignal::new(None),
            opening: StoredValue::new(false),
            history: RwSignal::new(History::default()),
            open: RwSignal::new(BTreeSet::new()),
            hold: RwSignal::new(Hold::default()),
            learnt: RwSignal::new(BTreeMap::new()),
            looked_at: RwSignal::new(Vec::new()),
            learning: RwSignal::new(false),
            numbers: RwSignal::new(None),
        }
    }

    /// Forgets the answer on the page; the visit's queries stay.
    pub fn reset(self) {
        self.pulls.set(Pulls::default());
        self.asked.set(false);
        self.forgotten.set(false);
        self.struck.set(BTreeSet::new());
        self.whole.set(Ranking::default());
        self.lit.set(None);
        self.precision.set(Precision::Full);
        self.open.set(BTreeSet::new());
        self.numbers.set(None);
    }

    /// Forgets what belongs to a model that is gone.
    pub fn forget(self) {
        self.reset();
        self.history.update(History::clear);
        self.learnt.set(BTreeMap::new());
        self.learning.set(false);
    }
}

impl Page {
    /// Whether there is sound behind the answer on the page.
    pub fn has_sound(self) -> bool {
        let utterance = self.insight.utterance.get();
        let kept = self
            .machinery
            .with_value(|machinery| machinery.sounds.has(utterance));
        kept && self.insight.source.with(Asked::is_sound)
    }

    /// Whether what was said can be taken apart.
    pub fn has_reasons(self) -> bool {
        self.has_sound() && !self.insight.forgotten.get() && self.phase() == Phase::Answered
    }

    /// Takes the answer to `utterance`, the current one.
    pub(super) fn take_answer(self, utterance: u32, mut found: Found) {
        if let Some(shared) = self.insight.shared.get_untracked() {
            found.seconds = shared.seconds;
            found.keywords = words_of(&shared);
            let struck = found.keywords.iter().zip(&shared.keywords);
            let struck = struck.filter(|(_, word)| word.struck);
            self.insight
                .struck
                .set(struck.map(|(keyword, _)| keyword.id).collect());
            self.insight.shared.set(None);
        }
        self.take_found(found.clone());
        self.insight.utterance.set(utterance);
        self.insight.whole.set(found.ranking.clone());
        let entry = Entry {
            utterance,
            source: self.insight.source.get_untracked(),
            found: found.clone(),
            waveform: self.waveform.get_untracked(),
        };
        self.insight.history.update(|history| history.add(entry));
        let known: Vec<u32> = self.insight.history.with_untracked(|history| {
            let known = history.entries().iter().map(|entry| entry.utterance);
            known.collect()
        });
        self.machinery
            .update_value(|machinery| machinery.sounds.keep(&known));
        if found.engine_ms * found.keywords.len() as f64 <= CHEAP {
            self.want_reasons();
        }
    }

    /// Shows what was found so far, or at all.
    pub(super) fn take_found(self, found: Found) {
        let ids: Vec<u64> = found.keywords.iter().map(|keyword| keyword.id).collect();
        self.insight.hues.update(|hues| hues.give(&ids));
        self.found.set(found);
    }

    /// Asks for the reasons behind the ranking, unless that was done.
    pub fn want_reasons(self) {
        let sound = self.insight.source.with_untracked(Asked::is_sound);
        let (spans, pictures) = self.found.with_untracked(|found| {
            let spans: Vec<(f32, f32)> = found.keywords.iter().map(span).collect();
            let pictures: Vec<usize> = self
                .insight
                .whole
                .with_untracked(|whole| whole.matches.iter().map(|found| found.index).collect());
            (spans, pictures)
        });
        let asked = self.insight.asked.get_untracked();
        if asked || !sound || spans.is_empty() || pictures.is_empty() {
            return;
        }
        self.insight.asked.set(true);
        let utterance = self.insight.utterance.get_untracked();
        self.send(
            &Request::Explain {
                utterance,
                spans,
                pictures,
            },
            None,
        );
    }

    /// Lights the pictures that a keyword favours, or none.
    pub fn light(self, keyword: Option<usize>) {
        if keyword.is_some() {
            self.want_reasons();
        }
        if self.insight.lit.get_untracked() != keyword {
            self.insight.lit.set(keyword);
        }
    }

    /// Counts a keyword no longer, or again.
    pub fn strike(self, id: u64) {
        self.insight.struck.update(|struck| {
            if !struck.remove(&id) {
                struck.insert(id);
            }
        });
        let struck = self.insight.struck.get_untracked();
        if struck.is_empty() {
            let whole = self.insight.whole.get_untracked();
            self.rank_by(whole);
            return;
        }
        let spans = self.found.with_untracked(|found| {
            let struck = found
                .keywords
                .iter()
                .filter(|keyword| struck.contains(&keyword.id));
            struck.map(span).collect()
        });
        let utterance = self.insight.utterance.get_untracked();
        self.send(&Request::Strike { utterance, spans }, None);
    }

    fn rank_by(self, ranking: Ranking) {
        self.insight.precision.set(Precision::Full);
        self.found.update(|found| found.ranking = ranking);
    }

    /// Searches with a picture.
    pub fn more_like(self, picture: usize) {
        let caption = self.caption(picture).unwrap_or_default();
        self.selected.set(None);
        let utterance = self.ask_without_sound(Asked::Picture(caption));
        self.send(&Request::Like { utterance, picture }, None);
    }

    /// Searches with typed text.
    pub fn ask_text(self, text: &str) {
        let text = text.trim().to_owned();
        if text.is_empty() {
            return;
        }
        let utterance = self.ask_without_sound(Asked::Text(text.clone()));
        self.send(&Request::Text { utterance, text }, None);
    }

    /// Searches with what a link carries.
    pub(super) fn ask_shared(self, shared: Shared) {
        self.insight.opening.set_value(true);
        let utterance = self.ask_without_sound(Asked::Link(shared.label.clone()));
        self.insight.opening.set_value(false);
        let request = Request::Rank {
            utterance,
            space: shared.space.clone(),
            embedding: shared.embedding.clone(),
        };
        self.insight.shared.set(Some(shared));
        self.send(&request, None);
    }

    /// Begins a query that needs no sound; its number.
    pub(super) fn ask_without_sound(self, source: Asked) -> u32 {
        self.stop_playback();
        self.handle(Event::Recording);
        self.insight.source.set(source);
        self.recorder
            .with_untracked(|recorder| recorder.utterance())
    }

    /// Shows an answer of this visit again.
    pub fn recall(self, utterance: u32) {
        let entry = self
            .insight
            .history
            .with_untracked(|history| history.get(utterance).cloned());
        let Some(entry) = entry else { return };
        self.handle(Event::Recalled);
        self.forget_shown();
        self.waveform.set(entry.waveform);
        self.insight.source.set(entry.source);
        self.insight.utterance.set(entry.utterance);
        self.insight.whole.set(entry.found.ranking.clone());
        let engine_ms = entry.found.engine_ms * entry.found.keywords.len() as f64;
        self.take_found(entry.found);
        if engine_ms <= CHEAP {
            self.want_reasons();
        }
        self.play_stretch(None);
    }

    /// Asks where the time of the answer goes.
    pub fn count(self) {
        let utterance = self.insight.utterance.get_untracked();
        self.send(&Request::Count { utterance }, None);
    }

    /// Has the bundled utterances embedded, once.
    pub(super) fn learn(self, sample: &str, samples: &[f32]) {
        let request = Request::Learn {
            sample: sample.to_owned(),
        };
        self.send(&request, Some(&Float32Array::from(samples)));
    }

    /// Takes what was found out about the answer.
    pub(super) fn take_insight(self, report: Report) {
        let shown = self.insight.utterance.get_untracked();
        match report {
            Report::Pulls {
                utterance,
                span,
                pulls,
            } if utterance == shown => {
                let pictures: Vec<usize> = self.insight.whole.with_untracked(|whole| {
                    whole.matches.iter().map(|found| found.index).collect()
                });
                self.insight
                    .pulls
                    .update(|known| known.learn(span, &pictures, &pulls));
            }
            Report::Struck {
                utterance,
                spans,
                ranking,
            } if utterance == shown => {
                let struck = self.insight.struck.get_untracked();
                let wanted: Vec<(f32, f32)> = self.found.with_untracked(|found| {
                    let struck = found
                        .keywords
                        .iter()
                        .filter(|keyword| struck.contains(&keyword.id));
                    struck.map(span).collect()
                });
                if wanted == spans {
                    self.rank_by(ranking);
                }
            }
            Report::Travels {
                utterance,
                precision,
            } if utterance == shown => self.insight.precision.set(precision),
            Report::Forgotten { utterance } if utterance == shown => {
                self.insight.forgotten.set(true);
            }
            Report::Learnt { sample, embedding } => {
                self.insight.learnt.update(|learnt| {
                    learnt.insert(sample, embedding);
                });
            }
            Report::Seen { picture, embedding } => {
                if self.selected.get_untracked() == Some(picture) {
                    self.insight.looked_at.set(embedding);
                }
            }
            Report::Numbers(numbers) => self.insight.numbers.set(Some(numbers)),
            _ => {}
        }
    }
}

/// The stretch of a keyword.
fn span(keyword: &Keyword) -> (f32, f32) {
    (keyword.start, keyword.end)
}

/// The keywords of a link.
fn words_of(shared: &Shared) -> Vec<Keyword> {
    let numbered = (0_u64..).zip(&shared.keywords);
    numbered
        .map(|(id, word)| Keyword {
            id,
            start: word.start,
            end: word.end,
            token: word.token.clone(),
            score: word.score,
            firm: true,
            alternatives: Vec::new(),
        })
        .collect()
}
