//! Bytes to a checked pack, one shard at a time.

use std::collections::BTreeMap;

use super::manifest::{MANIFEST_FILE, Manifest};
use super::plan::{Storage, TensorPlan, plan};
use super::weight::{Q8_GROUP, WeightData};
use super::{PackError, Source};
use crate::format::{self, Number, RawTensor};

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
        while let Some(shard) = loader.next_shard() {
            let (file, length) = (shard.file.clone(), shard.bytes);
            let bytes = format::fetch(source, &file, Some(length)).await?;
            loader.add(&bytes)?;
        }
        loader.finish()
    }

    /// A pack from its manifest and its shards, in the manifest's order.
    ///
    /// # Errors
    /// A [`PackError`] that names the file and the field or tensor.
    pub fn load(manifest: Manifest, shards: Vec<Vec<u8>>) -> Result<Self, PackError> {
        let mut loader = Loader::new(manifest);
        for shard in shards {
            loader.add(&shard)?;
        }
        loader.finish()
    }

    /// What the pack says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// A tensor by name.
    ///
    /// # Errors
    /// [`PackError::Tensor`] when the network described by the manifest has none of that name.
    pub fn tensor(&self, name: &str) -> Result<&WeightData, PackError> {
        self.tensors.get(name).ok_or_else(|| {
            PackError::tensor(
                MANIFEST_FILE,
                name,
                "the network has no tensor of this name",
            )
        })
    }
}

/// Takes a pack's shards in the manifest's order, so that a caller who fetches them can show progress.
#[derive(Debug)]
pub struct Loader {
    manifest: Manifest,
    /// Tensors still to come, and scales of `q8` tensors under their own names.
    wanted: BTreeMap<String, TensorPlan>,
    tensors: BTreeMap<String, WeightData>,
    taken: usize,
}

impl Loader {
    /// For the pack that `manifest` describes; [`Manifest::parse`] has checked it.
    pub fn new(manifest: Manifest) -> Self {
        let wanted = plan(&manifest)
            .into_iter()
            .map(|tensor| (tensor.name.clone(), tensor))
            .collect();
        Self {
            manifest,
            wanted,
            tensors: BTreeMap::new(),
            taken: 0,
        }
    }

    /// The shard to add next; `None` when all are here.
    pub fn next_shard(&self) -> Option<&super::Shard> {
        self.manifest.shards.get(self.taken)
    }

    /// Checks the next shard's length and hash, then takes its tensors.
    ///
    /// # Errors
    /// A [`PackError`] that names the shard and the tensor.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), PackError> {
        let Some(shard) = self.next_shard().cloned() else {
            let problem = format!(
                "{} files were given for {} shards",
                self.taken + 1,
                self.manifest.shards.len()
            );
            return Err(PackError::field(MANIFEST_FILE, "shards", problem));
        };
        format::verify(&shard.file, bytes, shard.bytes, &shard.sha256)?;
        let mut raw = format::read_tensors(&shard.file, bytes)?;
        let names: Vec<String> = raw
            .keys()
            .filter(|name| self.wanted.contains_key(*name))
            .cloned()
            .collect();
        for name in names {
            if let Some(tensor) = self.wanted.remove(&name) {
                let weight = take(&shard.file, &mut raw, &tensor)?;
                self.tensors.insert(name, weight);
            }
        }
        match raw.keys().next() {
            Some(name) => Err(PackError::tensor(&shard.file, name, self.why_not(name))),
            None => {
                self.taken += 1;
                Ok(())
            }
        }
    }

    /// Why a tensor that was found has no place.
    fn why_not(&self, name: &str) -> String {
        if self.tensors.contains_key(name) {
            return "appears a second time".to_owned();
        }
        match name.strip_suffix(".scales") {
            Some(values) if self.wanted.contains_key(values) => {
                format!("its values `{values}` are in another shard")
            }
            _ => "the network has no tensor of this name".to_owned(),
        }
    }

    /// The pack, when every shard and every tensor is there.
    ///
    /// # Errors
    /// [`PackError::Source`] for a missing shard, [`PackError::Tensor`] for a missing tensor or one
    /// whose values contradict the format.
    pub fn finish(self) -> Result<Pack, PackError> {
        if let Some(shard) = self.next_shard() {
            return Err(PackError::Source {
                file: shard.file.clone(),
                problem: "was not given".to_owned(),
            });
        }
        if let Some(name) = self.wanted.keys().next() {
            return Err(PackError::tensor(
                MANIFEST_FILE,
                name,
                "missing: no shard has it",
            ));
        }
        let pack = Pack {
            manifest: self.manifest,
            tensors: self.tensors,
        };
        pack.check_values()?;
        Ok(pack)
    }
}

impl Pack {
    /// What the format promises about values: mixing weights sum to 1, embeddings have length 1.
    fn check_values(&self) -> Result<(), PackError> {
        let mix = self.tensor("mix")?.to_f32();
        if mix.iter().any(|weight| *weight < 0.0) || (mix.iter().sum::<f32>() - 1.0).abs() > 1e-3 {
            return Err(PackError::tensor(
                MANIFEST_FILE,
                "mix",
                "not positive weights that sum to 1",
            ));
        }
        let table = self.tensor("vocabulary.table")?;
        let first_allowed = self.manifest.vocabulary.first_allowed;
        let rows = table.to_f32();
        for (index, row) in rows
            .chunks(table.shape()[1])
            .enumerate()
            .skip(first_allowed)
        {
            let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
            if (length - 1.0).abs() > 0.02 {
                let problem = format!("row {index} has length {length:.3}, where 1 was expected");
                return Err(PackError::tensor(
                    MANIFEST_FILE,
                    "vocabulary.table",
                    problem,
                ));
            }
        }
        Ok(())
    }
}

/// Takes one planned tensor, with its scales, out of a shard.
fn take(
    file: &str,
    raw: &mut BTreeMap<String, RawTensor<&[u8]>>,
    tensor: &TensorPlan,
) -> Result<WeightData, PackError> {
    let shape = tensor.matrix();
    let not_finite =
        |name: &str| PackError::tensor(file, name, "has values that are not finite numbers");
    match tensor.storage {
        Storage::F32 => {
            let bytes = take_raw(file, raw, &tensor.name, Number::F32, &tensor.shape)?;
            let data = format::floats(bytes).ok_or_else(|| not_finite(&tensor.name))?;
            Ok(WeightData::F32 { shape, data })
        }
        Storage::F16 => {
            let bytes = take_raw(file, raw, &tensor.name, Number::F16, &tensor.shape)?;
            let data = format::halves(bytes).ok_or_else(|| not_finite(&tensor.name))?;
            Ok(WeightData::F16 { shape, data })
        }
        Storage::Q8 => {
            let bytes = take_raw(file, raw, &tensor.name, Number::I8, &tensor.shape)?;
            let values = format::integers(bytes).ok_or_else(|| {
                PackError::tensor(
                    file,
                    &tensor.name,
                    "has the value -128; -127..=127 are allowed",
                )
            })?;
            let name = format!("{}.scales", tensor.name);
            let bytes = take_raw(
                file,
                raw,
                &name,
                Number::F32,
                &[shape[0], shape[1] / Q8_GROUP],
            )?;
            let scales = format::floats(bytes)
                .filter(|scales| scales.iter().all(|scale| *scale >= 0.0))
                .ok_or_else(|| {
                    PackError::tensor(file, &name, "has scales that are not finite or below zero")
                })?;
            Ok(WeightData::Q8 {
                shape,
                values,
                scales,
            })
        }
    }
}

fn take_raw<'a>(
    file: &str,
    raw: &mut BTreeMap<String, RawTensor<&'a [u8]>>,
    name: &str,
    number: Number,
    shape: &[usize],
) -> Result<&'a [u8], PackError> {
    let found = raw
        .remove(name)
        .ok_or_else(|| PackError::tensor(file, name, "missing beside its values"))?;
    if found.number != number || found.shape != shape {
        let problem = format!(
            "is {:?} {:?}, where {number:?} {shape:?} was expected",
            found.number, found.shape
        );
        return Err(PackError::tensor(file, name, problem));
    }
    Ok(found.data)
}
