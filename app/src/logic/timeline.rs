//! Where keywords go under the waveform: chips below their stretch of sound, in lanes so that labels never collide.

/// What is to be placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    /// Start of the stretch, seconds.
    pub start: f32,
    /// End of the stretch, seconds.
    pub end: f32,
    /// Width the label needs, pixels.
    pub width: f32,
}

/// Where a keyword was placed; pixels from the left edge of the timeline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Left edge of the lit stretch.
    pub span_left: f32,
    /// Width of the lit stretch.
    pub span_width: f32,
    /// Left edge of the chip.
    pub chip_left: f32,
    /// 0 is the lane nearest to the waveform.
    pub lane: usize,
}

/// Pixels kept free between two chips of one lane.
pub const GAP: f32 = 6.0;

/// The narrowest lit stretch: shorter ones would be invisible.
const NARROWEST_SPAN: f32 = 6.0;

/// How many seconds the timeline shows.
///
/// While sound comes in, in steps, so that what is on the screen stays where it is most of the time;
/// afterwards exactly the utterance.
pub fn axis_seconds(seconds: f32, live: bool, limit: f32) -> f32 {
    if live {
        [4.0, 8.0, limit]
            .into_iter()
            .find(|step| seconds <= *step)
            .unwrap_or_else(|| seconds.max(limit))
    } else {
        seconds.max(1.0)
    }
}

/// Places labels, given in order of time, on an axis of `axis_seconds` across `width` pixels.
///
/// Each chip is centred under its stretch, kept inside the timeline, and put into the first lane with
/// room to its left. A label's lane depends only on labels before it, so new keywords at the end of
/// an utterance never move earlier ones.
pub fn place(labels: &[Label], axis_seconds: f32, width: f32) -> Vec<Placed> {
    let pixels = width / axis_seconds.max(f32::EPSILON);
    let mut lane_ends: Vec<f32> = Vec::new();
    labels
        .iter()
        .map(|label| {
            let left = (label.start * pixels).clamp(0.0, width);
            let right = (label.end * pixels).clamp(left, width);
            let span_width = (right - left).max(NARROWEST_SPAN);
            let centred = left + (span_width - label.width) / 2.0;
            let chip_left = centred.min(width - label.width).max(0.0);
            let lane = lane_ends
                .iter()
                .position(|end| end + GAP <= chip_left)
                .unwrap_or(lane_ends.len());
            let end = chip_left + label.width;
            match lane_ends.get_mut(lane) {
                Some(lane_end) => *lane_end = end,
                None => lane_ends.push(end),
            }
            Placed {
                span_left: left,
                span_width,
                chip_left,
                lane,
            }
        })
        .collect()
}

/// The stretch (as an index into `spans`) that holds the moment `seconds`, if any; the later one where two touch.
pub fn span_at(spans: &[(f32, f32)], seconds: f32) -> Option<usize> {
    spans
        .iter()
        .rposition(|(start, end)| *start <= seconds && seconds < *end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(start: f32, end: f32, width: f32) -> Label {
        Label { start, end, width }
    }

    #[test]
    fn the_live_axis_grows_in_steps() {
        assert_eq!(axis_seconds(0.0, true, 15.0), 4.0);
        assert_eq!(axis_seconds(4.0, true, 15.0), 4.0);
        assert_eq!(axis_seconds(4.1, true, 15.0), 8.0);
        assert_eq!(axis_seconds(9.0, true, 15.0), 15.0);
        assert_eq!(axis_seconds(15.2, true, 15.0), 15.2);
        assert_eq!(axis_seconds(2.4, false, 15.0), 2.4);
        assert_eq!(axis_seconds(0.2, false, 15.0), 1.0);
    }

    #[test]
    fn chips_sit_centred_under_their_stretch() {
        let placed = place(&[label(1.0, 2.0, 60.0)], 4.0, 400.0);
        assert_eq!(
            placed,
            [Placed {
                span_left: 100.0,
                span_width: 100.0,
                chip_left: 120.0,
                lane: 0
            }]
        );
    }

    #[test]
    fn labels_of_one_lane_never_overlap() {
        let labels: Vec<Label> = (0..12)
            .map(|i| label(i as f32 * 0.3, i as f32 * 0.3 + 0.25, 70.0))
            .collect();
        let placed = place(&labels, 4.0, 360.0);
        for (i, a) in placed.iter().enumerate() {
            assert!(a.chip_left >= 0.0 && a.chip_left + 70.0 <= 360.0);
            for (j, b) in placed.iter().enumerate().skip(i + 1) {
                let apart = b.chip_left >= a.chip_left + labels[i].width + GAP;
                assert!(a.lane != b.lane || apart, "{i} and {j} collide");
            }
        }
    }

    #[test]
    fn later_keywords_leave_earlier_ones_alone() {
        let labels: Vec<Label> = (0..6)
            .map(|i| label(i as f32 * 0.4, i as f32 * 0.4 + 0.3, 55.0))
            .collect();
        let all = place(&labels, 4.0, 390.0);
        for count in 0..labels.len() {
            assert_eq!(place(&labels[..count], 4.0, 390.0), all[..count]);
        }
    }

    #[test]
    fn edges_hold() {
        let placed = place(
            &[label(0.0, 0.001, 80.0), label(3.9, 9.0, 80.0)],
            4.0,
            200.0,
        );
        assert_eq!(placed[0].chip_left, 0.0);
        assert_eq!(placed[0].span_width, 6.0);
        assert_eq!(placed[1].chip_left, 120.0);
        assert!(place(&[label(0.0, 1.0, 500.0)], 4.0, 200.0)[0].chip_left == 0.0);
        assert!(place(&[], 0.0, 0.0).is_empty());
    }

    #[test]
    fn a_moment_finds_its_stretch() {
        let spans = [(0.2, 0.6), (0.6, 1.0), (1.4, 1.8)];
        assert_eq!(span_at(&spans, 0.1), None);
        assert_eq!(span_at(&spans, 0.6), Some(1));
        assert_eq!(span_at(&spans, 1.2), None);
        assert_eq!(span_at(&spans, 1.5), Some(2));
    }
}
