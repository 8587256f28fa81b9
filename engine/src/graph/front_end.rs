//! Samples to frames: log-mel features, then strided convolutions that thin them out.

use super::stages::Stages;
use super::weights::{Linear, Weights};
use crate::audio::AudioError;
use crate::error::EngineError;
use crate::ops::{Activation, Convolution, Ops};
use crate::pack::{self, LogMelConfig, Model};

/// When frames happen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// Seconds between two frames.
    pub step: f32,
    /// Seconds of the middle of frame 0.
    pub first: f32,
}

/// Log-mel features and strided convolutions.
pub struct FrontEnd<O: Ops> {
    log_mel: LogMelConfig,
    stages: Vec<(Convolution, Linear<O>)>,
}

impl<O: Ops> FrontEnd<O> {
    /// Takes `subsampling.*`.
    ///
    /// # Errors
    /// What [`Ops::load`] refuses.
    pub fn load(weights: &mut Weights<O>, model: &Model) -> Result<Self, EngineError> {
        let pack::FrontEnd::LogMel(log_mel) = &model.front_end;
        let load = |(index, stage): (usize, &pack::Subsampling)| {
            let shape = Convolution {
                kernel: stage.kernel,
                stride: stage.stride,
                padding: stage.padding,
            };
            Ok((shape, weights.linear(&format!("subsampling.{index}"))?))
        };
        Ok(Self {
            log_mel: log_mel.clone(),
            stages: model
                .subsampling
                .iter()
                .enumerate()
                .map(load)
                .collect::<Result<_, EngineError>>()?,
        })
    }

    /// Step and offset of the frames that come out: a frame lies in the middle of the samples under it.
    pub fn timing(&self) -> Timing {
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

    /// 16 kHz samples -> frames `[t, width]`.
    ///
    /// # Errors
    /// When the samples are too short for one frame.
    pub fn run(
        &self,
        ops: &mut O,
        samples: &[f32],
        stages: &mut Stages<O::Tensor>,
    ) -> Result<O::Tensor, EngineError> {
        let mut frames = ops.log_mel(samples, &self.log_mel)?;
        stages.note("log_mel", &frames);
        for (index, (shape, layer)) in self.stages.iter().enumerate() {
            if shape.output_frames(ops.shape(&frames).0) == 0 {
                let error = AudioError::TooShort {
                    samples: samples.len(),
                    needed: self.fewest_samples(),
                };
                return Err(error.into());
            }
            frames = ops.convolve(
                &frames,
                &layer.weight,
                Some(&layer.bias),
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
