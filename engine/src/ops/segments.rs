//! The boundary detector of segmental SpeechCLIP on plain numbers (spec: architecture section 12).
//!
//! Neighbouring frames that differ more than those around them lie on either side of a boundary.

/// An utterance cut at its boundaries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Boundaries {
    /// Of frames `t` and `t + 1`, how unlike they are: 0 for the most alike pair, 1 for the least.
    pub dissimilarity: Vec<f32>,
    /// Height of the peak there, 0 where there is none. A boundary lies after frame `t` if it is above 0.
    pub peaks: Vec<f32>,
    /// First frame of each segment.
    pub starts: Vec<usize>,
    /// Frames.
    pub frames: usize,
}

/// Finds the boundaries from the cosines of neighbouring frames (one fewer than frames).
pub fn boundaries(cosines: &[f32], frames: usize, threshold: f32) -> Boundaries {
    let lowest = cosines.iter().copied().fold(f32::INFINITY, f32::min);
    let highest = cosines.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    // All pairs alike: there is nothing to tell them apart by, and no peak either.
    let range = (highest - lowest).max(1e-12);
    let dissimilarity: Vec<f32> = cosines
        .iter()
        .map(|cosine| 1.0 - (cosine - lowest) / range)
        .collect();
    let peaks: Vec<f32> = (0..dissimilarity.len())
        .map(|t| peak(&dissimilarity, t, threshold))
        .collect();
    let after = peaks.iter().enumerate().filter(|(_, peak)| **peak > 0.0);
    let starts = std::iter::once(0)
        .filter(|_| frames > 0)
        .chain(after.map(|(t, _)| t + 1))
        .collect();
    Boundaries {
        dissimilarity,
        peaks,
        starts,
        frames,
    }
}

/// How far a pair stands out from its neighbours at distance 1 and 2, beyond the threshold.
fn peak(d: &[f32], t: usize, threshold: f32) -> f32 {
    let above = |distance: usize| -> Option<f32> {
        let before = d.get(t.checked_sub(distance)?)?;
        let after = d.get(t + distance)?;
        Some((d[t] - after).max(0.0).min((d[t] - before).max(0.0)))
    };
    let near = above(1).unwrap_or(0.0);
    let far = above(2).unwrap_or(0.0);
    (near.max(far) - threshold).max(0.0).min(near)
}

impl Boundaries {
    /// First frame and frame after the last of each segment.
    pub fn segments(&self) -> impl Iterator<Item = (usize, usize)> {
        let ends = self.starts.iter().skip(1).copied().chain([self.frames]);
        self.starts.iter().copied().zip(ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_deep_valley_of_likeness_is_one_boundary() {
        let cosines = [0.9, 0.9, 0.88, 0.1, 0.9, 0.91];
        let found = boundaries(&cosines, 7, 0.05);
        assert_eq!(found.starts, [0, 4]);
        assert_eq!(found.segments().collect::<Vec<_>>(), [(0, 4), (4, 7)]);
        assert_eq!(found.dissimilarity[3], 1.0);
    }

    #[test]
    fn nothing_to_tell_apart_is_one_segment() {
        assert_eq!(boundaries(&[0.5; 4], 5, 0.05).starts, [0]);
        assert_eq!(boundaries(&[], 1, 0.05).starts, [0]);
        assert_eq!(boundaries(&[], 0, 0.05).segments().count(), 0);
    }

    #[test]
    fn the_ends_have_no_neighbours_to_stand_out_from() {
        assert_eq!(boundaries(&[0.0, 0.9, 0.9, 0.0], 5, 0.05).starts, [0]);
    }
}
