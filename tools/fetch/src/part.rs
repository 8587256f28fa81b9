//! `FILE.part`, a file that is not whole yet, and `FILE.part.json`, what its server said of it.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::checksums::replace;
use crate::digest::feed;
use crate::origin::Origin;
use crate::{Digest, FetchError, Progress, space};

/// The part of a file that is on the disk, locked against every other process.
pub(crate) struct Part {
    path: PathBuf,
    file: File,
    done: u64,
    hasher: Sha256,
    origin: Option<Origin>,
}

impl Part {
    /// Takes hold of the part of `destination` without looking at it: where another process was quicker,
    /// it may by now be the finished file under its old name. Nothing may be done with it before that is
    /// ruled out.
    pub fn lock(destination: &Path) -> Result<Self, FetchError> {
        let path = with_suffix(destination, ".part");
        let mut options = File::options();
        let file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let file = file.map_err(FetchError::io("written", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let file = destination.to_owned();
                return Err(FetchError::Busy { file });
            }
            // Some network disks have no locks: two downloads at once are then the user's to avoid.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(FetchError::io("locked", &path)(error)),
        }
        Ok(Self {
            path,
            file,
            done: 0,
            hasher: Sha256::new(),
            origin: None,
        })
    }

    /// Takes up what is there, as far as it is of the file at `address` and can be continued. What cannot
    /// is thrown away.
    pub fn pick_up(
        &mut self,
        address: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), FetchError> {
        self.read(address, progress)
            .map_err(FetchError::io("read", &self.path))
    }

    fn read(&mut self, address: &str, progress: &mut dyn FnMut(Progress)) -> io::Result<()> {
        let there = self.file.metadata()?.len();
        // A description that cannot be read describes nothing.
        let origin = fs::read(self.state())
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok());
        let origin: Option<Origin> =
            origin.filter(|origin: &Origin| origin.address == address && origin.is_resumable());
        let length = origin
            .as_ref()
            .and_then(|origin| origin.length)
            .unwrap_or(0);
        if there == 0 || there > length {
            return self.clear();
        }
        // The last byte of a complete part is asked for once more: the answer tells whether the server
        // still has that very file, and an empty rest cannot be asked for.
        let kept = there.min(length - 1);
        let hashed = feed(&mut self.hasher, &mut self.file, kept, progress)?;
        self.file.set_len(hashed)?;
        self.file.seek(SeekFrom::Start(hashed))?;
        self.done = hashed;
        self.origin = origin;
        Ok(())
    }

    /// Bytes on the disk.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Where the part is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the whole file, where known.
    pub fn total(&self) -> Option<u64> {
        self.origin.as_ref().and_then(|origin| origin.length)
    }

    /// From which byte to go on, and of which file. Nothing where that is the beginning.
    pub fn resume(&self) -> Option<(u64, &Origin)> {
        let origin = self
            .origin
            .as_ref()
            .filter(|origin| origin.is_resumable())?;
        (self.done > 0).then_some((self.done, origin))
    }

    /// Begins anew with the file that a server describes so.
    pub fn begin(&mut self, origin: Origin) -> Result<(), FetchError> {
        self.clear()
            .map_err(FetchError::io("written", &self.path))?;
        if origin.is_resumable() {
            let json = serde_json::to_vec_pretty(&origin).map_err(io::Error::from);
            let state = self.state();
            json.and_then(|json| replace(&state, &json))
                .map_err(|error| space::write_failed(&state, error))?;
        }
        self.origin = Some(origin);
        Ok(())
    }

    /// Adds bytes at the end.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        self.file
            .write_all(bytes)
            .map_err(|error| space::write_failed(&self.path, error))?;
        self.hasher.update(bytes);
        self.done += bytes.len() as u64;
        Ok(())
    }

    /// The checksum of what is there.
    pub fn digest(&self) -> Digest {
        Digest::of(self.hasher.clone())
    }

    /// Throws away what is there.
    pub fn clear(&mut self) -> io::Result<()> {
        self.origin = None;
        self.done = 0;
        self.hasher.reset();
        self.file.set_len(0)?;
        self.file.rewind()?;
        match fs::remove_file(self.state()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Makes the part, now whole, the file itself.
    pub fn finish(self, destination: &Path) -> Result<(), FetchError> {
        self.file
            .sync_all()
            .map_err(|error| space::write_failed(&self.path, error))?;
        // Some systems do not rename what is open.
        let (path, state) = (self.path.clone(), self.state());
        drop(self.file);
        fs::rename(&path, destination).map_err(FetchError::io("written", destination))?;
        // Without the part its description says nothing: leaving it behind does no harm.
        let _ = fs::remove_file(state);
        Ok(())
    }

    /// Removes a part without a single byte, after a download that never began.
    pub fn tidy(self) {
        if self.done == 0 {
            let _ = fs::remove_file(self.state());
            let _ = fs::remove_file(&self.path);
        }
    }

    fn state(&self) -> PathBuf {
        with_suffix(&self.path, ".json")
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_another_process_has_finished_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("f");
        fs::write(with_suffix(&file, ".part"), "whole").unwrap();
        let part = Part::lock(&file).unwrap();
        assert!(matches!(Part::lock(&file), Err(FetchError::Busy { .. })));
        fs::rename(part.path(), &file).unwrap();
        part.tidy();
        assert_eq!(fs::read_to_string(&file).unwrap(), "whole");
    }
}
