//! Small rearrangements of weights.

use super::ConvertError;

/// One after another.
pub(super) fn concat(parts: [Vec<f32>; 3]) -> Vec<f32> {
    parts.concat()
}

/// `[rows, columns]` -> `[columns, rows]`.
pub(super) fn transpose(numbers: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns)
        .flat_map(|column| (0..rows).map(move |row| numbers[row * columns + column]))
        .collect()
}

/// `[outputs, inputs, taps]` -> `[outputs, taps * inputs]`, all inputs of a tap side by side.
pub(super) fn tap_major(weight: &[f32], [outputs, inputs, taps]: [usize; 3]) -> Vec<f32> {
    let row = inputs * taps;
    (0..outputs)
        .flat_map(|output| transpose(&weight[output * row..(output + 1) * row], inputs, taps))
        .collect()
}

/// Weight norm with one length a tap: `w[.., k] = g[k] v[.., k] / |v[.., k]|` (spec: architecture section 3.2).
pub(super) fn fold_weight_norm(
    weight: &mut [f32],
    lengths: &[f32],
    taps: usize,
) -> Result<(), ConvertError> {
    if lengths.len() != taps || taps == 0 {
        let problem = format!("weight norm has {} lengths for {taps} taps", lengths.len());
        return Err(ConvertError::foreign(problem));
    }
    let mut squares = vec![0.0_f64; taps];
    for row in weight.chunks_exact(taps) {
        squares
            .iter_mut()
            .zip(row)
            .for_each(|(sum, v)| *sum += f64::from(*v).powi(2));
    }
    let factors: Vec<f32> = lengths
        .iter()
        .zip(&squares)
        .map(|(length, square)| (f64::from(*length) / square.sqrt()) as f32)
        .collect();
    for row in weight.chunks_exact_mut(taps) {
        row.iter_mut()
            .zip(&factors)
            .for_each(|(v, factor)| *v *= factor);
    }
    Ok(())
}

/// Exponentials over their sum.
pub(super) fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exponentials: Vec<f64> = logits
        .iter()
        .map(|logit| f64::from(logit - largest).exp())
        .collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials.iter().map(|x| (x / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_come_outermost() {
        // Two outputs, two inputs, three taps.
        let weight: Vec<f32> = (0..12).map(|n| n as f32).collect();
        let rows = tap_major(&weight, [2, 2, 3]);
        assert_eq!(&rows[..6], [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        assert_eq!(&rows[6..], [6.0, 9.0, 7.0, 10.0, 8.0, 11.0]);
    }

    #[test]
    fn weight_norm_gives_each_tap_its_length() {
        let mut weight = vec![3.0, 1.0, 4.0, 1.0];
        fold_weight_norm(&mut weight, &[10.0, 2.0], 2).unwrap();
        assert_eq!(weight[0], 6.0);
        assert_eq!(weight[2], 8.0);
        assert!((weight[1] - std::f32::consts::SQRT_2).abs() < 1e-6);
        assert!(fold_weight_norm(&mut weight, &[1.0], 2).is_err());
    }

    #[test]
    fn shares_sum_to_one() {
        let shares = softmax(&[0.0, 1.0, -1.0]);
        assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(shares[1] > shares[0] && shares[0] > shares[2]);
    }
}
