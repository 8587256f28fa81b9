//! Everything the page shows, as signals; and the machinery behind it.

use std::sync::Arc;

use leptos::prelude::*;

use crate::logic::address::Address;
use crate::logic::catalogue::Catalogue;
use crate::logic::progress::Progress;
use crate::logic::ranking::{self, Row};
use crate::logic::recorder::{Phase, Recorder};
use crate::logic::samples::Sample;
use crate::logic::status::{Loading, Readiness, Status, status};
use crate::logic::voice::Voice;
use crate::logic::waveform::Waveform;
use crate::page::microphone::Microphone;
use crate::page::playback::Playback;
use crate::page::worker_link::WorkerLink;
use crate::protocol::Found;

/// Longest utterance until a pack says otherwise, seconds.
const DEFAULT_LIMIT: f32 = 15.0;

/// The state of the page. Copies are handles to the same state.
#[derive(Clone, Copy)]
pub struct Page {
    /// What the address asked for.
    pub address: StoredValue<Address>,
    /// Where the question stands.
    pub recorder: RwSignal<Recorder>,
    /// Whether there is an engine.
    pub readiness: RwSignal<Readiness>,
    /// The pictures, once their list is there.
    pub catalogue: RwSignal<Option<Arc<Catalogue>>>,
    /// The bundled utterances.
    pub samples: RwSignal<Vec<Sample>>,
    /// The sound of the current utterance, as peaks.
    pub waveform: RwSignal<Waveform>,
    /// What was found in it so far.
    pub found: RwSignal<Found>,
    /// Loudness right now, `[0, 1]`.
    pub meter: RwSignal<f32>,
    /// Moment of the utterance that is being played back, seconds.
    pub playhead: RwSignal<Option<f32>>,
    /// How many ranked pictures are shown.
    pub page_length: RwSignal<usize>,
    /// The picture that is shown large.
    pub selected: RwSignal<Option<usize>>,
    pub(super) machinery: StoredValue<Machinery, LocalStorage>,
}

/// What is not shown: the worker, the microphone, the sound that is playing.
pub(super) struct Machinery {
    pub worker: Option<WorkerLink>,
    pub microphone: Option<Microphone>,
    pub playback: Option<Playback>,
    pub voice: Option<Voice>,
}

impl Page {
    /// An empty page for this address.
    pub fn new(address: Address) -> Self {
        Self {
            address: StoredValue::new(address),
            recorder: RwSignal::new(Recorder::new(DEFAULT_LIMIT)),
            readiness: RwSignal::new(Readiness::Loading(Loading::Fetching(Progress::default()))),
            catalogue: RwSignal::new(None),
            samples: RwSignal::new(Vec::new()),
            waveform: RwSignal::new(Waveform::new(16_000.0)),
            found: RwSignal::new(Found::default()),
            meter: RwSignal::new(0.0),
            playhead: RwSignal::new(None),
            page_length: RwSignal::new(ranking::FIRST_PAGE),
            selected: RwSignal::new(None),
            machinery: StoredValue::new_local(Machinery {
                worker: None,
                microphone: None,
                playback: None,
                voice: None,
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
        let pictures = self
            .catalogue
            .with(|catalogue| catalogue.as_ref().map_or(0, |c| c.items.len()));
        self.found
            .with(|found| ranking::rows(&found.matches, pictures))
    }

    /// Positions of the pictures that are shown, in order: the best ones, or all while there is no ranking.
    pub fn shown(self) -> Vec<usize> {
        let rows = self.rows();
        if rows.is_empty() {
            let pictures = self
                .catalogue
                .with(|catalogue| catalogue.as_ref().map_or(0, |c| c.items.len()));
            (0..pictures).collect()
        } else {
            rows.iter()
                .take(self.page_length.get())
                .map(|row| row.item)
                .collect()
        }
    }

    /// Shows the next ranked pictures too.
    pub fn show_more(self) {
        self.page_length
            .update(|length| *length += ranking::FIRST_PAGE);
    }

    /// The status line.
    pub fn status(self) -> Status {
        let best = self.rows().first().and_then(|row| self.caption(row.item));
        self.recorder.with(|recorder| {
            self.readiness.with(|readiness| {
                self.found
                    .with(|found| status(recorder.phase(), readiness, found, best.as_deref()))
            })
        })
    }

    /// Caption of a picture.
    pub fn caption(self, item: usize) -> Option<String> {
        self.catalogue.with(|catalogue| {
            let picture = catalogue.as_ref()?.items.get(item)?;
            Some(picture.caption.clone())
        })
    }

    /// Address of a file below the gallery's folder, relative to the page.
    pub fn picture_address(self, file: &str) -> String {
        self.address
            .with_value(|address| format!("assets/galleries/{}/{file}", address.gallery))
    }
}
