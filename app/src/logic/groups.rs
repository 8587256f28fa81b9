//! Near-duplicates: pictures that look the same to the model. The best ranked of them stands for the others.

/// Cosine from which two pictures count as the same.
pub const SAME: f32 = 0.97;

/// For each picture of `ranked` (positions in the gallery, best first), the position in the gallery of a better
/// ranked one that it repeats. `embeddings` are the gallery's, rows of `dimension` numbers and length 1.
///
/// Only pictures that stand for themselves are compared with, so that a chain of small differences does not tie the
/// ends of it together.
pub fn leaders(ranked: &[usize], embeddings: &[f32], dimension: usize) -> Vec<Option<usize>> {
    let row = |picture: usize| {
        let start = picture.checked_mul(dimension)?;
        embeddings.get(start..start.checked_add(dimension)?)
    };
    let mut leading: Vec<usize> = Vec::new();
    ranked
        .iter()
        .map(|picture| {
            let own = row(*picture)?;
            let known = leading
                .iter()
                .copied()
                .find(|leader| row(*leader).is_some_and(|row| dot(row, own) >= SAME));
            if known.is_none() {
                leading.push(*picture);
            }
            known
        })
        .collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Directions in a plane, by their angle in degrees.
    fn directions(degrees: &[f32]) -> Vec<f32> {
        let pair = |angle: &f32| [angle.to_radians().cos(), angle.to_radians().sin()];
        degrees.iter().flat_map(pair).collect()
    }

    #[test]
    fn the_best_of_its_kind_leads() {
        let gallery = directions(&[0.0, 90.0, 5.0, 91.0, 45.0]);
        let found = leaders(&[2, 1, 0, 4, 3], &gallery, 2);
        assert_eq!(found, [None, None, Some(2), None, Some(1)]);
    }

    #[test]
    fn chains_are_not_tied_together() {
        // Each is near the next one; the ends are far apart.
        let gallery = directions(&[0.0, 12.0, 24.0]);
        assert_eq!(leaders(&[0, 1, 2], &gallery, 2), [None, Some(0), None]);
    }

    #[test]
    fn pictures_that_are_not_there_lead_nothing() {
        assert_eq!(
            leaders(&[9, 0, usize::MAX], &directions(&[0.0]), 2),
            [None; 3]
        );
        assert!(leaders(&[], &[], 0).is_empty());
    }
}
