//! A teacher for the speech encoder: Google's public speech embedding (Lin and others, 2020,
//! arXiv 2002.01322; Apache-2.0), which heard far more people than any synthesiser can imitate.
//! Its weights are no part of the project: the file is handed over by path, for training only.
//!
//! The encoder learns to say, from a degraded clip, what the teacher says of the clean one.

mod cache;
mod mel;

use std::path::{Path, PathBuf};

use rten::{Model, NodeId};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

pub use cache::TeacherCache;
use mel::{BANDS, TeacherMel};

/// Numbers of a vector.
pub const TEACHER_WIDTH: usize = 96;
/// Samples between two vectors: twice as far apart as the encoder's frames.
pub const TEACHER_HOP: usize = 1280;
/// Zero samples on either side, so that vector `k` is centred on sample `k * TEACHER_HOP`.
const PADDING: usize = 6256;
/// The network without the two reshapes around it, which would cut its input into windows.
const INPUT: &str = "model/conv2d/Conv2D__6:0";
const OUTPUT: &str = "model/conv2d_19/Conv2D:0";

/// What is wrong with a teacher.
#[derive(Debug, thiserror::Error)]
pub enum TeacherError {
    /// The file is not the network that is expected.
    #[error("{}: {detail}; --teacher takes speech_embedding.onnx, or is left out", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The network failed on a clip.
    #[error("the teacher failed: {0}")]
    Run(String),
    /// The vectors kept beside a corpus cannot be read or written.
    #[error("{}: {source}; delete it to have it made again", path.display())]
    Cache {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// The teacher.
pub struct Teacher {
    model: Model,
    input: NodeId,
    output: NodeId,
    mel: TeacherMel,
}

impl Teacher {
    /// Opens `speech_embedding.onnx`.
    ///
    /// # Errors
    /// When the file is not that network.
    pub fn open(path: &Path) -> Result<Self, TeacherError> {
        let failed = |detail: String| TeacherError::Model {
            path: path.into(),
            detail,
        };
        let model = rten::ModelOptions::with_all_ops()
            .enable_optimization(false)
            .load_file(path)
            .map_err(|error| failed(error.to_string()))?;
        let node = |name: &str| {
            model
                .node_id(name)
                .map_err(|_| failed(format!("has no node {name}")))
        };
        Ok(Self {
            input: node(INPUT)?,
            output: node(OUTPUT)?,
            mel: TeacherMel::default(),
            model,
        })
    }

    /// Vectors of a clip of 16 kHz samples: [`count`] of them, one after another.
    ///
    /// # Errors
    /// When the network fails.
    pub fn vectors(&self, samples: &[f32]) -> Result<Vec<f32>, TeacherError> {
        let count = count(samples.len());
        let mut padded = vec![0.0; PADDING];
        padded.extend_from_slice(samples);
        // As many samples as the last vector's window ends at.
        padded.resize(
            (count - 1) * TEACHER_HOP + 75 * mel::HOP + mel::TRANSFORM,
            0.0,
        );
        let frames = self.mel.frames(&padded);
        let input = NdTensor::from_data([1, 1, frames.len() / BANDS, BANDS], frames);
        let [output] = self
            .model
            .run_n(vec![(self.input, input.into())], [self.output], None)
            .map_err(|error| TeacherError::Run(error.to_string()))?;
        let output: NdTensor<f32, 4> = output
            .try_into()
            .map_err(|_| TeacherError::Run("its output has another shape".into()))?;
        let [_, width, steps, _] = output.shape();
        if width != TEACHER_WIDTH || steps != count {
            let found = format!("{steps} vectors of {width} numbers instead of {count} of 96");
            return Err(TeacherError::Run(found));
        }
        // Channels first -> vector after vector.
        let values = output.to_vec();
        Ok((0..count)
            .flat_map(|step| (0..width).map(move |channel| channel * steps + step))
            .map(|index| values[index])
            .collect())
    }
}

/// Vectors of a clip of so many samples.
pub fn count(samples: usize) -> usize {
    samples / TEACHER_HOP + 1
}
