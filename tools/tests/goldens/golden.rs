//! A golden file: what the reference computed for three utterances, alone and in one padded batch.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::{Dtype, SafeTensors};

/// A stored tensor.
#[derive(Clone, Debug)]
pub struct Stored {
    pub shape: Vec<usize>,
    pub numbers: Vec<f32>,
}

/// The tensors of a golden file.
pub struct Golden {
    tensors: BTreeMap<String, Stored>,
}

/// An utterance, alone or beside longer ones.
#[derive(Clone, Debug)]
pub struct Utterance {
    /// Number in the golden file.
    pub index: usize,
    /// Prefix of its stages.
    pub prefix: String,
    /// Row of the stages that is its own.
    pub row: usize,
    pub samples: Vec<f32>,
    /// Samples of the longest in its batch.
    pub padded_to: usize,
}

impl Golden {
    pub fn read(file: &Path) -> Self {
        let bytes = std::fs::read(file).unwrap();
        let found = SafeTensors::deserialize(&bytes).unwrap();
        let tensor = |view: &safetensors::tensor::TensorView<'_>| Stored {
            shape: view.shape().to_vec(),
            numbers: numbers(view.dtype(), view.data()),
        };
        let tensors = found
            .iter()
            .map(|(name, view)| (name.to_owned(), tensor(&view)));
        Self {
            tensors: tensors.collect(),
        }
    }

    pub fn get(&self, name: &str) -> Option<&Stored> {
        self.tensors.get(name)
    }

    /// Each utterance alone, then each in the batch.
    pub fn utterances(&self) -> Vec<Utterance> {
        let there: Vec<usize> = (0..3)
            .filter(|index| self.get(&format!("wav_{index}")).is_some())
            .collect();
        let longest = self.tensors["batch.wav_model_input"].shape[1];
        let utterance = |(row, index): (usize, &usize), batch: bool| Utterance {
            index: *index,
            prefix: if batch {
                "batch".to_owned()
            } else {
                format!("single_{index}")
            },
            row: if batch { row } else { 0 },
            samples: self.tensors[&format!("wav_{index}")].numbers.clone(),
            padded_to: if batch { longest } else { 0 },
        };
        let alone = there.iter().enumerate().map(|at| utterance(at, false));
        let batch = there.iter().enumerate().map(|at| utterance(at, true));
        alone.chain(batch).collect()
    }

    /// Names of the stages stored for an utterance, without their prefix.
    pub fn stages<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        let own = self
            .tensors
            .keys()
            .filter_map(move |name| name.strip_prefix(prefix));
        own.filter_map(|name| name.strip_prefix('.'))
    }

    /// What is stored of a stage for one utterance: the shape and numbers without the batch axis.
    pub fn stage(&self, utterance: &Utterance, name: &str) -> Option<Stored> {
        let stored = self.get(&format!("{}.{name}", utterance.prefix))?;
        let size: usize = stored.shape[1..].iter().product();
        let first = utterance.row * size;
        Some(Stored {
            shape: stored.shape[1..].to_vec(),
            numbers: stored.numbers[first..first + size].to_vec(),
        })
    }
}

fn numbers(dtype: Dtype, data: &[u8]) -> Vec<f32> {
    match dtype {
        Dtype::F32 => data
            .as_chunks::<4>()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect(),
        Dtype::I64 => data
            .as_chunks::<8>()
            .0
            .iter()
            .map(|bytes| i64::from_le_bytes(*bytes) as f32)
            .collect(),
        Dtype::BOOL | Dtype::U8 => data.iter().map(|byte| f32::from(*byte)).collect(),
        other => panic!("{other:?} in a golden file"),
    }
}
