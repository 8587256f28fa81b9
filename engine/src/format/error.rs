//! Why a pack or a gallery was refused.

/// A refusal that names the file, and the field or tensor in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The manifest is not JSON of the right form, or a field has a value that cannot be.
    #[error("{file}: field `{field}`: {problem}")]
    Field {
        /// The manifest's name.
        file: String,
        /// Path of the field, such as `model.encoder.width`.
        field: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The file is of a kind or version this build does not read.
    #[error("{file}: field `{field}` is {found}; this version of SaySee reads {expected}")]
    Version {
        /// The manifest's name.
        file: String,
        /// `format` or `version`.
        field: String,
        /// What the file says.
        found: String,
        /// What this build reads.
        expected: String,
    },
    /// A file is not as long as the manifest announced, or longer than the format allows.
    #[error("{file}: {bytes} bytes, where {expected} were expected")]
    Size {
        /// The file.
        file: String,
        /// Bytes it has.
        bytes: u64,
        /// What was announced or allowed.
        expected: String,
    },
    /// The bytes are not those the manifest describes.
    #[error("{file}: damaged or changed: its SHA-256 is {found}, the manifest says {expected}")]
    Checksum {
        /// The file.
        file: String,
        /// Hash of the bytes at hand.
        found: String,
        /// Hash in the manifest.
        expected: String,
    },
    /// A file of tensors is not safetensors.
    #[error("{file}: not a safetensors file: {problem}")]
    Header {
        /// The file.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A tensor is missing, superfluous, or not of the shape, type or values the manifest calls for.
    #[error("{file}: tensor `{tensor}`: {problem}")]
    Tensor {
        /// The file of tensors, or the manifest when none has the tensor.
        file: String,
        /// The tensor's name.
        tensor: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// A file could not be fetched.
    #[error("{file}: {problem}")]
    Source {
        /// The file.
        file: String,
        /// What the source said.
        problem: String,
    },
}

impl FormatError {
    pub(crate) fn field(file: &str, field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Field {
            file: file.to_owned(),
            field: field.into(),
            problem: problem.into(),
        }
    }

    pub(crate) fn header(file: &str, problem: impl Into<String>) -> Self {
        Self::Header {
            file: file.to_owned(),
            problem: problem.into(),
        }
    }

    pub(crate) fn tensor(file: &str, tensor: &str, problem: impl Into<String>) -> Self {
        Self::Tensor {
            file: file.to_owned(),
            tensor: tensor.to_owned(),
            problem: problem.into(),
        }
    }
}
