//! Loops over numbers, eight lanes at a time.
//!
//! Written with vectors by hand, because the page is optimised for size as a whole, where the compiler makes none of its own.

use wide::f32x8;

/// Eight numbers.
pub(crate) type Lanes = f32x8;

const COUNT: usize = 8;

/// All lanes the same.
#[inline(always)]
pub(crate) fn all(number: f32) -> Lanes {
    Lanes::new([number; COUNT])
}

/// The first numbers of a slice, zeros after its end.
#[inline(always)]
fn load(numbers: &[f32]) -> Lanes {
    match numbers.first_chunk::<COUNT>() {
        Some(chunk) => Lanes::new(*chunk),
        None => {
            let mut chunk = [0.0; COUNT];
            chunk[..numbers.len()].copy_from_slice(numbers);
            Lanes::new(chunk)
        }
    }
}

/// Replaces each number by `f` of it.
#[inline(always)]
pub(crate) fn each(numbers: &mut [f32], f: impl Fn(Lanes) -> Lanes) {
    let (chunks, rest) = numbers.as_chunks_mut::<COUNT>();
    for chunk in chunks {
        *chunk = f(Lanes::new(*chunk)).to_array();
    }
    if !rest.is_empty() {
        let result = f(load(rest)).to_array();
        rest.copy_from_slice(&result[..rest.len()]);
    }
}

/// Replaces each number by `f` of it and its like in `other`, which is as long.
#[inline(always)]
pub(crate) fn each_with(numbers: &mut [f32], other: &[f32], f: impl Fn(Lanes, Lanes) -> Lanes) {
    each_with_two(numbers, other, other, |x, y, _| f(x, y));
}

/// The same with two others.
#[inline(always)]
pub(crate) fn each_with_two(
    numbers: &mut [f32],
    other: &[f32],
    third: &[f32],
    f: impl Fn(Lanes, Lanes, Lanes) -> Lanes,
) {
    let (chunks, rest) = numbers.as_chunks_mut::<COUNT>();
    let (others, other_rest) = other.as_chunks::<COUNT>();
    let (thirds, third_rest) = third.as_chunks::<COUNT>();
    for (chunk, (other, third)) in chunks.iter_mut().zip(others.iter().zip(thirds)) {
        *chunk = f(Lanes::new(*chunk), Lanes::new(*other), Lanes::new(*third)).to_array();
    }
    if !rest.is_empty() {
        let result = f(load(rest), load(other_rest), load(third_rest)).to_array();
        rest.copy_from_slice(&result[..rest.len()]);
    }
}

/// Adds the numbers of `terms` to those of `numbers`.
#[inline(always)]
pub(crate) fn add(numbers: &mut [f32], terms: &[f32]) {
    each_with(numbers, terms, |x, y| x + y);
}

/// The sum of `term` of each number. Lanes are summed apart, with less rounding than one long sum has.
#[inline(always)]
pub(crate) fn sum(numbers: &[f32], term: impl Fn(Lanes) -> Lanes) -> f32 {
    let (chunks, rest) = numbers.as_chunks::<COUNT>();
    let mut sums = all(0.0);
    for chunk in chunks {
        sums += term(Lanes::new(*chunk));
    }
    let last = term(load(rest)).to_array();
    sums.to_array().iter().chain(&last[..rest.len()]).sum()
}

/// The least and the greatest number; infinities the wrong way around when there is none.
#[inline(always)]
pub(crate) fn range(numbers: &[f32]) -> (f32, f32) {
    let (chunks, rest) = numbers.as_chunks::<COUNT>();
    let mut least = all(f32::INFINITY);
    let mut greatest = all(f32::NEG_INFINITY);
    for chunk in chunks {
        let chunk = Lanes::new(*chunk);
        least = least.fast_min(chunk);
        greatest = greatest.fast_max(chunk);
    }
    let (least, greatest) = (least.to_array(), greatest.to_array());
    let least = least.iter().chain(rest);
    let greatest = greatest.iter().chain(rest);
    (
        least.fold(f32::INFINITY, |a, b| a.min(*b)),
        greatest.fold(f32::NEG_INFINITY, |a, b| a.max(*b)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_and_rest_are_both_counted() {
        let numbers: Vec<f32> = (0..21_u8).map(|n| f32::from(n) - 10.0).collect();
        for count in 0..numbers.len() {
            let numbers = &numbers[..count];
            let expected: f32 = numbers.iter().map(|x| x * x + 1.0).sum();
            assert_eq!(sum(numbers, |x| x * x + 1.0), expected);
            if let (Some(first), Some(last)) = (numbers.first(), numbers.last()) {
                assert_eq!(range(numbers), (*first, *last));
            }
            let mut twice = numbers.to_vec();
            add(&mut twice, numbers);
            each(&mut twice, |x| x * 0.5);
            assert_eq!(twice, numbers);
        }
    }
}
