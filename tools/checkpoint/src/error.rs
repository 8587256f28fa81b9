//! Why a checkpoint was refused, in words for whoever is building a pack from it.

use std::ops::Range;

use crate::{DType, PickleProblem};

/// A refusal that names the file, the place in it, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file could not be opened or read.
    #[error("{file}: cannot be read: {problem}")]
    Io {
        /// The file.
        file: String,
        /// What the system said.
        problem: String,
    },
    /// The file is something else altogether.
    #[error(
        "{file}: not a checkpoint: {problem}; give the .ckpt file that PyTorch Lightning wrote, or a .safetensors file with its config.json beside it"
    )]
    NotACheckpoint {
        /// The file.
        file: String,
        /// What it looks like instead.
        problem: String,
    },
    /// The end of the file is missing.
    #[error(
        "{file}: incomplete or damaged: {problem}; download or copy it again and compare its size with the original's"
    )]
    Truncated {
        /// The file.
        file: String,
        /// What is missing.
        problem: String,
    },
    /// A checkpoint of a form that is not read here.
    #[error("{file}: {what} is not supported; {way_out}")]
    Unsupported {
        /// The file.
        file: String,
        /// The form it has.
        what: String,
        /// How to get a form that is read.
        way_out: String,
    },
    /// An entry of the archive, or the header of a safetensors file, is missing or damaged.
    #[error("{file}: entry `{entry}`: {problem}; if the file was copied, copy it again")]
    Entry {
        /// The file.
        file: String,
        /// The entry's name in the archive.
        entry: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The pickle that describes the checkpoint is damaged, or uses what torch never writes.
    #[error(
        "{file}: entry `{entry}`, byte {offset}: {problem}; if the file is whole, load it in PyTorch and save it again with torch.save"
    )]
    Pickle {
        /// The file.
        file: String,
        /// The pickle's entry in the archive.
        entry: String,
        /// Where in the pickle the instruction at fault starts.
        offset: u64,
        /// What is wrong with it.
        problem: PickleProblem,
    },
    /// The pickle is fine but holds no weights by name.
    #[error(
        "{file}: no `state_dict` with tensors in it ({found}); SpeechCLIP checkpoints are written by PyTorch Lightning, which puts the weights there"
    )]
    NoStateDict {
        /// The file.
        file: String,
        /// What was found instead.
        found: String,
    },
    /// The configuration is missing or cannot be told as plain data.
    #[error("{file}: `{field}`: {problem}")]
    Config {
        /// The checkpoint, or the `config.json` beside it.
        file: String,
        /// Where the configuration should be.
        field: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// A tensor's description makes no sense.
    #[error(
        "{file}: tensor `{tensor}`: {problem}; load the checkpoint in PyTorch and save it again"
    )]
    Tensor {
        /// The file.
        file: String,
        /// The tensor's name.
        tensor: String,
        /// What is wrong.
        problem: String,
    },
    /// A tensor reaches beyond the numbers the file has for it.
    #[error(
        "{file}: tensor `{tensor}` needs {needed} bytes of `{entry}`, which has {available}; the file is damaged: download or copy it again"
    )]
    StorageTooShort {
        /// The file.
        file: String,
        /// The tensor's name.
        tensor: String,
        /// The entry with its numbers.
        entry: String,
        /// Bytes from the entry's start to the tensor's last number.
        needed: u64,
        /// Bytes the entry has.
        available: u64,
    },
    /// A tensor was asked for that the checkpoint does not have or that cannot be read.
    #[error("{file}: no tensor `{tensor}`: {problem}")]
    NoTensor {
        /// The file.
        file: String,
        /// The name asked for.
        tensor: String,
        /// Whether it is absent, or why it cannot be read.
        problem: String,
    },
    /// A tensor was asked for as numbers it does not hold.
    #[error("{file}: tensor `{tensor}` holds {dtype:?}, read here as {wanted}")]
    WrongType {
        /// The file.
        file: String,
        /// The tensor's name.
        tensor: String,
        /// What it holds.
        dtype: DType,
        /// What was asked for and what would do.
        wanted: &'static str,
    },
    /// Rows were asked for that the tensor does not have.
    #[error("{file}: tensor `{tensor}` has {available} rows, not {rows:?}")]
    Rows {
        /// The file.
        file: String,
        /// The tensor's name.
        tensor: String,
        /// The rows asked for.
        rows: Range<usize>,
        /// Size of the outermost dimension; 0 for a tensor without dimensions.
        available: usize,
    },
}

impl CheckpointError {
    pub(crate) fn io(file: &str, error: &std::io::Error) -> Self {
        Self::Io {
            file: file.to_owned(),
            problem: error.to_string(),
        }
    }

    pub(crate) fn not_a_checkpoint(file: &str, problem: impl Into<String>) -> Self {
        Self::NotACheckpoint {
            file: file.to_owned(),
            problem: problem.into(),
        }
    }

    pub(crate) fn truncated(file: &str, problem: impl Into<String>) -> Self {
        Self::Truncated {
            file: file.to_owned(),
            problem: problem.into(),
        }
    }

    pub(crate) fn unsupported(file: &str, what: &str, way_out: &str) -> Self {
        Self::Unsupported {
            file: file.to_owned(),
            what: what.to_owned(),
            way_out: way_out.to_owned(),
        }
    }

    pub(crate) fn entry(file: &str, entry: &str, problem: impl Into<String>) -> Self {
        Self::Entry {
            file: file.to_owned(),
            entry: shown(entry),
            problem: problem.into(),
        }
    }

    pub(crate) fn config(file: &str, field: &str, problem: impl Into<String>) -> Self {
        Self::Config {
            file: file.to_owned(),
            field: field.to_owned(),
            problem: problem.into(),
        }
    }

    pub(crate) fn tensor(file: &str, tensor: &str, problem: impl Into<String>) -> Self {
        Self::Tensor {
            file: file.to_owned(),
            tensor: shown(tensor),
            problem: problem.into(),
        }
    }
}

/// Text from the file, fit to be printed: control characters escaped, and cut where it gets long.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 120;
    let mut shown: String = text
        .chars()
        .take(MOST)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_the_file_cannot_disturb_a_terminal_or_fill_it() {
        assert_eq!(shown("a.b\u{1b}[2J\n"), "a.b\\u{1b}[2J\\n");
        assert_eq!(shown(&"x".repeat(1 << 20)).chars().count(), 121);
        assert_eq!(shown(&"x".repeat(120)).chars().count(), 120);
    }
}
