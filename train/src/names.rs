//! Which of some names was said, by phones alone.

/// Log-likelihood of a pronunciation: connectionist temporal classification summed over every alignment.
/// `log_probabilities` are frames of `symbols` numbers, symbol 0 the blank.
pub fn log_likelihood(log_probabilities: &[f32], symbols: usize, phones: &[u8]) -> f32 {
    // States: blank, phone, blank, phone, ..., blank.
    let states = 2 * phones.len() + 1;
    let symbol = |state: usize| match state % 2 {
        0 => 0,
        _ => usize::from(phones[state / 2]),
    };
    let mut reached = vec![f32::NEG_INFINITY; states];
    for (index, frame) in log_probabilities.chunks_exact(symbols).enumerate() {
        let before = reached.clone();
        for state in 0..states {
            let mut from = match index {
                0 if state < 2 => 0.0,
                0 => f32::NEG_INFINITY,
                _ => before[state],
            };
            if index > 0 && state > 0 {
                from = add(from, before[state - 1]);
            }
            // A blank may be left out between two phones that differ.
            if index > 0 && state > 2 && state % 2 == 1 && symbol(state) != symbol(state - 2) {
                from = add(from, before[state - 2]);
            }
            reached[state] = from + frame[symbol(state)];
        }
    }
    let last = reached[states - 1];
    if states > 1 {
        add(last, reached[states - 2])
    } else {
        last
    }
}

/// `ln(exp(a) + exp(b))`.
fn add(a: f32, b: f32) -> f32 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if low == f32::NEG_INFINITY {
        high
    } else {
        high + (low - high).exp().ln_1p()
    }
}

/// The best symbol of each frame, repetitions and blanks taken out.
pub fn greedy(log_probabilities: &[f32], symbols: usize) -> Vec<u8> {
    let mut phones = Vec::new();
    let mut before = 0;
    for frame in log_probabilities.chunks_exact(symbols) {
        let best = (0..symbols)
            .max_by(|&a, &b| frame[a].total_cmp(&frame[b]))
            .unwrap_or(0);
        if best != before && best != 0 {
            phones.push(best as u8);
        }
        before = best;
    }
    phones
}

/// Insertions, deletions and substitutions that turn one sequence into the other.
pub fn edits(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likelihoods_sum_over_the_alignments() {
        // Two frames, blank and two phones; phone 1 alone: 11, 1_, _1.
        let p = [[0.2f32, 0.5, 0.3], [0.4, 0.35, 0.25]];
        let logs: Vec<f32> = p.iter().flatten().map(|p| p.ln()).collect();
        let expected = 0.5 * 0.35 + 0.5 * 0.4 + 0.2 * 0.35;
        assert!((log_likelihood(&logs, 3, &[1]) - f32::ln(expected)).abs() < 1e-5);
        let both = 0.5f32 * 0.25;
        assert!((log_likelihood(&logs, 3, &[1, 2]) - both.ln()).abs() < 1e-5);
        // A phone twice needs a blank between: three frames.
        assert_eq!(log_likelihood(&logs, 3, &[1, 1]), f32::NEG_INFINITY);
        assert!((log_likelihood(&logs, 3, &[]) - (0.2f32 * 0.4).ln()).abs() < 1e-5);
    }

    #[test]
    fn greedy_reading_merges_repetitions() {
        let frames = [1, 1, 0, 1, 2, 2, 0];
        let logs: Vec<f32> = frames
            .iter()
            .flat_map(|&best| (0..3).map(move |s| if s == best { 0.0 } else { -9.0 }))
            .collect();
        assert_eq!(greedy(&logs, 3), [1, 1, 2]);
        assert_eq!(edits(&[1, 2, 3], &[1, 3]), 1);
        assert_eq!(edits(&[1, 2], &[3, 1, 2, 2]), 2);
    }
}
