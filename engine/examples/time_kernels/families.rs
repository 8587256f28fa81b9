//! The families of matrix products, and both kinds of attention.

use saysee_engine::EngineError;
use saysee_engine::gpu::{GpuOps, Product};
use saysee_engine::ops::{Activation, Attention, Ops};
use saysee_engine::pack::WeightData;
use saysee_engine::testing::Random;

use super::clock::time;
use super::parts;

/// What decides between families: products of HuBERT base, and attention over more and more frames.
pub(super) fn time_families(gpu: &mut GpuOps) -> Result<(), EngineError> {
    let mut random = Random::new(3);
    let mut matrix = |rows: usize, columns: usize| random.numbers(rows * columns, 0.1);
    let shape = [768, 768];
    let data = matrix(768, 768);
    let weights = [
        (
            "f32",
            Some(WeightData::F32 {
                shape,
                data: data.clone(),
            }),
        ),
        ("f16", Some(WeightData::half(shape, &data))),
        ("q8", WeightData::quantise(shape, &data)),
    ];
    for product in [
        Product::Shared,
        Product::Half,
        Product::Direct,
        Product::Integer,
    ] {
        if gpu.force(product).is_err() {
            continue;
        }
        for (name, weight) in &weights {
            let Some(weight) = weight else { continue };
            if product == Product::Integer && *name != "q8" {
                continue;
            }
            let weight = gpu.load(name, weight)?;
            for rows in [49, 499] {
                let x = gpu.upload(&matrix(rows, 768), rows, 768)?;
                time(
                    gpu,
                    &format!("{product:?}, {name}, [{rows}, 768] -> 768"),
                    |gpu| gpu.linear(&x, &weight, None, Activation::None, None),
                )?;
            }
        }
    }
    for product in [Product::Shared, Product::Direct] {
        gpu.force(product)?;
        for keys in [25, 49, 149, 499, 999] {
            let wide = gpu.upload(&matrix(keys, 3 * 768), keys, 3 * 768)?;
            let shape = Attention {
                width: 768,
                heads: 12,
                keys,
                causal: false,
            };
            time(
                gpu,
                &format!("{product:?}, attention of {keys} frames"),
                |gpu| {
                    let (queries, keys, values) = parts(&wide, 768);
                    gpu.attention(queries, keys, values, shape)
                },
            )?;
        }
    }
    Ok(())
}
