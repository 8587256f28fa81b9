//! What the page does in a bench: asks the worker, gathers what it says, writes it all down.

use leptos::prelude::*;
use serde_json::{Value, json};

use crate::browser::clock;
use crate::logic::bench::{Progress, Totals};
use crate::page::Page;
use crate::protocol::{Ready, Report, Request};

impl Page {
    /// Asks for the measurements of this visit, if it is one for them: an engine is ready.
    pub(super) fn begin_bench(self) {
        let plan = self.address.with_value(|address| address.bench.clone());
        if let Some(plan) = plan {
            self.bench.set(Progress::default());
            self.ready_ms.set(clock::milliseconds());
            self.send(&Request::Bench { plan }, None);
        }
    }

    /// Takes what the worker says of a bench.
    pub(super) fn take_bench(self, report: Report) {
        self.bench.update(|progress| match report {
            Report::Measuring {
                mode,
                phase,
                done,
                of,
            } => progress.now = Some((mode, phase, done, of)),
            Report::Measured(measurement) => progress.measurements.push(measurement),
            Report::StageTimes(stages) => progress.stages = Some(stages),
            Report::Benched(totals) => progress.totals = Some(totals),
            _ => {}
        });
    }

    /// Everything that was measured, as JSON; none before the end.
    pub fn bench_report(self) -> Option<String> {
        let ready = self.ready()?;
        let ready_ms = self.ready_ms.get();
        let report = self.bench.with(|progress| {
            let totals = progress.totals?;
            Some(written(progress, &ready, ready_ms, totals))
        })?;
        serde_json::to_string_pretty(&report).ok()
    }
}

fn written(progress: &Progress, ready: &Ready, ready_ms: f64, totals: Totals) -> Value {
    let navigator = window().navigator();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "browser": navigator.user_agent().unwrap_or_default(),
        "processors": navigator.hardware_concurrency(),
        "backend": ready.backend,
        "adapter": ready.adapter,
        "reason": ready.reason,
        "pack": ready.pack,
        "pack_bytes": ready.pack_bytes,
        "gallery_bytes": ready.gallery_bytes,
        "origin": ready.origin,
        "ready_ms": ready_ms,
        "preparing_ms": ready.preparing_ms,
        "heap_bytes": totals.heap_bytes,
        "gpu_bytes": totals.gpu,
        "measurements": progress.measurements,
        "stages": progress.stages,
    })
}
