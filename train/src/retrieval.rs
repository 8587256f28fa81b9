//! Recall of embeddings.

use saysee_measures::recall as measure;

/// The share of queries whose own item is among the `k` best. Rows of `queries` and `items` are
/// `width` long and L2-normalised; `own[q]` is the item of query `q`.
pub fn recall(queries: &[f32], items: &[f32], width: usize, own: &[usize], k: usize) -> f64 {
    let dot = |query: &[f32], item: &[f32]| query.iter().zip(item).map(|(a, b)| a * b).sum();
    let scores: Vec<f32> = queries
        .chunks_exact(width)
        .flat_map(|query| items.chunks_exact(width).map(move |item| dot(query, item)))
        .collect();
    let all: Vec<usize> = (0..items.len() / width).collect();
    measure::recall(&measure::best_places(&scores, own, &all), k).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recall_counts_own_items_near_the_top() {
        let items = [1.0, 0.0, 0.0, 1.0];
        let queries = [0.9, 0.1, 0.8, 0.2];
        assert_eq!(recall(&queries, &items, 2, &[0, 1], 1), 0.5);
        assert_eq!(recall(&queries, &items, 2, &[0, 1], 2), 1.0);
    }
}
