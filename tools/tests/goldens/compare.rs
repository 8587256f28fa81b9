//! Stages of the engine beside stored ones.

use std::collections::BTreeMap;

use saysee_engine::Engine;
use saysee_engine::graph::NamedStage;
use saysee_engine::pack::Manifest;

use crate::golden::{Golden, Stored, Utterance};

/// What was compared of one model, and what was off.
pub struct Report {
    model: String,
    tolerance: f32,
    /// Largest error of each stage, relative to the stage's largest number.
    worst: BTreeMap<String, f32>,
    pub failures: Vec<String>,
}

/// One of the reference's tensors as rows.
struct Rows {
    columns: usize,
    numbers: Vec<f32>,
}

impl Report {
    pub fn new(model: &str, tolerance: f32) -> Self {
        Self {
            model: model.to_owned(),
            tolerance,
            worst: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    /// Largest errors, the worst stage first.
    pub fn summary(&self) -> String {
        let mut worst: Vec<(&String, &f32)> = self.worst.iter().collect();
        worst.sort_by(|a, b| b.1.total_cmp(a.1));
        let list = worst
            .iter()
            .take(3)
            .map(|(name, error)| format!("{name} {error:.1e}"));
        let list: Vec<String> = list.collect();
        format!(
            "{}: {} stages, worst: {}",
            self.model,
            worst.len(),
            list.join(", ")
        )
    }

    fn fail(&mut self, at: &str, problem: impl std::fmt::Display) {
        self.failures
            .push(format!("{} {at}: {problem}", self.model));
    }

    fn numbers(&mut self, at: &str, stage: &str, have: &[f32], want: &[f32]) {
        if have.len() < want.len() || want.is_empty() {
            let problem = format!("{} numbers, expected {}", have.len(), want.len());
            self.fail(at, problem);
            return;
        }
        let scale = want
            .iter()
            .fold(0.0_f32, |most, x| most.max(x.abs()))
            .max(1e-6);
        let miss = |(have, want): (&f32, &f32)| {
            let miss = (have - want).abs() / scale;
            if miss.is_nan() { f32::INFINITY } else { miss }
        };
        let error = have.iter().zip(want).map(miss).fold(0.0, f32::max);
        let worst = self.worst.entry(stage.to_owned()).or_default();
        *worst = worst.max(error);
        if error > self.tolerance {
            self.fail(at, format!("off by {error:.2e} of its scale {scale:.2e}"));
        }
    }

    fn exactly(&mut self, at: &str, stage: &str, have: &[f32], want: &[f32]) {
        self.worst.entry(stage.to_owned()).or_default();
        if have.len() < want.len() || have[..want.len()] != *want {
            self.fail(at, format!("{have:?}, expected {want:?}"));
        }
    }

    /// Every stage that is stored for the utterance.
    pub fn utterance(
        &mut self,
        golden: &Golden,
        utterance: &Utterance,
        stages: &[NamedStage],
        manifest: &Manifest,
    ) {
        let ours: BTreeMap<&str, &NamedStage> = stages
            .iter()
            .map(|stage| (stage.name.as_str(), stage))
            .collect();
        let count = ours
            .get("keyword_count")
            .map_or(0, |stage| stage.numbers[0] as usize);
        let names: Vec<String> = golden
            .stages(&utterance.prefix)
            .map(str::to_owned)
            .collect();
        for name in names {
            let at = format!("{}[{}].{name}", utterance.prefix, utterance.index);
            if let Some((kind, index)) = segment_detail(&name) {
                let own = if utterance.prefix == "batch" {
                    utterance.index
                } else {
                    0
                };
                if index == own {
                    let stored = golden.get(&format!("{}.{name}", utterance.prefix)).unwrap();
                    self.segments(&at, kind, &stored.numbers, &ours);
                }
                continue;
            }
            let Some(stored) = golden.stage(utterance, &name) else {
                continue;
            };
            match name.as_str() {
                // The engine scores against galleries; cosines of the features are covered by both features.
                "cascaded_image_score" | "parallel_image_score" => {}
                // Compared where the reference's first choice is far enough ahead: see `chosen`.
                "keyword_ids" | "keyword_ids_reduced" => {
                    self.chosen(&at, &name, golden, utterance, &ours, manifest, count);
                }
                "neighbour_ids" | "neighbour_scores" => {
                    self.neighbours(&at, &name, golden, utterance, &ours, manifest, count);
                }
                "branch_attention" => self.attention(&at, &stored, &ours),
                _ => {
                    let our_name = match name.as_str() {
                        "seg_tokens" => "keywords",
                        other => other,
                    };
                    let Some(stage) = ours.get(our_name) else {
                        self.fail(&at, "the engine has no such stage");
                        continue;
                    };
                    let want = rows(&name, &stored);
                    let kept = kept_rows(&name, count, &want, stage);
                    let want = &want.numbers[..kept * want.columns];
                    match name.as_str() {
                        "cif_fired" | "frame_pad_mask" | "feat_len" | "keyword_count"
                        | "cif_lengths" | "seg_lengths" => {
                            self.exactly(&at, &name, &stage.numbers, want);
                        }
                        _ => self.numbers(&at, &name, &stage.numbers, want),
                    }
                }
            }
        }
    }

    /// Attention of all heads: the engine keeps the columns that are attended to.
    fn attention(&mut self, at: &str, stored: &Stored, ours: &BTreeMap<&str, &NamedStage>) {
        let Some(stage) = ours.get("branch_attention") else {
            return self.fail(at, "the engine has no such stage");
        };
        let columns = stage.columns;
        let [heads, rows, keys] = stored.shape[..] else {
            self.fail(at, format!("{:?}", stored.shape));
            return;
        };
        if stage.rows % heads != 0 || stage.columns > keys {
            self.fail(at, format!("{} x {} here", stage.rows, stage.columns));
            return;
        }
        let own = stage.rows / heads;
        let mut want = Vec::new();
        for head in 0..heads {
            for row in 0..own.min(rows) {
                let first = (head * rows + row) * keys;
                want.extend_from_slice(&stored.numbers[first..first + columns]);
                let rest = &stored.numbers[first + columns..first + keys];
                assert!(
                    rest.iter().all(|x| *x == 0.0),
                    "{at}: attention beyond the utterance"
                );
            }
        }
        self.numbers(at, "branch_attention", &stage.numbers, &want);
    }

    /// The best tokens, wherever the reference's own margin is larger than what rounding may change.
    #[allow(
        clippy::too_many_arguments,
        reason = "one utterance's facts, used nowhere else"
    )]
    fn chosen(
        &mut self,
        at: &str,
        name: &str,
        golden: &Golden,
        utterance: &Utterance,
        ours: &BTreeMap<&str, &NamedStage>,
        manifest: &Manifest,
        count: usize,
    ) {
        let (Some(ids), Some(cosine)) = (
            golden.stage(utterance, name),
            golden.stage(utterance, "cosine"),
        ) else {
            return;
        };
        let tokens = ours[name];
        let vocabulary = &manifest.vocabulary;
        for slot in 0..count.min(ids.numbers.len()) {
            let columns = cosine.shape[1];
            let row = &cosine.numbers[slot * columns..(slot + 1) * columns];
            if margin(row, &vocabulary.excluded) < 4.0 * self.tolerance {
                continue;
            }
            let have = tokens.numbers[slot * tokens.columns];
            self.exactly(
                &format!("{at}[{slot}]"),
                name,
                &[have],
                &ids.numbers[slot..=slot],
            );
        }
    }

    /// Neighbours of the chosen tokens: the same cosines, and the same tokens where cosines are apart.
    #[allow(
        clippy::too_many_arguments,
        reason = "one utterance's facts, used nowhere else"
    )]
    fn neighbours(
        &mut self,
        at: &str,
        name: &str,
        golden: &Golden,
        utterance: &Utterance,
        ours: &BTreeMap<&str, &NamedStage>,
        manifest: &Manifest,
        count: usize,
    ) {
        let stored = golden.stage(utterance, name).unwrap();
        let scores = golden.stage(utterance, "neighbour_scores").unwrap();
        let near = ours["neighbours"];
        let k = near.columns / 2;
        let wanted = stored.shape[1].min(k);
        for slot in 0..count.min(stored.shape[0]) {
            let own = &near.numbers[slot * near.columns..(slot + 1) * near.columns];
            let first = slot * stored.shape[1];
            let want = &stored.numbers[first..first + wanted];
            if name == "neighbour_scores" {
                self.numbers(&format!("{at}[{slot}]"), name, &own[k..k + wanted], want);
                continue;
            }
            let cosines = &scores.numbers[first..first + stored.shape[1]];
            for rank in 0..wanted {
                let apart = |other: Option<&f32>| {
                    other.is_none_or(|other| (other - cosines[rank]).abs() > 4.0 * self.tolerance)
                };
                let before = rank.checked_sub(1).and_then(|rank| cosines.get(rank));
                if !apart(before) || !apart(cosines.get(rank + 1)) || rank + 1 == stored.shape[1] {
                    continue;
                }
                let id = manifest.vocabulary.ids[own[rank] as usize] as f32;
                self.exactly(&format!("{at}[{slot}][{rank}]"), name, &[id], &[want[rank]]);
            }
        }
    }

    /// Dissimilarities, peaks and the segment of each frame.
    fn segments(&mut self, at: &str, kind: &str, want: &[f32], ours: &BTreeMap<&str, &NamedStage>) {
        let name = format!("seg_{kind}");
        match (kind, ours.get(name.as_str())) {
            (_, None) => self.fail(at, "the engine has no such stage"),
            ("index", Some(stage)) => self.exactly(at, &name, &stage.numbers, want),
            (_, Some(stage)) => self.numbers(at, &name, &stage.numbers, want),
        }
    }

    /// Free text and pictures.
    pub fn towers(&mut self, golden: &Golden, engine: &mut Engine) {
        let (Some(ids), Some(want)) = (golden.get("text_ids"), golden.get("text_feat")) else {
            return self.fail("text_feat", "not stored");
        };
        for text in 0..ids.shape[0] {
            let columns = ids.shape[1];
            let row = &ids.numbers[text * columns..(text + 1) * columns];
            // The reference reads a text up to its first end token, which has the largest id.
            let end = row
                .iter()
                .enumerate()
                .fold(0, |best, (at, id)| if *id > row[best] { at } else { best });
            let tokens: Vec<u32> = row[..=end].iter().map(|id| *id as u32).collect();
            let have = pollster::block_on(engine.embed_text(&tokens)).unwrap();
            let width = want.shape[1];
            let direction = unit(&want.numbers[text * width..(text + 1) * width]);
            self.numbers(
                &format!("text_feat[{text}]"),
                "text_feat",
                &have,
                &direction,
            );
        }
        let (Some(pictures), Some(want)) = (golden.get("image"), golden.get("image_feat")) else {
            return self.fail("image_feat", "not stored");
        };
        let size: usize = pictures.shape[1..].iter().product();
        let width = want.shape[1];
        for (picture, planes) in pictures.numbers.chunks(size).enumerate() {
            let have = pollster::block_on(engine.embed_image(planes)).unwrap();
            let direction = unit(&want.numbers[picture * width..(picture + 1) * width]);
            self.numbers(
                &format!("image_feat[{picture}]"),
                "image_feat",
                &have,
                &direction,
            );
        }
    }
}

fn unit(row: &[f32]) -> Vec<f32> {
    let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
    row.iter().map(|x| x / length).collect()
}

/// `seg_d_2` is what is said of utterance 2.
fn segment_detail(name: &str) -> Option<(&str, usize)> {
    let rest = name.strip_prefix("seg_")?;
    let (kind, index) = rest.rsplit_once('_')?;
    Some((kind, index.parse().ok()?))
}

/// As the engine lays it out: a frame a row.
fn rows(name: &str, stored: &Stored) -> Rows {
    match stored.shape[..] {
        [channels, frames] if name.starts_with("conv_") => {
            let at = |frame: usize, channel: usize| stored.numbers[channel * frames + frame];
            let numbers =
                (0..frames).flat_map(|frame| (0..channels).map(move |channel| at(frame, channel)));
            Rows {
                columns: channels,
                numbers: numbers.collect(),
            }
        }
        [_, columns] => Rows {
            columns,
            numbers: stored.numbers.clone(),
        },
        // One number a frame, or one vector.
        _ => Rows {
            columns: if name.ends_with("feat") || name.ends_with("raw") {
                stored.numbers.len()
            } else {
                1
            },
            numbers: stored.numbers.clone(),
        },
    }
}

/// Rows that mean something: those of keywords that are there, and frames of the utterance.
fn kept_rows(name: &str, count: usize, want: &Rows, stage: &NamedStage) -> usize {
    let rows = want.numbers.len() / want.columns.max(1);
    match name {
        "cif_feats" | "kw_projected" | "kw_bn" | "cosine" | "keywords" | "seg_mean"
        | "seg_tokens" => rows.min(count),
        "text_encoder_input" => rows.min(count + 2),
        "cif_alpha" | "cif_fired" => rows.min(stage.rows),
        _ => rows,
    }
}

/// How far the best row that may be a keyword is ahead of the next.
fn margin(cosines: &[f32], excluded: &[usize]) -> f32 {
    let allowed = cosines
        .iter()
        .enumerate()
        .filter(|(index, _)| !excluded.contains(index));
    let (mut best, mut second) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
    for (_, cosine) in allowed {
        if *cosine > best {
            second = best;
            best = *cosine;
        } else if *cosine > second {
            second = *cosine;
        }
    }
    best - second
}
