//! Integrate-and-fire: a scan, then the sums.

use super::GpuOps;
use super::checks::require;
use super::kernels::Kernel;
use super::recorder::fold;
use super::tensor::GpuTensor;
use crate::error::EngineError;
use crate::ops::{Fired, Firing};

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
        let blocks = [&*frames.block, &shares.block, &spans.block, &slots.block];
        let grid = fold((slots.count() as u32).div_ceil(64));
        self.dispatch(
            Kernel::FireSlots,
            &blocks,
            &[cap, frames.columns as u32],
            grid,
        )?;
        Ok(Fired { slots, count })
    }
}
