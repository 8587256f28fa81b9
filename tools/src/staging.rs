//! A folder that appears when it is finished, or not at all.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// A folder in the making, beside the place where it is going to be.
#[derive(Debug)]
pub struct Staging {
    target: PathBuf,
    /// Removed with everything in it when this is dropped.
    folder: tempfile::TempDir,
}

impl Staging {
    /// Begins the folder `target`, which must not be there yet, or be empty.
    ///
    /// # Errors
    /// [`Failure::Write`] when something is there, or nothing can be written beside it.
    pub fn begin(target: &Path) -> Result<Self, Failure> {
        let refuse = |problem: String| Failure::Write {
            file: target.to_owned(),
            problem,
        };
        let is_empty = |folder: &Path| {
            std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
        };
        if target.exists() && !is_empty(target) {
            let problem = "something is there already; choose another folder or remove it";
            return Err(refuse(problem.to_owned()));
        }
        let parent = match target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let failed = |error: std::io::Error| refuse(error.to_string());
        std::fs::create_dir_all(parent).map_err(failed)?;
        let folder = tempfile::Builder::new()
            .prefix(".saysee-")
            .tempdir_in(parent)
            .map_err(failed)?;
        Ok(Self {
            target: target.to_owned(),
            folder,
        })
    }

    /// Where the folder is made.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes one of its files.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, file: &str, bytes: &[u8]) -> std::io::Result<()> {
        std::fs::write(self.folder.path().join(file), bytes)
    }

    /// Puts the folder in its place.
    ///
    /// # Errors
    /// [`Failure::Write`] when that cannot be done; nothing is left then.
    pub fn finish(self) -> Result<(), Failure> {
        let move_it = || {
            if self.target.exists() {
                std::fs::remove_dir(&self.target)?;
            }
            std::fs::rename(self.folder.path(), &self.target)?;
            // A temporary folder is its owner's alone; a pack is for everyone.
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let everyone = std::fs::Permissions::from_mode(0o755);
                std::fs::set_permissions(&self.target, everyone)?;
            }
            Ok(())
        };
        move_it().map_err(|error: std::io::Error| Failure::Write {
            file: self.target.clone(),
            problem: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_there_when_it_is_finished_and_not_before() {
        let world = tempfile::tempdir().unwrap();
        let target = world.path().join("a/pack");
        let staging = Staging::begin(&target).unwrap();
        staging.write("one", b"1").unwrap();
        assert!(!target.exists());
        staging.finish().unwrap();
        assert_eq!(std::fs::read(target.join("one")).unwrap(), b"1");
        assert!(Staging::begin(&target).is_err(), "nothing is overwritten");
        let entries = std::fs::read_dir(world.path().join("a")).unwrap();
        assert_eq!(entries.count(), 1);
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let world = tempfile::tempdir().unwrap();
        let staging = Staging::begin(&world.path().join("pack")).unwrap();
        staging.write("one", b"1").unwrap();
        drop(staging);
        assert_eq!(std::fs::read_dir(world.path()).unwrap().count(), 0);
    }
}
