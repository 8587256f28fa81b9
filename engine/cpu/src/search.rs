//! Ranking a gallery that is kept in eight bits: one query against many rows, which are read once and in order.
//!
//! The rows stay as they are stored (`q8`: signed bytes, a scale for 32); the query is rounded to 16 bits, whose error
//! is a hundredth of what the rows' own rounding leaves. So memory is what bounds it: a quarter of the bytes of floats.

use bytemuck::{cast, cast_slice};
use wide::{f32x4, i16x8, i32x4};

/// Consecutive numbers of a row that share a scale.
pub const GROUP: usize = 32;
/// Largest number of a rounded query.
const LARGEST: f32 = 32_767.0;
/// Vectors of 16 bits that a group takes.
const VECTORS: usize = GROUP / 8;

/// A query, rounded and laid out for [`scores`].
struct Query {
    scale: f32,
    /// For each 16 numbers those at even places, then those at odd ones: as they come out of 16 bytes of a row.
    groups: Vec<[i16x8; VECTORS]>,
}

impl Query {
    fn new(numbers: &[f32]) -> Self {
        let largest = numbers.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        let steps = if largest > 0.0 {
            LARGEST / largest
        } else {
            0.0
        };
        let rounded = |x: f32| (x * steps).round() as i16;
        let group = |numbers: &[f32; GROUP]| {
            std::array::from_fn(|vector| {
                let first = vector / 2 * 16 + vector % 2;
                i16x8::new(std::array::from_fn(|lane| {
                    rounded(numbers[first + 2 * lane])
                }))
            })
        };
        Self {
            scale: largest / LARGEST,
            groups: numbers.as_chunks().0.iter().map(group).collect(),
        }
    }
}

/// The dot product of `query` with each row of `values`, `scales` being those of each [`GROUP`] of a row. The query's
/// length is a multiple of that, as a pack has them.
pub fn scores(query: &[f32], values: &[i8], scales: &[f32]) -> Vec<f32> {
    let width = query.len();
    let query = Query::new(query);
    let rows = values.chunks_exact(width.max(GROUP));
    let row_scales = scales.chunks_exact((width / GROUP).max(1));
    rows.zip(row_scales)
        .map(|(row, scales)| query.scale * product(&query.groups, row, scales))
        .collect()
}

/// Integers in a group, then floats: the same sums in the same order wherever it runs.
#[inline(always)]
fn product(query: &[[i16x8; VECTORS]], row: &[i8], scales: &[f32]) -> f32 {
    let mut sums = f32x4::ZERO;
    let groups = row.as_chunks::<GROUP>().0.iter();
    for ((query, group), scale) in query.iter().zip(groups).zip(scales) {
        let halves: &[[i8; 16]] = cast_slice(group);
        let mut exact = i32x4::ZERO;
        for (half, query) in halves.iter().zip(query.as_chunks::<2>().0) {
            // Two bytes a lane, the even one in its lower half.
            let pairs: i16x8 = cast(*half);
            exact += ((pairs << 8_u32) >> 8_u32).dot(query[0]) + (pairs >> 8_u32).dot(query[1]);
        }
        sums += exact.round_float() * f32x4::splat(*scale);
    }
    let [a, b, c, d] = sums.to_array();
    (a + b) + (c + d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let values = [127_i8; 64];
        let found = scores(&[3.0; 64], &values, &[0.5; 2]);
        assert!(
            (found[0] - 64.0 * 3.0 * 127.0 * 0.5).abs() < 1.0,
            "{found:?}"
        );
        let found = scores(&[3.0; 64], &values.map(|x: i8| -x), &[0.5; 2]);
        assert!(
            (found[0] + 64.0 * 3.0 * 127.0 * 0.5).abs() < 1.0,
            "{found:?}"
        );
    }

    #[test]
    fn a_query_of_zeros_scores_nothing() {
        assert_eq!(scores(&[0.0; 32], &[5; 64], &[0.1; 2]), [0.0, 0.0]);
    }
}
