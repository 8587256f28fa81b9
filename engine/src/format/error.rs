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
            field: shown(&field.into(), NAME),
            problem: shown(&problem.into(), PROBLEM),
        }
    }

    pub(crate) fn header(file: &str, problem: impl Into<String>) -> Self {
        Self::Header {
            file: file.to_owned(),
            problem: shown(&problem.into(), PROBLEM),
        }
    }

    pub(crate) fn tensor(file: &str, tensor: &str, problem: impl Into<String>) -> Self {
        Self::Tensor {
            file: file.to_owned(),
            tensor: shown(tensor, NAME),
            problem: shown(&problem.into(), PROBLEM),
        }
    }
}

/// Most characters of a name that come into a message.
const NAME: usize = 200;
/// Most characters of a problem.
const PROBLEM: usize = 600;

/// Text that may come from a file, as it may stand in a message: on one line, without control over a terminal, and cut
/// where it gets long.
pub(crate) fn shown(text: &str, most: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(most));
    for character in text.chars().take(most) {
        if character.is_control() {
            shown.extend(character.escape_debug());
        } else {
            shown.push(character);
        }
    }
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_file_cannot_disturb_a_terminal_or_fill_it() {
        let error = FormatError::field("pack.json", "a\u{1b}[2J\n", "x".repeat(1 << 20));
        let text = error.to_string();
        assert!(
            !text.chars().any(char::is_control) && text.len() < 1000,
            "{text}"
        );
        assert!(text.contains("a\\u{1b}[2J\\n"), "{text}");
        assert_eq!(shown("\"é\"", 3), "\"é\"");
        assert_eq!(shown("1234", 3), "123…");
    }
}
