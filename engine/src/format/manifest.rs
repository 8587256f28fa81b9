//! Reading a JSON manifest strictly.

use std::ops::RangeInclusive;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::shown;
use super::{FormatError, MAX_MANIFEST_BYTES};

/// What every manifest opens with, whatever its version says about the rest.
#[derive(Deserialize)]
struct Opening {
    format: String,
    version: u32,
}

/// Parses `bytes` as the manifest `file` of the given format and one of its versions. Unknown fields are refused:
/// a reader that does not know a field cannot know what leaving it out means.
pub(crate) fn parse<T: DeserializeOwned>(
    file: &str,
    bytes: &[u8],
    format: &str,
    versions: RangeInclusive<u32>,
) -> Result<T, FormatError> {
    if bytes.len() as u64 > MAX_MANIFEST_BYTES {
        return Err(FormatError::Size {
            file: file.to_owned(),
            bytes: bytes.len() as u64,
            expected: format!("at most {MAX_MANIFEST_BYTES}"),
        });
    }
    let opening: Opening = parse_json(file, bytes)?;
    if opening.format != format {
        return Err(FormatError::Version {
            file: file.to_owned(),
            field: "format".to_owned(),
            found: shown(&format!("{:?}", opening.format), 100),
            expected: format!("{format:?}"),
        });
    }
    if !versions.contains(&opening.version) {
        return Err(FormatError::Version {
            file: file.to_owned(),
            field: "version".to_owned(),
            found: opening.version.to_string(),
            expected: expected(&versions),
        });
    }
    parse_json(file, bytes)
}

/// `2`, or `2 to 3`.
fn expected(versions: &RangeInclusive<u32>) -> String {
    let (first, last) = (versions.start(), versions.end());
    if first == last {
        return last.to_string();
    }
    format!("{first} to {last}")
}

fn parse_json<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, FormatError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        FormatError::field(file, error.path().to_string(), error.inner().to_string())
    })?;
    json.end()
        .map_err(|error| FormatError::field(file, ".", error.to_string()))?;
    Ok(value)
}

/// Checks of single fields, each refusal naming the file and the field.
pub(crate) struct Fields {
    /// The manifest's name.
    pub(crate) file: &'static str,
}

impl Fields {
    /// Refuses `field` with `problem` unless `fine`.
    pub(crate) fn require(
        &self,
        fine: bool,
        field: impl Into<String>,
        problem: impl Into<String>,
    ) -> Result<(), FormatError> {
        if fine {
            Ok(())
        } else {
            Err(FormatError::field(self.file, field, problem))
        }
    }

    /// Refuses a size outside `least..=most`.
    pub(crate) fn size(
        &self,
        field: &str,
        value: usize,
        least: usize,
        most: usize,
    ) -> Result<(), FormatError> {
        let fine = (least..=most).contains(&value);
        self.require(fine, field, format!("{value} is not in {least}..={most}"))
    }

    /// Refuses an even size, or one outside `1..=most`.
    pub(crate) fn odd(&self, field: &str, value: usize, most: usize) -> Result<(), FormatError> {
        let fine = value % 2 == 1 && value <= most;
        self.require(
            fine,
            field,
            format!("{value} is not an odd number up to {most}"),
        )
    }

    /// Refuses a number outside `least..=most`, and what is no number.
    pub(crate) fn number(
        &self,
        field: &str,
        value: f32,
        least: f32,
        most: f32,
    ) -> Result<(), FormatError> {
        let fine = (least..=most).contains(&value);
        self.require(fine, field, format!("{value} is not in {least}..={most}"))
    }

    /// Refuses a name that is not one plain word.
    pub(crate) fn name(&self, field: &str, value: &str) -> Result<(), FormatError> {
        let problem = format!("{value:?} is not a plain name (letters, digits, '.', '_', '-')");
        self.require(super::is_file_name(value), field, problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Small {
        format: String,
        version: u32,
        inner: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        width: usize,
    }

    fn problem(text: &str) -> FormatError {
        parse::<Small>("small.json", text.as_bytes(), "small", 1..=1).unwrap_err()
    }

    #[test]
    fn the_version_is_looked_at_before_anything_else() {
        let error = problem(r#"{"format":"small","version":2,"whatever":[]}"#);
        assert_eq!(
            error.to_string(),
            "small.json: field `version` is 2; this version of SaySee reads 1"
        );
        let error = problem(r#"{"format":"large","version":1}"#);
        assert!(matches!(error, FormatError::Version { field, .. } if field == "format"));
    }

    #[test]
    fn a_refusal_names_the_field() {
        let error = problem(r#"{"format":"small","version":1,"inner":{"width":"wide"}}"#);
        assert!(
            matches!(&error, FormatError::Field { field, .. } if field == "inner.width"),
            "{error}"
        );
        let error = problem(r#"{"format":"small","version":1,"inner":{"width":1,"height":2}}"#);
        assert!(error.to_string().contains("height"), "{error}");
        assert!(matches!(problem("{"), FormatError::Field { .. }));
        let error = problem(r#"{"format":"small","version":1,"inner":{"width":1}} and more"#);
        assert!(matches!(error, FormatError::Field { .. }));
    }
}
