//! Stages that follow from others: nothing on a device computes them, but whoever compares with the reference wants
//! them by its names (spec: architecture section 18).

use crate::graph::NamedStage;
use crate::ops::{Firing, cut};
use crate::pack::{Head, Slots, Vocabulary};

/// What it takes to derive them.
#[derive(Clone, Debug)]
pub(super) struct Derived {
    slots: Option<Slots>,
    /// What the tokenizer calls the vocabulary's rows.
    ids: Vec<u32>,
}

impl Derived {
    pub(super) fn of(head: &Head, vocabulary: &Vocabulary) -> Self {
        let keywords = head.keywords.as_ref();
        Self {
            slots: keywords.map(|keywords| keywords.slots.clone()),
            ids: vocabulary.ids.clone(),
        }
    }

    /// `cif_fired`, `keyword_ids`, `seg_d`, `seg_peak` and `seg_index`, where what they follow from is there.
    pub(super) fn add(&self, stages: &mut Vec<NamedStage>) {
        let find = |name: &str| stages.iter().find(|stage| stage.name == name);
        let mut more = Vec::new();
        if let (Some(Slots::Firing(firing)), Some(alpha)) = (&self.slots, find("cif_alpha")) {
            let firing = Firing {
                tail_threshold: firing.tail_threshold,
                cap: firing.cap,
            };
            let mut fired = vec![0.0; alpha.numbers.len()];
            for frame in cut(&alpha.numbers, firing).fired {
                fired[frame] = 1.0;
            }
            more.push(column("cif_fired", fired));
        }
        if let (false, Some(tokens)) = (self.ids.is_empty(), find("keyword_ids_reduced")) {
            let best = tokens.numbers.chunks(tokens.columns.max(1));
            let ids = best.map(|row| self.ids.get(row[0] as usize).map_or(-1.0, |id| *id as f32));
            more.push(column("keyword_ids", ids.collect()));
        }
        if let Some(peaks) = find("seg_peaks") {
            let of = |index: usize| peaks.numbers.iter().skip(index).step_by(2).copied();
            // The last frame has none after it.
            let pairs = peaks.rows.saturating_sub(1);
            more.push(column("seg_d", of(0).take(pairs).collect()));
            more.push(column("seg_peak", of(1).take(pairs).collect()));
            let mut segment = 0.0;
            let index = of(1).map(|peak| {
                let own = segment;
                segment += f32::from(u8::from(peak > 0.0));
                own
            });
            more.push(column("seg_index", index.collect()));
        }
        stages.extend(more);
    }
}

fn column(name: &str, numbers: Vec<f32>) -> NamedStage {
    NamedStage {
        name: name.to_owned(),
        rows: numbers.len(),
        columns: 1,
        numbers,
    }
}
