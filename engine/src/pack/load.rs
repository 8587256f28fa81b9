//! Bytes to checked tensors, one shard at a time.

use std::collections::BTreeMap;

use super::manifest::{MANIFEST_FILE, Manifest};
use super::piece::{append, empty, take};
use super::plan::{Piece, TensorPlan, plan};
use super::weight::WeightData;
use super::{PackError, Source};
use crate::format;

/// A checked pack: its manifest and all its tensors.
#[derive(Clone, Debug)]
pub struct Pack {
    manifest: Manifest,
    tensors: BTreeMap<String, WeightData>,
}

impl Pack {
    /// Reads a whole pack from a folder, one shard in memory at a time.
    ///
    /// # Errors
    /// A [`PackError`] that names the file and the field or tensor.
    pub async fn open(source: &impl Source) -> Result<Self, PackError> {
        let bytes = format::fetch(source, MANIFEST_FILE, None).await?;
        let mut loader = Loader::new(Manifest::parse(&bytes)?);
        let mut tensors = BTreeMap::new();
        while let Some(shard) = loader.next_shard() {
            let (file, length) = (shard.file.clone(), shard.bytes);
            let bytes = format::fetch(source, &file, Some(length)).await?;
            tensors.extend(loader.add(&bytes)?);
        }
        let manifest = loader.finish()?;
        Ok(Self { manifest, tensors })
    }

    /// A pack from its manifest and its shards, in the manifest's order.
    ///
    /// # Errors
    /// A [`PackError`] that names the file and the field or tensor.
    pub fn load(manifest: Manifest, shards: Vec<Vec<u8>>) -> Result<Self, PackError> {
        let mut loader = Loader::new(manifest);
        let mut tensors = BTreeMap::new();
        for shard in shards {
            tensors.extend(loader.add(&shard)?);
        }
        let manifest = loader.finish()?;
        Ok(Self { manifest, tensors })
    }

    /// What the pack says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// All tensors by name.
    pub fn tensors(&self) -> &BTreeMap<String, WeightData> {
        &self.tensors
    }

    /// A tensor by name.
    ///
    /// # Errors
    /// [`PackError::Tensor`] when the network described by the manifest has none of that name.
    pub fn tensor(&self, name: &str) -> Result<&WeightData, PackError> {
        self.tensors
            .get(name)
            .ok_or_else(|| PackError::tensor(MANIFEST_FILE, name, NO_TENSOR))
    }
}

/// The byte-pair merges that come with a pack, as `manifest` announces them; `None` when it announces none.
///
/// # Errors
/// A [`PackError`] that names the file.
pub async fn read_tokenizer(
    source: &impl Source,
    manifest: &Manifest,
) -> Result<Option<Vec<u8>>, PackError> {
    let Some(file) = &manifest.tokenizer else {
        return Ok(None);
    };
    let bytes = format::fetch(source, &file.file, Some(file.bytes)).await?;
    format::verify(&file.file, &bytes, file.bytes, &file.sha256)?;
    Ok(Some(bytes))
}

const NO_TENSOR: &str = "the network has no tensor of this name";

/// Takes a pack's shards in the manifest's order and hands out the tensors that are complete, so that a
/// caller can show progress and need never hold more than a shard and a tensor.
#[derive(Debug)]
pub struct Loader {
    manifest: Manifest,
    /// Pieces still to come, each with its tensor.
    wanted: BTreeMap<String, (Piece, TensorPlan)>,
    /// The tensor whose rows are still coming.
    unfinished: BTreeMap<String, WeightData>,
    taken: usize,
}

impl Loader {
    /// For the pack that `manifest` describes; [`Manifest::parse`] has checked it.
    pub fn new(manifest: Manifest) -> Self {
        let pieces = plan(&manifest).into_iter().flat_map(|tensor| {
            let pieces = tensor.pieces().unwrap_or_default();
            pieces.into_iter().map(move |piece| (piece, tensor.clone()))
        });
        Self {
            wanted: pieces
                .map(|(piece, tensor)| (piece.name.clone(), (piece, tensor)))
                .collect(),
            manifest,
            unfinished: BTreeMap::new(),
            taken: 0,
        }
    }

    /// What the pack says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The shard to add next; `None` when all are here.
    pub fn next_shard(&self) -> Option<&super::Shard> {
        self.manifest.shards.get(self.taken)
    }

    /// Checks the next shard's length and hash; returns the tensors that are complete with it.
    ///
    /// # Errors
    /// A [`PackError`] that names the shard and the tensor.
    pub fn add(&mut self, bytes: &[u8]) -> Result<Vec<(String, WeightData)>, PackError> {
        let Some(shard) = self.next_shard().cloned() else {
            let shards = self.manifest.shards.len();
            let problem = format!("{} files were given for {shards} shards", self.taken + 1);
            return Err(PackError::field(MANIFEST_FILE, "shards", problem));
        };
        format::verify(&shard.file, bytes, shard.bytes, &shard.sha256)?;
        let mut raw = format::read_tensors(&shard.file, bytes)?;
        let mut found: Vec<(Piece, TensorPlan)> = raw
            .keys()
            .filter_map(|name| self.wanted.get(name).cloned())
            .collect();
        // Rows of one tensor in their order; across shards the order is that of the shards.
        found.sort_by(|(a, of_a), (b, of_b)| (&of_a.name, a.first).cmp(&(&of_b.name, b.first)));
        let mut complete = Vec::new();
        for (piece, tensor) in found {
            let rows = take(&shard.file, &mut raw, &piece, tensor.storage)?;
            complete.extend(self.join(&shard.file, &piece, &tensor, rows)?);
            self.wanted.remove(&piece.name);
        }
        match raw.keys().next() {
            Some(name) => Err(PackError::tensor(&shard.file, name, self.why_not(name))),
            None => {
                self.taken += 1;
                Ok(complete)
            }
        }
    }

    /// Adds rows to their tensor; returns it when they were the last.
    fn join(
        &mut self,
        file: &str,
        piece: &Piece,
        tensor: &TensorPlan,
        rows: WeightData,
    ) -> Result<Option<(String, WeightData)>, PackError> {
        let [total, columns] = tensor.matrix();
        let whole = if piece.count == total {
            rows
        } else {
            let unfinished = self
                .unfinished
                .entry(tensor.name.clone())
                .or_insert_with(|| empty(tensor.storage, columns));
            if unfinished.shape()[0] != piece.first {
                let problem = "its rows come out of order";
                return Err(PackError::tensor(file, &piece.name, problem));
            }
            append(unfinished, rows);
            if unfinished.shape()[0] < total {
                return Ok(None);
            }
            match self.unfinished.remove(&tensor.name) {
                Some(whole) => whole,
                None => return Ok(None),
            }
        };
        if tensor.name == "mix" {
            check_mix(file, &whole.to_f32())?;
        }
        Ok(Some((tensor.name.clone(), whole)))
    }

    /// Why a tensor that was found has no place.
    fn why_not(&self, name: &str) -> String {
        let values = name.strip_suffix(".scales").unwrap_or(name);
        if self.wanted.contains_key(values) {
            return format!("its values `{values}` are in another shard");
        }
        let known = plan(&self.manifest)
            .iter()
            .filter_map(TensorPlan::pieces)
            .flatten()
            .any(|piece| piece.name == values);
        let problem = if known {
            "appears a second time"
        } else {
            NO_TENSOR
        };
        problem.to_owned()
    }

    /// The manifest, when every shard and every tensor was there.
    ///
    /// # Errors
    /// [`PackError::Source`] for a missing shard, [`PackError::Tensor`] for a missing tensor.
    pub fn finish(self) -> Result<Manifest, PackError> {
        if let Some(shard) = self.next_shard() {
            return Err(PackError::Source {
                file: shard.file.clone(),
                problem: "was not given".to_owned(),
            });
        }
        match self.wanted.keys().next() {
            Some(name) => Err(PackError::tensor(
                MANIFEST_FILE,
                name,
                "missing: no shard has it",
            )),
            None => Ok(self.manifest),
        }
    }
}

/// Mixing weights are a softmax: positive, with a sum of 1.
fn check_mix(file: &str, mix: &[f32]) -> Result<(), PackError> {
    let negative = mix.iter().any(|weight| *weight < 0.0);
    if negative || (mix.iter().sum::<f32>() - 1.0).abs() > 1e-3 {
        let problem = "not positive weights that sum to 1";
        return Err(PackError::tensor(file, "mix", problem));
    }
    Ok(())
}
