//! Ranked pictures as they are shown: which, in which order, with how long a bar.

use crate::protocol::Match;

/// Ranked pictures shown before more are asked for.
const RANKED_PAGE: usize = 24;
/// Pictures shown before more are asked for while there is no ranking.
const GALLERY_PAGE: usize = 48;

/// Positions of the pictures on the first `pages` pages, in order, and how many there are on later
/// ones: the best pictures, or those of the gallery while there is no ranking.
pub fn shown(rows: &[Row], pictures: usize, pages: usize) -> (Vec<usize>, usize) {
    if rows.is_empty() {
        let count = pictures.min(GALLERY_PAGE.saturating_mul(pages));
        ((0..count).collect(), pictures - count)
    } else {
        let count = rows.len().min(RANKED_PAGE.saturating_mul(pages));
        (
            rows.iter().take(count).map(|row| row.item).collect(),
            rows.len() - count,
        )
    }
}

/// One ranked picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Position in the gallery.
    pub item: usize,
    /// Cosine between utterance and picture.
    pub score: f32,
    /// Length of the score bar, `[0, 1]`, relative to the best picture. Cosines mean little by
    /// themselves and differ from query to query; how far behind the best one is, is what a bar can say.
    pub share: f32,
}

/// Rows for matches given best first. Matches that name no picture of the gallery are left out.
pub fn rows(matches: &[Match], pictures: usize) -> Vec<Row> {
    let best = matches.first().map_or(0.0, |first| first.score);
    matches
        .iter()
        .filter(|found| found.index < pictures)
        .map(|found| Row {
            item: found.index,
            score: found.score,
            share: if best > 0.0 {
                (found.score / best).clamp(0.0, 1.0)
            } else {
                0.0
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(scores: &[f32]) -> Vec<Match> {
        scores
            .iter()
            .enumerate()
            .map(|(index, score)| Match {
                index,
                score: *score,
            })
            .collect()
    }

    #[test]
    fn bars_are_relative_to_the_best() {
        let rows = rows(&matches(&[0.4, 0.3, 0.1, -0.2]), 10);
        let shares: Vec<f32> = rows.iter().map(|row| (row.share * 100.0).round()).collect();
        assert_eq!(shares, [100.0, 75.0, 25.0, 0.0]);
        assert_eq!(rows[1].score, 0.3);
    }

    #[test]
    fn pages_add_up() {
        let ranked = rows(&matches(&[0.5; 60]), 240);
        assert_eq!(shown(&ranked, 240, 1), ((0..24).collect(), 36));
        assert_eq!(shown(&ranked, 240, 3), ((0..60).collect(), 0));
        assert_eq!(shown(&[], 240, 1), ((0..48).collect(), 192));
        assert_eq!(shown(&[], 30, 1), ((0..30).collect(), 0));
        assert_eq!(shown(&[], 0, 1), (Vec::new(), 0));
        assert_eq!(shown(&[], 240, usize::MAX).1, 0);
    }

    #[test]
    fn nothing_good_has_no_bars() {
        assert!(
            rows(&matches(&[-0.1, -0.2]), 10)
                .iter()
                .all(|row| row.share == 0.0)
        );
        assert!(rows(&[], 10).is_empty());
    }

    #[test]
    fn pictures_that_are_not_there_are_left_out() {
        assert_eq!(rows(&matches(&[0.4, 0.3, 0.2]), 2).len(), 2);
    }
}
