//! HuBERT's convolutional extractor (spec: architecture sections 2, 3.1 and 3.6).

use super::front_end::{Frames, Timing, check_length};
use super::stages::Stages;
use super::weights::{Linear, Norm, Weights};
use crate::audio::{SAMPLE_RATE, standardise};
use crate::error::EngineError;
use crate::ops::{Activation, Convolution, Ops};
use crate::pack::{self, WaveformNorm};

/// Convolutions over samples.
pub struct Waveform<O: Ops> {
    normalisations: u8,
    layers: Vec<Layer<O>>,
    norm: WaveformNorm,
}

/// One convolution, with its norm where it has one.
pub(super) struct Layer<O: Ops> {
    shape: Convolution,
    convolution: Linear<O>,
    norm: Option<Norm<O>>,
}

impl<O: Ops> Waveform<O> {
    /// Takes `convolutions.*`.
    ///
    /// # Errors
    /// A weight that is not there.
    pub fn load(weights: &mut Weights<O>, sizes: &pack::Waveform) -> Result<Self, EngineError> {
        let mut load = |(index, stage): (usize, &pack::Stride)| {
            let name = format!("convolutions.{index}");
            let has_norm = sizes.norm == WaveformNorm::EveryFrame || index == 0;
            let norm = has_norm.then(|| weights.norm(&format!("{name}.norm")));
            Ok(Layer {
                shape: Convolution {
                    kernel: stage.kernel,
                    stride: stage.stride,
                    padding: 0,
                },
                norm: norm.transpose()?,
                convolution: weights.biased(&name, sizes.bias)?,
            })
        };
        Ok(Self {
            normalisations: sizes.normalisations,
            layers: sizes
                .convolutions
                .iter()
                .enumerate()
                .map(&mut load)
                .collect::<Result<_, EngineError>>()?,
            norm: sizes.norm,
        })
    }

    /// A frame lies in the middle of its receptive field.
    pub fn timing(&self) -> Timing {
        let rate = SAMPLE_RATE as f32;
        let (reach, step) = self.reach();
        Timing {
            step: step as f32 / rate,
            first: reach as f32 / 2.0 / rate,
        }
    }

    /// Its convolutions, in order.
    pub(super) fn layers(&self) -> &[Layer<O>] {
        &self.layers
    }

    /// What their norms are over.
    pub(super) fn norm(&self) -> WaveformNorm {
        self.norm
    }

    /// Whether samples are brought to mean 0 and variance 1 first.
    pub(super) fn standardises(&self) -> bool {
        self.normalisations > 0
    }

    /// Samples under one frame, and between two.
    pub(super) fn reach(&self) -> (usize, usize) {
        let mut reach = 1;
        let mut step = 1;
        for layer in &self.layers {
            reach += (layer.shape.kernel - 1) * step;
            step *= layer.shape.stride;
        }
        (reach, step)
    }

    /// Samples, padded with zeros after their normalisation -> frames `[t, channels]`.
    ///
    /// # Errors
    /// When the samples are too short for one frame.
    pub fn run(
        &self,
        ops: &mut O,
        samples: &[f32],
        padded_to: usize,
        stages: &mut Stages<O::Tensor>,
    ) -> Result<Frames<O::Tensor>, EngineError> {
        let mut input = samples.to_vec();
        for _ in 0..self.normalisations {
            standardise(&mut input);
        }
        input.resize(padded_to.max(samples.len()), 0.0);
        let total = input.len();
        let mut x = ops.upload(&input, total, 1)?;
        stages.note("wav_model_input", &x);
        let (reach, _) = self.reach();
        for (index, layer) in self.layers.iter().enumerate() {
            let rows = ops.shape(&x).0;
            check_length(layer.shape, rows, samples.len(), reach)?;
            x = layer.run(ops, &x, self.norm)?;
            stages.note(format!("conv_{index}"), &x);
        }
        let measured = self.measured(ops, x, samples.len(), total);
        let (frames, attended) = (ops.shape(&measured.frames).0, measured.attended);
        let mask = (0..frames).map(|frame| f32::from(u8::from(frame >= attended)));
        stages.note_numbers("frame_pad_mask", frames, 1, || mask.collect());
        stages.note_numbers("feat_len", 1, 1, || vec![measured.length as f32]);
        Ok(measured)
    }

    /// How many of the frames of `total` samples are sound, when `samples` of them are.
    pub(super) fn measured(
        &self,
        ops: &O,
        frames: O::Tensor,
        samples: usize,
        total: usize,
    ) -> Frames<O::Tensor> {
        let count = ops.shape(&frames).0;
        let (_, step) = self.reach();
        Frames {
            frames,
            attended: samples.div_ceil(total / count).min(count),
            length: round_half_even(samples, step).clamp(1, count),
        }
    }
}

impl<O: Ops> Layer<O> {
    fn run(
        &self,
        ops: &mut O,
        x: &O::Tensor,
        norm: WaveformNorm,
    ) -> Result<O::Tensor, EngineError> {
        let Linear { weight, bias } = &self.convolution;
        let (bias, shape) = (bias.as_ref(), self.shape);
        match (&self.norm, norm) {
            (None, _) => ops.convolve(x, weight, bias, shape, Activation::Gelu),
            (Some(norm), WaveformNorm::EveryFrame) => {
                let y = ops.convolve(x, weight, bias, shape, Activation::None)?;
                norm.run_with(ops, &y, Activation::Gelu)
            }
            (Some(norm), WaveformNorm::ChannelsOnce) => {
                let norm = (&norm.weight, &norm.bias);
                ops.normalised_convolve(x, weight, bias, shape, norm, Activation::Gelu)
            }
        }
    }
}

impl<O: Ops> Layer<O> {
    /// The same for a part of an utterance, a norm over the whole of it being taken of `basis` instead, samples as the
    /// first layer takes them; `None` where the backend cannot.
    pub(super) fn run_like(
        &self,
        ops: &mut O,
        x: &O::Tensor,
        basis: &O::Tensor,
        norm: WaveformNorm,
    ) -> Result<Option<O::Tensor>, EngineError> {
        let (Some(own), WaveformNorm::ChannelsOnce) = (&self.norm, norm) else {
            return self.run(ops, x, norm).map(Some);
        };
        let Linear { weight, bias } = &self.convolution;
        let own = (&own.weight, &own.bias);
        let (bias, gelu) = (bias.as_ref(), Activation::Gelu);
        ops.normalised_convolve_like(x, basis, weight, bias, self.shape, own, gelu)
    }
}

/// `numerator / denominator` to the nearest whole number, a half to the even one, as the reference rounds.
fn round_half_even(numerator: usize, denominator: usize) -> usize {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    match (2 * rest).cmp(&denominator) {
        std::cmp::Ordering::Less => whole,
        std::cmp::Ordering::Greater => whole + 1,
        std::cmp::Ordering::Equal => whole + whole % 2,
    }
}

#[cfg(test)]
mod tests {
    use super::round_half_even;

    #[test]
    fn halves_go_to_the_even_side() {
        for (numerator, expected) in [(0, 0), (159, 0), (160, 0), (161, 1), (480, 2), (800, 2)] {
            assert_eq!(round_half_even(numerator, 320), expected, "{numerator}");
        }
    }
}
