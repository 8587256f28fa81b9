//! Samples to frames: log-mel features thinned out by strided convolutions, or HuBERT's convolutions over the
//! samples themselves.

use super::growing::Grown;
use super::stages::Stages;
use super::waveform::Waveform;
use super::weights::{Linear, Weights};
use crate::audio::AudioError;
use crate::error::EngineError;
use crate::ops::{Activation, Convolution, Ops};
use crate::pack::{self, LogMelConfig};

/// When frames happen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// Seconds between two frames.
    pub step: f32,
    /// Seconds of the middle of frame 0.
    pub first: f32,
}

/// Frames, and how many of them are sound rather than padding.
pub struct Frames<T> {
    /// `[t, channels]`.
    pub frames: T,
    /// Frames that the encoder attends to.
    pub attended: usize,
    /// Frames that the head attends to (spec: architecture section 3.6: the two differ in padded batches).
    pub length: usize,
}

/// Samples to frames.
pub enum FrontEnd<O: Ops> {
    /// See [`LogMel`].
    LogMel(LogMel<O>),
    /// See [`Waveform`].
    Waveform(Waveform<O>),
}

impl<O: Ops> FrontEnd<O> {
    /// Takes the front end's weights.
    ///
    /// # Errors
    /// A weight that is not there.
    pub fn load(weights: &mut Weights<O>, front_end: &pack::FrontEnd) -> Result<Self, EngineError> {
        Ok(match front_end {
            pack::FrontEnd::LogMel(sizes) => Self::LogMel(LogMel::load(weights, sizes)?),
            pack::FrontEnd::Waveform(sizes) => Self::Waveform(Waveform::load(weights, sizes)?),
        })
    }

    /// Step and offset of the frames that come out: a frame lies in the middle of the samples under it.
    pub fn timing(&self) -> Timing {
        match self {
            Self::LogMel(front_end) => front_end.timing(),
            Self::Waveform(front_end) => front_end.timing(),
        }
    }

    /// 16 kHz samples, padded with silence to `padded_to` of them -> frames.
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
        match self {
            Self::LogMel(front_end) => {
                let frames = front_end.run(ops, samples, stages)?;
                let count = ops.shape(&frames).0;
                Ok(Frames {
                    frames,
                    attended: count,
                    length: count,
                })
            }
            Self::Waveform(front_end) => front_end.run(ops, samples, padded_to, stages),
        }
    }
}

impl<O: Ops> FrontEnd<O> {
    /// As [`FrontEnd::run`] for an utterance that still grows, approximately where that saves work.
    ///
    /// # Errors
    /// As [`FrontEnd::run`].
    pub fn grow(
        &self,
        ops: &mut O,
        samples: &[f32],
        memory: &mut Option<Grown<O::Tensor>>,
    ) -> Result<Frames<O::Tensor>, EngineError> {
        match self {
            // Its convolutions are a tenth of the encoder's work; the operations keep the spectra themselves.
            Self::LogMel(_) => self.run(ops, samples, 0, &mut Stages::off()),
            Self::Waveform(front_end) => front_end.grow(ops, samples, memory),
        }
    }
}

/// Refuses a convolution that would leave nothing.
pub(super) fn check_length(
    shape: Convolution,
    frames: usize,
    samples: usize,
    needed: usize,
) -> Result<(), EngineError> {
    if shape.output_frames(frames) == 0 {
        return Err(AudioError::TooShort { samples, needed }.into());
    }
    Ok(())
}

/// Log-mel features and strided convolutions.
pub struct LogMel<O: Ops> {
    log_mel: LogMelConfig,
    stages: Vec<(Convolution, Linear<O>)>,
}

impl<O: Ops> LogMel<O> {
    fn load(weights: &mut Weights<O>, sizes: &pack::LogMel) -> Result<Self, EngineError> {
        let mut load = |(index, stage): (usize, &pack::Subsampling)| {
            let shape = Convolution {
                kernel: stage.kernel,
                stride: stage.stride,
                padding: stage.padding,
            };
            Ok((shape, weights.linear(&format!("subsampling.{index}"))?))
        };
        Ok(Self {
            log_mel: sizes.features.clone(),
            stages: sizes
                .subsampling
                .iter()
                .enumerate()
                .map(&mut load)
                .collect::<Result<_, EngineError>>()?,
        })
    }

    fn timing(&self) -> Timing {
        let rate = self.log_mel.sample_rate as f32;
        let step = self.log_mel.hop as f32 / rate;
        let first = self.log_mel.window as f32 / 2.0 / rate;
        self.stages
            .iter()
            .fold(Timing { step, first }, |timing, (shape, _)| Timing {
                step: timing.step * shape.stride as f32,
                first: timing.first
                    + timing.step * ((shape.kernel as f32 - 1.0) / 2.0 - shape.padding as f32),
            })
    }

    fn run(
        &self,
        ops: &mut O,
        samples: &[f32],
        stages: &mut Stages<O::Tensor>,
    ) -> Result<O::Tensor, EngineError> {
        let mut frames = ops.log_mel(samples, &self.log_mel)?;
        stages.note("log_mel", &frames);
        for (index, (shape, layer)) in self.stages.iter().enumerate() {
            let rows = ops.shape(&frames).0;
            check_length(*shape, rows, samples.len(), self.fewest_samples())?;
            frames = ops.convolve(
                &frames,
                &layer.weight,
                layer.bias.as_ref(),
                *shape,
                Activation::Gelu,
            )?;
            stages.note(format!("conv_{index}"), &frames);
        }
        Ok(frames)
    }

    /// Samples that give one frame.
    fn fewest_samples(&self) -> usize {
        let frames = self.stages.iter().rev().fold(1, |frames, (shape, _)| {
            ((frames - 1) * shape.stride + shape.kernel)
                .saturating_sub(2 * shape.padding)
                .max(1)
        });
        (frames - 1) * self.log_mel.hop + self.log_mel.window
    }
}
