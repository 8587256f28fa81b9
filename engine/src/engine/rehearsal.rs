//! The self-test at start: a tiny input through every family of operations that a pack's network uses, on the GPU and on
//! the CPU. Drivers that compute nonsense are known in the field; they give wrong pictures, and no error.
//!
//! Some twenty dispatches and one readback, with kernels that are compiled anyway.

use crate::cpu::CpuOps;
use crate::error::EngineError;
use crate::ops::{Activation, Attention, Columns, Convolution, Firing, Ops};
use crate::pack::{Encoder, FrontEnd, Manifest, Slots, Storage, WaveformNorm, WeightData, plan};

/// Rows and columns of the input.
const ROWS: usize = 20;
const WIDTH: usize = 64;
/// How far a result may be from the CPU's, relative to its root mean square: rounding is far below.
const CLOSE: f32 = 0.01;
/// The same where activations may have eight bits.
const QUANTISED: f32 = 0.08;

/// What one family leaves.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Played {
    /// The operation, as [`Ops`] names it.
    pub(super) family: &'static str,
    /// How far another backend may be off.
    tolerance: f32,
    pub(super) numbers: Vec<f32>,
}

/// Lets `ops` play and compares with the CPU.
///
/// # Errors
/// [`EngineError::GpuWrong`] that names the first family which computes something else; what the device reports.
pub(super) async fn check<O: Ops>(ops: &mut O, manifest: &Manifest) -> Result<(), EngineError> {
    let expected = play(&mut CpuOps::new(), manifest).await?;
    compare(&expected, &play(ops, manifest).await?)
}

/// Compares what two backends have played.
pub(super) fn compare(expected: &[Played], played: &[Played]) -> Result<(), EngineError> {
    for (expected, played) in expected.iter().zip(played) {
        let square: f32 = expected.numbers.iter().map(|x| x * x).sum();
        let size = (square / expected.numbers.len().max(1) as f32).sqrt();
        let pairs = expected.numbers.iter().zip(&played.numbers);
        let off = pairs.map(|(x, y)| (x - y).abs());
        // A comparison that a NaN does not pass.
        let all = off.clone().all(|off| off <= expected.tolerance * size);
        if !all || expected.numbers.len() != played.numbers.len() {
            let most = off.fold(0.0_f32, |most, off| if off > most { off } else { most });
            return Err(EngineError::GpuWrong {
                operation: expected.family,
                off: most,
                usual: size,
            });
        }
    }
    Ok(())
}

/// The families that the network of `manifest` uses, each once.
pub(super) async fn play<O: Ops>(
    ops: &mut O,
    manifest: &Manifest,
) -> Result<Vec<Played>, EngineError> {
    let mut stage = Stage {
        ops,
        seed: 0,
        played: Vec::new(),
    };
    stage.products(manifest)?;
    stage.encoder(manifest)?;
    stage.head(manifest)?;
    let tensors: Vec<&O::Tensor> = stage.played.iter().map(|(_, _, tensor)| tensor).collect();
    let numbers = stage.ops.read(&tensors).await?;
    let played = stage.played.iter().zip(numbers);
    Ok(played
        .map(|((family, tolerance, _), numbers)| Played {
            family,
            tolerance: *tolerance,
            numbers,
        })
        .collect())
}

struct Stage<'a, O: Ops> {
    ops: &'a mut O,
    seed: u32,
    played: Vec<(&'static str, f32, O::Tensor)>,
}

impl<O: Ops> Stage<'_, O> {
    /// Numbers between -1 and 1, others each time, the same on every backend.
    fn noise(&mut self, count: usize) -> Vec<f32> {
        self.seed += 1;
        let mut state = self.seed.wrapping_mul(0x9e37_79b9);
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    fn input(&mut self, rows: usize, columns: usize) -> Result<O::Tensor, EngineError> {
        let numbers = self.noise(rows * columns);
        self.ops.upload(&numbers, rows, columns)
    }

    fn weight(&mut self, storage: Storage, shape: [usize; 2]) -> Result<O::Weight, EngineError> {
        let data = self.noise(shape[0] * shape[1]);
        let stored = match storage {
            Storage::F32 => None,
            Storage::F16 => Some(WeightData::half(shape, &data)),
            Storage::Q8 => WeightData::quantise(shape, &data),
            Storage::Q4 => WeightData::quantise_to_4_bits(shape, &data),
        };
        let stored = stored.unwrap_or(WeightData::F32 { shape, data });
        self.ops.load("self-test", &stored)
    }

    fn vector(&mut self, length: usize) -> Result<O::Weight, EngineError> {
        self.weight(Storage::F32, [1, length])
    }

    fn keep(&mut self, family: &'static str, tolerance: f32, tensor: O::Tensor) {
        self.played.push((family, tolerance, tensor));
    }

    /// Matrix products and convolutions, in every format that the pack has matrices in.
    fn products(&mut self, manifest: &Manifest) -> Result<(), EngineError> {
        let mut formats: Vec<Storage> = Vec::new();
        for tensor in plan(manifest) {
            let [rows, columns] = tensor.matrix();
            if rows > 1 && columns > 1 && !formats.contains(&tensor.storage) {
                formats.push(tensor.storage);
            }
        }
        for format in formats {
            let tolerance = match format {
                Storage::F32 | Storage::F16 => CLOSE,
                Storage::Q8 | Storage::Q4 => QUANTISED,
            };
            let x = self.input(ROWS, WIDTH)?;
            let weight = self.weight(format, [48, WIDTH])?;
            let bias = self.vector(48)?;
            let y = self
                .ops
                .linear(&x, &weight, Some(&bias), Activation::Gelu, None)?;
            self.keep("linear", tolerance, y);
            let few = self.input(2, WIDTH)?;
            let y = self
                .ops
                .linear(&few, &weight, None, Activation::None, None)?;
            self.keep("linear", tolerance, y);
            let shape = Convolution {
                kernel: 3,
                stride: 2,
                padding: 1,
            };
            let weight = self.weight(format, [48, 3 * WIDTH])?;
            let y = self
                .ops
                .convolve(&x, &weight, Some(&bias), shape, Activation::Gelu)?;
            self.keep("convolve", tolerance, y);
        }
        Ok(())
    }

    fn encoder(&mut self, manifest: &Manifest) -> Result<(), EngineError> {
        let x = self.input(ROWS, WIDTH)?;
        let (scale, shift) = (self.vector(WIDTH)?, self.vector(WIDTH)?);
        let y = self
            .ops
            .layer_norm(&x, Some((&scale, &shift)), Activation::None)?;
        self.keep("layer_norm", CLOSE, y);
        let y = self.ops.scale_add(Some(&x), &x, 0.5)?;
        self.keep("scale_add", CLOSE, y);
        let y = self.ops.normalise_rows(&x)?;
        self.keep("normalise_rows", CLOSE, y);
        match &manifest.model.front_end {
            FrontEnd::LogMel(front_end) => {
                let sound = self.noise(4 * front_end.features.window);
                let y = self.ops.log_mel(&sound, &front_end.features)?;
                self.keep("log_mel", CLOSE, y);
            }
            FrontEnd::Waveform(front_end) if front_end.norm == WaveformNorm::ChannelsOnce => {
                let y = self
                    .ops
                    .channel_norm(&x, &scale, &shift, Activation::Gelu)?;
                self.keep("channel_norm", CLOSE, y);
            }
            FrontEnd::Waveform(_) => {}
        }
        let encoder = &manifest.model.encoder;
        if let Encoder::ConvolutionalTransformer(sizes) = encoder {
            let y = self.ops.gated_linear_unit(&x)?;
            self.keep("gated_linear_unit", CLOSE, y);
            let taps = self.weight(Storage::F32, [sizes.kernel, WIDTH])?;
            let y = self
                .ops
                .depthwise_convolve(&x, &taps, &shift, Activation::Silu)?;
            self.keep("depthwise_convolve", CLOSE, y);
        }
        let width = 2 * encoder.width() / encoder.heads();
        let x = self.input(ROWS, 3 * width)?;
        let y = self.ops.attention(
            part(&x, 0),
            part(&x, width),
            part(&x, 2 * width),
            two_heads(width),
        )?;
        self.keep("attention", CLOSE, y);
        Ok(())
    }

    fn head(&mut self, manifest: &Manifest) -> Result<(), EngineError> {
        let Some(keywords) = &manifest.model.head.keywords else {
            return Ok(());
        };
        let x = self.input(ROWS, WIDTH)?;
        let (scale, shift) = (self.vector(WIDTH)?, self.vector(WIDTH)?);
        let y = self.ops.scale_shift(&x, &scale, Some(&shift))?;
        self.keep("scale_shift", CLOSE, y);
        let y = self.ops.top_k(&x, 5, &[0, 7])?;
        self.keep("top_k", CLOSE, y);
        match &keywords.slots {
            Slots::Cls { .. } => {
                let y = self.ops.attention_weights(
                    part(&x, 0),
                    part(&x, WIDTH / 2),
                    two_heads(WIDTH / 2),
                )?;
                self.keep("attention_weights", CLOSE, y);
            }
            Slots::Firing(sizes) => {
                let alpha: Vec<f32> = self.noise(ROWS).iter().map(|x| x.abs()).collect();
                let alpha = self.ops.upload(&alpha, ROWS, 1)?;
                let firing = Firing {
                    tail_threshold: sizes.tail_threshold,
                    cap: sizes.cap,
                };
                let fired = self.ops.integrate_and_fire(&x, &alpha, firing)?;
                self.keep("integrate_and_fire", CLOSE, fired.slots);
                self.keep("integrate_and_fire", CLOSE, fired.count);
            }
            Slots::Segments(sizes) => {
                let segmented = self.ops.segment(&x, sizes.threshold, sizes.cap)?;
                self.keep("segment", CLOSE, segmented.means);
                self.keep("segment", CLOSE, segmented.count);
            }
        }
        Ok(())
    }
}

fn part<T>(tensor: &T, start: usize) -> Columns<'_, T> {
    Columns { tensor, start }
}

fn two_heads(width: usize) -> Attention {
    Attention {
        width,
        heads: 2,
        keys: ROWS,
        causal: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::WeightFormat;
    use crate::testing;

    fn played(weights: WeightFormat) -> Vec<Played> {
        let manifest = testing::manifest(weights);
        pollster::block_on(play(&mut CpuOps::new(), &manifest)).unwrap()
    }

    #[test]
    fn every_family_that_computes_something_else_is_named() {
        for weights in [WeightFormat::F32, WeightFormat::Q8, WeightFormat::Q4] {
            let expected = played(weights);
            assert!(expected.len() >= 12);
            compare(&expected, &played(weights)).unwrap();
            for index in 0..expected.len() {
                let family = expected[index].family;
                for broken in [0.0, f32::NAN, 1e9] {
                    let mut wrong = expected.clone();
                    let middle = wrong[index].numbers.len() / 2;
                    // One number only, and one that is not zero anyway.
                    let numbers = &mut wrong[index].numbers;
                    let at = (middle..numbers.len())
                        .chain(0..middle)
                        .max_by(|a, b| numbers[*a].abs().total_cmp(&numbers[*b].abs()))
                        .unwrap();
                    numbers[at] = broken;
                    let error = compare(&expected, &wrong).unwrap_err().to_string();
                    assert!(error.contains(family), "{error}");
                }
            }
        }
    }

    #[test]
    fn results_that_are_missing_are_noticed() {
        let expected = played(WeightFormat::F32);
        let mut short = expected.clone();
        short[0].numbers.pop();
        assert!(compare(&expected, &short).is_err());
    }

    #[test]
    fn products_in_eight_bits_pass() {
        let manifest = testing::manifest(WeightFormat::Q8);
        let mut ops = CpuOps::with(crate::cpu::Precision::EightBits);
        let mut in_bytes = pollster::block_on(play(&mut ops, &manifest)).unwrap();
        let mut exact = played(WeightFormat::Q8);
        // No GPU convolves in bytes.
        for played in [&mut in_bytes, &mut exact] {
            played.retain(|played| played.family != "convolve");
        }
        compare(&exact, &in_bytes).unwrap();
    }
}
