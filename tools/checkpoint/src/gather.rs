//! Turns the bytes of a storage into the numbers of a tensor, a chunk at a time: beside the result no
//! more than a chunk is held, whatever the strides.

use std::io::{self, Read};

use crate::DType;
use crate::number::Number;
use crate::tensor::{Dimension, Plan};

/// Bytes decoded at once; a multiple of every number's size.
const CHUNK: usize = 1 << 20;

/// Reads what a plan asks for from a reader that stands at its start.
///
/// # Errors
/// What the reader says, and when there is not enough memory.
pub(crate) fn read<T: Number>(
    reader: &mut dyn Read,
    dtype: DType,
    plan: &Plan,
) -> io::Result<Vec<T>> {
    let mut numbers = Vec::new();
    numbers
        .try_reserve_exact(plan.elements)
        .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    let mut chunks = Chunks {
        reader,
        dtype,
        left: plan.span,
        bytes: vec![0; CHUNK.min(plan.span * dtype.bytes())],
    };
    match &plan.gather {
        None => while chunks.next(&mut numbers)? {},
        Some(dimensions) => {
            numbers.resize(plan.elements, T::default());
            scatter(&mut chunks, dimensions, &mut numbers)?;
            // To the end of the storage's part, so that its checksum is looked at.
            while chunks.next(&mut Vec::<T>::new())? {}
        }
    }
    Ok(numbers)
}

struct Chunks<'r> {
    reader: &'r mut dyn Read,
    dtype: DType,
    /// Numbers not read yet.
    left: usize,
    bytes: Vec<u8>,
}

impl Chunks<'_> {
    /// Appends the next chunk; `false` when there is none.
    fn next<T: Number>(&mut self, numbers: &mut Vec<T>) -> io::Result<bool> {
        if self.left == 0 {
            return Ok(false);
        }
        let count = self.left.min(self.bytes.len() / self.dtype.bytes());
        let bytes = &mut self.bytes[..count * self.dtype.bytes()];
        self.reader.read_exact(bytes)?;
        T::decode(self.dtype, bytes, numbers);
        self.left -= count;
        Ok(true)
    }
}

/// Goes through the storage once and puts every number where it belongs.
fn scatter<T: Number>(
    chunks: &mut Chunks,
    dimensions: &[Dimension],
    numbers: &mut [T],
) -> io::Result<()> {
    let mut window = Vec::new();
    // Numbers of the storage before the window.
    let mut before = 0;
    let mut index = vec![0_usize; dimensions.len()];
    let (mut source, mut result) = (0, 0);
    loop {
        while source >= before + window.len() {
            before += window.len();
            window.clear();
            if !chunks.next(&mut window)? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        numbers[result] = window[source - before];
        // The next index: the last dimension that is not at its end steps on, those after it start again.
        let Some(stepping) = (0..dimensions.len())
            .rev()
            .find(|i| index[*i] + 1 < dimensions[*i].size)
        else {
            return Ok(());
        };
        for i in stepping + 1..dimensions.len() {
            source -= index[i] * dimensions[i].source;
            result -= index[i] * dimensions[i].result;
            index[i] = 0;
        }
        index[stepping] += 1;
        source += dimensions[stepping].source;
        result += dimensions[stepping].result;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::{TensorInfo, ViewProblem};

    /// Numbers 0, 1, 2, … as a storage.
    fn storage(count: usize) -> Vec<u8> {
        (0..count)
            .flat_map(|number| (number as f32).to_le_bytes())
            .collect()
    }

    fn view(
        shape: &[u64],
        stride: &[u64],
        offset: u64,
        count: u64,
    ) -> Result<TensorInfo, ViewProblem> {
        TensorInfo::new(DType::F32, shape, stride, offset, 0, count)
    }

    fn gathered(bytes: &[u8], plan: &Plan) -> io::Result<Vec<f32>> {
        read(&mut &bytes[4 * plan.start as usize..], DType::F32, plan)
    }

    /// What the view means, by definition.
    fn expected(info: &TensorInfo, rows: std::ops::Range<usize>) -> Vec<f32> {
        let mut shape = info.shape.clone();
        shape[0] = rows.len();
        let count = shape.iter().product();
        let number = |mut index: usize| {
            let mut place = info.offset() as usize + rows.start * info.stride()[0];
            for (size, stride) in shape.iter().zip(info.stride()).rev() {
                place += index % size * stride;
                index /= size;
            }
            place as f32
        };
        (0..count).map(number).collect()
    }

    #[test]
    fn views_of_every_kind_are_read_whole_and_by_rows() {
        let bytes = storage(1000);
        for (shape, stride, offset) in [
            (&[2, 3, 4][..], &[12, 4, 1][..], 0),
            (&[2, 3, 4], &[12, 4, 1], 7),
            // Transposed, permuted, every other one, padded rows.
            (&[30, 20], &[1, 30], 5),
            (&[4, 2, 3], &[1, 12, 4], 0),
            (&[10, 5], &[20, 2], 3),
            (&[10, 5], &[7, 1], 0),
            // Repeated along one dimension, and in the middle.
            (&[3, 4], &[0, 1], 1),
            (&[3, 4], &[1, 0], 1),
            (&[3, 2, 4], &[4, 0, 1], 0),
            // Sizes of one with any stride.
            (&[1, 4, 1], &[900, 1, 77], 0),
            (&[1], &[0], 999),
        ] {
            let info = view(shape, stride, offset, 1000).unwrap();
            let rows = info.shape[0];
            assert_eq!(
                gathered(&bytes, &info.plan(None)).unwrap(),
                expected(&info, 0..rows)
            );
            for rows in [0..1, 0..rows, rows - 1..rows, rows / 2..rows] {
                let plan = info.plan(Some(rows.clone()));
                assert_eq!(
                    gathered(&bytes, &plan).unwrap(),
                    expected(&info, rows.clone()),
                    "{shape:?} {stride:?} {rows:?}"
                );
            }
        }
    }

    #[test]
    fn more_than_one_chunk_is_read() {
        let (rows, columns) = (700, 501);
        let bytes = storage(rows * columns);
        assert!(bytes.len() > CHUNK);
        let info = view(&[501, 700], &[1, 501], 0, 700 * 501).unwrap();
        assert_eq!(
            gathered(&bytes, &info.plan(None)).unwrap(),
            expected(&info, 0..columns)
        );
        let info = view(&[700, 501], &[501, 1], 0, 700 * 501).unwrap();
        assert_eq!(
            gathered(&bytes, &info.plan(None)).unwrap(),
            expected(&info, 0..rows)
        );
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let too_short = |needed| Err(ViewProblem::TooShort(needed));
        assert_eq!(view(&[4], &[1], 0, 3), too_short(4));
        assert_eq!(view(&[4], &[1], 1, 4), too_short(5));
        assert_eq!(view(&[2, 2], &[100, 1], 0, 101), too_short(102));
        assert_eq!(view(&[], &[], 0, 0), too_short(1));
        assert_eq!(
            view(&[1 << 40, 1 << 40], &[0, 0], 0, 9),
            Err(ViewProblem::Impossible)
        );
        assert_eq!(view(&[2], &[u64::MAX], 1, 9), Err(ViewProblem::Impossible));
        assert_eq!(
            view(&[2, 2], &[1 << 63, 1 << 63], 0, 9),
            Err(ViewProblem::Impossible)
        );
        assert_eq!(view(&[1], &[1], u64::MAX, 9), Err(ViewProblem::Impossible));
        assert_eq!(view(&[1], &[1, 1], 0, 9), Err(ViewProblem::Impossible));
        assert_eq!(view(&[1; 65], &[1; 65], 0, 9), Err(ViewProblem::Impossible));
        assert_eq!(view(&[1 << 25], &[0], 0, 9), Err(ViewProblem::Repeated));
        assert_eq!(view(&[5, 4], &[1, 1], 0, 9), Err(ViewProblem::Overlapping));
    }

    #[test]
    fn nothing_is_read_of_nothing() {
        for (shape, stride) in [
            (&[0][..], &[1][..]),
            (&[0, 1 << 40, 1 << 40], &[1, 1, 1]),
            (&[1 << 40, 1 << 40, 0], &[0, 0, 0]),
            (&[3, 0], &[9, 9]),
        ] {
            let info = view(shape, stride, 50, 0).unwrap();
            assert_eq!((info.elements(), info.is_contiguous()), (0, true));
            assert_eq!(
                gathered(&[0; 200], &info.plan(None)).unwrap(),
                [] as [f32; 0]
            );
        }
        let info = view(&[3, 2], &[2, 1], 0, 6).unwrap();
        for rows in [0..0, 3..3] {
            assert_eq!(info.plan(Some(rows)).elements, 0);
        }
    }

    #[test]
    fn a_reader_that_ends_early_is_noticed() {
        let info = view(&[5, 4], &[1, 5], 0, 20).unwrap();
        let error = gathered(&storage(19), &info.plan(None)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
