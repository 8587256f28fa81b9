//! Figures, as JSON and in words.

use serde::Serialize;

use super::Mode;
use crate::logic::format;

/// Stages that are shown: the slowest.
const SHOWN_STAGES: usize = 12;

/// How long one thing took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measurement {
    /// What was timed.
    pub mode: &'static str,
    /// Length of the utterance, where there is one.
    pub seconds: Option<f32>,
    /// Pictures that were searched, where they were.
    pub pictures: Option<u32>,
    /// The first run, milliseconds.
    pub first_ms: f64,
    /// Timed runs.
    pub runs: u32,
    /// Of the timed runs, milliseconds; none without them.
    pub median_ms: Option<f64>,
    /// The fastest of them.
    pub fastest_ms: Option<f64>,
    /// The slowest of them.
    pub slowest_ms: Option<f64>,
}

impl Measurement {
    /// From the times of its runs, milliseconds.
    pub fn new(
        mode: Mode,
        seconds: Option<f32>,
        pictures: Option<u32>,
        first_ms: f64,
        mut times: Vec<f64>,
    ) -> Self {
        times.sort_by(f64::total_cmp);
        Self {
            mode: mode.name(),
            seconds,
            pictures,
            first_ms,
            runs: times.len() as u32,
            median_ms: times.get(times.len() / 2).copied(),
            fastest_ms: times.first().copied(),
            slowest_ms: times.last().copied(),
        }
    }

    /// Its row: what was timed, the first time, the median, fastest to slowest, and how much faster than speech.
    pub fn cells(&self, mode: Mode) -> Vec<String> {
        let shown = |ms: Option<f64>| ms.map(format::milliseconds).unwrap_or_default();
        let seconds = self.seconds.unwrap_or_default();
        let title = match mode {
            Mode::Speech => format!("Spoken query, {seconds:.1} s"),
            Mode::Encoder => format!("Encoder alone, {seconds:.1} s"),
            Mode::Live => format!("One look while speaking, {seconds:.1} s"),
            Mode::Stages => format!("Stages, {seconds:.1} s"),
            Mode::Text => "Typed text, full length".to_owned(),
            Mode::Picture => "Picture".to_owned(),
            Mode::Search => format!("Search of {} pictures", self.pictures.unwrap_or_default()),
        };
        let range = match self.fastest_ms {
            Some(_) => format!("{} to {}", shown(self.fastest_ms), shown(self.slowest_ms)),
            None => String::new(),
        };
        let speed = match (self.seconds, self.median_ms) {
            (Some(seconds), Some(ms)) if mode != Mode::Live => {
                format!("{:.1} ×", f64::from(seconds) * 1e3 / ms)
            }
            _ => String::new(),
        };
        let first = format::milliseconds(self.first_ms);
        vec![title, first, shown(self.median_ms), range, speed]
    }
}

/// The slowest of an utterance's stages, each with its time and share of all.
pub fn stage_rows(stages: &[(String, f64)]) -> Vec<Vec<String>> {
    let all: f64 = stages.iter().map(|(_, ms)| ms).sum();
    let mut slowest: Vec<&(String, f64)> = stages.iter().collect();
    slowest.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let row = |(name, ms): &(String, f64)| {
        let share = format!("{:.0} %", 100.0 * ms / all.max(1e-9));
        vec![name.clone(), format::milliseconds(*ms), share]
    };
    slowest.into_iter().take(SHOWN_STAGES).map(row).collect()
}

/// What a kernel of the GPU has done.
pub struct Kernel<'a> {
    /// File and variant.
    pub name: &'a str,
    /// Time on the device; none where the adapter tells no times.
    pub nanoseconds: Option<u64>,
    /// Additions and multiplications.
    pub flop: u64,
    /// Bytes read and written.
    pub bytes: u64,
}

/// Kernels, the slowest first as they come, each with its time and share of all, and what it reaches of the most that the
/// adapter does a second, operations and bytes.
pub fn kernel_rows<'a>(
    kernels: impl Iterator<Item = Kernel<'a>> + Clone,
    (most_flop, most_bytes): (f64, f64),
) -> Vec<Vec<String>> {
    let time = |kernel: &Kernel| kernel.nanoseconds.unwrap_or_default() as f64;
    let all: f64 = kernels.clone().map(|kernel| time(&kernel)).sum();
    let reached = |amount: u64, time: f64, most: f64, unit: &str| {
        if amount == 0 || time <= 0.0 {
            return String::new();
        }
        // So many thousand millions a second are as many a nanosecond.
        let rate = amount as f64 / time;
        format!("{rate:.1} {unit}/s, {:.0} %", 1e11 * rate / most.max(1.0))
    };
    let row = |kernel: Kernel| {
        let time = time(&kernel);
        vec![
            kernel.name.to_owned(),
            format::milliseconds(time / 1e6),
            format!("{:.0} %", 100.0 * time / all.max(1.0)),
            reached(kernel.flop, time, most_flop, "GFLOP"),
            reached(kernel.bytes, time, most_bytes, "GB"),
        ]
    };
    kernels.take(SHOWN_STAGES).map(row).collect()
}

/// Bytes of GPU memory, by what they are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GpuMemory {
    /// Weights and galleries.
    pub weights: u64,
    /// Matrices of queries.
    pub activations: u64,
    /// Everything else.
    pub other: u64,
    /// Buffers.
    pub buffers: u64,
}

/// Everything that the worker measured.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// How long everything took.
    pub measurements: Vec<Measurement>,
    /// Stages of an utterance and their milliseconds, in the order they are computed, where the backend can tell.
    pub stages: Option<Vec<(String, f64)>>,
    /// On a GPU, what its kernels did for an utterance, and the most that the adapter can do.
    pub kernels: Option<serde_json::Value>,
    /// Most bytes of the worker's memory.
    pub heap_bytes: u64,
    /// What is held on the GPU, if it runs there.
    pub gpu_bytes: Option<GpuMemory>,
}

impl Report {
    /// How much memory is held, in words.
    pub fn memory(&self) -> String {
        let heap = format::bytes(self.heap_bytes);
        match &self.gpu_bytes {
            None => format!("{heap} in the worker"),
            Some(gpu) => {
                let bytes = format::bytes(gpu.weights + gpu.activations + gpu.other);
                format!("{heap} in the worker, {bytes} on the GPU")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_tells_first_median_range_and_speed() {
        let times = vec![30.0, 10.0, 20.0];
        let measured = Measurement::new(Mode::Speech, Some(2.0), None, 50.0, times);
        let cells = measured.cells(Mode::Speech);
        let expected = [
            "Spoken query, 2.0 s",
            "50 ms",
            "20 ms",
            "10 ms to 30 ms",
            "100.0 ×",
        ];
        assert_eq!(cells, expected);
        let first = Measurement::new(Mode::Search, None, Some(10_000), 4.0, Vec::new());
        let expected = ["Search of 10000 pictures", "4.0 ms", "", "", ""];
        assert_eq!(first.cells(Mode::Search), expected);
    }

    #[test]
    fn the_slowest_stages_come_first() {
        let stages: Vec<(String, f64)> = (0..20).map(|n| (format!("s{n}"), f64::from(n))).collect();
        let rows = stage_rows(&stages);
        assert_eq!(rows.len(), SHOWN_STAGES);
        assert_eq!(rows[0], ["s19", "19 ms", "10 %"]);
    }

    #[test]
    fn memory_is_told_of_both_sides() {
        let mut report = Report {
            heap_bytes: 2_000_000,
            ..Report::default()
        };
        assert_eq!(report.memory(), "2.0 MB in the worker");
        report.gpu_bytes = Some(GpuMemory {
            weights: 3_000_000,
            ..GpuMemory::default()
        });
        assert_eq!(report.memory(), "2.0 MB in the worker, 3.0 MB on the GPU");
    }
}
