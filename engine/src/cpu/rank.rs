//! The best columns of a row.

/// The `k` best of `scores` without the `excluded` columns, best first, ties to the lower column. A score
/// that is no number never wins. Fewer than `k` columns leave the rest at column 0 and minus infinity.
pub(super) fn best(scores: &[f32], k: usize, excluded: &[usize]) -> Vec<(usize, f32)> {
    let mut best: Vec<(usize, f32)> = Vec::with_capacity(k + 1);
    for (column, score) in scores.iter().enumerate() {
        if excluded.contains(&column) {
            continue;
        }
        let place = best.partition_point(|(_, other)| other >= score);
        if place < k && !score.is_nan() {
            best.insert(place, (column, *score));
            best.truncate(k);
        }
    }
    best.resize(k, (0, f32::NEG_INFINITY));
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn best_first_and_ties_to_the_lower_column() {
        let scores = [9.0, 1.0, 3.0, 2.0, 3.0, f32::NAN];
        assert_eq!(best(&scores, 3, &[0]), [(2, 3.0), (4, 3.0), (3, 2.0)]);
        assert_eq!(best(&scores, 1, &[]), [(0, 9.0)]);
        assert_eq!(best(&[1.0], 2, &[]), [(0, 1.0), (0, f32::NEG_INFINITY)]);
        assert!(best(&scores, 0, &[]).is_empty());
    }
}
