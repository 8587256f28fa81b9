//! Recall@K, as the papers score retrieval (spec: evaluation section 1).

use super::rank;

/// Of each 100 queries, how many find an item of their own among the `k` best: `scores` has a row a query and a column
/// an item; query and item belong together when their ids are equal. Ties go to the lower column. A query without any
/// item of its own counts as missed.
///
/// With captions as queries and pictures as items this is speech to image; the other way round, a picture is found
/// when at least one of its captions is.
pub fn recall_at(scores: &[f32], query_ids: &[u32], item_ids: &[u32], k: usize) -> f32 {
    if query_ids.is_empty() || item_ids.is_empty() {
        return 0.0;
    }
    let rows = scores.chunks_exact(item_ids.len()).zip(query_ids);
    let found = rows.filter(|(row, id)| {
        let best = rank(row, k);
        best.iter().any(|(item, _)| item_ids[*item] == **id)
    });
    100.0 * found.count() as f32 / query_ids.len() as f32
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_reference_cases_come_out_exactly() {
        let file = include_str!("../../../tests/fixtures/retrieval_unit.json");
        let unit: Value = serde_json::from_str(file).unwrap();
        let numbers = |value: &Value| -> Vec<f64> {
            let list = value.as_array().unwrap().iter();
            list.map(|number| number.as_f64().unwrap()).collect()
        };
        let ids = |name: &str| -> Vec<u32> {
            numbers(&unit[name])
                .into_iter()
                .map(|id| id as u32)
                .collect()
        };
        let (captions, pictures) = (ids("audio_ids"), ids("image_ids"));
        let rows: Vec<Vec<f64>> = unit["score"]
            .as_array()
            .unwrap()
            .iter()
            .map(numbers)
            .collect();
        let scores: Vec<f32> = rows.iter().flatten().map(|score| *score as f32).collect();
        let turned: Vec<f32> = (0..pictures.len())
            .flat_map(|column| rows.iter().map(move |row| row[column] as f32))
            .collect();
        for (k, name) in [(1, "1"), (5, "5"), (10, "10")] {
            let forth = recall_at(&scores, &captions, &pictures, k);
            assert_eq!(
                f64::from(forth),
                unit["audio_to_image"][name].as_f64().unwrap()
            );
            let back = recall_at(&turned, &pictures, &captions, k);
            assert_eq!(
                f64::from(back),
                unit["image_to_audio"][name].as_f64().unwrap()
            );
        }
    }

    #[test]
    fn ties_go_to_the_lower_column_and_nothing_is_no_hit() {
        assert_eq!(recall_at(&[0.5, 0.5], &[1], &[0, 1], 1), 0.0);
        assert_eq!(recall_at(&[0.5, 0.5], &[0], &[0, 1], 1), 100.0);
        assert_eq!(recall_at(&[0.5, 0.5], &[7], &[0, 1], 2), 0.0);
        assert_eq!(recall_at(&[], &[], &[0], 1), 0.0);
    }
}
