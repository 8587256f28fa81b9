//! Weights as they stand in a pack.

use half::f16;

/// Consecutive inputs of one row that share a scale in `q8`.
pub const Q8_GROUP: usize = 32;

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
        /// `[outputs, inputs]`, inputs a multiple of [`Q8_GROUP`].
        shape: [usize; 2],
        /// `outputs * inputs` integers in `-127..=127`.
        values: Vec<i8>,
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
            Self::F32 { shape, .. } | Self::F16 { shape, .. } | Self::Q8 { shape, .. } => *shape,
        }
    }

    /// The numbers as `f32`, row-major.
    pub fn to_f32(&self) -> Vec<f32> {
        match self {
            Self::F32 { data, .. } => data.clone(),
            Self::F16 { data, .. } => data.iter().map(|number| number.to_f32()).collect(),
            Self::Q8 { values, scales, .. } => values
                .chunks(Q8_GROUP)
                .zip(scales)
                .flat_map(|(group, scale)| group.iter().map(move |value| f32::from(*value) * scale))
                .collect(),
        }
    }

    /// Rounds to half floats.
    pub fn half(shape: [usize; 2], data: &[f32]) -> Self {
        Self::F16 {
            shape,
            data: data.iter().map(|number| f16::from_f32(*number)).collect(),
        }
    }

    /// Quantises to 8 bits: `scale = max |w| / 127` for each [`Q8_GROUP`] inputs of a row, `value =
    /// round(w / scale)`. `None` when the inputs are not a multiple of [`Q8_GROUP`] or `data` is not of the shape.
    pub fn quantise(shape: [usize; 2], data: &[f32]) -> Option<Self> {
        if !shape[1].is_multiple_of(Q8_GROUP) || shape[0].checked_mul(shape[1]) != Some(data.len())
        {
            return None;
        }
        let mut values = Vec::with_capacity(data.len());
        let mut scales = Vec::with_capacity(data.len() / Q8_GROUP);
        for group in data.as_chunks::<Q8_GROUP>().0 {
            let largest = group
                .iter()
                .fold(0.0_f32, |largest, w| largest.max(w.abs()));
            let scale = largest / 127.0;
            // A group of zeros, or one so small that its scale underflows, has scale 0: dividing by it would give NaN.
            let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
            values.extend(
                group
                    .iter()
                    .map(|w| (w * inverse).round().clamp(-127.0, 127.0) as i8),
            );
            scales.push(scale);
        }
        Some(Self::Q8 {
            shape,
            values,
            scales,
        })
    }
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
        for (group, scale) in data.chunks(Q8_GROUP).zip(scales) {
            let start = scales.iter().position(|s| std::ptr::eq(s, scale)).unwrap() * Q8_GROUP;
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
    fn half_floats_come_back() {
        let weight = WeightData::half([1, 3], &[0.5, -2.0, 1.0 / 3.0]);
        assert!((weight.to_f32()[2] - 1.0 / 3.0).abs() < 1e-3);
        assert_eq!(weight.shape(), [1, 3]);
    }
}
