//! Reading a corpus, complete or growing.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use super::{Clip, CorpusError, MAX_SAMPLES, at};

/// The complete shards of a folder at the time it was opened.
#[derive(Debug)]
pub struct CorpusReader {
    clips: Vec<Clip>,
    /// The shard of each clip.
    shard_of: Vec<usize>,
    shards: Vec<(PathBuf, File)>,
}

impl CorpusReader {
    /// Opens a folder and reads its descriptions; samples are read when asked for.
    pub fn open(folder: &Path) -> Result<Self, CorpusError> {
        let mut lists = Vec::new();
        for entry in fs::read_dir(folder).map_err(at(folder))? {
            let path = entry.map_err(at(folder))?.path();
            let is_shard = path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("clips-"));
            if is_shard
                && path
                    .extension()
                    .is_some_and(|extension| extension == "jsonl")
            {
                lists.push(path);
            }
        }
        lists.sort();
        let mut reader = Self {
            clips: Vec::new(),
            shard_of: Vec::new(),
            shards: Vec::new(),
        };
        for list in lists {
            reader.add_shard(&list)?;
        }
        Ok(reader)
    }

    fn add_shard(&mut self, list: &Path) -> Result<(), CorpusError> {
        let bin = list.with_extension("bin");
        let file = File::open(&bin).map_err(at(&bin))?;
        let available = file.metadata().map_err(at(&bin))?.len() / 2;
        let lines = BufReader::new(File::open(list).map_err(at(list))?).lines();
        for (index, line) in lines.enumerate() {
            let bad = |detail: String| CorpusError::Line {
                path: list.into(),
                line: index + 1,
                detail,
            };
            let clip: Clip = serde_json::from_str(&line.map_err(at(list))?)
                .map_err(|error| bad(error.to_string()))?;
            let end = clip.offset.checked_add(clip.samples as u64);
            if clip.samples > MAX_SAMPLES || end.is_none_or(|end| end > available) {
                return Err(bad(format!(
                    "the clip ends past the {available} samples of the shard"
                )));
            }
            self.clips.push(clip);
            self.shard_of.push(self.shards.len());
        }
        self.shards.push((bin, file));
        Ok(())
    }

    /// Every clip, in order.
    pub fn clips(&self) -> &[Clip] {
        &self.clips
    }

    /// The file that holds the samples of a clip.
    pub fn file_of(&self, index: usize) -> Option<&Path> {
        let shard = self.shard_of.get(index)?;
        Some(&self.shards[*shard].0)
    }

    /// How many clips there are.
    pub fn len(&self) -> usize {
        self.clips.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.clips.is_empty()
    }

    /// The samples of a clip, in [-1, 1] at 16 kHz.
    pub fn samples(&self, index: usize) -> Result<Vec<f32>, CorpusError> {
        let no_clip = CorpusError::NoClip {
            index,
            count: self.len(),
        };
        let (Some(clip), Some(&shard)) = (self.clips.get(index), self.shard_of.get(index)) else {
            return Err(no_clip);
        };
        let (path, file) = &self.shards[shard];
        let mut bytes = vec![0_u8; 2 * clip.samples];
        file.read_exact_at(&mut bytes, 2 * clip.offset)
            .map_err(at(path))?;
        let (pairs, _) = bytes.as_chunks::<2>();
        Ok(pairs
            .iter()
            .map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32768.0)
            .collect())
    }

    /// Seconds of sound in all.
    pub fn seconds(&self) -> f64 {
        self.clips
            .iter()
            .map(|clip| f64::from(clip.seconds()))
            .sum()
    }
}
