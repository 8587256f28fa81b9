//! Products in eight bits: weights as signed bytes, activations in seven bits, sums in 32.
//!
//! Inputs are taken in blocks. A block of an activation row stands for `minimum + scale * byte`, a block of a weight
//! row for `scale * byte`, so a block of an output is
//! `row scale * weight scale * sum of products + row minimum * weight scale * sum of weight bytes`,
//! whose last factor is known when the weight is packed. Activations are quantised anew for every product, to what each
//! row holds; see `docs/architecture.md`, "Eight bits".

use wide::{i8x16, i16x8, i16x16, i32x8};

use crate::lanes::{self, Lanes};
use crate::pool::Pool;
use crate::product::{Finish, MOST_BYTES, Place, Rows, Target, Tile, columns_of};
use crate::tiles::{InstructionSet, MOST_SUMS, Meaning, Tiles, with_tiles};

/// Most inputs of a block.
const MOST_INPUTS: usize = 384;
/// Largest activation: seven bits.
const LARGEST: f32 = 127.0;

/// Inputs of a block, for rows that are made of pieces of `inputs` numbers: a divisor, in whole quads. `None` when
/// there is none worth the trouble.
pub fn block_of(inputs: usize) -> Option<usize> {
    (32..=MOST_INPUTS.min(inputs))
        .rev()
        .find(|block| block % 4 == 0 && inputs.is_multiple_of(*block))
}

/// Rows of activations in seven bits, cut into blocks.
pub(crate) struct Bytes {
    block: usize,
    /// Four bytes each, the first in the lowest bits.
    words: Vec<u32>,
    /// For each block in turn.
    scales: Vec<f32>,
    minima: Vec<f32>,
}

impl Bytes {
    /// Quantises numbers whose count is a multiple of `block`.
    pub(crate) fn new(pool: &Pool, numbers: &[f32], block: usize) -> Self {
        /// Multiplications that what is done to a number amounts to.
        const WORK: usize = 8;
        let blocks = numbers.len() / block;
        let mut words = vec![0_u32; numbers.len() / 4];
        let mut scales = vec![0.0; blocks];
        let mut minima = vec![0.0; blocks];
        let part = pool.part(blocks);
        let meanings = scales.chunks_mut(part).zip(minima.chunks_mut(part));
        let words_of = words.chunks_mut(part * block / 4);
        let tasks = numbers.chunks(part * block).zip(words_of).zip(meanings);
        let work = WORK * numbers.len();
        pool.each(work, tasks, |((numbers, words), (scales, minima))| {
            let numbers = numbers.chunks_exact(block);
            let words = words.chunks_exact_mut(block / 4);
            let meanings = scales.iter_mut().zip(minima);
            for ((numbers, words), (scale, minimum)) in numbers.zip(words).zip(meanings) {
                let (smallest, largest) = lanes::range(numbers);
                let spread = largest - smallest;
                let steps = if spread > 0.0 { LARGEST / spread } else { 0.0 };
                let lanes = (lanes::all(smallest), lanes::all(steps));
                quantise(numbers, lanes, words);
                *scale = spread / LARGEST;
                *minimum = smallest;
            }
        });
        Self {
            block,
            words,
            scales,
            minima,
        }
    }
}

/// Writes the bytes of `numbers` into `words`: their steps above the smallest.
fn quantise(numbers: &[f32], (smallest, steps): (Lanes, Lanes), words: &mut [u32]) {
    // Adding 2^23 leaves the nearest whole number in the lowest bits.
    let bytes = |x: Lanes| -> i32x8 {
        let shifted = (x - smallest) * steps + lanes::all(8_388_608.0);
        bytemuck::cast::<Lanes, i32x8>(shifted) & i32x8::splat(127)
    };
    let (sixteens, rest) = numbers.as_chunks::<16>();
    let (fours, rest_words) = words.split_at_mut(4 * sixteens.len());
    for (four, sixteen) in fours.as_chunks_mut::<4>().0.iter_mut().zip(sixteens) {
        let [low, high]: [[f32; 8]; 2] = bytemuck::cast(*sixteen);
        let halves = [bytes(Lanes::new(low)), bytes(Lanes::new(high))];
        let halves: i16x16 = bytemuck::cast(halves.map(i16x8::from_i32x8_saturate));
        *four = bytemuck::cast(i8x16::from_i16x16_saturate(halves));
    }
    let mut last = [0.0; 8];
    for (words, eight) in rest_words.chunks_mut(2).zip(rest.chunks(8)) {
        last[..eight.len()].copy_from_slice(eight);
        let bytes = bytes(Lanes::new(last)).to_array().map(|byte| byte as u8);
        let both: [u32; 2] = bytemuck::cast(bytes);
        words.copy_from_slice(&both[..words.len()]);
    }
}

/// Weights `[outputs, inputs]` as signed bytes in the panels that [`Tiles`] take.
pub struct PackedBytes {
    set: InstructionSet,
    outputs: usize,
    inputs: usize,
    block: usize,
    panels: Vec<i8>,
    /// For each panel and block in turn, a number a column: the scale, and the scale times the sum of bytes.
    scales: Vec<f32>,
    offsets: Vec<f32>,
}

impl PackedBytes {
    /// Packs rows of `inputs` numbers, a multiple of `block`, which is one of quads.
    pub fn new(set: InstructionSet, weight: &[f32], inputs: usize, block: usize) -> Self {
        let columns = with_tiles!(set, tiles => columns_of(tiles));
        let outputs = weight.len() / inputs;
        let (panels, blocks) = (outputs.div_ceil(columns), inputs / block);
        let mut packed = Self {
            set,
            outputs,
            inputs,
            block,
            panels: vec![0; panels * columns * inputs],
            scales: vec![0.0; panels * columns * blocks],
            offsets: vec![0.0; panels * columns * blocks],
        };
        for (output, row) in weight.chunks_exact(inputs).enumerate() {
            let (panel, column) = (output / columns, output % columns);
            for (index, numbers) in row.chunks_exact(block).enumerate() {
                let largest = numbers.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
                let scale = largest / 127.0;
                let steps = if largest > 0.0 { 127.0 / largest } else { 0.0 };
                let mut sum = 0_i32;
                for (quad, four) in numbers.as_chunks::<4>().0.iter().enumerate() {
                    let quad = index * block / 4 + quad;
                    let at = panel * columns * inputs + (quad * columns + column) * 4;
                    for (input, number) in four.iter().enumerate() {
                        let byte = (number * steps).round() as i8;
                        packed.panels[at + input] = byte;
                        sum += i32::from(byte);
                    }
                }
                let at = (panel * blocks + index) * columns + column;
                packed.scales[at] = scale;
                packed.offsets[at] = scale * sum as f32;
            }
        }
        packed
    }
}

impl PackedBytes {
    /// Inputs of a block.
    pub(crate) fn block(&self) -> usize {
        self.block
    }

    /// What stands for the weight of one input of one output.
    pub fn at(&self, output: usize, input: usize) -> f32 {
        let columns = with_tiles!(self.set, tiles => columns_of(tiles));
        let (panel, column) = (output / columns, output % columns);
        let byte = panel * columns * self.inputs + (input / 4 * columns + column) * 4 + input % 4;
        let block = panel * (self.inputs / self.block) + input / self.block;
        f32::from(self.panels[byte]) * self.scales[block * columns + column]
    }
}

/// `target = finish(rows times the transpose of weight)`, where `rows` says which of the numbers that were quantised
/// make a row: `count` rows that begin `pitch` numbers apart, a multiple of the block.
///
/// The shapes are the caller's to get right; it panics rather than read or write outside a slice.
pub(crate) fn multiply(
    pool: &Pool,
    bytes: &Bytes,
    (count, pitch): (usize, usize),
    weight: &PackedBytes,
    finish: Finish,
    target: Target,
) {
    let rows = Rows {
        data: &bytes.words,
        count,
        pitch: pitch / 4,
    };
    rows.check(weight.inputs / 4);
    target.check(weight.outputs);
    assert!(
        bytes.block == weight.block && pitch.is_multiple_of(weight.block),
        "rows and weight are cut alike"
    );
    with_tiles!(weight.set, tiles => multiply_with(tiles, pool, (bytes, rows), weight, finish, &target));
}

fn multiply_with<T: Tiles>(
    tiles: T,
    pool: &Pool,
    (bytes, rows): (&Bytes, Rows<u32>),
    weight: &PackedBytes,
    finish: Finish,
    target: &Target,
) {
    let (inputs, block) = (weight.inputs, weight.block);
    let blocks = inputs / block;
    let most = (MOST_BYTES / 2 / inputs.max(1))
        .next_multiple_of(T::ROWS)
        .max(T::ROWS);
    let panels = weight.outputs.div_ceil(T::COLUMNS);
    let part = pool.part(panels);
    let mut side_by_side = Vec::new();
    for first in (0..rows.count).step_by(most) {
        let count = most.min(rows.count - first);
        rows.lay_out::<T>(pool, (first, count), (0, inputs / 4), &mut side_by_side);
        let side_by_side = &side_by_side;
        // Four at a time.
        let work = count * inputs * weight.outputs / 4;
        pool.each(work, (0..panels).step_by(part), |begin| {
            let mut sums = [0.0_f32; MOST_SUMS];
            for panel in begin..panels.min(begin + part) {
                let panel_bytes =
                    &weight.panels[panel * inputs * T::COLUMNS..][..inputs * T::COLUMNS];
                for tile in Tile::each::<T>(count) {
                    let row = first + tile.row;
                    let sums = &mut sums[..tile.height * T::COLUMNS];
                    sums.fill(0.0);
                    for index in 0..blocks {
                        let length = tile.height * block / 4;
                        let from =
                            &side_by_side[(tile.index * blocks + index) * length..][..length];
                        let numbers =
                            &panel_bytes[index * block * T::COLUMNS..][..block * T::COLUMNS];
                        let of_panel = (panel * blocks + index) * T::COLUMNS;
                        let row_step = 4 * rows.pitch / block;
                        let of_row = row * row_step + index;
                        let last_row = of_row + (tile.height - 1) * row_step;
                        let (row_scales, row_minima) =
                            (&bytes.scales[..=last_row], &bytes.minima[..=last_row]);
                        let meaning = Meaning {
                            row_scales: row_scales[of_row..].as_ptr(),
                            row_minima: row_minima[of_row..].as_ptr(),
                            row_step,
                            scales: weight.scales[of_panel..of_panel + T::COLUMNS].as_ptr(),
                            offsets: weight.offsets[of_panel..of_panel + T::COLUMNS].as_ptr(),
                        };
                        // SAFETY: `from` and `numbers` hold as many inputs for each row and column, the slices of
                        // `meaning` reach to the last row and column, and no tile is larger than `sums`.
                        #[allow(unsafe_code)]
                        unsafe {
                            let (from, numbers) = (from.as_ptr(), numbers.as_ptr());
                            let sums = sums.as_mut_ptr();
                            tiles.bytes(tile.full, from, numbers, block / 4, meaning, sums);
                        }
                    }
                    let place = Place {
                        row,
                        skip: tile.skip,
                        output: panel * T::COLUMNS,
                        outputs: weight.outputs,
                    };
                    place.finish::<T>(sums, finish);
                    // SAFETY: each panel is in one task.
                    #[allow(unsafe_code)]
                    unsafe {
                        place.store::<T>(sums, finish.residual, target);
                    }
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::Random;
    use crate::shape::Activation;

    #[test]
    fn blocks_divide_what_they_are_of() {
        for (inputs, block) in [
            (768, Some(384)),
            (3072, Some(384)),
            (512, Some(256)),
            (80, Some(80)),
            (30, None),
            (37 * 4, Some(148)),
            (1031, None),
        ] {
            assert_eq!(block_of(inputs), block, "{inputs}");
        }
    }

    #[test]
    fn silence_and_single_values_are_exact() {
        for value in [0.0, -3.5, 7.25] {
            let bytes = Bytes::new(&Pool::alone(), &[value; 64], 32);
            assert_eq!(bytes.minima, [value; 2]);
            assert_eq!(bytes.scales, [0.0; 2]);
        }
    }

    proptest! {
        #[test]
        fn a_byte_is_the_nearest_step(blocks in 1_usize..5, seed in any::<u64>()) {
            let numbers = Random::new(seed).numbers(blocks * 36, 3.0);
            let bytes = Bytes::new(&Pool::alone(), &numbers, 36);
            let stored: Vec<u8> = bytes.words.iter().flat_map(|word| word.to_le_bytes()).collect();
            for (at, (number, byte)) in numbers.iter().zip(&stored).enumerate() {
                let (scale, minimum) = (bytes.scales[at / 36], bytes.minima[at / 36]);
                prop_assert!((number - minimum - scale * f32::from(*byte)).abs() <= 0.501 * scale);
            }
        }

        /// All instruction sets against the formula, on what the quantised numbers stand for.
        #[test]
        fn it_is_the_sum_of_what_the_bytes_stand_for(
            count in 1_usize..40, blocks in 1_usize..5, stride in 1_usize..3, outputs in 1_usize..70, seed in any::<u64>(),
        ) {
            let (block, inputs) = (32, 32 * blocks);
            let mut random = Random::new(seed);
            let pitch = stride * block;
            let numbers = random.numbers((count - 1) * pitch + inputs, 1.0);
            let weight = random.numbers(outputs * inputs, 1.0);
            let bias = random.numbers(outputs, 1.0);
            let bytes = Bytes::new(&Pool::alone(), &numbers, block);
            let x = |at: usize| f64::from(bytes.minima[at / block]) + f64::from(bytes.scales[at / block]) * f64::from(bytes.words[at / 4].to_le_bytes()[at % 4]);
            let w = |output: usize, input: usize| {
                let numbers = &weight[output * inputs + input / block * block..][..block];
                let scale = numbers.iter().fold(0.0_f32, |most, x| most.max(x.abs())) / 127.0;
                f64::from((numbers[input % block] / scale).round() * scale)
            };
            for set in InstructionSet::available() {
                let packed = PackedBytes::new(set, &weight, inputs, block);
                let mut out = vec![f32::NAN; count * outputs];
                let finish = Finish { bias: Some(&bias), activation: Activation::Relu, ..Finish::NOTHING };
                multiply(&Pool::alone(), &bytes, (count, pitch), &packed, finish, Target::new(&mut out, outputs));
                for row in 0..count {
                    for output in 0..outputs {
                        let sum: f64 = (0..inputs).map(|input| x(row * pitch + input) * w(output, input)).sum();
                        let expected = (sum + f64::from(bias[output])).max(0.0);
                        let have = f64::from(out[row * outputs + output]);
                        prop_assert!((have - expected).abs() < 0.05, "{:?} {row} {output}: {have} {expected}", set);
                    }
                }
            }
        }
    }
}
