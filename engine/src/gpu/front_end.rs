//! The front end: the tables of its kernel, and its three dispatches.

use std::f64::consts::TAU;

use super::GpuOps;
use super::arena::{Arena, Block};
use super::kernels::Kernel;
use super::ledger::Category;
use super::recorder::fold;
use super::tensor::{GpuTensor, Uploader};
use crate::audio::{AudioError, LogMel, hann_window, mel_filters};
use crate::error::EngineError;
use crate::ops::Ops;
use crate::pack::LogMelConfig;

/// Longest transform that `log_mel.wgsl` has workgroup memory for.
const LONGEST_TRANSFORM: usize = 1024;

/// What `log_mel.wgsl` reads besides samples, for one configuration.
pub(super) struct Tables {
    pub(super) config: LogMelConfig,
    /// Knows the sizes, and has checked them.
    pub(super) sizes: LogMel,
    pub(super) window: Block,
    pub(super) twiddles: Block,
    pub(super) bands: Block,
    pub(super) filters: Block,
}

impl Tables {
    pub(super) fn new(
        arena: &Arena,
        uploader: &mut Uploader,
        config: &LogMelConfig,
    ) -> Result<Self, EngineError> {
        let sizes = LogMel::new(config)?;
        if config.fft > LONGEST_TRANSFORM {
            let problem = format!(
                "a transform of {} samples; the GPU kernel takes up to {LONGEST_TRANSFORM}",
                config.fft
            );
            return Err(EngineError::shape("log_mel", problem));
        }
        let filters = mel_filters(config);
        let bands: Vec<[u32; 2]> = filters.chunks(config.fft / 2 + 1).map(band).collect();
        let mut table = |what, bytes: &[u8]| uploader.bytes(arena, what, Category::Tables, bytes);
        Ok(Self {
            window: table("window", bytemuck::cast_slice(&hann_window(config.window)))?,
            twiddles: table("twiddles", bytemuck::cast_slice(&twiddles(config.fft)))?,
            bands: table("mel bands", bytemuck::cast_slice(&bands))?,
            filters: table("mel filters", bytemuck::cast_slice(&filters))?,
            sizes,
            config: config.clone(),
        })
    }
}

impl GpuOps {
    /// [`Ops::log_mel`].
    pub(super) fn record_log_mel(
        &mut self,
        samples: &[f32],
        config: &LogMelConfig,
    ) -> Result<GpuTensor, EngineError> {
        let tables = match self.tables.take() {
            Some(tables) if tables.config == *config => tables,
            _ => Tables::new(&self.arena, &mut self.uploader, config)?,
        };
        let frames = tables.sizes.frames(samples.len());
        if frames == 0 {
            let needed = config.window;
            self.tables = Some(tables);
            return Err(AudioError::TooShort {
                samples: samples.len(),
                needed,
            }
            .into());
        }
        let samples = self.upload(samples, 1, samples.len())?;
        let energies = self.tensor(frames, config.mels)?;
        let highest = self.tensor(1, 1)?;
        let y = self.tensor(frames, config.mels)?;
        let parameters = [
            frames as u32,
            config.window as u32,
            config.hop as u32,
            config.fft as u32,
            config.mels as u32,
            config.log_offset.to_bits(),
        ];
        let blocks = [
            &*samples.block,
            &tables.window,
            &tables.twiddles,
            &tables.bands,
            &tables.filters,
            &energies.block,
        ];
        self.dispatch(Kernel::LogMel, &blocks, &parameters, fold(frames as u32))?;
        let count = [energies.count() as u32];
        self.dispatch(
            Kernel::Maximum,
            &[&energies.block, &highest.block],
            &count,
            [1, 1, 1],
        )?;
        let depth = config.floor_db * std::f32::consts::LN_10 / 10.0;
        let parameters = [
            frames as u32,
            config.mels as u32,
            depth.to_bits(),
            config.scale.to_bits(),
        ];
        let blocks = [&*energies.block, &highest.block, &y.block];
        self.dispatch(
            Kernel::LogMelNormalise,
            &blocks,
            &parameters,
            [config.mels as u32, 1, 1],
        )?;
        self.tables = Some(tables);
        Ok(y)
    }
}

/// First bin with weight, and the bin after the last.
fn band(filter: &[f32]) -> [u32; 2] {
    let first = filter.iter().position(|weight| *weight > 0.0).unwrap_or(0);
    let end = filter
        .iter()
        .rposition(|weight| *weight > 0.0)
        .map_or(first, |last| last + 1);
    [first as u32, end as u32]
}

/// `(cos, -sin)` of `2 pi i / length` for the first half turn.
fn twiddles(length: usize) -> Vec<[f32; 2]> {
    (0..length / 2)
        .map(|i| {
            let angle = TAU * i as f64 / length as f64;
            [angle.cos() as f32, -angle.sin() as f32]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_where_its_filter_has_weight() {
        assert_eq!(band(&[0.0, 0.5, 1.0, 0.0]), [1, 3]);
        assert_eq!(band(&[0.0, 0.0]), [0, 0]);
    }

    #[test]
    fn twiddles_go_clockwise_from_one() {
        let twiddles = twiddles(8);
        assert_eq!(twiddles[0], [1.0, 0.0]);
        assert!((twiddles[2][0]).abs() < 1e-7 && (twiddles[2][1] + 1.0).abs() < 1e-7);
    }
}
