//! A tensor as a view of a storage: where its numbers lie. Checked once, when the checkpoint is opened.

use std::ops::Range;

use crate::DType;

/// Most dimensions a tensor may have; torch's own limit.
pub(crate) const MAX_DIMENSIONS: usize = 64;
/// Most numbers a tensor may have that repeats those of its storage (64 MiB as `f32`), for then the size
/// of the file does not bound it.
const MAX_REPEATED: u64 = 1 << 24;

/// Number format and shape of a tensor, and where its numbers lie in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// Number format in the file.
    pub dtype: DType,
    /// Dimensions, outermost first; empty for a single number.
    pub shape: Vec<usize>,
    /// Numbers from one index to the next, for each dimension.
    stride: Vec<usize>,
    /// Number in the storage at which the tensor starts.
    offset: u64,
    /// Which storage.
    storage: usize,
}

/// Why a view of a storage is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ViewProblem {
    /// It reaches beyond its storage: numbers needed, from the storage's start.
    TooShort(u64),
    /// Sizes or strides that cannot be.
    Impossible,
    /// Numbers repeated so often that the result would be out of proportion to the file.
    Repeated,
    /// Overlapping windows, which no weights are.
    Overlapping,
}

/// One dimension of a view that is gathered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dimension {
    pub(crate) size: usize,
    /// Numbers of the storage from one index to the next.
    pub(crate) source: usize,
    /// Numbers of the result from one index to the next.
    pub(crate) result: usize,
}

/// What to read, and how to put it in row-major order.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Number in the storage at which to start.
    pub(crate) start: u64,
    /// Numbers of the storage to go through.
    pub(crate) span: usize,
    /// Numbers in the result.
    pub(crate) elements: usize,
    /// The dimensions in the order in which they lie in the storage, outermost first; `None` if what is
    /// read is the result.
    pub(crate) gather: Option<Vec<Dimension>>,
}

impl TensorInfo {
    /// Checks a view of a storage that has `available` numbers. `shape` and `stride` are equally long.
    pub(crate) fn new(
        dtype: DType,
        shape: &[u64],
        stride: &[u64],
        offset: u64,
        storage: usize,
        available: u64,
    ) -> Result<Self, ViewProblem> {
        let sized = |sizes: &[u64]| {
            let sizes = sizes.iter().map(|size| usize::try_from(*size));
            sizes
                .collect::<Result<Vec<_>, _>>()
                .map_err(|_| ViewProblem::Impossible)
        };
        let info = Self {
            dtype,
            shape: sized(shape)?,
            stride: sized(stride)?,
            offset,
            storage,
        };
        if shape.len() > MAX_DIMENSIONS || shape.len() != stride.len() {
            return Err(ViewProblem::Impossible);
        }
        // A dimension of nothing makes any other size possible.
        if shape.contains(&0) {
            return Ok(info);
        }
        // As bytes, so that no later product overflows.
        let bytes = shape
            .iter()
            .try_fold(8_u64, |bytes, size| bytes.checked_mul(*size));
        let elements = match bytes {
            Some(bytes) if usize::try_from(bytes).is_ok() => bytes / 8,
            _ => return Err(ViewProblem::Impossible),
        };
        let end = shape
            .iter()
            .zip(stride)
            .try_fold(1_u64, |span, (size, stride)| {
                stride.checked_mul(size - 1)?.checked_add(span)
            })
            .filter(|span| usize::try_from(span.saturating_mul(8)).is_ok())
            .and_then(|span| span.checked_add(offset))
            .ok_or(ViewProblem::Impossible)?;
        if end > available {
            return Err(ViewProblem::TooShort(end));
        }
        if elements > available && elements > MAX_REPEATED {
            return Err(ViewProblem::Repeated);
        }
        if !info.is_contiguous() && !is_ordered(&info.dimensions(info.rows())) {
            return Err(ViewProblem::Overlapping);
        }
        Ok(info)
    }

    /// Strides of row-major numbers.
    pub(crate) fn row_major(shape: &[u64]) -> Vec<u64> {
        let mut stride = vec![1_u64; shape.len()];
        for i in (1..shape.len()).rev() {
            stride[i - 1] = stride[i].saturating_mul(shape[i]);
        }
        stride
    }

    /// How many numbers it has.
    pub fn elements(&self) -> usize {
        if self.shape.contains(&0) {
            return 0;
        }
        self.shape.iter().product()
    }

    /// Numbers of the storage from one index to the next, for each dimension, outermost first.
    pub fn stride(&self) -> &[usize] {
        &self.stride
    }

    /// Number of the storage at which the tensor starts.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether the numbers lie in row-major order without gaps.
    pub fn is_contiguous(&self) -> bool {
        if self.elements() == 0 {
            return true;
        }
        let mut expected = 1;
        for (size, stride) in self.shape.iter().zip(&self.stride).rev() {
            if *size != 1 && *stride != expected {
                return false;
            }
            expected *= size;
        }
        true
    }

    /// Which storage.
    pub(crate) fn storage(&self) -> usize {
        self.storage
    }

    /// Size of the outermost dimension, `None` without dimensions.
    pub(crate) fn rows(&self) -> Option<usize> {
        self.shape.first().copied()
    }

    /// How to read some of the rows, which must be there, or with `None` all of a tensor.
    pub(crate) fn plan(&self, rows: Option<Range<usize>>) -> Plan {
        let (first, count) = match (rows, self.rows()) {
            (Some(rows), Some(_)) => (rows.start, Some(rows.len())),
            (_, count) => (0, count),
        };
        if self.elements() == 0 || count == Some(0) {
            return Plan {
                start: 0,
                span: 0,
                elements: 0,
                gather: None,
            };
        }
        // The view was checked to lie in its storage, so nothing below overflows.
        let per_row: usize = self.shape.iter().skip(1).product();
        let elements = count.unwrap_or(1) * per_row;
        let skipped = self.stride.first().map_or(0, |stride| stride * first) as u64;
        let dimensions = self.dimensions(count);
        Plan {
            start: self.offset + skipped,
            span: 1 + reach(&dimensions),
            elements,
            gather: (!self.is_contiguous()).then_some(dimensions),
        }
    }

    /// The dimensions that matter, the ones with the longest steps first. `rows` replaces the outermost size.
    fn dimensions(&self, rows: Option<usize>) -> Vec<Dimension> {
        let mut dimensions = Vec::with_capacity(self.shape.len());
        let mut result = 1;
        for (i, (size, source)) in self.shape.iter().zip(&self.stride).enumerate().rev() {
            let size = rows.filter(|_| i == 0).unwrap_or(*size);
            if size > 1 {
                dimensions.push(Dimension {
                    size,
                    source: *source,
                    result,
                });
            }
            result *= size;
        }
        dimensions.reverse();
        dimensions.sort_by_key(|dimension| std::cmp::Reverse(dimension.source));
        dimensions
    }
}

/// Numbers from the first to the last.
fn reach(dimensions: &[Dimension]) -> usize {
    dimensions
        .iter()
        .map(|dimension| (dimension.size - 1) * dimension.source)
        .sum()
}

/// Whether going through the dimensions in their order never goes back in the storage.
fn is_ordered(dimensions: &[Dimension]) -> bool {
    (0..dimensions.len()).all(|i| dimensions[i].source >= reach(&dimensions[i + 1..]))
}
