//! Checkpoints: a model, its optimiser and the step they stand at. A run that was interrupted goes
//! on from the last one exactly as it would have.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use serde::{Deserialize, Serialize};

use crate::error::TrainError;

/// A folder that holds one checkpoint.
pub struct Checkpoint {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct State {
    step: usize,
}

impl Checkpoint {
    /// A checkpoint in `folder`, which need not exist yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The step to go on from; `None` when nothing is saved.
    ///
    /// # Errors
    /// When the state file cannot be read.
    pub fn step(&self) -> Result<Option<usize>, TrainError> {
        let path = self.folder.join("state.json");
        match std::fs::read(&path) {
            Ok(bytes) => {
                let state: State =
                    serde_json::from_slice(&bytes).map_err(TrainError::json(&path))?;
                Ok(Some(state.step))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(TrainError::file(&path)(error)),
        }
    }

    /// Saves everything; the files of a step become the checkpoint only when all of them are written.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn save<M: Module>(
        &self,
        model: &M,
        optimiser: &ModuleOptimizer,
        step: usize,
    ) -> Result<(), TrainError> {
        let fresh = self.folder.with_extension("saving");
        std::fs::create_dir_all(&fresh).map_err(TrainError::file(&fresh))?;
        let path = fresh.join("model.bpk");
        model
            .clone()
            .save_file(&path)
            .map_err(|error| broken(&path, error))?;
        let path = fresh.join("optimiser.bpk");
        optimiser
            .save(&path)
            .map_err(|error| broken(&path, error))?;
        let path = fresh.join("state.json");
        let state = serde_json::to_vec(&State { step }).map_err(TrainError::json(&path))?;
        std::fs::write(&path, state).map_err(TrainError::file(&path))?;
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder).map_err(TrainError::file(&self.folder))?;
        }
        std::fs::rename(&fresh, &self.folder).map_err(TrainError::file(&self.folder))
    }

    /// The saved weights, in a model of the same shape.
    ///
    /// # Errors
    /// When the file is missing or of another shape.
    pub fn model<M: Module>(&self, model: M) -> Result<M, TrainError> {
        let path = self.folder.join("model.bpk");
        model
            .try_load_file(&path)
            .map_err(|error| broken(&path, error))
    }

    /// The saved state of an optimiser.
    ///
    /// # Errors
    /// When the file is missing or cannot be read.
    pub fn optimiser(&self, optimiser: ModuleOptimizer) -> Result<ModuleOptimizer, TrainError> {
        let path = self.folder.join("optimiser.bpk");
        optimiser.load(&path).map_err(|error| broken(&path, error))
    }
}

fn broken(path: &Path, error: impl std::fmt::Display) -> TrainError {
    TrainError::Checkpoint {
        path: path.into(),
        reason: error.to_string(),
    }
}
