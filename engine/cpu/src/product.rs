//! Products of rows with packed weights, a tile at a time, and what is done to a tile before it is stored.

use std::marker::PhantomData;

use crate::activation;
use crate::lanes;
use crate::pool::Pool;
use crate::shape::Activation;
use crate::tiles::{InstructionSet, MOST_SUMS, Steps, Tiles, with_tiles};

/// Most inputs that are summed up before the sums are stored: a panel of so many stays in the first-level cache.
const MOST_INPUTS: usize = 768;
/// Most bytes of rows that all panels pass over before the next rows come: they stay in the second-level cache.
pub(crate) const MOST_BYTES: usize = 1 << 20;

/// Outputs from which on rows are laid out for the tiles.
const MANY_OUTPUTS: usize = 128;

/// Rows inside a slice: row `r` begins at `r * pitch`. Rows may overlap, as those under a convolution do.
#[derive(Clone, Copy)]
pub struct Rows<'a, N> {
    /// What they lie in.
    pub data: &'a [N],
    /// How many there are.
    pub count: usize,
    /// Numbers from the beginning of one to that of the next.
    pub pitch: usize,
}

impl<N> Rows<'_, N> {
    /// Panics unless `inputs` numbers of each row lie inside the slice.
    pub(crate) fn check(&self, inputs: usize) {
        let last = self.count.saturating_sub(1) * self.pitch;
        assert!(
            self.count == 0 || last + inputs <= self.data.len(),
            "rows lie inside their slice"
        );
    }
}

impl<N: Copy + Default + Send + Sync> Rows<'_, N> {
    /// Lays the numbers from `start` on of `count` rows from `first` on side by side, tile after tile, and input after input in
    /// each.
    ///
    /// Each tile reads its rows from there in one go. From where they are, rows that lie a power of two apart
    /// would crowd the same lines of the cache.
    pub(crate) fn lay_out<T: Tiles>(
        &self,
        pool: &Pool,
        (first, count): (usize, usize),
        (start, inner): (usize, usize),
        side_by_side: &mut Vec<N>,
    ) {
        let (tiles, height) = Tile::all::<T>(count);
        let length = height * inner;
        // What was there before is written over.
        side_by_side.resize(tiles * length, N::default());
        if length == 0 {
            return;
        }
        let lay_out = |tile: usize, numbers: &mut [N]| {
            let begin = first + Tile::at::<T>(tile, count).row;
            for r in 0..height {
                let row = &self.data[(begin + r) * self.pitch + start..][..inner];
                let places = numbers[r..].iter_mut().step_by(height);
                places.zip(row).for_each(|(place, number)| *place = *number);
            }
        };
        pool.rows(side_by_side, length, |begin, numbers| {
            for (index, numbers) in numbers.chunks_exact_mut(length).enumerate() {
                lay_out(begin + index, numbers);
            }
        });
    }
}

/// Where products go: row `r` begins at `r * pitch`. Threads write it together, each its own columns.
pub(crate) struct Target<'a> {
    first: *mut f32,
    length: usize,
    pitch: usize,
    width: usize,
    numbers: PhantomData<&'a mut [f32]>,
}

// SAFETY: it is a slice for each thread to write its own part of, which is what `Target::numbers` asks for.
#[allow(unsafe_code)]
unsafe impl Sync for Target<'_> {}

impl<'a> Target<'a> {
    /// All of `data`.
    pub(crate) fn new(data: &'a mut [f32], pitch: usize) -> Self {
        Self {
            first: data.as_mut_ptr(),
            length: data.len(),
            pitch,
            width: pitch,
            numbers: PhantomData,
        }
    }

    /// Some columns of it.
    ///
    /// # Safety
    /// As long as they are used, nothing else writes or reads these columns.
    #[allow(unsafe_code)]
    pub(crate) unsafe fn columns(&self, first: usize, width: usize) -> Self {
        assert!(
            first + width <= self.width && (first <= self.length || self.length == 0),
            "a target has its columns"
        );
        let first = first.min(self.length);
        Self {
            // SAFETY: inside the slice, or at its end.
            first: unsafe { self.first.add(first) },
            length: self.length - first,
            pitch: self.pitch,
            width,
            numbers: PhantomData,
        }
    }

    /// Panics unless there is a column for each output.
    pub(crate) fn check(&self, outputs: usize) {
        assert!(outputs <= self.width, "a target has its columns");
    }

    /// Numbers of one row.
    ///
    /// # Safety
    /// As long as they are used, nothing else writes or reads them.
    #[allow(unsafe_code, clippy::mut_from_ref)]
    unsafe fn numbers(&self, row: usize, first: usize, count: usize) -> &mut [f32] {
        let at = row * self.pitch + first;
        assert!(at + count <= self.length, "a target has its rows");
        // SAFETY: inside the slice, and nobody else's, says the caller.
        unsafe { std::slice::from_raw_parts_mut(self.first.add(at), count) }
    }
}

/// What becomes of a sum: `activation(scale * sum + bias) + residual`.
#[derive(Clone, Copy)]
pub struct Finish<'a> {
    /// Of all sums.
    pub scale: f32,
    /// A number an output.
    pub bias: Option<&'a [f32]>,
    /// Of what has its scale and bias.
    pub activation: Activation,
    /// Laid out as the target.
    pub residual: Option<&'a [f32]>,
}

impl Finish<'_> {
    /// The sums as they are.
    pub const NOTHING: Finish<'static> = Finish {
        scale: 1.0,
        bias: None,
        activation: Activation::None,
        residual: None,
    };
}

/// Floats `[outputs, inputs]` in the panels that [`Tiles`] take.
pub struct PackedFloats {
    set: InstructionSet,
    outputs: usize,
    inputs: usize,
    panels: Vec<f32>,
}

impl PackedFloats {
    /// Packs rows of weights, an output each.
    pub fn of_rows(set: InstructionSet, rows: Rows<f32>, inputs: usize) -> Self {
        rows.check(inputs);
        let mut packed = Self::empty(set, rows.count, inputs);
        let columns = packed.columns();
        for (panel, numbers) in packed
            .panels
            .chunks_exact_mut((columns * inputs).max(1))
            .enumerate()
        {
            let first = panel * columns;
            for column in 0..columns.min(rows.count - first) {
                let row = &rows.data[(first + column) * rows.pitch..][..inputs];
                for (side_by_side, number) in numbers.chunks_exact_mut(columns).zip(row) {
                    side_by_side[column] = *number;
                }
            }
        }
        packed
    }

    /// Packs rows of weights for one input each, of which the first `outputs` count.
    pub(crate) fn of_columns(set: InstructionSet, rows: Rows<f32>, outputs: usize) -> Self {
        rows.check(outputs);
        let mut packed = Self::empty(set, outputs, rows.count);
        let columns = packed.columns();
        for (panel, numbers) in packed
            .panels
            .chunks_exact_mut((columns * rows.count).max(1))
            .enumerate()
        {
            let first = panel * columns;
            let width = columns.min(outputs - first);
            for (input, side_by_side) in numbers.chunks_exact_mut(columns).enumerate() {
                let row = &rows.data[input * rows.pitch + first..][..width];
                side_by_side[..width].copy_from_slice(row);
            }
        }
        packed
    }

    fn empty(set: InstructionSet, outputs: usize, inputs: usize) -> Self {
        let columns = with_tiles!(set, tiles => columns_of(tiles));
        Self {
            set,
            outputs,
            inputs,
            panels: vec![0.0; outputs.div_ceil(columns) * columns * inputs],
        }
    }

    fn columns(&self) -> usize {
        with_tiles!(self.set, tiles => columns_of(tiles))
    }

    /// The weight of one input of one output.
    pub fn at(&self, output: usize, input: usize) -> f32 {
        let columns = self.columns();
        let panel = output / columns * columns * self.inputs;
        self.panels[panel + input * columns + output % columns]
    }
}

/// Outputs of a panel.
pub(crate) fn columns_of<T: Tiles>(_: T) -> usize {
    T::COLUMNS
}

/// `target = finish(rows times the transpose of weight)`.
///
/// The shapes are the caller's to get right; it panics rather than read or write outside a slice.
pub(crate) fn multiply(
    pool: &Pool,
    rows: Rows<f32>,
    weight: &PackedFloats,
    finish: Finish,
    target: Target,
) {
    rows.check(weight.inputs);
    target.check(weight.outputs);
    with_tiles!(weight.set, tiles => multiply_with(tiles, pool, rows, weight, finish, &target));
}

fn multiply_with<T: Tiles>(
    tiles: T,
    pool: &Pool,
    rows: Rows<f32>,
    weight: &PackedFloats,
    finish: Finish,
    target: &Target,
) {
    let inputs = weight.inputs;
    let blocks = inputs.div_ceil(MOST_INPUTS).max(1);
    let block = inputs.div_ceil(blocks).max(1);
    let most = (MOST_BYTES / (4 * block)).next_multiple_of(T::ROWS);
    let panels = weight.outputs.div_ceil(T::COLUMNS);
    let part = pool.part(panels);
    // Laying rows out pays when many panels read them, and not when they overlap so much that each number would be
    // copied for several of them.
    let in_place = inputs >= 2 * rows.pitch || weight.outputs < MANY_OUTPUTS;
    let mut side_by_side = Vec::new();
    for first in (0..rows.count).step_by(most) {
        let count = most.min(rows.count - first);
        for start in (0..inputs.max(1)).step_by(block) {
            let inner = block.min(inputs - start);
            let (earlier, last) = (start > 0, start + inner == inputs);
            if !in_place {
                let (rows_of, inputs_of) = ((first, count), (start, inner));
                rows.lay_out::<T>(pool, rows_of, inputs_of, &mut side_by_side);
            }
            let side_by_side = &side_by_side;
            let work = count * inner * weight.outputs;
            pool.each(work, (0..panels).step_by(part), |begin| {
                let mut sums = [0.0_f32; MOST_SUMS];
                for panel in begin..panels.min(begin + part) {
                    let at = (panel * inputs + start) * T::COLUMNS;
                    let numbers = &weight.panels[at..at + inner * T::COLUMNS];
                    for tile in Tile::each::<T>(count) {
                        let (from, steps) = if in_place {
                            let row = &rows.data[(first + tile.row) * rows.pitch + start..];
                            let steps = Steps {
                                row: rows.pitch,
                                input: 1,
                            };
                            (row, steps)
                        } else {
                            let length = tile.height * inner;
                            let steps = Steps {
                                row: 1,
                                input: tile.height,
                            };
                            (&side_by_side[tile.index * length..][..length], steps)
                        };
                        // SAFETY: `Rows::check` places every row inside its slice, a tile laid out side by side is as
                        // long as its height and `inner` say, `numbers` holds `inner` numbers for each column, and no
                        // tile is larger than `sums`.
                        #[allow(unsafe_code)]
                        unsafe {
                            let (from, numbers) = (from.as_ptr(), numbers.as_ptr());
                            tiles.floats(tile.full, from, steps, numbers, inner, sums.as_mut_ptr());
                        }
                        let place = Place {
                            row: first + tile.row,
                            skip: tile.skip,
                            output: panel * T::COLUMNS,
                            outputs: weight.outputs,
                        };
                        let sums = &mut sums[..tile.height * T::COLUMNS];
                        // SAFETY: each panel is in one task.
                        #[allow(unsafe_code)]
                        unsafe {
                            if earlier {
                                place.add_stored::<T>(sums, target);
                            }
                            if last {
                                place.finish::<T>(sums, finish);
                                place.store::<T>(sums, finish.residual, target);
                            } else {
                                place.store::<T>(sums, None, target);
                            }
                        }
                    }
                }
            });
        }
    }
}

/// Which of a number of rows a tile takes. All are full where there are enough rows: the last one then begins
/// earlier and skips what is done. Fewer rows come one by one.
pub(crate) struct Tile {
    /// Tiles before it.
    pub(crate) index: usize,
    pub(crate) row: usize,
    /// Rows of it that an earlier tile has done.
    pub(crate) skip: usize,
    pub(crate) height: usize,
    pub(crate) full: bool,
}

impl Tile {
    /// How many tiles `count` rows make, and how high they are.
    pub(crate) fn all<T: Tiles>(count: usize) -> (usize, usize) {
        let height = if count >= T::ROWS { T::ROWS } else { 1 };
        (count.div_ceil(height), height)
    }

    pub(crate) fn at<T: Tiles>(index: usize, count: usize) -> Self {
        let (_, height) = Self::all::<T>(count);
        let done = index * height;
        let row = done.min(count.saturating_sub(height));
        Self {
            index,
            row,
            skip: done - row,
            height,
            full: height == T::ROWS,
        }
    }

    pub(crate) fn each<T: Tiles>(count: usize) -> impl Iterator<Item = Self> {
        let (tiles, _) = Self::all::<T>(count);
        (0..tiles).map(move |index| Self::at::<T>(index, count))
    }
}

/// Where a tile's sums belong.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) row: usize,
    pub(crate) skip: usize,
    pub(crate) output: usize,
    /// Outputs that there are; the last panel may have more.
    pub(crate) outputs: usize,
}

impl Place {
    fn width<T: Tiles>(self) -> usize {
        T::COLUMNS.min(self.outputs - self.output)
    }

    /// # Safety
    /// As [`Target::numbers`], of this place.
    #[allow(unsafe_code)]
    unsafe fn add_stored<T: Tiles>(self, sums: &mut [f32], target: &Target) {
        let width = self.width::<T>();
        for (row, sums) in sums.chunks_exact_mut(T::COLUMNS).enumerate() {
            // SAFETY: the caller's.
            let stored = unsafe { target.numbers(self.row + row, self.output, width) };
            lanes::add(&mut sums[..width], stored);
        }
    }

    /// Scale, bias and activation.
    pub(crate) fn finish<T: Tiles>(self, sums: &mut [f32], finish: Finish) {
        if finish.scale != 1.0 {
            let scale = lanes::all(finish.scale);
            lanes::each(sums, |sum| sum * scale);
        }
        if let Some(bias) = finish.bias {
            let bias = &bias[self.output..self.output + self.width::<T>()];
            for sums in sums.chunks_exact_mut(T::COLUMNS) {
                lanes::add(&mut sums[..bias.len()], bias);
            }
        }
        activation::apply(finish.activation, sums);
    }

    /// # Safety
    /// As [`Target::numbers`], of this place.
    #[allow(unsafe_code)]
    pub(crate) unsafe fn store<T: Tiles>(
        self,
        sums: &mut [f32],
        residual: Option<&[f32]>,
        target: &Target,
    ) {
        let width = self.width::<T>();
        let rows = sums.chunks_exact_mut(T::COLUMNS).enumerate();
        for (row, sums) in rows.skip(self.skip) {
            let at = (self.row + row) * target.pitch + self.output;
            let sums = &mut sums[..width];
            if let Some(residual) = residual {
                lanes::add(sums, &residual[at..at + width]);
            }
            // SAFETY: the caller's.
            let place = unsafe { target.numbers(self.row + row, self.output, width) };
            place.copy_from_slice(sums);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::Random;

    proptest! {
        #[test]
        fn it_is_the_sum_of_products(
            count in 1_usize..40, inner in 0_usize..2100, outputs in 1_usize..70, gap in 0_usize..5, overlap in 1_usize..5, seed in any::<u64>(),
        ) {
            let mut random = Random::new(seed);
            let pitch = inner / overlap + gap;
            let rows = random.numbers((count - 1) * pitch + inner, 1.0);
            let weight = random.numbers(outputs * inner, 1.0);
            let bias = random.numbers(outputs, 1.0);
            let residual = random.numbers(count * (outputs + gap), 1.0);
            for set in InstructionSet::available() {
                let weights = Rows { data: &weight, count: outputs, pitch: inner };
                let packed = PackedFloats::of_rows(set, weights, inner);
                let by_input: Vec<f32> = (0..inner * outputs).map(|at| weight[at % outputs * inner + at / outputs]).collect();
                let by_input = Rows { data: &by_input, count: inner, pitch: outputs };
                prop_assert_eq!(&packed.panels, &PackedFloats::of_columns(set, by_input, outputs).panels);
                if inner > 0 {
                    prop_assert_eq!(packed.at(outputs - 1, inner / 2), weight[(outputs - 1) * inner + inner / 2]);
                }
                let mut out = vec![f32::NAN; count * (outputs + gap)];
                let finish = Finish { scale: 0.5, bias: Some(&bias), activation: Activation::Relu, residual: Some(&residual) };
                let target = Target::new(&mut out, outputs + gap);
                multiply(&Pool::alone(), Rows { data: &rows, count, pitch }, &packed, finish, target);
                for row in 0..count {
                    for output in 0..outputs {
                        let sum: f64 = (0..inner)
                            .map(|i| f64::from(rows[row * pitch + i]) * f64::from(weight[output * inner + i]))
                            .sum();
                        let at = row * (outputs + gap) + output;
                        let expected = (0.5 * sum + f64::from(bias[output])).max(0.0) + f64::from(residual[at]);
                        prop_assert!((f64::from(out[at]) - expected).abs() < 1e-4, "{:?} {row} {output}: {} {expected}", set, out[at]);
                    }
                }
            }
        }
    }
}
