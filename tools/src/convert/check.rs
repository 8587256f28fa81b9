//! How far a pack's number format moves what is heard, against the checkpoint's own `f32`.

use saysee_engine::EngineError;
use saysee_engine::cpu::CpuOps;
use saysee_engine::graph::{Heard, Network, Weights};
use saysee_engine::index::cosine;
use saysee_engine::pack::{Pack, WeightData, WeightFormat, plan};

use super::{Conversion, ConvertError};

/// How one recording is heard in both formats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Cosine of the embeddings.
    pub cosine: f32,
    /// Keywords in `f32`.
    pub keywords: usize,
    /// Keywords in the pack.
    pub keywords_here: usize,
    /// Slots with the same best token in both.
    pub same: usize,
}

/// The checkpoint's network in `f32`, and the pack's.
pub struct Comparison {
    reference: (CpuOps, Network<CpuOps>),
    packed: (CpuOps, Network<CpuOps>),
}

impl Comparison {
    /// Loads both, on the CPU.
    ///
    /// # Errors
    /// What the checkpoint or the engine refuses.
    pub fn new(conversion: &Conversion<'_>, pack: &Pack) -> Result<Self, ConvertError> {
        let mut manifest = conversion.manifest().clone();
        manifest.weights = WeightFormat::F32;
        // Recordings do not pass through these.
        manifest.model.image_tower = None;
        if let Some(tower) = &mut manifest.model.text_tower {
            tower.tokens = 0;
        }
        let mut ops = CpuOps::new();
        let mut weights = Weights::default();
        for tensor in plan(&manifest) {
            let data = WeightData::F32 {
                shape: tensor.matrix(),
                data: conversion.tensor(&tensor)?.data,
            };
            weights.add(&mut ops, &tensor.name, &data)?;
        }
        let reference = Network::assemble(weights, &manifest)?;
        let mut pack_ops = CpuOps::new();
        let packed = Network::new(&mut pack_ops, pack)?;
        Ok(Self {
            reference: (ops, reference),
            packed: (pack_ops, packed),
        })
    }

    /// Hears 16 kHz samples with both.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn hear(&mut self, samples: &[f32]) -> Result<Agreement, EngineError> {
        let hear = |(ops, network): &mut (CpuOps, Network<CpuOps>)| {
            pollster::block_on(network.hear(ops, samples))
        };
        let (reference, packed) = (hear(&mut self.reference)?, hear(&mut self.packed)?);
        let tokens = 2 * self.packed.1.tokens_per_slot();
        let best = |heard: &Heard, slot: usize| heard.tokens.get(slot * tokens).copied();
        let both = reference.slots.min(packed.slots);
        let same = (0..both).filter(|slot| best(&reference, *slot) == best(&packed, *slot));
        Ok(Agreement {
            cosine: cosine(&reference.embedding, &packed.embedding),
            keywords: reference.slots,
            keywords_here: packed.slots,
            same: same.count(),
        })
    }
}
