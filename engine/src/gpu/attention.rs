//! Attention, and the look at it.

use super::GpuOps;
use super::checks::require;
use super::kernels::{self, Kernel};
use super::recorder::fold;
use super::tensor::GpuTensor;
use super::variant::DIRECT_THREADS;
use crate::error::EngineError;
use crate::ops::{Attention, Columns};

type Part<'a> = Columns<'a, GpuTensor>;

/// Columns of a head.
fn check(
    queries: &Part<'_>,
    keys: &Part<'_>,
    values: &Part<'_>,
    shape: Attention,
) -> Result<usize, EngineError> {
    let inside = |part: &Part<'_>| part.start + shape.width <= part.tensor.columns;
    let there = |part: &Part<'_>| (1..=part.tensor.rows).contains(&shape.keys);
    let fits = shape.heads > 0
        && shape.width > 0
        && shape.width.is_multiple_of(shape.heads)
        && inside(queries)
        && inside(keys)
        && inside(values)
        && there(keys)
        && there(values)
        && (!shape.causal || queries.tensor.rows == shape.keys);
    require(fits, "attention", || {
        let size = |part: &Part<'_>| (part.tensor.rows, part.tensor.columns, part.start);
        let (q, k, v) = (size(queries), size(keys), size(values));
        format!("{shape:?} of (rows, columns, start) {q:?}, {k:?}, {v:?}")
    })?;
    Ok(shape.width / shape.heads)
}

impl GpuOps {
    /// [`crate::ops::Ops::attention`].
    pub(super) fn record_attention(
        &mut self,
        queries: &Part<'_>,
        keys: &Part<'_>,
        values: &Part<'_>,
        shape: Attention,
    ) -> Result<GpuTensor, EngineError> {
        let size = check(queries, keys, values, shape)?;
        let rows = queries.tensor.rows;
        let y = self.tensor(rows, shape.width)?;
        let parameters = [
            rows as u32,
            shape.keys as u32,
            shape.width as u32,
            size as u32,
            queries.tensor.columns as u32,
            queries.start as u32,
            keys.tensor.columns as u32,
            keys.start as u32,
            values.tensor.columns as u32,
            values.start as u32,
            u32::from(shape.causal),
            (1.0 / (size as f32).sqrt()).to_bits(),
        ];
        let fours = size.is_multiple_of(4)
            && [queries, keys, values]
                .into_iter()
                .all(|part| part.start.is_multiple_of(4) && part.tensor.columns.is_multiple_of(4));
        let kernel = kernels::attention(size, self.choice.product.style(), fours);
        let (rows, heads, size) = (rows as u32, shape.heads as u32, size as u32);
        let grid = match kernel {
            Kernel::AttentionDirect(whole) => {
                let [queries, vectors] = kernels::direct_task(whole);
                let tasks = rows.div_ceil(queries) * (size / (4 * vectors)) * heads;
                fold(tasks.div_ceil(DIRECT_THREADS))
            }
            _ => {
                let columns = 32 * u32::from(kernels::attention_blocks(size as usize));
                [rows.div_ceil(32), heads, size.div_ceil(columns)]
            }
        };
        let bound = [
            &*queries.tensor.block,
            &*keys.tensor.block,
            &*values.tensor.block,
            &*y.block,
        ];
        self.dispatch(kernel, &bound, &parameters, grid)?;
        Ok(y)
    }

    /// [`crate::ops::Ops::attention_weights`].
    pub(super) fn record_attention_weights(
        &mut self,
        queries: &Part<'_>,
        keys: &Part<'_>,
        shape: Attention,
    ) -> Result<GpuTensor, EngineError> {
        let size = check(queries, keys, keys, shape)?;
        let rows = queries.tensor.rows;
        let y = self.tensor(shape.heads * rows, shape.keys)?;
        let parameters = [
            rows as u32,
            shape.heads as u32,
            shape.keys as u32,
            size as u32,
            queries.tensor.columns as u32,
            queries.start as u32,
            keys.tensor.columns as u32,
            keys.start as u32,
            u32::from(shape.causal),
            (1.0 / (size as f32).sqrt()).to_bits(),
        ];
        let bound = [&*queries.tensor.block, &*keys.tensor.block, &*y.block];
        let grid = fold(y.rows as u32);
        self.dispatch(Kernel::AttentionWeights, &bound, &parameters, grid)?;
        Ok(y)
    }
}
