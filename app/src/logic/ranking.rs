//! Ranked pictures as they are shown: which, in which order, with how long a bar, and where the good ones end.

use std::collections::BTreeSet;

use crate::logic::cut;
use crate::protocol::Ranking;

/// Ranked pictures shown before more are asked for.
const RANKED_PAGE: usize = 24;
/// The same while somebody speaks: four times a second there are others, and each new one is fetched, decoded and drawn.
const LIVE_PAGE: usize = 12;
/// Pictures shown before more are asked for while there is no ranking.
const GALLERY_PAGE: usize = 48;

/// Positions of the pictures on the first `pages` pages, in order, and how many there are on later
/// ones: the best pictures, or those of the gallery while there is no ranking. `live`: while somebody speaks.
pub fn shown(rows: &[Row], pictures: usize, pages: usize, live: bool) -> (Vec<usize>, usize) {
    if rows.is_empty() {
        let count = pictures.min(GALLERY_PAGE.saturating_mul(pages));
        ((0..count).collect(), pictures - count)
    } else {
        let page = if live { LIVE_PAGE } else { RANKED_PAGE };
        let count = rows.len().min(page.saturating_mul(pages));
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
    /// Length of the score bar, `[0, 1]`: how far above the middle of the gallery, relative to the best picture.
    /// Cosines mean little by themselves and differ from query to query and from model to model.
    pub share: f32,
    /// Whether it is a good match, where any stand out.
    pub good: Option<bool>,
    /// Position in the gallery of the picture that this one repeats.
    pub repeats: Option<usize>,
    /// How many pictures repeat this one.
    pub repeated: usize,
}

/// Rows of a ranking. Matches that name no picture of the gallery are left out.
pub fn rows(ranking: &Ranking, pictures: usize) -> Vec<Row> {
    let matches: Vec<_> = ranking
        .matches
        .iter()
        .filter(|found| found.index < pictures)
        .collect();
    let scores: Vec<f32> = matches.iter().map(|found| found.score).collect();
    let good = cut::good(&scores, ranking.median);
    let lead = scores.first().map_or(0.0, |best| best - ranking.median);
    matches
        .iter()
        .enumerate()
        .map(|(place, found)| Row {
            item: found.index,
            score: found.score,
            share: if lead > 0.0 {
                ((found.score - ranking.median) / lead).clamp(0.0, 1.0)
            } else {
                0.0
            },
            good: good.map(|count| place < count),
            repeats: found.repeats,
            repeated: matches
                .iter()
                .filter(|other| other.repeats == Some(found.index))
                .count(),
        })
        .collect()
}

/// Rows without the pictures that repeat a better one, except of those in `open`: these follow the one they repeat.
pub fn folded(rows: &[Row], open: &BTreeSet<usize>) -> Vec<Row> {
    let own = rows.iter().filter(|row| row.repeats.is_none());
    own.flat_map(|leader| {
        let is_open = open.contains(&leader.item);
        let repeats = rows
            .iter()
            .filter(move |row| is_open && row.repeats == Some(leader.item));
        std::iter::once(leader).chain(repeats)
    })
    .copied()
    .collect()
}

/// How many good matches there are, where any stand out, and which picture is the first that is none.
pub fn line(rows: &[Row]) -> Option<(usize, usize)> {
    let count = rows.iter().take_while(|row| row.good == Some(true)).count();
    let after = rows.get(count).filter(|_| count > 0)?;
    Some((count, after.item))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Match;

    fn ranking(scores: &[f32], median: f32) -> Ranking {
        let matches = scores.iter().enumerate().map(|(index, score)| Match {
            index,
            score: *score,
            repeats: None,
        });
        Ranking {
            matches: matches.collect(),
            median,
            embedding: Vec::new(),
        }
    }

    #[test]
    fn bars_say_how_far_above_the_middle() {
        let rows = rows(&ranking(&[0.5, 0.4, 0.2, -0.2], 0.1), 10);
        let shares: Vec<f32> = rows.iter().map(|row| (row.share * 100.0).round()).collect();
        assert_eq!(shares, [100.0, 75.0, 25.0, 0.0]);
        assert_eq!(rows[1].score, 0.4);
    }

    #[test]
    fn good_matches_end_somewhere() {
        let sure = rows(&ranking(&[0.8, 0.75, 0.2, 0.1], 0.0), 10);
        assert_eq!(line(&sure), Some((2, 2)));
        let unsure = rows(&ranking(&[0.101, 0.1, 0.1], 0.1), 10);
        assert_eq!(line(&unsure), None);
        assert_eq!(line(&[]), None);
    }

    #[test]
    fn pages_add_up() {
        let ranked = rows(&ranking(&[0.5; 60], 0.0), 240);
        assert_eq!(shown(&ranked, 240, 1, false), ((0..24).collect(), 36));
        assert_eq!(shown(&ranked, 240, 1, true), ((0..12).collect(), 48));
        assert_eq!(shown(&ranked, 240, 3, false), ((0..60).collect(), 0));
        assert_eq!(shown(&[], 240, 1, false), ((0..48).collect(), 192));
        assert_eq!(shown(&[], 30, 1, false), ((0..30).collect(), 0));
        assert_eq!(shown(&[], 0, 1, false), (Vec::new(), 0));
        assert_eq!(shown(&[], 240, usize::MAX, false).1, 0);
    }

    #[test]
    fn nothing_above_the_middle_has_no_bars() {
        let flat = rows(&ranking(&[-0.1, -0.2], 0.0), 10);
        assert!(flat.iter().all(|row| row.share == 0.0));
        assert!(rows(&ranking(&[], 0.0), 10).is_empty());
    }

    #[test]
    fn pictures_that_are_not_there_are_left_out() {
        assert_eq!(rows(&ranking(&[0.4, 0.3, 0.2], 0.0), 2).len(), 2);
    }

    #[test]
    fn repeats_wait_behind_the_one_they_repeat() {
        let mut alike = ranking(&[0.9, 0.8, 0.7, 0.6], 0.0);
        alike.matches[2].repeats = Some(0);
        alike.matches[3].repeats = Some(0);
        let rows = rows(&alike, 10);
        assert_eq!((rows[0].repeated, rows[1].repeated), (2, 0));
        let items = |rows: Vec<Row>| rows.iter().map(|row| row.item).collect::<Vec<_>>();
        assert_eq!(items(folded(&rows, &BTreeSet::new())), [0, 1]);
        assert_eq!(items(folded(&rows, &BTreeSet::from([0]))), [0, 2, 3, 1]);
    }
}
