//! Vectors of the teacher beside the corpus they belong to. Each clip's are made when they are first
//! asked for and kept, for the teacher only ever hears clean clips.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use half::f16;
use saysee_voices::corpus::CorpusReader;
use serde::{Deserialize, Serialize};

use super::{TEACHER_WIDTH, Teacher, TeacherError, count};
use crate::error::TrainError;

/// Clips that the scale of the vectors is measured on.
const MEASURED: usize = 400;

/// Mean and deviation of each of the [`TEACHER_WIDTH`] numbers.
#[derive(Serialize, Deserialize)]
struct Scale {
    mean: Vec<f32>,
    deviation: Vec<f32>,
}

/// The teacher's vectors of a corpus, brought to mean 0 and deviation 1.
pub struct TeacherCache {
    teacher: Teacher,
    /// One beside each shard, so that the corpus may grow.
    files: Vec<(PathBuf, File)>,
    /// Of each clip: its file, and its first vector there. A clip of which only zeros are kept was never asked for.
    places: Vec<(usize, u64)>,
    scale: Scale,
}

impl TeacherCache {
    /// Vectors for the clips of the corpus in `folder`.
    ///
    /// # Errors
    /// When the teacher or the files beside the corpus cannot be used.
    pub fn open(teacher: &Path, folder: &Path, corpus: &CorpusReader) -> Result<Self, TrainError> {
        let teacher = Teacher::open(teacher)?;
        let mut files: Vec<(PathBuf, File)> = Vec::new();
        let mut places = Vec::with_capacity(corpus.len());
        let mut number = 0;
        for (index, clip) in corpus.clips().iter().enumerate() {
            let Some(path) = corpus.file_of(index) else {
                continue;
            };
            let path = path.with_extension("teacher");
            if files.last().is_none_or(|(last, _)| *last != path) {
                let mut options = OpenOptions::new();
                let file = options.read(true).write(true).create(true).truncate(false);
                let file = file.open(&path).map_err(failed(&path))?;
                files.push((path, file));
                number = 0;
            }
            // The clips before it have at most this many vectors: one for each hop, and one more each.
            places.push((files.len() - 1, count(clip.offset as usize) as u64 + number));
            number += 1;
        }
        let scale_path = folder.join("teacher.json");
        let scale = match std::fs::read(&scale_path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(TrainError::json(&scale_path))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let scale = measure(&teacher, corpus)?;
                let bytes = serde_json::to_vec(&scale).map_err(TrainError::json(&scale_path))?;
                std::fs::write(&scale_path, bytes).map_err(failed(&scale_path))?;
                scale
            }
            Err(error) => return Err(failed(&scale_path)(error).into()),
        };
        Ok(Self {
            teacher,
            files,
            places,
            scale,
        })
    }

    /// The vectors of clip `index`, whose samples are given.
    ///
    /// # Errors
    /// When they can neither be read nor made.
    pub fn vectors(&self, index: usize, samples: &[f32]) -> Result<Vec<f32>, TeacherError> {
        let wanted = count(samples.len()) * TEACHER_WIDTH;
        let (file, first) = self.places[index];
        let (path, file) = &self.files[file];
        let place = first * (TEACHER_WIDTH * size_of::<f16>()) as u64;
        let mut bytes = vec![0u8; wanted * size_of::<f16>()];
        let kept = match file.read_exact_at(&mut bytes, place) {
            Ok(()) => bytes.iter().any(|&byte| byte != 0),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => false,
            Err(error) => return Err(failed(path)(error)),
        };
        if !kept {
            let values = self.teacher.vectors(samples)?;
            bytes = values
                .iter()
                .flat_map(|&value| f16::from_f32(value).to_le_bytes())
                .collect();
            file.write_all_at(&bytes, place).map_err(failed(path))?;
        }
        let values = bytes
            .as_chunks()
            .0
            .iter()
            .map(|&pair| f16::from_le_bytes(pair).to_f32());
        Ok(values
            .enumerate()
            .map(|(index, value)| {
                let channel = index % TEACHER_WIDTH;
                (value - self.scale.mean[channel]) / self.scale.deviation[channel]
            })
            .collect())
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> TeacherError + '_ {
    move |source| TeacherError::Cache {
        path: path.into(),
        source,
    }
}

/// Mean and deviation over clips from all over the corpus.
fn measure(teacher: &Teacher, corpus: &CorpusReader) -> Result<Scale, TrainError> {
    let mut sums = vec![[0.0f64; 2]; TEACHER_WIDTH];
    let mut vectors = 0usize;
    for index in (0..corpus.len()).step_by((corpus.len() / MEASURED).max(1)) {
        for vector in teacher
            .vectors(&corpus.samples(index)?)?
            .as_chunks::<TEACHER_WIDTH>()
            .0
        {
            vectors += 1;
            for (sums, &value) in sums.iter_mut().zip(vector) {
                sums[0] += f64::from(value);
                sums[1] += f64::from(value * value);
            }
        }
    }
    let count = vectors.max(1) as f64;
    Ok(Scale {
        mean: sums.iter().map(|sums| (sums[0] / count) as f32).collect(),
        deviation: sums
            .iter()
            .map(|sums| {
                let mean = sums[0] / count;
                (sums[1] / count - mean * mean).max(1e-6).sqrt() as f32
            })
            .collect(),
    })
}
