//! An utterance without some of its stretches: what is left when a word is not heard.
//!
//! A stretch is not cut out, which would move everything after it, but filled with noise as loud as the room, so that
//! neither its absence nor an edge is heard as something.

use super::SAMPLE_RATE;

/// Seconds around a stretch that go with it: a keyword's times leave out the soft ends of its word.
const MARGIN: f32 = 0.08;
/// Seconds over which sound gives way to noise, so that no edge clicks.
const FADE: f32 = 0.01;
/// Samples of a frame whose loudness is measured: 20 ms.
const FRAME: usize = 320;
/// The room is as loud as the quietest tenth of the frames.
const QUIETEST: usize = 10;

/// `samples` (16 kHz) with every stretch of `spans`, in seconds from the first sample, and a little around it filled
/// with noise at the level of the room. What lies outside the samples is ignored. The same input always gives the same noise.
pub fn occlude(samples: &[f32], spans: &[(f32, f32)]) -> Vec<f32> {
    let mut occluded = samples.to_vec();
    // Uniform noise between -1 and 1 has an effective value of 1 / sqrt 3.
    let peak = room_level(samples) * 3.0_f32.sqrt();
    let mut state = 1_u32;
    for (start, end) in spans {
        // Times that are no numbers have no length either.
        let long = end - start;
        if long.is_nan() || long <= 0.0 {
            continue;
        }
        let first = sample_at(start - MARGIN, samples);
        let last = sample_at(end + MARGIN, samples).max(first);
        let length = last - first;
        for (place, sample) in occluded[first..last].iter_mut().enumerate() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = ((state >> 8) as f32 / 8_388_608.0 - 1.0) * peak;
            let from_edge = place.min(length - 1 - place) as f32;
            let share = (from_edge / (FADE * SAMPLE_RATE as f32)).min(1.0);
            *sample += (noise - *sample) * share;
        }
    }
    occluded
}

/// The sample at `seconds`, inside `samples`.
fn sample_at(seconds: f32, samples: &[f32]) -> usize {
    // Negative times and what is no number become 0.
    ((seconds * SAMPLE_RATE as f32) as usize).min(samples.len())
}

/// Effective value of the quietest frames.
fn room_level(samples: &[f32]) -> f32 {
    let level = |frame: &[f32]| {
        let power = frame.iter().map(|x| x * x).sum::<f32>() / frame.len() as f32;
        power.sqrt()
    };
    let mut levels: Vec<f32> = samples.chunks(FRAME).map(level).collect();
    levels.sort_by(f32::total_cmp);
    levels.get(levels.len() / QUIETEST).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    fn loud_in_a_room() -> Vec<f32> {
        let mut samples = Random::new(7).numbers(16_000, 0.001);
        for sample in &mut samples[4_000..12_000] {
            *sample += 0.5;
        }
        samples
    }

    #[test]
    fn a_stretch_becomes_the_room_and_the_rest_stays() {
        let samples = loud_in_a_room();
        let occluded = occlude(&samples, &[(0.25, 0.75)]);
        let margin = (MARGIN * SAMPLE_RATE as f32) as usize;
        assert_eq!(occluded.len(), samples.len());
        let (before, after) = (4_000 - margin - 2, 12_000 + margin + 2);
        assert_eq!(occluded[..before], samples[..before]);
        assert_eq!(occluded[after..], samples[after..]);
        let inside = &occluded[4_000..12_000];
        assert!(inside.iter().all(|x| x.abs() < 0.01));
        assert!(inside.iter().any(|x| x.abs() > 1e-5), "not digital silence");
        assert_eq!(occlude(&samples, &[(0.25, 0.75)]), occluded);
    }

    #[test]
    fn edges_fade() {
        let occluded = occlude(&loud_in_a_room(), &[(0.4, 0.5)]);
        let steps = occluded[4_100..11_900].windows(2);
        assert!(
            steps
                .map(|pair| (pair[1] - pair[0]).abs())
                .fold(0.0, f32::max)
                < 0.02
        );
    }

    #[test]
    fn stretches_outside_are_ignored() {
        let samples = loud_in_a_room();
        for span in [
            (-3.0, -1.0),
            (2.0, 9.0),
            (0.5, 0.5),
            (0.7, 0.2),
            (2.0, f32::INFINITY),
            (f32::NAN, f32::NAN),
        ] {
            assert_eq!(occlude(&samples, &[span]), samples, "{span:?}");
        }
        assert_eq!(occlude(&[], &[(0.0, 1.0)]), Vec::<f32>::new());
        assert_ne!(occlude(&samples, &[(0.7, f32::INFINITY)]), samples);
    }
}
