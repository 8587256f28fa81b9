//! Everything the page shows, as signals; and the machinery behind it.

use std::sync::Arc;

use js_sys::Array;
use leptos::prelude::*;

use crate::logic::address::Address;
use crate::logic::asked::Asked;
use crate::logic::bench::Progress;
use crate::logic::catalogue::Catalogue;
use crate::logic::devices::Device;
use crate::logic::level::Level;
use crate::logic::place::{Pack, Place};
use crate::logic::press::Press;
use crate::logic::ranking::{self, Row};
use crate::logic::recorder::{Phase, Recorder};
use crate::logic::samples::Sample;
use crate::logic::status::{Loading, Readiness, Speaker, Status, status};
use crate::logic::voice::Voice;
use crate::logic::waveform::Waveform;
use crate::page::insight::Insight;
use crate::page::microphone::Microphone;
use crate::page::offline::Offline;
use crate::page::playback::Playback;
use crate::page::sounds::Sounds;
use crate::page::worker_link::WorkerLink;
use crate::protocol::{Foreign, Found, Request};
use crate::texts::{self, answer};

/// Longest utterance until a pack says otherwise, seconds.
const DEFAULT_LIMIT: f32 = 15.0;

/// The state of the page. Copies are handles to the same state.
#[derive(Clone, Copy)]
pub struct Page {
    /// What the address asked for.
    pub address: StoredValue<Address>,
    /// The model of this visit.
    pub pack: RwSignal<Pack>,
    /// Where the question stands.
    pub recorder: RwSignal<Recorder>,
    /// Whether there is an engine.
    pub readiness: RwSignal<Readiness>,
    /// The pictures, once their list is there.
    pub catalogue: RwSignal<Option<Arc<Catalogue>>>,
    /// The bundled utterances, once their list is there or known to be missing.
    pub samples: RwSignal<Option<Vec<Sample>>>,
    /// The sound of the current utterance, as peaks.
    pub waveform: RwSignal<Waveform>,
    /// What was found in it so far.
    pub found: RwSignal<Found>,
    /// How loud the microphone is.
    pub level: RwSignal<Level>,
    /// The microphones to choose from.
    pub devices: RwSignal<Vec<Device>>,
    /// The microphone that was chosen; none is the system's.
    pub device: RwSignal<Option<String>>,
    /// Whether the key for speaking works everywhere on the page.
    pub shortcut: RwSignal<bool>,
    /// Moment of the utterance that is being played back, seconds.
    pub playhead: RwSignal<Option<f32>>,
    /// How many pages of pictures are shown.
    pub pages: RwSignal<usize>,
    /// The picture that is shown large.
    pub selected: RwSignal<Option<usize>>,
    /// What is known of the answer, beyond the answer.
    pub insight: Insight,
    /// Whether the page works without a network.
    pub offline: RwSignal<Offline>,
    /// Bytes that are kept in the browser, once they are known.
    pub kept: RwSignal<Option<u64>>,
    /// How far the bench of this visit is.
    pub bench: RwSignal<Progress>,
    pub(super) machinery: StoredValue<Machinery, LocalStorage>,
}

/// What is not shown: the worker, the microphone, the sound that is playing.
pub(super) struct Machinery {
    pub worker: Option<WorkerLink>,
    pub microphone: Option<Microphone>,
    /// Number of the latest request for the microphone, or of its being called off: a visitor may
    /// take minutes to allow what nobody waits for any more.
    pub request: u32,
    pub playback: Option<Playback>,
    /// The files of the folder that was chosen.
    pub files: Option<Array>,
    /// Whether the visitor has agreed to a large download.
    pub agreed: bool,
    pub voice: Option<Voice>,
    /// What was said, to be heard again.
    pub sounds: Sounds,
    pub press: Press,
    /// Whether the browser has been asked to keep the page.
    pub page_kept: bool,
}

impl Page {
    /// An empty page for this address.
    pub fn new(address: Address) -> Self {
        Self {
            pack: RwSignal::new(Pack::At(address.pack.clone())),
            address: StoredValue::new(address),
            recorder: RwSignal::new(Recorder::new(DEFAULT_LIMIT)),
            readiness: RwSignal::new(Readiness::Loading(Loading::default())),
            catalogue: RwSignal::new(None),
            samples: RwSignal::new(None),
            waveform: RwSignal::new(Waveform::new(16_000.0)),
            found: RwSignal::new(Found::default()),
            level: RwSignal::new(Level::new(16_000.0)),
            devices: RwSignal::new(Vec::new()),
            device: RwSignal::new(None),
            shortcut: RwSignal::new(true),
            playhead: RwSignal::new(None),
            pages: RwSignal::new(1),
            selected: RwSignal::new(None),
            insight: Insight::new(),
            offline: RwSignal::new(Offline::No),
            kept: RwSignal::new(None),
            bench: RwSignal::new(Progress::default()),
            machinery: StoredValue::new_local(Machinery {
                worker: None,
                microphone: None,
                request: 0,
                playback: None,
                files: None,
                agreed: false,
                voice: None,
                sounds: Sounds::default(),
                press: Press::default(),
                page_kept: false,
            }),
        }
    }

    /// Where the question stands, for views.
    pub fn phase(self) -> Phase {
        self.recorder.with(|recorder| recorder.phase().clone())
    }

    /// Whether the timeline has something to show.
    pub fn has_timeline(self) -> bool {
        let started = matches!(
            self.phase(),
            Phase::Listening | Phase::Thinking | Phase::Answered
        );
        started || self.waveform.with(|waveform| waveform.seconds() > 0.0)
    }

    /// Ranked pictures; empty while there is no ranking.
    pub fn rows(self) -> Vec<Row> {
        let pictures = self.pictures();
        self.found
            .with(|found| ranking::rows(&found.ranking, pictures))
    }

    /// How many pictures there are.
    pub fn pictures(self) -> usize {
        self.catalogue.with(|catalogue| {
            catalogue
                .as_ref()
                .map_or(0, |catalogue| catalogue.items.len())
        })
    }

    /// Positions of the pictures that are shown, in order, and how many more there are.
    pub fn shown(self) -> (Vec<usize>, usize) {
        let rows = self
            .insight
            .open
            .with(|open| ranking::folded(&self.rows(), open));
        let live = self.phase() == Phase::Listening;
        ranking::shown(&rows, self.pictures(), self.pages.get(), live)
    }

    /// How many good matches there are, where any stand out, and which picture is the first that is none.
    pub fn line(self) -> Option<(usize, usize)> {
        let rows = self
            .insight
            .open
            .with(|open| ranking::folded(&self.rows(), open));
        ranking::line(&rows)
    }

    /// Which words the ranking leaves out, in words.
    pub fn without(self) -> Option<String> {
        let struck = self.insight.struck.get();
        self.found.with(|found| {
            let words: Vec<&str> = found
                .keywords
                .iter()
                .filter(|keyword| struck.contains(&keyword.id))
                .map(|keyword| keyword.token.as_str())
                .collect();
            (!words.is_empty()).then(|| answer::without(&words))
        })
    }

    /// Shows a picture large, with what is known of it.
    pub fn select(self, item: usize) {
        self.want_reasons();
        self.selected.set(Some(item));
        self.insight.looked_at.set(Vec::new());
        self.send(&Request::See { picture: item }, None);
    }

    /// Whether there is an engine.
    pub fn is_ready(self) -> bool {
        self.readiness
            .with(|readiness| matches!(readiness, Readiness::Ready(_)))
    }

    /// Shows the next page of pictures too.
    pub fn show_more(self) {
        self.pages.update(|pages| *pages += 1);
    }

    /// What is known of the speaker; changes once a second, or with what they should know.
    pub fn speaker(self) -> Speaker {
        let (holding, limit) = self
            .recorder
            .with(|recorder| (recorder.is_holding(), recorder.limit_seconds()));
        if self.phase() != Phase::Listening {
            return Speaker::default();
        }
        Speaker {
            hint: self.level.with(Level::hint),
            seconds: self.waveform.with(Waveform::seconds) as u32,
            limit: limit.round() as u32,
            holding,
        }
    }

    /// The status line.
    pub fn status(self, speaker: Speaker) -> Status {
        let best = self.rows().first().and_then(|row| self.caption(row.item));
        let mut shown = self.recorder.with(|recorder| {
            self.readiness.with(|readiness| {
                self.found.with(|found| {
                    status(recorder.phase(), readiness, speaker, found, best.as_deref())
                })
            })
        });
        // Nobody was heard where nothing was spoken.
        if shown.sentence == texts::status::WAITING && !self.insight.source.with(Asked::is_sound) {
            shown.sentence = answer::WAITING.to_owned();
        }
        if self.phase() == Phase::Answered {
            let engine_ms = self.found.with(|found| found.engine_ms);
            self.insight.source.with(|source| {
                if let Some(sentence) = answer::answered(source) {
                    shown.sentence = sentence;
                    shown.hint = answer::answered_hint(source, engine_ms);
                }
            });
        }
        shown
    }

    /// Caption of a picture.
    pub fn caption(self, item: usize) -> Option<String> {
        self.catalogue.with(|catalogue| {
            let picture = catalogue.as_ref()?.items.get(item)?;
            Some(picture.caption.clone())
        })
    }

    /// Why the pictures cannot be ranked, when they are of another model.
    pub fn foreign(self) -> Option<Foreign> {
        self.readiness.with(|readiness| match readiness {
            Readiness::Ready(ready) => ready.foreign.clone(),
            _ => None,
        })
    }

    /// Address of a file below the gallery's folder.
    pub fn picture_address(self, file: &str) -> String {
        self.address.with_value(|address| match &address.gallery {
            Place::Elsewhere(folder) => format!("{folder}{file}"),
            // What is refused is never read: the engine's side says why.
            Place::Bundled(name) | Place::Refused(name) => {
                format!("assets/galleries/{name}/{file}")
            }
        })
    }
}
