//! The bundled utterances that can be asked without a microphone (`assets/samples/samples.json`).

use serde::Deserialize;

use crate::logic::address::{is_safe_name, is_safe_path};

/// More than anyone would choose from.
const MOST_SAMPLES: usize = 64;

/// One bundled utterance.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Sample {
    /// Name in addresses (`?sample=ID`).
    pub id: String,
    /// Sound file beside the list.
    pub file: String,
    /// What is said in it.
    pub text: String,
}

/// Reads the list. Entries that could not be fetched safely are left out, and so are all past the 64th.
///
/// # Errors
/// When the text is not a JSON list of samples.
pub fn parse(json: &str) -> Result<Vec<Sample>, serde_json::Error> {
    let mut samples: Vec<Sample> = serde_json::from_str(json)?;
    samples.retain(|sample| is_safe_name(&sample.id) && is_safe_path(&sample.file));
    samples.truncate(MOST_SAMPLES);
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_only_tests_need_are_skipped() {
        let samples = parse(
            r#"[{"id":"dogs","file":"dogs.wav","text":"two dogs","expected_item":"s0001","expected_keywords":["dogs"]}]"#,
        )
        .unwrap();
        assert_eq!(samples[0].id, "dogs");
        assert_eq!(samples[0].text, "two dogs");
    }

    #[test]
    fn files_elsewhere_are_left_out() {
        let samples = parse(
            r#"[{"id":"a","file":"https://elsewhere/x.wav","text":""},{"id":"../b","file":"b.wav","text":""},{"id":"c","file":"c.wav","text":"c"}]"#,
        )
        .unwrap();
        assert_eq!(samples.len(), 1);
        assert_eq!(samples[0].id, "c");
        assert!(parse("{}").is_err());
    }
}
