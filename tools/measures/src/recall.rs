//! Recall@K: of what belongs together, how much is found among the K best.

/// For each query the place, from 0, of the best of its own items; `None` for a query that has none.
///
/// `scores` has a row a query and a column an item; query and item belong together when their ids are equal. Higher
/// is better; of equal scores the lower column comes first, and what is no number comes last. With captions as
/// queries and pictures as items this is speech to picture; the other way round, a picture's place is that of the
/// best of its captions.
pub fn best_places<Id: PartialEq>(
    scores: &[f32],
    queries: &[Id],
    items: &[Id],
) -> Vec<Option<usize>> {
    if items.is_empty() {
        return queries.iter().map(|_| None).collect();
    }
    let rows = scores.chunks_exact(items.len()).zip(queries);
    rows.map(|(row, query)| {
        let own = (0..items.len()).filter(|item| items[*item] == *query);
        own.map(|item| place(row, item)).min()
    })
    .collect()
}

/// The place, from 0, of one column of a row.
pub fn place(row: &[f32], column: usize) -> usize {
    let key = |score: f32| {
        if score.is_nan() {
            f32::NEG_INFINITY
        } else {
            score
        }
    };
    let own = key(row[column]);
    let before =
        |(other, score): (usize, &f32)| key(*score) > own || key(*score) == own && other < column;
    row.iter().enumerate().filter(|pair| before(*pair)).count()
}

/// 1 for a place among the first `k`, 0 for another and for none: what recall is the mean of.
pub fn found(place: Option<usize>, k: usize) -> f64 {
    f64::from(u8::from(place.is_some_and(|place| place < k)))
}

/// The share of places among the first `k`, 0 to 1; `None` without queries.
pub fn recall(places: &[Option<usize>], k: usize) -> Option<f64> {
    let hits: f64 = places.iter().map(|place| found(*place, k)).sum();
    (!places.is_empty()).then(|| hits / places.len() as f64)
}

/// Scores with queries and items exchanged.
pub fn transposed(scores: &[f32], items: usize) -> Vec<f32> {
    let queries = scores.len().checked_div(items).unwrap_or(0);
    let column = |item: usize| (0..queries).map(move |query| scores[query * items + item]);
    (0..items).flat_map(column).collect()
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
        let ids = |name: &str| -> Vec<i64> {
            let list = numbers(&unit[name]).into_iter();
            list.map(|id| id as i64).collect()
        };
        let (captions, pictures) = (ids("audio_ids"), ids("image_ids"));
        let rows = unit["score"].as_array().unwrap().iter().flat_map(numbers);
        let scores: Vec<f32> = rows.map(|score| score as f32).collect();
        let forth = best_places(&scores, &captions, &pictures);
        let back = best_places(&transposed(&scores, pictures.len()), &pictures, &captions);
        for (k, name) in [(1, "1"), (5, "5"), (10, "10")] {
            for (places, direction) in [(&forth, "audio_to_image"), (&back, "image_to_audio")] {
                let expected = unit[direction][name].as_f64().unwrap();
                let found = 100.0 * recall(places, k).unwrap();
                assert!(
                    (found - expected).abs() < 1e-3,
                    "{direction}@{name}: {found}"
                );
            }
        }
    }

    #[test]
    fn a_picture_is_found_by_the_best_of_its_captions() {
        // Captions of pictures 7, 7 and 8; pictures 7 and 8.
        let scores = [0.1, 0.9, 0.8, 0.2, 0.3, 0.7];
        assert_eq!(
            best_places(&scores, &[7, 7, 8], &[7, 8]),
            [Some(1), Some(0), Some(0)]
        );
        let turned = transposed(&scores, 2);
        assert_eq!(turned, [0.1, 0.8, 0.3, 0.9, 0.2, 0.7]);
        // Picture 7 by its second caption; picture 8 after a caption of 7.
        assert_eq!(
            best_places(&turned, &[7, 8], &[7, 7, 8]),
            [Some(0), Some(1)]
        );
    }

    #[test]
    fn ties_go_to_the_lower_column_and_nonsense_comes_last() {
        assert_eq!(best_places(&[0.5, 0.5], &[1], &[0, 1]), [Some(1)]);
        assert_eq!(best_places(&[0.5, 0.5], &[0], &[0, 1]), [Some(0)]);
        assert_eq!(best_places(&[f32::NAN, -9.0], &[0], &[0, 1]), [Some(1)]);
        assert_eq!(best_places(&[0.5, 0.5], &[9], &[0, 1]), [None]);
        assert_eq!(best_places(&[], &[9], &[]), [None]);
        assert_eq!(recall(&[], 1), None);
        assert_eq!(recall(&[Some(3), None], 4), Some(0.5));
    }
}
