//! Sums and maxima, eight lanes at a time: in vectors, and with less rounding than one long sum.

const LANES: usize = 8;

/// The sum of `term` of each number.
#[inline(always)]
pub(super) fn sum(numbers: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    let rest: f32 = rest.iter().map(|x| term(*x)).sum();
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += term(*x);
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// The least and the greatest number; infinities the wrong way around when there is none.
pub(super) fn range(numbers: &[f32]) -> (f32, f32) {
    let mut least = [f32::INFINITY; LANES];
    let mut greatest = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            let x = chunk[lane];
            least[lane] = if x < least[lane] { x } else { least[lane] };
            greatest[lane] = if x > greatest[lane] {
                x
            } else {
                greatest[lane]
            };
        }
    }
    let least = least
        .iter()
        .chain(rest)
        .fold(f32::INFINITY, |a, b| a.min(*b));
    let greatest = greatest.iter().chain(rest);
    (least, greatest.fold(f32::NEG_INFINITY, |a, b| a.max(*b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_and_rest_are_both_counted() {
        let numbers: Vec<f32> = (0..21_u8).map(|n| f32::from(n) - 10.0).collect();
        for count in 0..numbers.len() {
            let numbers = &numbers[..count];
            let expected: f32 = numbers.iter().map(|x| x * x).sum();
            assert_eq!(sum(numbers, |x| x * x), expected);
            if let (Some(first), Some(last)) = (numbers.first(), numbers.last()) {
                assert_eq!(range(numbers), (*first, *last));
            }
        }
    }
}
