//! Frames grouped into slots: a scan that decides which, then the sums.

use super::GpuOps;
use super::checks::require;
use super::kernels::Kernel;
use super::recorder::fold;
use super::tensor::GpuTensor;
use crate::error::EngineError;
use crate::ops::{Fired, Firing, Segmented};

impl GpuOps {
    /// [`crate::ops::Ops::integrate_and_fire`].
    pub(super) fn record_firing(
        &mut self,
        frames: &GpuTensor,
        alpha: &GpuTensor,
        firing: Firing,
    ) -> Result<Fired<GpuTensor>, EngineError> {
        let fits = (alpha.rows, alpha.columns) == (frames.rows, 1) && firing.cap > 0;
        require(fits, "integrate_and_fire", || {
            let (rows, columns) = (alpha.rows, alpha.columns);
            format!(
                "{} frames, weights [{rows}, {columns}], cap {}",
                frames.rows, firing.cap
            )
        })?;
        let shares = self.tensor(frames.rows, 4)?;
        let spans = self.tensor(firing.cap + 1, 4)?;
        let count = self.tensor(1, 1)?;
        let slots = self.tensor(firing.cap, frames.columns)?;
        let cap = firing.cap as u32;
        let blocks = [&*alpha.block, &shares.block, &spans.block, &count.block];
        let parameters = [frames.rows as u32, cap, firing.tail_threshold.to_bits()];
        self.dispatch(Kernel::FireScan, &blocks, &parameters, [1, 1, 1])?;
        self.sum_slots(frames, &shares, &spans, &slots)?;
        Ok(Fired { slots, count })
    }

    /// [`crate::ops::Ops::segment`].
    pub(super) fn record_segments(
        &mut self,
        frames: &GpuTensor,
        threshold: f32,
        cap: usize,
    ) -> Result<Segmented<GpuTensor>, EngineError> {
        require(cap > 0, "segment", || "a cap of 0".to_owned())?;
        let cosines = self.tensor(frames.rows, 1)?;
        let shares = self.tensor(frames.rows, 4)?;
        let spans = self.tensor(cap + 1, 4)?;
        let peaks = self.tensor(frames.rows, 2)?;
        let count = self.tensor(1, 1)?;
        let means = self.tensor(cap, frames.columns)?;
        let blocks = [&*frames.block, &*cosines.block];
        let parameters = [frames.rows as u32, frames.columns as u32];
        let grid = fold(frames.rows as u32);
        self.dispatch(Kernel::NeighbourCosines, &blocks, &parameters, grid)?;
        let blocks = [
            &*cosines.block,
            &*shares.block,
            &*spans.block,
            &*peaks.block,
            &*count.block,
        ];
        let parameters = [frames.rows as u32, cap as u32, threshold.to_bits()];
        self.dispatch(Kernel::SegmentScan, &blocks, &parameters, [1, 1, 1])?;
        self.sum_slots(frames, &shares, &spans, &means)?;
        Ok(Segmented {
            means,
            count,
            peaks,
        })
    }

    /// Each slot the weighted sum of its frames, as a scan decided.
    fn sum_slots(
        &mut self,
        frames: &GpuTensor,
        shares: &GpuTensor,
        spans: &GpuTensor,
        slots: &GpuTensor,
    ) -> Result<(), EngineError> {
        let blocks = [&*frames.block, &*shares.block, &*spans.block, &*slots.block];
        let parameters = [slots.rows as u32, frames.columns as u32];
        let grid = fold((slots.count() as u32).div_ceil(64));
        self.dispatch(Kernel::FireSlots, &blocks, &parameters, grid)
    }
}
