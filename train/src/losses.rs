//! What the networks are asked to get right.

use burn::nn::loss::CTCLossConfig;
use burn::prelude::*;
use burn::tensor::activation::{log_sigmoid, log_softmax};

use crate::model::head::normalise;
use crate::teacher::TEACHER_WIDTH;
use crate::vocabulary::FIRST_WORD;

/// Contrastive logits are cosines times this: the papers' fixed temperature 0.07.
pub const SCALE: f32 = 1.0 / 0.07;

/// Cross-entropy of picking the right partner in a batch, both ways. `a`, `b`: `[batch, embedding]`,
/// L2-normalised; `same[i][j]` (1 where `b_j` is as right as `b_i` for `a_i`, the diagonal excluded)
/// takes such pairs out of the denominators (spec: architecture section 17).
pub fn contrastive(a: Tensor<2>, b: Tensor<2>, same: Tensor<2>, scale: f32) -> Tensor<1> {
    let logits = a.matmul(b.transpose()) * scale - same * 1e4;
    let picked = |logits: Tensor<2>| {
        let batch = logits.dims()[0];
        let diagonal = Tensor::<2>::eye(batch, &logits.device());
        (log_softmax(logits, 1) * diagonal).sum() / -(batch as f32)
    };
    (picked(logits.clone()) + picked(logits.transpose())) * 0.5
}

/// Cross-entropy of finding the own name of each row among `names [names, embedding]`: the first is the first row's, and so on.
/// `said`: what each says; names that say the same do not count against each other.
pub fn among<T: PartialEq>(rows: Tensor<2>, names: Tensor<2>, said: &[T]) -> Tensor<1> {
    let device = rows.device();
    let own = rows.dims()[0];
    let (mut wanted, mut same) = (Vec::new(), Vec::new());
    for row in 0..own {
        for (name, there) in said.iter().enumerate() {
            wanted.push(f32::from(u8::from(name == row)));
            same.push(f32::from(u8::from(name != row && *there == said[row])));
        }
    }
    let same = Tensor::<2>::from_data(TensorData::new(same, [own, said.len()]), &device);
    let logits = rows.matmul(names.transpose()) * SCALE - same * 1e4;
    cross_entropy(logits, wanted, own.max(1) as f32)
}

/// Of logits `[rows, columns]` and how much each column is wanted: the sum over rows, divided by `total`.
fn cross_entropy(logits: Tensor<2>, wanted: Vec<f32>, total: f32) -> Tensor<1> {
    let wanted = TensorData::new(wanted, logits.dims());
    let wanted = Tensor::<2>::from_data(wanted, &logits.device());
    (log_softmax(logits, 1) * wanted).sum() / -total
}

/// Cross-entropy of telling what each row is about: `rows [batch, embedding]` against `directions [kinds, embedding]`, both of
/// length 1; `meant`: which kinds, all of them alike. Rows that mean nothing do not count.
pub fn told(rows: Tensor<2>, directions: Tensor<2>, meant: &[Vec<u16>]) -> Tensor<1> {
    let kinds = directions.dims()[0];
    let mut wanted = vec![0.0f32; meant.len() * kinds];
    for (wanted, meant) in wanted.chunks_exact_mut(kinds).zip(meant) {
        for &kind in meant {
            wanted[usize::from(kind)] = 1.0 / meant.len() as f32;
        }
    }
    let logits = rows.matmul(directions.transpose()) * SCALE;
    let counted = meant.iter().filter(|meant| !meant.is_empty()).count();
    cross_entropy(logits, wanted, counted.max(1) as f32)
}

/// The mean of 1 - cosine over pairs of rows, L2-normalised.
pub fn apart(a: Tensor<2>, b: Tensor<2>) -> Tensor<1> {
    ((a * b).sum_dim(1).neg() + 1.0).mean()
}

/// Marks pairs of a batch that mean the same, the diagonal excluded. `keys`: equal where the meaning is.
pub fn same_pairs<T: PartialEq>(keys: &[T], device: &Device) -> Tensor<2> {
    let batch = keys.len();
    let mut same = vec![0.0f32; batch * batch];
    for row in 0..batch {
        for column in 0..batch {
            if row != column && keys[row] == keys[column] {
                same[row * batch + column] = 1.0;
            }
        }
    }
    Tensor::from_data(TensorData::new(same, [batch, batch]), device)
}

/// Binary cross-entropy with logits: summed over a row, the mean over rows.
pub fn binary(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let right = targets.clone() * log_sigmoid(logits.clone());
    let wrong = (targets.clone().neg() + 1.0) * log_sigmoid(logits.neg());
    let rows = targets.dims()[0] as f32;
    (right + wrong).sum() / -rows
}

/// How much a place with nothing counts beside one where something stands: there are many of them.
const EMPTY_WEIGHT: f32 = 0.1;

/// Cross-entropy of recognising what stands where. `places [batch, places, kinds + 1]`: logits, nothing last; `standing`:
/// places of the whole batch, and which kind of drawing stands there, if any.
pub fn recognised(places: Tensor<3>, standing: &[(usize, Option<u16>)]) -> Tensor<1> {
    let device = places.device();
    let [batch, count, kinds] = places.dims();
    if standing.is_empty() {
        return Tensor::zeros([1], &device);
    }
    let rows: Vec<i64> = standing.iter().map(|&(place, _)| place as i64).collect();
    let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [standing.len()]), &device);
    let mut wanted = vec![0.0f32; standing.len() * kinds];
    let mut total = 0.0f32;
    for (wanted, &(_, kind)) in wanted.chunks_exact_mut(kinds).zip(standing) {
        let (column, weight) = match kind {
            Some(kind) => (usize::from(kind), 1.0),
            None => (kinds - 1, EMPTY_WEIGHT),
        };
        wanted[column] = weight;
        total += weight;
    }
    let logits = places.reshape([batch * count, kinds]).select(0, rows);
    cross_entropy(logits, wanted, total)
}

/// Connectionist temporal classification: mean over the batch of the loss a phone.
/// `log_probabilities [batch, frames, phones]`; utterances whose phones do not fit their frames count 0.
pub fn phones(log_probabilities: Tensor<3>, frames: &[usize], targets: &[Vec<u8>]) -> Tensor<1> {
    let device = log_probabilities.device();
    let batch = targets.len();
    let longest = targets.iter().map(Vec::len).max().unwrap_or(1).max(1);
    let mut ids = vec![1i64; batch * longest];
    for (row, target) in targets.iter().enumerate() {
        for (column, &phone) in target.iter().enumerate() {
            ids[row * longest + column] = i64::from(phone);
        }
    }
    let integers = |values: Vec<i64>| {
        let count = values.len();
        Tensor::<1, Int>::from_data(TensorData::new(values, [count]), &device)
    };
    let losses = CTCLossConfig::new()
        .with_zero_infinity(true)
        .init()
        .forward(
            log_probabilities.swap_dims(0, 1),
            Tensor::from_data(TensorData::new(ids, [batch, longest]), &device),
            integers(frames.iter().map(|&frames| frames as i64).collect()),
            integers(targets.iter().map(|target| target.len() as i64).collect()),
        );
    let lengths: Vec<f32> = targets
        .iter()
        .map(|target| target.len().max(1) as f32)
        .collect();
    (losses / Tensor::from_data(TensorData::new(lengths, [batch]), &device)).mean()
}

/// Naming logits are cosines times this. The papers' temperature of keyword selection is 0.1, a scale of 10: among two thousand
/// words even a cosine of 0.6 then has a tenth of the probability, and learning hardly begins.
const NAMING_SCALE: f32 = 24.0;

/// Cross-entropy of naming the slots: `keywords [batch, slots, embedding]` against the rows of
/// `table [vocabulary, embedding]`, both L2-normalised, times [`NAMING_SCALE`]; slots past an utterance's word count, and words
/// that have no token, do not count.
pub fn naming(keywords: Tensor<3>, table: Tensor<2>, words: &[Vec<u16>]) -> Tensor<1> {
    let device = keywords.device();
    let [batch, slots, _] = keywords.dims();
    let vocabulary = table.dims()[0];
    let mut wanted = vec![0.0f32; batch * slots * vocabulary];
    let mut total = 0usize;
    for (row, words) in words.iter().enumerate() {
        for (slot, &word) in words.iter().take(slots).enumerate() {
            if usize::from(word) < FIRST_WORD {
                continue;
            }
            wanted[(row * slots + slot) * vocabulary + usize::from(word)] = 1.0;
            total += 1;
        }
    }
    let wanted =
        Tensor::<3>::from_data(TensorData::new(wanted, [batch, slots, vocabulary]), &device);
    let cosines = keywords.matmul(table.transpose().unsqueeze::<3>());
    (log_softmax(cosines * NAMING_SCALE, 2) * wanted).sum() / -(total.max(1) as f32)
}

/// How far the encoder is from its teacher: squared distance a number, and 1 - cosine, over real frames.
/// `said [batch, steps, TEACHER_WIDTH]`; `wanted`: vectors of each utterance.
pub fn taught(said: Tensor<3>, wanted: &[Vec<f32>]) -> Tensor<1> {
    let device = said.device();
    let [batch, steps, width] = said.dims();
    let mut values = vec![0.0f32; batch * steps * width];
    let mut keep = vec![0.0f32; batch * steps];
    for (row, wanted) in wanted.iter().enumerate() {
        let own = (wanted.len() / TEACHER_WIDTH).min(steps);
        let start = row * steps;
        values[start * width..(start + own) * width].copy_from_slice(&wanted[..own * width]);
        keep[start..start + own].fill(1.0);
    }
    let total = keep.iter().sum::<f32>().max(1.0);
    let wanted = Tensor::<3>::from_data(TensorData::new(values, [batch, steps, width]), &device);
    let keep = Tensor::<3>::from_data(TensorData::new(keep, [batch, steps, 1]), &device);
    let apart = said.clone() - wanted.clone();
    let squares = (apart.clone() * apart).mean_dim(2);
    let cosine = (normalise(said) * normalise(wanted)).sum_dim(2);
    ((squares - cosine + 1.0) * keep).sum() / total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::towers::host;

    fn matrix(values: &[f32], columns: usize) -> Tensor<2> {
        let shape = [values.len() / columns, columns];
        Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
    }

    fn value(loss: Tensor<1>) -> f32 {
        host(loss)[0]
    }

    #[test]
    fn names_that_say_the_same_do_not_count_against_each_other() {
        let rows = matrix(&[1.0, 0.0], 2);
        let names = matrix(&[1.0, 0.0, 1.0, 0.0, 0.0, 1.0], 2);
        // The second name fits as well: half of the probability, unless it says the same.
        assert!(
            (value(among(rows.clone(), names.clone(), &["a", "b", "c"])) - 2f32.ln()).abs() < 1e-4
        );
        assert!(value(among(rows, names, &["a", "a", "c"])) < 1e-4);
    }

    #[test]
    fn what_rows_are_about_is_told_by_directions() {
        let directions = matrix(&[1.0, 0.0, 0.0, 1.0], 2);
        let rows = matrix(&[1.0, 0.0, 0.0, 1.0], 2);
        let right = value(told(rows.clone(), directions.clone(), &[vec![0], vec![1]]));
        let wrong = value(told(rows.clone(), directions.clone(), &[vec![1], vec![0]]));
        assert!(
            right < 1e-4 && (wrong - SCALE).abs() < 1e-3,
            "{right} {wrong}"
        );
        // A row that means nothing does not count.
        let one = value(told(rows, directions, &[vec![1], vec![]]));
        assert!((one - SCALE).abs() < 1e-3, "{one}");
    }

    #[test]
    fn places_with_nothing_count_a_little() {
        // Two places, one kind and nothing: sure of the kind at both.
        let places = || matrix(&[9.0, 0.0, 9.0, 0.0], 2).reshape([1, 2, 2]);
        assert!(value(recognised(places(), &[(0, Some(0))])) < 1e-3);
        let both = value(recognised(places(), &[(0, Some(0)), (1, None)]));
        let expected = 9.0 * EMPTY_WEIGHT / (1.0 + EMPTY_WEIGHT);
        assert!((both - expected).abs() < 1e-2, "{both}, not {expected}");
        assert_eq!(value(recognised(places(), &[])), 0.0);
    }
}
