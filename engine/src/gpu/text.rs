//! Rows picked from tables and texts, by numbers that only the device knows.

use super::GpuOps;
use super::checks::require;
use super::kernels::{Format, Kernel};
use super::tensor::{GpuTensor, GpuWeight};
use crate::error::EngineError;
use crate::ops::Ops;
use crate::pack::TextFrame;

impl GpuOps {
    /// [`crate::ops::Ops::gather`].
    pub(super) fn record_gather(
        &mut self,
        table: &GpuWeight,
        picks: &GpuTensor,
    ) -> Result<GpuTensor, EngineError> {
        let format = table.data.format;
        let fits = matches!(format, Format::F32 | Format::F16) && table.outputs > 0;
        require(fits && picks.columns > 0, "gather", || {
            format!("{} is empty or quantised", table.name)
        })?;
        let y = self.tensor(picks.rows, table.inputs)?;
        let parameters = [
            picks.rows as u32,
            table.inputs as u32,
            picks.columns as u32,
            table.outputs as u32,
        ];
        let blocks = [&*picks.block, &table.data.values, &y.block];
        self.elementwise(Kernel::Gather(format), &blocks, &parameters, y.count())?;
        Ok(y)
    }

    /// [`crate::ops::Ops::frame_text`].
    pub(super) fn record_frame_text(
        &mut self,
        tokens: &GpuTensor,
        count: &GpuTensor,
        table: &GpuWeight,
        frame: TextFrame,
    ) -> Result<GpuTensor, EngineError> {
        require(tokens.columns == table.inputs, "frame_text", || {
            let (tokens, table) = (tokens.columns, table.inputs);
            format!("tokens of {tokens} columns, a table of {table}")
        })?;
        let rows = [frame.start, frame.end, frame.padding].map(|row| row as f32);
        let picks = self.upload(&rows, 3, 1)?;
        let around = self.record_gather(table, &picks)?;
        let y = self.tensor(tokens.rows + 2, tokens.columns)?;
        let parameters = [tokens.rows as u32, tokens.columns as u32];
        let blocks = [&*tokens.block, &*count.block, &*around.block, &*y.block];
        self.elementwise(Kernel::FrameText, &blocks, &parameters, y.count())?;
        Ok(y)
    }

    /// [`crate::ops::Ops::row_after`].
    pub(super) fn record_row_after(
        &mut self,
        x: &GpuTensor,
        count: &GpuTensor,
        offset: usize,
    ) -> Result<GpuTensor, EngineError> {
        require(x.rows > 0, "row_after", || {
            "a matrix without rows".to_owned()
        })?;
        let y = self.tensor(1, x.columns)?;
        let parameters = [x.rows as u32, x.columns as u32, offset as u32];
        let blocks = [&*x.block, &*count.block, &*y.block];
        self.elementwise(Kernel::RowAfter, &blocks, &parameters, y.count())?;
        Ok(y)
    }
}
