//! What a download tells while it runs.

use std::time::Duration;

/// One step of a download, for a progress bar and the lines above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Bytes already on the disk are being checked.
    Checking {
        /// Bytes checked so far.
        done: u64,
        /// Bytes to check.
        total: u64,
    },
    /// Bytes are coming in. Sent once for every block read, the first time before any.
    Downloading {
        /// Bytes of the file that are on the disk.
        done: u64,
        /// Bytes of the whole file, where the server tells.
        total: Option<u64>,
        /// Bytes that were already there when this connection was made.
        resumed_from: u64,
    },
    /// The connection was lost; the download goes on after a pause.
    Retrying {
        /// Which try in a row without getting any further this will be, from 1.
        attempt: u32,
        /// How many there will be at most.
        of: u32,
        /// How long the pause is.
        wait: Duration,
        /// What went wrong.
        problem: String,
    },
    /// What was there cannot be continued, and the download begins anew.
    Restarting {
        /// Bytes given up.
        lost: u64,
        /// Why.
        reason: String,
    },
}
