//! Places of pictures: their neighbours, and what is made of all of them.

use super::GpuOps;
use super::checks::require;
use super::kernels::Kernel;
use super::recorder::fold;
use super::tensor::GpuTensor;
use crate::error::EngineError;
use crate::ops::{Pooling, Window};

impl GpuOps {
    /// [`crate::ops::Ops::neighbours`].
    pub(super) fn record_neighbours(
        &mut self,
        x: &GpuTensor,
        window: Window,
    ) -> Result<GpuTensor, EngineError> {
        let outputs = window.outputs();
        let fits = window.side.checked_mul(window.side) == Some(x.rows) && outputs > 0;
        require(fits, "neighbours", || {
            format!("{window:?} over [{}, {}]", x.rows, x.columns)
        })?;
        let y = self.tensor(outputs * outputs, window.kernel * window.kernel * x.columns)?;
        let parameters = [
            window.side as u32,
            x.columns as u32,
            window.kernel as u32,
            window.stride as u32,
            window.padding as u32,
            outputs as u32,
        ];
        self.elementwise(
            Kernel::Neighbours,
            &[&x.block, &y.block],
            &parameters,
            y.count(),
        )?;
        Ok(y)
    }

    /// [`crate::ops::Ops::pool_rows`].
    pub(super) fn record_pool_rows(
        &mut self,
        x: &GpuTensor,
        pooling: Pooling,
    ) -> Result<GpuTensor, EngineError> {
        require(x.rows > 0, "pool_rows", || {
            "a matrix without rows".to_owned()
        })?;
        let y = self.tensor(1, x.columns)?;
        self.dispatch(
            Kernel::PoolRows(pooling),
            &[&x.block, &y.block],
            &[x.rows as u32, x.columns as u32],
            fold((x.columns as u32).div_ceil(64)),
        )?;
        Ok(y)
    }
}
