//! The checkpoint as its users see it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::archive::Archive;
use crate::container::{Container, Storage};
use crate::error::{CheckpointError, shown};
use crate::flat::{self, Flat};
use crate::kind::{Kind, kind};
use crate::number::Number;
use crate::tensor::TensorInfo;
use crate::torch::{self, StateDict};
use crate::{gather, pickle};

/// An open checkpoint: its configuration, and its weights by name. Reading takes `&self` and may be done
/// from several threads, which take turns at the file.
#[derive(Debug)]
pub struct Checkpoint {
    /// The file, for error messages.
    name: String,
    config: Value,
    state: StateDict,
    container: Mutex<Container>,
}

impl Checkpoint {
    /// Opens a file and reads all but the numbers. What it is shows its content, not its name: an
    /// archive of `torch.save`, or a safetensors file with a `config.json` beside it. Every tensor is
    /// checked to lie in the file.
    ///
    /// # Errors
    /// A [`CheckpointError`] that says why this is not a checkpoint that can be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, CheckpointError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let io = |error| CheckpointError::io(&name, &error);
        // Looked at before it is opened, which for a pipe would wait for a writer.
        if !std::fs::metadata(path).map_err(io)?.is_file() {
            let problem = "it is a folder or a device";
            return Err(CheckpointError::not_a_checkpoint(&name, problem));
        }
        let mut file = File::open(path).map_err(io)?;
        let (config, state, container) = match kind(&name, &mut file)? {
            Kind::Zip => open_archive(&name, file)?,
            Kind::Safetensors => {
                let (flat, state) = Flat::open(&name, file)?;
                (flat::config(path)?, state, Container::Flat(flat))
            }
        };
        Ok(Self {
            name,
            config,
            state,
            container: Mutex::new(container),
        })
    }

    /// The configuration the model was trained with: `hyper_parameters["config"]` of a Lightning
    /// checkpoint with objects of any class as JSON objects of their fields, or all of `config.json`.
    /// What JSON has no form for is a text: `"module.name"` for a class or function, `"<…>"` for the rest.
    pub fn config(&self) -> &Value {
        &self.config
    }

    /// Number format, shape and place of every tensor, by its name in `state_dict`.
    pub fn tensors(&self) -> &BTreeMap<String, TensorInfo> {
        &self.state.tensors
    }

    /// What else has a name in `state_dict`, and why it is not read: values that are no tensors, and
    /// tensors of complex or quantised numbers.
    pub fn skipped(&self) -> &BTreeMap<String, String> {
        &self.state.skipped
    }

    /// Whether both tensors are there and their numbers lie in the same storage, as when a module is
    /// reachable under two names. Views of one storage may still differ in offset, shape and stride.
    pub fn same_storage(&self, a: &str, b: &str) -> bool {
        match (self.state.tensors.get(a), self.state.tensors.get(b)) {
            (Some(a), Some(b)) => a.storage() == b.storage(),
            _ => false,
        }
    }

    /// All numbers of a tensor of floats, row-major; wider ones are rounded. Takes 4 bytes a number.
    ///
    /// # Errors
    /// A [`CheckpointError`] when there is no such tensor, it holds integers, or the file is damaged.
    pub fn read_f32(&self, tensor: &str) -> Result<Vec<f32>, CheckpointError> {
        self.read(tensor, None)
    }

    /// Some rows, indices of the outermost dimension, of a tensor of floats, row-major, so that a large
    /// table need not be held whole. Damage is noticed only where all of a tensor is read.
    ///
    /// # Errors
    /// As [`Self::read_f32`], and when the tensor does not have these rows.
    pub fn read_rows_f32(
        &self,
        tensor: &str,
        rows: Range<usize>,
    ) -> Result<Vec<f32>, CheckpointError> {
        self.read(tensor, Some(rows))
    }

    /// All numbers of a tensor of integers or truth values (0 and 1), row-major.
    ///
    /// # Errors
    /// A [`CheckpointError`] when there is no such tensor, it holds floats, or the file is damaged.
    pub fn read_i64(&self, tensor: &str) -> Result<Vec<i64>, CheckpointError> {
        self.read(tensor, None)
    }

    fn read<T: Number>(
        &self,
        tensor: &str,
        rows: Option<Range<usize>>,
    ) -> Result<Vec<T>, CheckpointError> {
        let info = self.info(tensor)?;
        if !T::accepts(info.dtype) {
            return Err(CheckpointError::WrongType {
                file: self.name.clone(),
                tensor: shown(tensor),
                dtype: info.dtype,
                wanted: T::WANTED,
            });
        }
        if let Some(rows) = &rows {
            let available = info.rows().unwrap_or(0);
            if info.rows().is_none() || rows.start > rows.end || rows.end > available {
                return Err(CheckpointError::Rows {
                    file: self.name.clone(),
                    tensor: shown(tensor),
                    rows: rows.clone(),
                    available,
                });
            }
        }
        let plan = info.plan(rows);
        if plan.elements == 0 {
            return Ok(Vec::new());
        }
        let storage = &self.state.storages[info.storage()];
        let size = info.dtype.bytes() as u64;
        // Every read seeks first, so one that was interrupted leaves nothing behind.
        let mut container = self
            .container
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        container
            .with(
                storage,
                plan.start * size,
                plan.span as u64 * size,
                |reader| gather::read(reader, info.dtype, &plan),
            )
            .map_err(|error| self.damaged(tensor, storage, &error))
    }

    fn info(&self, tensor: &str) -> Result<&TensorInfo, CheckpointError> {
        self.state.tensors.get(tensor).ok_or_else(|| {
            let reason = self.state.skipped.get(tensor);
            CheckpointError::NoTensor {
                file: self.name.clone(),
                tensor: shown(tensor),
                problem: reason
                    .map_or("the checkpoint has none of this name", String::as_str)
                    .to_owned(),
            }
        })
    }

    fn damaged(&self, tensor: &str, storage: &Storage, error: &io::Error) -> CheckpointError {
        let problem = match error.kind() {
            io::ErrorKind::UnexpectedEof => "the file ends before its numbers do".to_owned(),
            io::ErrorKind::OutOfMemory => "not enough memory for its numbers".to_owned(),
            _ => error.to_string(),
        };
        let problem = format!("{problem} (reading tensor `{}`)", shown(tensor));
        CheckpointError::entry(&self.name, &storage.name, problem)
    }
}

fn open_archive(name: &str, file: File) -> Result<(Value, StateDict, Container), CheckpointError> {
    let mut archive = Archive::open(name, file)?;
    let bytes = archive.pickle(name)?;
    let tree = pickle::parse(&bytes).map_err(|error| CheckpointError::Pickle {
        file: name.to_owned(),
        entry: shown(&archive.pickle_name()),
        offset: error.offset,
        problem: error.problem,
    })?;
    let state = torch::state_dict(name, &tree, |key| archive.storage(name, key))?;
    let config = torch::config(name, &tree)?;
    Ok((config, state, Container::Zip(archive)))
}

#[cfg(test)]
mod tests;
