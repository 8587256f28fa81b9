//! Recall, as the papers score it (spec: evaluation section 1; ties to the lower index).

/// How many items score above item `own`, or the same at a lower index.
pub fn rank(scores: &[f32], own: usize) -> usize {
    let wanted = scores[own];
    scores
        .iter()
        .enumerate()
        .filter(|&(index, &score)| score > wanted || (score == wanted && index < own))
        .count()
}

/// The share of queries whose own item is among the `k` best. Rows of `queries` and `items` are
/// `width` long and L2-normalised; `own[q]` is the item of query `q`.
pub fn recall(queries: &[f32], items: &[f32], width: usize, own: &[usize], k: usize) -> f64 {
    let hits = queries.chunks_exact(width).zip(own).filter(|(query, own)| {
        let scores: Vec<f32> = items
            .chunks_exact(width)
            .map(|item| item.iter().zip(*query).map(|(a, b)| a * b).sum())
            .collect();
        rank(&scores, **own) < k
    });
    hits.count() as f64 / own.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_break_ties_by_index() {
        let scores = [0.5, 0.9, 0.5, 0.1];
        assert_eq!(rank(&scores, 1), 0);
        assert_eq!(rank(&scores, 0), 1);
        assert_eq!(rank(&scores, 2), 2);
        assert_eq!(rank(&scores, 3), 3);
    }

    #[test]
    fn recall_counts_own_items_near_the_top() {
        let items = [1.0, 0.0, 0.0, 1.0];
        let queries = [0.9, 0.1, 0.8, 0.2];
        assert_eq!(recall(&queries, &items, 2, &[0, 1], 1), 0.5);
        assert_eq!(recall(&queries, &items, 2, &[0, 1], 2), 1.0);
    }
}
