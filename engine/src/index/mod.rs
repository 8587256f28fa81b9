//! Ranking by score.

/// The `count` best of `scores` as `(index, score)`, best first. Equal scores keep the order of their
/// indices, so the same scores always give the same ranking; what is no number comes last.
pub fn rank(scores: &[f32], count: usize) -> Vec<(usize, f32)> {
    let key = |index: usize| {
        let score = scores[index];
        if score.is_nan() {
            f32::NEG_INFINITY
        } else {
            score
        }
    };
    // Whoever wants all of them need not know how many there are.
    let count = count.min(scores.len());
    if count == 0 {
        return Vec::new();
    }
    let better = |a: &usize, b: &usize| key(*b).total_cmp(&key(*a)).then(a.cmp(b));
    // Nearly all of very many scores are turned away at the door: what does not beat the worst of `count` that came
    // before it can never be among the best.
    let room = 4 * count + 256;
    let mut order: Vec<usize> = Vec::with_capacity(room.min(scores.len()));
    let mut worst: Option<f32> = None;
    for index in 0..scores.len() {
        if worst.is_some_and(|worst| key(index).total_cmp(&worst).is_le()) {
            continue;
        }
        order.push(index);
        if order.len() == room {
            order.select_nth_unstable_by(count - 1, better);
            order.truncate(count);
            worst = Some(key(order[count - 1]));
        }
    }
    order.sort_unstable_by(better);
    order.truncate(count);
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
        assert_eq!(rank(&[0.25; 1000], usize::MAX).len(), 1000);
        assert!(rank(&scores, 0).is_empty());
        assert!(rank(&[], 3).is_empty());
    }

    #[test]
    fn cosines_ignore_length() {
        assert!((cosine(&[1.0, 0.0], &[5.0, 5.0]) - 0.5_f32.sqrt()).abs() < 1e-6);
        assert_eq!(cosine(&[0.0; 2], &[1.0; 2]), 0.0);
    }

    #[test]
    fn many_scores_are_ranked_as_few_are() {
        let scores: Vec<f32> = (0..5_000_usize)
            .map(|index| (index * 7_919 % 613) as f32)
            .map(|score| if score == 600.0 { f32::NAN } else { score })
            .collect();
        let mut all: Vec<(usize, f32)> = scores.iter().copied().enumerate().collect();
        all.retain(|(_, score)| !score.is_nan());
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        for count in [1, 7, 120, 1_500] {
            assert_eq!(rank(&scores, count), all[..count]);
        }
        assert_eq!(rank(&[f32::NAN; 900], 2).len(), 2);
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
