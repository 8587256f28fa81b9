//! Where the good matches end. Cosines differ from query to query and from model to model, so there is no fixed
//! threshold: a picture is a good match while its score is nearer to the best one than to the middle of the gallery.

/// How far down from the best score to the gallery's median good matches reach, as a share of that way.
const REACH: f32 = 0.3;
/// A best picture that is no further above the median than this stands out from nothing: there is no line.
const LEAST_LEAD: f32 = 0.02;
/// More good matches than this are no selection.
const MOST: usize = 24;

/// How many of `scores`, best first, are good matches; `None` when none stand out. `median` is that of all pictures.
pub fn good(scores: &[f32], median: f32) -> Option<usize> {
    let best = *scores.first()?;
    let lead = best - median;
    if lead.is_nan() || lead <= LEAST_LEAD {
        return None;
    }
    let line = best - REACH * lead;
    let count = scores.iter().take_while(|score| **score >= line).count();
    (count < scores.len() && count <= MOST).then_some(count)
}

/// The middle one of `scores`: half of the pictures fit better.
pub fn median(scores: impl IntoIterator<Item = f32>) -> f32 {
    let mut scores: Vec<f32> = scores
        .into_iter()
        .filter(|score| score.is_finite())
        .collect();
    if scores.is_empty() {
        return 0.0;
    }
    let middle = scores.len() / 2;
    let (_, median, _) = scores.select_nth_unstable_by(middle, f32::total_cmp);
    *median
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_depends_on_the_query() {
        let sure = [0.8, 0.75, 0.3, 0.2, 0.1];
        assert_eq!(good(&sure, 0.0), Some(2));
        // The same answer from a model whose cosines are all small and close.
        let narrow: Vec<f32> = sure.iter().map(|score| 0.2 + score * 0.1).collect();
        assert_eq!(good(&narrow, 0.2), Some(2));
    }

    #[test]
    fn there_is_no_line_where_nothing_stands_out() {
        assert_eq!(good(&[0.31, 0.305, 0.3], 0.3), None);
        assert_eq!(
            good(&[0.8, 0.8, 0.8], 0.0),
            None,
            "everything is equally good"
        );
        assert_eq!(good(&[0.8; 60], 0.0), None);
        assert_eq!(good(&[], 0.0), None);
        assert_eq!(good(&[f32::NAN, 0.1], 0.0), None);
        assert_eq!(good(&[0.5, 0.4], f32::NAN), None);
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median([0.3, 0.1, 0.2]), 0.2);
        assert_eq!(median([f32::NAN, 0.4]), 0.4);
        assert_eq!(median([]), 0.0);
    }
}
