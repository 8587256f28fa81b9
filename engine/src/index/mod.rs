//! Ranking by score, and what rankings are worth.

mod recall;

pub use recall::recall_at;

/// The `count` best of `scores` as `(index, score)`, best first. Equal scores keep the order of their
/// indices, so the same scores always give the same ranking; what is no number comes last.
pub fn rank(scores: &[f32], count: usize) -> Vec<(usize, f32)> {
    let key = |index: &usize| {
        let score = scores[*index];
        if score.is_nan() {
            f32::NEG_INFINITY
        } else {
            score
        }
    };
    let better = |a: &usize, b: &usize| key(b).total_cmp(&key(a)).then(a.cmp(b));
    let mut order: Vec<usize> = (0..scores.len()).collect();
    if count < order.len() {
        order.select_nth_unstable_by(count, better);
        order.truncate(count);
    }
    order.sort_unstable_by(better);
    order
        .into_iter()
        .map(|index| (index, scores[index]))
        .collect()
}

/// The cosine of the angle between two vectors of equal length; 0 if one of them is zero.
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 {
        dot(a, b) / lengths
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ties_keep_their_order_and_nonsense_comes_last() {
        let scores = [0.5, f32::NAN, 0.9, 0.5, -1.0];
        let order: Vec<usize> = rank(&scores, 9)
            .into_iter()
            .map(|(index, _)| index)
            .collect();
        assert_eq!(order, [2, 0, 3, 4, 1]);
        assert_eq!(rank(&scores, 2), [(2, 0.9), (0, 0.5)]);
        assert!(rank(&scores, 0).is_empty());
        assert!(rank(&[], 3).is_empty());
    }

    #[test]
    fn cosines_ignore_length() {
        assert!((cosine(&[1.0, 0.0], &[5.0, 5.0]) - 0.5_f32.sqrt()).abs() < 1e-6);
        assert_eq!(cosine(&[0.0; 2], &[1.0; 2]), 0.0);
    }

    proptest! {
        #[test]
        fn fewer_is_the_start_of_all(scores in prop::collection::vec(-3_i8..3, 0..40), count in 0_usize..45) {
            let scores: Vec<f32> = scores.into_iter().map(f32::from).collect();
            let all = rank(&scores, scores.len());
            prop_assert_eq!(&rank(&scores, count)[..], &all[..count.min(all.len())]);
            prop_assert!(all.windows(2).all(|pair| pair[0].1 > pair[1].1
                || (pair[0].1 == pair[1].1 && pair[0].0 < pair[1].0)));
        }
    }
}
