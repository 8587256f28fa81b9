//! The short timings at start and for a profile: which family of matrix products is fastest, and what the adapter could do.

use serde::Serialize;
use web_time::Instant;

use super::GpuOps;
use super::choice::ProductTime;
use super::kernels::{Format, Kernel, Product, Reads, Tiles};
use super::tensor::{GpuTensor, GpuWeight};
use crate::error::EngineError;
use crate::ops::{Activation, Ops};
use crate::pack::WeightData;

/// The problem: two seconds of speech through a square layer of HuBERT base.
const ROWS: usize = 100;
const INPUTS: usize = 768;
const OUTPUTS: usize = 768;
/// Rows of the first look at a family, as many as a tile has: a program on the CPU would take long for more.
const FEW_ROWS: usize = 32;
/// No family is tried that would not be done after so many milliseconds, were it like the longest one so far.
const BUDGET: f32 = 150.0;
/// Milliseconds that no GPU takes for the problem, by far: 8 GFLOP a second. What takes longer is a program on the CPU, whatever it
/// calls itself; it would take longer yet to compile the kernels made for GPUs, and to run them.
const SLOWEST: f32 = 15.0;
/// How far a result may be from the host's, relative to the length of the vectors multiplied. 8-bit activations are off by
/// a few thousandths; a driver that computes nonsense is off by hundreds.
const TOLERANCE: f32 = 0.03;

/// The most that was seen of an adapter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ceiling {
    /// Additions and multiplications of `f32` a second.
    pub flops: f64,
    /// Bytes copied a second, read and written each counted.
    pub bytes: f64,
}

/// Numbers between -1 and 1 that look random.
fn noise(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// The weight in a format; q4, which no family has to itself, as q8.
fn weight(format: Format, data: Vec<f32>) -> WeightData {
    let shape = [OUTPUTS, INPUTS];
    match format {
        Format::F16 => WeightData::half(shape, &data),
        Format::Q8 | Format::Q4 => {
            WeightData::quantise(shape, &data).unwrap_or(WeightData::F32 { shape, data })
        }
        Format::F32 => WeightData::F32 { shape, data },
    }
}

struct Problem {
    x: GpuTensor,
    /// Its first [`FEW_ROWS`] rows.
    few: GpuTensor,
    weight: GpuWeight,
    /// Something to wait for.
    token: GpuTensor,
    host_x: Vec<f32>,
    host_weight: Vec<f32>,
}

impl Problem {
    /// Whether results, all rows or the first few, agree with the host's at some places.
    fn agrees(&self, y: &[f32]) -> bool {
        let rows = y.len() / OUTPUTS;
        // About the length of a result, whose terms are products of numbers that are a third on average when squared.
        let size = (INPUTS as f32).sqrt() / 3.0;
        (0..64).all(|index| {
            let (row, output) = (index * 37 % rows.max(1), index * 131 % OUTPUTS);
            let x = &self.host_x[row * INPUTS..][..INPUTS];
            let weight = &self.host_weight[output * INPUTS..][..INPUTS];
            let expected: f32 = x.iter().zip(weight).map(|(x, w)| x * w).sum();
            y.get(row * OUTPUTS + output)
                .is_some_and(|y| (y - expected).abs() <= TOLERANCE * size)
        })
    }
}

impl GpuOps {
    /// Finds the fastest family that computes the right thing, unless that is known.
    pub(super) async fn choose(&mut self) -> Result<(), EngineError> {
        if !self.chosen {
            self.start.choosing_ms = self.measure().await?;
        }
        Ok(())
    }

    /// Times the families and keeps the fastest that computes the right thing, also where [`GpuOps::warm_up`] would not ask: on
    /// a program on the CPU, or with the choice of an earlier start. -> milliseconds that took, from the device's first sign of life on, less
    /// those for compiling what was chosen, which is needed anyway.
    ///
    /// # Errors
    /// When the device fails. A family that does not compile or computes something else is only passed over.
    pub async fn measure(&mut self) -> Result<f32, EngineError> {
        self.chosen = true;
        self.choice.timings.clear();
        let problem = self.problem()?;
        self.time_once(&problem, &problem.x, 0).await?;
        let start = Instant::now();
        let idle = self.time_products(&problem, &problem.x, 0).await?;
        let fallback = self.choice.product;
        let (mut longest, mut needed) = (0.0_f32, 0.0);
        for product in self.choice.candidates(self.gpu.has_f16) {
            let begun = milliseconds(start);
            if begun + longest > BUDGET {
                break;
            }
            self.choice.product = product;
            if let Some((took, compiling)) = self.try_product(&problem, idle).await? {
                self.choice.timings.push(ProductTime {
                    product,
                    milliseconds: took,
                });
                if self.choice.fastest() == Some(product) {
                    needed = compiling;
                }
                if took > SLOWEST {
                    break;
                }
            }
            longest = longest.max(milliseconds(start) - begun);
        }
        self.choice.product = self.choice.fastest().unwrap_or(fallback);
        let took = milliseconds(start) - needed;
        drop(problem);
        self.sweep();
        Ok(took)
    }

    fn problem(&mut self) -> Result<Problem, EngineError> {
        let host_x = noise(ROWS * INPUTS, 1);
        let host_weight = noise(OUTPUTS * INPUTS, 2);
        let stored = weight(self.choice.weights, host_weight.clone());
        Ok(Problem {
            x: self.upload(&host_x, ROWS, INPUTS)?,
            few: self.upload(&host_x[..FEW_ROWS * INPUTS], FEW_ROWS, INPUTS)?,
            weight: self.load("probe", &stored)?,
            token: self.upload(&[0.0], 1, 1)?,
            host_x,
            host_weight,
        })
    }

    /// Milliseconds of one product, and of compiling it; `None` for a family that does not compile or computes something else.
    async fn try_product(
        &mut self,
        problem: &Problem,
        idle: f32,
    ) -> Result<Option<(f32, f32)>, EngineError> {
        let begun = Instant::now();
        let format = problem.weight.data.format;
        let kernels = match self.choice.product {
            Product::Integer if format == Format::Q8 => {
                vec![Kernel::QuantiseRows, Kernel::LinearInteger]
            }
            product => vec![Kernel::Linear(Tiles::from(product), format, Reads::Fours)],
        };
        let compiled = self
            .pipelines
            .warm_up(&kernels, &mut self.bindings, &mut |_, _| {})
            .await;
        if compiled.is_err() {
            return Ok(None);
        }
        let compiling = milliseconds(begun);
        let y = self.linear(&problem.few, &problem.weight, None, Activation::None, None)?;
        let results = self.read(&[&y]).await?;
        if !results.first().is_some_and(|y| problem.agrees(y)) {
            return Ok(None);
        }
        // Little at first, as long as that tells something: a wait for the device takes milliseconds by itself.
        // The best of four: a hiccup must not make a GPU look like a program.
        let once = self.time_products(problem, &problem.few, 1).await?;
        let once = once.min(self.time_products(problem, &problem.few, 1).await?) - idle;
        let all = once * ROWS as f32 / FEW_ROWS as f32;
        if all > SLOWEST {
            return Ok(Some((all, compiling)));
        }
        let few = (self.time_products(problem, &problem.x, 4).await? - idle).max(0.0) / 4.0;
        if few > 2.0 {
            return Ok(Some((few, compiling)));
        }
        let many = self.time_products(problem, &problem.x, 32).await?;
        Ok(Some(((many - idle).max(0.0) / 32.0, compiling)))
    }

    /// Milliseconds until so many products of `x` are done and the host knows, the better of two times.
    async fn time_products(
        &mut self,
        problem: &Problem,
        x: &GpuTensor,
        count: usize,
    ) -> Result<f32, EngineError> {
        let first = self.time_once(problem, x, count).await?;
        Ok(first.min(self.time_once(problem, x, count).await?))
    }

    async fn time_once(
        &mut self,
        problem: &Problem,
        x: &GpuTensor,
        count: usize,
    ) -> Result<f32, EngineError> {
        let start = Instant::now();
        for _ in 0..count {
            self.linear(x, &problem.weight, None, Activation::None, None)?;
        }
        self.read(&[&problem.token]).await?;
        Ok(milliseconds(start))
    }

    /// What the adapter can do at most: a kernel of nothing but multiplications and additions, and a copy of 16 MiB. Takes
    /// some tens of milliseconds; for profiles, to say how far from it a kernel is.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn ceiling(&mut self) -> Result<Ceiling, EngineError> {
        const WORKGROUPS: u32 = 1024;
        const WORDS: usize = 4 << 20;
        let kernels = [Kernel::Peak, Kernel::Copy];
        self.pipelines
            .warm_up(&kernels, &mut self.bindings, &mut |_, _| {})
            .await?;
        let token = self.upload(&[0.0], 1, 1)?;
        let y = self.tensor(WORKGROUPS as usize, 64)?;
        let large = self.tensor(WORDS / 1024, 1024)?;
        let mut seconds = [[f64::INFINITY; 3]; 2];
        let mut rounds = 16;
        for (which, seconds) in seconds.iter_mut().enumerate() {
            for _ in 0..3 {
                for (repeats, best) in [0, 1, 5].into_iter().zip(seconds.iter_mut()) {
                    let start = Instant::now();
                    for _ in 0..repeats {
                        if which == 0 {
                            let grid = [WORKGROUPS, 1, 1];
                            self.dispatch(Kernel::Peak, &[&y.block], &[rounds], grid)?;
                        } else {
                            self.rows(&large, 0, large.rows)?;
                        }
                    }
                    self.read(&[&token]).await?;
                    *best = best.min(start.elapsed().as_secs_f64());
                }
                // Enough work that a wait is small beside it.
                if which == 0 && seconds[2] - seconds[0] < 0.005 && rounds < 4096 {
                    rounds *= 8;
                    *seconds = [f64::INFINITY; 3];
                }
            }
        }
        let one = |[_, once, five]: [f64; 3]| ((five - once) / 4.0).max(1e-9);
        let operations = f64::from(WORKGROUPS * 64) * f64::from(rounds) * 64.0;
        Ok(Ceiling {
            flops: operations / one(seconds[0]),
            bytes: 8.0 * WORDS as f64 / one(seconds[1]),
        })
    }
}

fn milliseconds(start: Instant) -> f32 {
    start.elapsed().as_secs_f32() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::{GpuOptions, Precision};
    use crate::pack::WeightFormat;
    use crate::testing;

    fn open(precision: Precision) -> Option<GpuOps> {
        let options = GpuOptions {
            network: Some(testing::manifest(WeightFormat::Q8)),
            precision,
            ..GpuOptions::default()
        };
        pollster::block_on(GpuOps::open(options)).ok()
    }

    #[test]
    fn the_fastest_family_is_kept() {
        let Some(mut gpu) = open(Precision::AsWeights) else {
            return;
        };
        pollster::block_on(gpu.measure()).unwrap();
        let choice = gpu.choice();
        assert!(!choice.timings.is_empty());
        assert_eq!(Some(choice.product), choice.fastest(), "{choice}");
    }

    #[test]
    fn every_family_agrees_with_the_host_and_nonsense_does_not() {
        let Some(mut gpu) = open(Precision::AsWeights) else {
            return;
        };
        let problem = gpu.problem().unwrap();
        for product in gpu.choice.candidates(gpu.gpu.has_f16) {
            gpu.force(product).unwrap();
            let y = gpu
                .linear(&problem.few, &problem.weight, None, Activation::None, None)
                .unwrap();
            let few = pollster::block_on(gpu.read(&[&y])).unwrap().remove(0);
            assert!(problem.agrees(&few), "{product:?}, few rows");
            let y = gpu
                .linear(&problem.x, &problem.weight, None, Activation::None, None)
                .unwrap();
            let mut y = pollster::block_on(gpu.read(&[&y])).unwrap().remove(0);
            assert!(problem.agrees(&y), "{product:?}");
            y.rotate_left(1);
            assert!(!problem.agrees(&y), "{product:?}, shifted");
        }
        assert!(!problem.agrees(&[]));
        assert!(!problem.agrees(&[0.0; ROWS * OUTPUTS]));
        assert!(!problem.agrees(&[f32::NAN; ROWS * OUTPUTS]));
    }

    #[test]
    fn nothing_less_exact_is_tried_where_all_has_to_be_exact() {
        let Some(mut gpu) = open(Precision::Full) else {
            return;
        };
        pollster::block_on(gpu.measure()).unwrap();
        let exact = |product| matches!(product, Product::Shared | Product::Direct);
        assert!(
            gpu.choice()
                .timings
                .iter()
                .all(|timing| exact(timing.product))
        );
    }
}
