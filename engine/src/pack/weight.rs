//! Weights as they stand in a pack.

use half::f16;

// Consecutive inputs of one row share a scale in `q8` and `q4`.
pub use saysee_cpu::GROUP;

/// A weight matrix `[outputs, inputs]`, row-major, in the number format of its pack. Vectors are `[1, n]`.
#[derive(Clone, Debug, PartialEq)]
pub enum WeightData {
    /// Plain floats.
    F32 {
        /// `[outputs, inputs]`.
        shape: [usize; 2],
        /// `outputs * inputs` numbers.
        data: Vec<f32>,
    },
    /// Half floats; computed with as `f32`.
    F16 {
        /// `[outputs, inputs]`.
        shape: [usize; 2],
        /// `outputs * inputs` numbers.
        data: Vec<f16>,
    },
    /// Symmetric 8-bit integers: the weight is `values[o, i] * scales[o, i / 32]`.
    Q8 {
        /// `[outputs, inputs]`, inputs a multiple of [`GROUP`].
        shape: [usize; 2],
        /// `outputs * inputs` integers in `-127..=127`.
        values: Vec<i8>,
        /// `outputs * inputs / 32` scales.
        scales: Vec<f32>,
    },
    /// Symmetric 4-bit integers: the weight is `(value - 8) * scales[o, i / 32]`.
    Q4 {
        /// `[outputs, inputs]`, inputs a multiple of [`GROUP`].
        shape: [usize; 2],
        /// Two values in `1..=15` a byte, that of the even input in the lower half: `outputs * inputs / 2` bytes.
        values: Vec<u8>,
        /// `outputs * inputs / 32` scales.
        scales: Vec<f32>,
    },
}

impl WeightData {
    /// A vector `[1, n]` of floats.
    pub fn vector(data: Vec<f32>) -> Self {
        Self::F32 {
            shape: [1, data.len()],
            data,
        }
    }

    /// `[outputs, inputs]`.
    pub fn shape(&self) -> [usize; 2] {
        match self {
            Self::F32 { shape, .. }
            | Self::F16 { shape, .. }
            | Self::Q8 { shape, .. }
            | Self::Q4 { shape, .. } => *shape,
        }
    }

    /// Numbers that there are.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::F32 { data, .. } => data.len(),
            Self::F16 { data, .. } => data.len(),
            Self::Q8 { values, .. } => values.len(),
            Self::Q4 { values, .. } => 2 * values.len(),
        }
    }

    /// The numbers as `f32`, row-major.
    pub fn to_f32(&self) -> Vec<f32> {
        match self {
            Self::F32 { data, .. } => data.clone(),
            Self::F16 { data, .. } => data.iter().map(|number| number.to_f32()).collect(),
            Self::Q8 { values, scales, .. } => values
                .chunks(GROUP)
                .zip(scales)
                .flat_map(|(group, scale)| group.iter().map(move |value| f32::from(*value) * scale))
                .collect(),
            Self::Q4 { values, scales, .. } => values
                .chunks(GROUP / 2)
                .zip(scales)
                .flat_map(|(group, scale)| {
                    let value = move |bits: u8| (f32::from(bits) - 8.0) * scale;
                    group
                        .iter()
                        .flat_map(move |byte| [value(byte & 15), value(byte >> 4)])
                })
                .collect(),
        }
    }

    /// One row as `f32`.
    pub(crate) fn row(&self, row: usize) -> Vec<f32> {
        let [_, inputs] = self.shape();
        let numbers = row * inputs..(row + 1) * inputs;
        match self {
            Self::F32 { data, .. } => data[numbers].to_vec(),
            Self::F16 { data, .. } => data[numbers].iter().map(|x| x.to_f32()).collect(),
            Self::Q8 { values, scales, .. } => Self::Q8 {
                shape: [1, inputs],
                values: values[numbers.clone()].to_vec(),
                scales: scales[numbers.start / GROUP..numbers.end / GROUP].to_vec(),
            }
            .to_f32(),
            Self::Q4 { values, scales, .. } => Self::Q4 {
                shape: [1, inputs],
                values: values[numbers.start / 2..numbers.end / 2].to_vec(),
                scales: scales[numbers.start / GROUP..numbers.end / GROUP].to_vec(),
            }
            .to_f32(),
        }
    }

    /// Rounds to half floats.
    pub fn half(shape: [usize; 2], data: &[f32]) -> Self {
        Self::F16 {
            shape,
            data: data.iter().map(|number| f16::from_f32(*number)).collect(),
        }
    }

    /// Quantises to 8 bits: `scale = max |w| / 127` for each [`GROUP`] inputs of a row, `value =
    /// round(w / scale)`. `None` when the inputs are not a multiple of [`GROUP`] or `data` is not of the shape.
    pub fn quantise(shape: [usize; 2], data: &[f32]) -> Option<Self> {
        let mut values = Vec::with_capacity(data.len());
        let scales = quantise_groups(shape, data, 127.0, |value| values.push(value))?;
        Some(Self::Q8 {
            shape,
            values,
            scales,
        })
    }

    /// Quantises to 4 bits: `scale = max |w| / 7`, otherwise as [`WeightData::quantise`].
    pub fn quantise_to_4_bits(shape: [usize; 2], data: &[f32]) -> Option<Self> {
        let mut values = Vec::with_capacity(data.len() / 2);
        let mut low = None;
        let scales = quantise_groups(shape, data, 7.0, |value| {
            let bits = (value + 8).cast_unsigned();
            match low.take() {
                None => low = Some(bits),
                Some(low) => values.push(low | (bits << 4)),
            }
        })?;
        Some(Self::Q4 {
            shape,
            values,
            scales,
        })
    }
}

/// One scale a group, `max |w| / steps`; hands over `round(w / scale)` in `-steps..=steps` for each weight.
fn quantise_groups(
    shape: [usize; 2],
    data: &[f32],
    steps: f32,
    mut put: impl FnMut(i8),
) -> Option<Vec<f32>> {
    if !shape[1].is_multiple_of(GROUP) || shape[0].checked_mul(shape[1]) != Some(data.len()) {
        return None;
    }
    let scale = |group: &[f32; GROUP]| {
        let largest = group.iter().fold(0.0_f32, |most, w| most.max(w.abs()));
        let scale = largest / steps;
        // A group of zeros, or one so small that its scale underflows, has scale 0: dividing by it would give NaN.
        let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        for w in group {
            put((w * inverse).round().clamp(-steps, steps) as i8);
        }
        scale
    };
    Some(data.as_chunks::<GROUP>().0.iter().map(scale).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantising_keeps_every_weight_within_half_a_step() {
        let data: Vec<f32> = (0..4 * 64)
            .map(|i| ((i * 37 % 101) as f32 - 50.0) * 0.013)
            .collect();
        let weight = WeightData::quantise([4, 64], &data).unwrap();
        let WeightData::Q8 { scales, .. } = &weight else {
            panic!("not quantised")
        };
        for (group, scale) in data.chunks(GROUP).zip(scales) {
            let start = scales.iter().position(|s| std::ptr::eq(s, scale)).unwrap() * GROUP;
            for (w, q) in group.iter().zip(&weight.to_f32()[start..]) {
                assert!((w - q).abs() <= scale * 0.5001);
            }
        }
    }

    #[test]
    fn silence_quantises_to_zero_and_odd_widths_are_refused() {
        let weight = WeightData::quantise([2, 32], &[0.0; 64]).unwrap();
        assert_eq!(weight.to_f32(), vec![0.0; 64]);
        assert!(WeightData::quantise([2, 33], &[0.0; 66]).is_none());
        assert!(WeightData::quantise([2, 32], &[0.0; 63]).is_none());
        let tiny = WeightData::quantise([1, 32], &[1e-44; 32]).unwrap();
        assert!(tiny.to_f32().iter().all(|w| w.is_finite()));
    }

    #[test]
    fn four_bits_keep_every_weight_within_half_a_step() {
        let data: Vec<f32> = (0..2 * 64)
            .map(|i| ((i * 37 % 101) as f32 - 50.0) * 0.013)
            .collect();
        let weight = WeightData::quantise_to_4_bits([2, 64], &data).unwrap();
        let WeightData::Q4 { scales, values, .. } = &weight else {
            panic!("not quantised")
        };
        assert_eq!(values.len(), 64);
        let numbers = weight.to_f32();
        for (index, (w, q)) in data.iter().zip(&numbers).enumerate() {
            assert!((w - q).abs() <= scales[index / GROUP] * 0.5001);
        }
    }

    #[test]
    fn half_floats_come_back() {
        let weight = WeightData::half([1, 3], &[0.5, -2.0, 1.0 / 3.0]);
        assert!((weight.to_f32()[2] - 1.0 / 3.0).abs() < 1e-3);
        assert_eq!(weight.shape(), [1, 3]);
    }
}
