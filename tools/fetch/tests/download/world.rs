//! A server with a file, a folder for it, and what the tests ask of them.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use saysee_fetch::{
    Arrival, CHECKSUMS, Digest, FetchError, Fetched, Mismatch, Options, Progress, download,
};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::site::{Act, Site, noise};

/// Bytes of the file: several blocks, and no whole number of them.
pub const SIZE: usize = 300_000;

/// A server with a file, and an empty folder to put it into.
pub struct World {
    pub site: Site,
    pub folder: TempDir,
    pub bytes: Vec<u8>,
    pub options: Options,
    pub steps: Vec<Progress>,
}

impl World {
    pub fn new() -> Self {
        let bytes = noise(1, SIZE);
        Self {
            site: Site::new(bytes.clone()),
            folder: TempDir::new().unwrap(),
            bytes,
            options: Options {
                retries: 3,
                pause: Duration::from_millis(1),
                stall: Duration::from_secs(5),
                ..Options::default()
            },
            steps: Vec::new(),
        }
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("file.bin")
    }

    pub fn part(&self) -> PathBuf {
        self.folder.path().join("file.bin.part")
    }

    pub fn fetch(&mut self) -> Result<Fetched, FetchError> {
        self.steps.clear();
        let steps = &mut self.steps;
        download(
            &self.site.address(),
            &self.folder.path().join("file.bin"),
            &self.options,
            &mut |step| steps.push(step),
        )
    }

    /// A download that is given up after `count` bytes.
    pub fn begin(&mut self, count: usize) {
        let patient = self.options.retries;
        self.options.retries = 0;
        self.site.then([Act::DropAfter(count)]);
        let error = self.fetch().unwrap_err();
        assert!(
            matches!(&error, FetchError::Interrupted { done, .. } if *done == count as u64),
            "{error}"
        );
        self.options.retries = patient;
        self.site.asked();
    }

    /// The file is whole, and nothing but the list of checksums is beside it.
    pub fn assert_whole(&self) {
        assert!(fs::read(self.file()).unwrap() == self.bytes);
        let mut names: Vec<_> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, [".checksums.lock", CHECKSUMS, "file.bin"]);
    }

    pub fn restarts(&self) -> usize {
        self.steps
            .iter()
            .filter(|step| matches!(step, Progress::Restarting { .. }))
            .count()
    }

    pub fn retries(&self) -> usize {
        self.steps
            .iter()
            .filter(|step| matches!(step, Progress::Retrying { .. }))
            .count()
    }
}

pub fn digest(bytes: &[u8]) -> Digest {
    let digits: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    digits.parse().unwrap()
}

pub fn downloaded(resumed_from: u64) -> Arrival {
    Arrival::Downloaded { resumed_from }
}

pub fn range(from: usize) -> Option<String> {
    Some(format!("bytes={from}-"))
}

/// The two checksums of a refusal, which must be one.
pub fn mismatch(result: Result<Fetched, FetchError>) -> (Box<Mismatch>, String) {
    match result {
        Err(FetchError::Checksum(mismatch)) => {
            let told = mismatch.to_string();
            assert!(told.contains(&mismatch.found.to_string()), "{told}");
            assert!(told.contains(&mismatch.expected.to_string()), "{told}");
            (mismatch, told)
        }
        other => panic!("{other:?}"),
    }
}
