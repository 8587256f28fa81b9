//! Which family of matrix products an adapter gets: found by a short timing at start, kept by the caller.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::kernels::{Format, Product};

/// Grows when kernels change so much that what was measured before says nothing.
const KERNELS: u32 = 1;

/// Whether results may be a little off where that is faster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// No more exact than the pack's weights: activations may have 8 bits where weights have, half floats may be moved where
    /// weights are half floats or less.
    #[default]
    AsWeights,
    /// All computed with floats of 32 bits.
    Full,
}

/// Which kernels an adapter gets for weights of a format. Small, serialisable, and worth keeping: with the choice of an
/// earlier start in [`super::GpuOptions::choice`] nothing is timed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KernelChoice {
    /// The adapter it was made for, as [`super::AdapterReport`] calls it.
    pub adapter: String,
    /// Which kernels there were.
    pub kernels: u32,
    /// The format of most weights.
    pub weights: Format,
    /// How exact results had to be.
    pub precision: Precision,
    /// What was chosen.
    pub product: Product,
    /// What was measured to choose, in order; empty when nothing had to be.
    pub timings: Vec<ProductTime>,
}

/// What a family took for a product of 100 rows, 768 inputs and 768 outputs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductTime {
    /// The family.
    pub product: Product,
    /// Milliseconds.
    pub milliseconds: f32,
}

impl KernelChoice {
    /// Without measuring: programs on a CPU like direct kernels by a factor of four, GPUs shared ones.
    pub(super) fn untimed(
        adapter: String,
        software: bool,
        weights: Format,
        precision: Precision,
    ) -> Self {
        let product = match software {
            true => Product::Direct,
            false => Product::Shared,
        };
        Self {
            adapter,
            kernels: KERNELS,
            weights,
            precision,
            product,
            timings: Vec::new(),
        }
    }

    /// Whether it was made for the same as `other`.
    pub(super) fn fits(&self, other: &Self) -> bool {
        self.adapter == other.adapter
            && self.kernels == other.kernels
            && self.weights == other.weights
            && self.precision == other.precision
    }

    /// The family that took the least, where any was timed.
    pub(super) fn fastest(&self) -> Option<Product> {
        let timings = self.timings.iter();
        let best = timings.min_by(|a, b| a.milliseconds.total_cmp(&b.milliseconds));
        best.map(|best| best.product)
    }

    /// The families that may be chosen: the one for programs on the CPU first, which compiles in no time and tells whether that
    /// is what the adapter is, then the likeliest.
    pub(super) fn candidates(&self, has_f16: bool) -> Vec<Product> {
        let mut candidates = vec![Product::Direct, Product::Shared];
        if self.precision == Precision::AsWeights {
            if self.weights != Format::F32 && has_f16 {
                candidates.push(Product::Half);
            }
            if self.weights == Format::Q8 {
                candidates.push(Product::Integer);
            }
        }
        candidates
    }
}

impl fmt::Display for KernelChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |product| match product {
            Product::Shared => "shared",
            Product::Half => "half",
            Product::Direct => "direct",
            Product::Integer => "integer",
        };
        formatter.write_str(name(self.product))?;
        for (index, timing) in self.timings.iter().enumerate() {
            let before = if index == 0 { ": " } else { ", " };
            let (product, milliseconds) = (name(timing.product), timing.milliseconds);
            write!(formatter, "{before}{product} {milliseconds:.2} ms")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_bits_are_offered_only_where_weights_have_no_more() {
        let candidates = |weights, precision| {
            KernelChoice::untimed("a".to_owned(), false, weights, precision).candidates(true)
        };
        let plain = vec![Product::Direct, Product::Shared];
        assert_eq!(candidates(Format::F32, Precision::AsWeights), plain);
        assert_eq!(candidates(Format::Q8, Precision::Full), plain);
        assert!(candidates(Format::Q8, Precision::AsWeights).contains(&Product::Integer));
        assert!(!candidates(Format::F16, Precision::AsWeights).contains(&Product::Integer));
    }

    #[test]
    fn a_choice_survives_its_way_through_json() {
        let mut choice =
            KernelChoice::untimed("b".to_owned(), true, Format::Q8, Precision::AsWeights);
        choice.timings.push(ProductTime {
            product: Product::Integer,
            milliseconds: 0.5,
        });
        let text = serde_json::to_string(&choice).unwrap();
        let again: KernelChoice = serde_json::from_str(&text).unwrap();
        assert_eq!(again, choice);
        assert_eq!(choice.to_string(), "direct: integer 0.50 ms");
    }
}
