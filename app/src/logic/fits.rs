//! From a picture to speech: which of some utterances fit it.

use std::collections::BTreeMap;

/// An utterance and how well it fits a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Name of the utterance.
    pub id: String,
    /// Cosine between utterance and picture.
    pub score: f32,
    /// Length of its bar, `[0, 1]`, relative to the best one.
    pub share: f32,
}

/// The utterances of `embeddings`, by name, that fit the picture with the embedding `picture`, best first.
pub fn fits(picture: &[f32], embeddings: &BTreeMap<String, Vec<f32>>) -> Vec<Fit> {
    let mut fits: Vec<Fit> = embeddings
        .iter()
        .filter(|(_, embedding)| embedding.len() == picture.len())
        .map(|(id, embedding)| Fit {
            id: id.clone(),
            score: embedding.iter().zip(picture).map(|(a, b)| a * b).sum(),
            share: 0.0,
        })
        .collect();
    fits.sort_by(|a, b| b.score.total_cmp(&a.score));
    let best = fits.first().map_or(0.0, |fit| fit.score);
    if best > 0.0 {
        for fit in &mut fits {
            fit.share = (fit.score / best).clamp(0.0, 1.0);
        }
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_utterance_comes_first() {
        let utterances = BTreeMap::from([
            ("moon".to_owned(), vec![1.0, 0.0]),
            ("beach".to_owned(), vec![0.6, 0.8]),
            ("farm".to_owned(), vec![-1.0, 0.0]),
            ("of another model".to_owned(), vec![1.0]),
        ]);
        let fits = fits(&[0.8, 0.6], &utterances);
        let ids: Vec<&str> = fits.iter().map(|fit| fit.id.as_str()).collect();
        assert_eq!(ids, ["beach", "moon", "farm"]);
        assert_eq!(fits[0].share, 1.0);
        assert!((fits[1].share - 0.8 / 0.96).abs() < 1e-6);
        assert_eq!(fits[2].share, 0.0);
    }
}
