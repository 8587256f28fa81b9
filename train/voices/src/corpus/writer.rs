//! Writing one shard.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{Clip, CorpusError, MAX_SAMPLES, at, shard_file};
use crate::audio::to_i16;

/// Writes a shard under names of its own, and gives it its real name when it is complete.
pub struct ShardWriter {
    folder: PathBuf,
    shard: usize,
    samples: BufWriter<File>,
    lines: BufWriter<File>,
    written: u64,
}

impl ShardWriter {
    /// Begins a shard.
    pub fn create(folder: &Path, shard: usize) -> Result<Self, CorpusError> {
        fs::create_dir_all(folder).map_err(at(folder))?;
        let create = |extension| {
            let path = shard_file(folder, shard, extension);
            File::create(&path).map(BufWriter::new).map_err(at(&path))
        };
        Ok(Self {
            folder: folder.into(),
            shard,
            samples: create("bin.part")?,
            lines: create("jsonl.part")?,
            written: 0,
        })
    }

    /// Whether the shard is complete on disk.
    pub fn is_complete(folder: &Path, shard: usize) -> bool {
        shard_file(folder, shard, "jsonl").exists()
    }

    /// Adds a clip; its `offset` and `samples` are set here. Samples past [`MAX_SAMPLES`] are cut off.
    pub fn add(&mut self, mut clip: Clip, samples: &[f32]) -> Result<(), CorpusError> {
        let samples = &samples[..samples.len().min(MAX_SAMPLES)];
        clip.offset = self.written;
        clip.samples = samples.len();
        let bytes: Vec<u8> = samples
            .iter()
            .flat_map(|&sample| to_i16(sample).to_le_bytes())
            .collect();
        self.samples
            .write_all(&bytes)
            .map_err(at(&self.path("bin.part")))?;
        let failed = |source: std::io::Error| CorpusError::File {
            path: self.folder.clone(),
            source,
        };
        let line = serde_json::to_string(&clip).map_err(|error| failed(error.into()))?;
        writeln!(self.lines, "{line}").map_err(failed)?;
        self.written += samples.len() as u64;
        Ok(())
    }

    /// Completes the shard.
    pub fn finish(mut self) -> Result<(), CorpusError> {
        self.samples.flush().map_err(at(&self.path("bin.part")))?;
        self.lines.flush().map_err(at(&self.path("jsonl.part")))?;
        // The description comes last: where it is, the samples are.
        for extension in ["bin", "jsonl"] {
            let part = self.path(&format!("{extension}.part"));
            fs::rename(&part, self.path(extension)).map_err(at(&part))?;
        }
        Ok(())
    }

    fn path(&self, extension: &str) -> PathBuf {
        shard_file(&self.folder, self.shard, extension)
    }
}
