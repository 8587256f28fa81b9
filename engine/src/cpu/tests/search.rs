//! The search of a gallery in eight bits.

use proptest::prelude::*;
use saysee_cpu::{GROUP, scores};

use crate::pack::WeightData;
use crate::testing::Random;

proptest! {
    #[test]
    fn it_is_the_dot_product_with_what_the_bytes_stand_for(
        groups in 1_usize..20, rows in 0_usize..9, size in 0.01_f32..100.0, seed in any::<u64>(),
    ) {
        let mut random = Random::new(seed);
        let width = groups * GROUP;
        let query = random.numbers(width, size);
        let gallery = WeightData::quantise([rows, width], &random.numbers(rows * width, 1.0)).unwrap();
        let numbers = gallery.to_f32();
        let WeightData::Q8 { values, scales, .. } = &gallery else { panic!("not quantised") };
        let found = scores(&query, values, scales);
        prop_assert_eq!(found.len(), rows);
        for (row, found) in numbers.chunks(width).zip(found) {
            let expected: f64 = row.iter().zip(&query).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            let room = 2e-5 * f64::from(size) * width as f64;
            prop_assert!((f64::from(found) - expected).abs() < room, "{found} {expected}");
        }
    }
}
