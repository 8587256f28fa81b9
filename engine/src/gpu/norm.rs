//! Norms, and scales and shifts.

use super::GpuOps;
use super::checks::{require, require_vector};
use super::kernels::{Kernel, Style};
use super::record::{activation_number, vector};
use super::recorder::fold;
use super::tensor::{GpuTensor, GpuWeight};
use super::variant::DIRECT_THREADS;
use crate::error::EngineError;
use crate::ops::Activation;

impl GpuOps {
    /// [`crate::ops::Ops::layer_norm`].
    pub(super) fn record_layer_norm(
        &mut self,
        x: &GpuTensor,
        affine: Option<(&GpuWeight, &GpuWeight)>,
        activation: Activation,
    ) -> Result<GpuTensor, EngineError> {
        if let Some((weight, bias)) = affine {
            require_vector(weight, x.columns, "layer_norm")?;
            require_vector(bias, x.columns, "layer_norm")?;
        }
        let y = self.tensor(x.rows, x.columns)?;
        let parameters = [
            x.rows as u32,
            x.columns as u32,
            u32::from(affine.is_some()),
            activation_number(activation),
        ];
        let nothing = self.nothing.clone();
        let (weight, bias) = match affine {
            Some((weight, bias)) => (vector(weight)?, vector(bias)?),
            None => (&*nothing, &*nothing),
        };
        let blocks = [&*x.block, weight, bias, &y.block];
        let style = self.choice.product.style();
        let grid = fold(match style {
            Style::Shared => x.rows as u32,
            Style::Direct => (x.rows as u32).div_ceil(DIRECT_THREADS),
        });
        let kernel = Kernel::LayerNorm(style);
        self.dispatch(kernel, &blocks, &parameters, grid)?;
        Ok(y)
    }

    /// [`crate::ops::Ops::channel_norm`].
    pub(super) fn record_channel_norm(
        &mut self,
        x: &GpuTensor,
        weight: &GpuWeight,
        bias: &GpuWeight,
        activation: Activation,
    ) -> Result<GpuTensor, EngineError> {
        require_vector(weight, x.columns, "channel_norm")?;
        require_vector(bias, x.columns, "channel_norm")?;
        let y = self.tensor(x.rows, x.columns)?;
        let parameters = [
            x.rows as u32,
            x.columns as u32,
            activation_number(activation),
        ];
        let blocks = [&*x.block, vector(weight)?, vector(bias)?, &y.block];
        let grid = [(x.columns as u32).div_ceil(16), 1, 1];
        let kernel = Kernel::ChannelNorm(self.choice.product.style());
        self.dispatch(kernel, &blocks, &parameters, grid)?;
        Ok(y)
    }

    /// [`crate::ops::Ops::normalise_rows`] and [`crate::ops::Ops::softmax_rows`]: a kernel with a workgroup for each row.
    pub(super) fn record_by_rows(
        &mut self,
        kernel: Kernel,
        x: &GpuTensor,
    ) -> Result<GpuTensor, EngineError> {
        let y = self.tensor(x.rows, x.columns)?;
        let parameters = [x.rows as u32, x.columns as u32];
        let grid = fold(x.rows as u32);
        self.dispatch(kernel, &[&x.block, &y.block], &parameters, grid)?;
        Ok(y)
    }

    /// [`crate::ops::Ops::scale_shift`].
    pub(super) fn record_scale_shift(
        &mut self,
        x: &GpuTensor,
        scale: &GpuWeight,
        shift: Option<&GpuWeight>,
    ) -> Result<GpuTensor, EngineError> {
        let size = |weight: &GpuWeight| weight.outputs * weight.inputs;
        for weight in [Some(scale), shift].into_iter().flatten() {
            let fits = x.columns > 0 && [x.columns, x.count()].contains(&size(weight));
            require(fits, "scale_shift", || {
                let (rows, columns) = (weight.outputs, weight.inputs);
                format!("[{}, {}] by [{rows}, {columns}]", x.rows, x.columns)
            })?;
        }
        let y = self.tensor(x.rows, x.columns)?;
        let nothing = self.nothing.clone();
        let parameters = [
            x.count() as u32,
            size(scale) as u32,
            shift.map_or(1, size) as u32,
            u32::from(shift.is_some()),
        ];
        let shift = shift.map(vector).transpose()?;
        let blocks = [
            &*x.block,
            vector(scale)?,
            shift.unwrap_or(&nothing),
            &y.block,
        ];
        self.elementwise(Kernel::ScaleShift, &blocks, &parameters, y.count())?;
        Ok(y)
    }
}
