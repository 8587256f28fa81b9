//! The facts of the panel of numbers, in words.

use std::collections::BTreeMap;

use crate::logic::format;
use crate::protocol::{Clock, Numbers, Ready};
use crate::texts::answer;

/// Stages that are shown by themselves; the others are added up.
const MOST_STAGES: usize = 10;

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub name: &'static str,
    /// What is known.
    pub value: String,
}

/// One stage of the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Its name, as `saysee embed --stages` calls it.
    pub name: String,
    /// Milliseconds.
    pub milliseconds: f64,
    /// The same, in words.
    pub time: String,
    /// Share of the slowest one, `[0, 1]`.
    pub share: f64,
}

/// What runs, and why.
pub fn engine_facts(ready: &Ready, pictures: usize) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |name: &'static str, value: String| {
        if !value.is_empty() {
            facts.push(Fact { name, value });
        }
    };
    let backend = if ready.backend == "gpu" {
        "WebGPU"
    } else {
        "CPU"
    };
    add("Backend", backend.to_owned());
    add("Adapter", ready.adapter.clone());
    add("Why", format::sentence(&ready.reason));
    let timings = ready
        .timings
        .iter()
        .map(|(kind, ms)| format!("{kind} {}", format::milliseconds(f64::from(*ms))));
    add("2 s of sound", timings.collect::<Vec<_>>().join(", "));
    let known = match ready.same_kernels {
        true => ", found at an earlier visit",
        false => "",
    };
    let kernels = ready.kernels.as_ref();
    add(
        "Kernels",
        kernels.map_or_else(String::new, |kernels| format!("{kernels}{known}")),
    );
    if let Some((choosing, self_test)) = ready.start_ms {
        let parts = [("choosing kernels", choosing), ("self-test", self_test)];
        let parts = parts
            .into_iter()
            .filter(|(_, ms)| *ms > 0.0)
            .map(|(name, ms)| format!("{name} {}", format::milliseconds(f64::from(ms))));
        add("At start", parts.collect::<Vec<_>>().join(", "));
    }
    add(
        "Pack",
        format!("{}, {}", ready.pack, format::bytes(ready.pack_bytes)),
    );
    let gallery = format!(
        "{}, {pictures} pictures, {}",
        ready.gallery,
        format::bytes(ready.gallery_bytes)
    );
    add("Gallery", gallery);
    add("Preparing", format::milliseconds(ready.preparing_ms));
    facts
}

/// What is held.
pub fn memory_facts(numbers: &Numbers) -> Vec<Fact> {
    let mut facts = vec![Fact {
        name: "Engine memory",
        value: format::bytes(numbers.heap_bytes),
    }];
    if !numbers.gpu_bytes.is_empty() {
        let total = numbers.gpu_bytes.iter().map(|(_, bytes)| bytes).sum();
        let parts = numbers
            .gpu_bytes
            .iter()
            .map(|(name, bytes)| format!("{name} {}", format::bytes(*bytes)));
        facts.push(Fact {
            name: "GPU memory",
            value: format!(
                "{}: {}",
                format::bytes(total),
                parts.collect::<Vec<_>>().join(", ")
            ),
        });
    }
    if numbers.seconds > 0.0 && !numbers.stages.is_empty() {
        let total = numbers.stages.iter().map(|(_, ms)| ms).sum();
        facts.push(Fact {
            name: "This answer",
            value: format!(
                "{} for {} of sound",
                format::milliseconds(total),
                format::seconds(numbers.seconds)
            ),
        });
    }
    facts
}

/// Kernels' nanoseconds added up by what they do, in milliseconds, the longest first: `linear (WEIGHT q8)` is `linear`.
pub fn families<'a>(kernels: impl Iterator<Item = (&'a str, u64)>) -> Vec<(String, f64)> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (kernel, nanoseconds) in kernels {
        let (family, _) = kernel.split_once(" (").unwrap_or((kernel, ""));
        *sums.entry(family).or_default() += nanoseconds;
    }
    let milliseconds = |(family, sum): (&str, u64)| (family.to_owned(), sum as f64 / 1e6);
    let mut families: Vec<(String, f64)> = sums.into_iter().map(milliseconds).collect();
    families.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    families
}

/// What timed the stages, or why there are none.
pub fn timed_by(numbers: &Numbers) -> &'static str {
    match (numbers.clock, numbers.stages.is_empty()) {
        (Clock::None, _) => answer::NO_CLOCK,
        (_, true) => answer::NO_STAGES_YET,
        (Clock::Cpu, false) => answer::CPU_CLOCK,
        (Clock::Gpu, false) => answer::GPU_CLOCK,
    }
}

/// The slowest stages in the order they are computed, and the rest of them.
pub fn stage_bars(stages: &[(String, f64)]) -> Vec<Stage> {
    let mut slowest: Vec<f64> = stages.iter().map(|(_, ms)| *ms).collect();
    slowest.sort_by(|a, b| b.total_cmp(a));
    let least = slowest.get(MOST_STAGES - 1).copied().unwrap_or(0.0);
    let longest = slowest
        .first()
        .copied()
        .unwrap_or(0.0)
        .max(f64::MIN_POSITIVE);
    let bar = |name: String, milliseconds: f64| Stage {
        name,
        milliseconds,
        time: format::milliseconds(milliseconds),
        share: (milliseconds / longest).clamp(0.0, 1.0),
    };
    let (shown, rest): (Vec<_>, Vec<_>) = stages.iter().partition(|(_, ms)| *ms >= least);
    let mut bars: Vec<Stage> = shown
        .into_iter()
        .map(|(name, ms)| bar(name.clone(), *ms))
        .collect();
    if !rest.is_empty() {
        let others = rest.iter().map(|(_, ms)| ms).sum();
        bars.push(bar(format!("{} others", rest.len()), others));
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_stages_are_shown_in_order_and_nothing_is_lost() {
        let stages: Vec<(String, f64)> = (0..30_u32)
            .map(|n| (format!("s{n}"), f64::from(n % 15)))
            .collect();
        let bars = stage_bars(&stages);
        assert!(bars.len() <= 12 && bars.last().unwrap().name.ends_with("others"));
        let names: Vec<&str> = bars.iter().map(|bar| bar.name.as_str()).collect();
        assert!(
            names.iter().position(|name| *name == "s14")
                < names.iter().position(|name| *name == "s29")
        );
        let total: f64 = bars.iter().map(|bar| bar.milliseconds).sum();
        assert_eq!(total, 210.0);
        assert!(stage_bars(&[]).is_empty());
    }

    #[test]
    fn memory_is_told_apart() {
        let numbers = Numbers {
            heap_bytes: 2_000_000,
            gpu_bytes: vec![
                ("weights".to_owned(), 1_000),
                ("activations".to_owned(), 500),
            ],
            seconds: 1.5,
            clock: Clock::Cpu,
            stages: vec![("log_mel".to_owned(), 2.0), ("scores".to_owned(), 1.0)],
        };
        let facts = memory_facts(&numbers);
        assert_eq!(facts[0].value, "2.0 MB");
        assert_eq!(facts[1].value, "1.5 kB: weights 1.0 kB, activations 500 B");
        assert_eq!(facts[2].value, "3.0 ms for 1.50 s of sound");
        assert_eq!(memory_facts(&Numbers::default()).len(), 1);
        assert_eq!(timed_by(&numbers), answer::CPU_CLOCK);
        assert_eq!(timed_by(&Numbers::default()), answer::NO_STAGES_YET);
    }

    #[test]
    fn kernels_are_added_up_by_what_they_do() {
        let kernels = [
            ("pool", 500_000),
            ("linear (WEIGHT q8)", 2_000_000),
            ("linear (WEIGHT f32, FOURS yes)", 1_500_000),
        ];
        let families = families(kernels.into_iter());
        assert_eq!(
            families,
            [("linear".to_owned(), 3.5), ("pool".to_owned(), 0.5)]
        );
    }
}
